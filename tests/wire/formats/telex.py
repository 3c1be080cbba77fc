"""A format that Wireroom does not have, as a newcomer would write its module: a line `ZCZC` with
the id, the headline, the text until `NNNN`."""

from __future__ import annotations

import html
import re

from wireroom.errors import NotAFeed
from wireroom.model import Entry
from wireroom.wire.formats.document import Document, Format, Rejection, Source
from wireroom.wire.identity import identified

_MESSAGE = re.compile(r"^ZCZC (\S+)\n(.*)\n((?:(?!NNNN$).*\n)*)NNNN$", re.MULTILINE)


def looks_like(document: bytes, _source: Source) -> bool:
    return document.startswith(b"ZCZC ")


def read(document: bytes, source: Source) -> Document:
    read, rejected = [], []
    for guid, title, text in _MESSAGE.findall(document.decode("utf-8", "replace")):
        if not text.strip():
            rejected.append(Rejection(guid, title, "body: the message has no text"))
            continue
        body = "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines())
        read.append((guid, Entry(id="", title=title, body=body, full=True, base=source.url)))
    if not (read or rejected):
        raise NotAFeed("truncated", "no message is whole")
    ids = identified(
        read,
        source.identity,
        source.shared,
        source.url,
        kill_titles=source.kill_titles,
        hold_titles=source.hold_titles,
    )
    return Document(entries=ids.entries, rejected=tuple(rejected), shared=ids.shared)


FORMAT = Format("telex", looks_like, read)
