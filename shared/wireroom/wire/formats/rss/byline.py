"""Who wrote a story: the names of its authors, without their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from lxml import etree

from wireroom.wire.document.tree import child_of, is_media, local, text

_MOST = 20  # authors
_LONGEST = 1000  # characters; more than are shown, so that the byline is cut between words there
# Of `Asha Rao (asha@wire.example)` and `Asha Rao <asha@wire.example>`.
_ADDRESS = re.compile(r"[(<][^\s()<>@]*@[^\s()<>]*[)>]")


def authors(elements: Iterable[etree._Element]) -> list[str]:
    """One name for each author among `elements`: "" where only an address is given."""
    found = (
        child
        for child in elements
        if local(child)[1] in ("author", "creator") and not is_media(child)
    )
    return [
        _name(text(child_of(child, "name")) if len(child) else text(child))
        for child in islice(found, _MOST)
    ]


def byline(names: Iterable[str]) -> str:
    """`names` as one text, each once however its letters are written, the first way."""
    said: dict[str, str] = {}
    for name in names:
        said.setdefault(name.casefold(), name)
    return ", ".join(name for name in said.values() if name)[:_LONGEST]


def _name(author: str) -> str:
    name = _ADDRESS.sub("", author)
    address, _, rest = name.partition("(")
    if "@" in address:  # `desk@wire.example (Asha Rao)`, as RSS has it
        name = rest.rstrip(") ")
    return " ".join(name.split()).strip(" \"'") if "@" not in name else ""
