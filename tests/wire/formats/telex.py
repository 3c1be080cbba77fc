"""A format that Wireroom does not have, as a newcomer would write its module: a line `ZCZC` with
the id, the headline, the text until `NNNN`."""

from __future__ import annotations

import html
import re

from wireroom.errors import EntryRejected, NotAFeed
from wireroom.model import Entry
from wireroom.wire.formats.document import Document, Format, Source
from wireroom.wire.formats.entries import entries_of

_MESSAGE = re.compile(r"^ZCZC (\S+)\n(.*)\n((?:(?!NNNN$).*\n)*)NNNN$", re.MULTILINE)


def looks_like(document: bytes, _source: Source) -> bool:
    return document.startswith(b"ZCZC ")


def read(document: bytes, source: Source) -> Document:
    messages = _MESSAGE.findall(document.decode("utf-8", "replace"))
    if not messages:
        raise NotAFeed("truncated", "no message is whole")
    found = entries_of(
        messages,
        lambda message: _entry(*message, url=source.url),
        lambda message: (message[0], message[1]),
        source,
        source.url,
    )
    return Document(entries=found.entries, rejected=found.rejected, shared=found.shared)


def _entry(guid: str, title: str, text: str, url: str) -> tuple[str, Entry]:
    if not text.strip():
        raise EntryRejected("body", "the message has no text")
    body = "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines())
    return guid, Entry(id="", title=title, body=body, full=True, base=url)


FORMAT = Format("telex", looks_like, read)
