"""Who wrote a story: the names of its authors, without their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from lxml import etree

from wireroom.wire.document.tree import child_of, is_media, local, text

_MOST = 20  # authors
_LONGEST = 1000  # characters; `newsroom.normalise` cuts the byline further, between words
# An e-mail address with its brackets: `Asha Rao <asha@wire.example>`. `@asharao` is none.
_ADDRESS = re.compile(
    r"(?<![^\s()<>\[\],;:])[(<\[]?+(?:mailto:)?+[^\s()<>\[\],;:@]++@[^\s()<>\[\],;]++[)>\]]?+"
)
_EDGES = " \t,;:|/–—-\"'"


def authors(elements: Iterable[etree._Element]) -> list[str]:
    """A name for each author among `elements`, "" for one with an address only."""
    found = (
        child
        for child in elements
        if local(child)[1] in ("author", "creator") and not is_media(child)
    )
    return [
        _name(text(child_of(child, "name") if _is_person(child) else child))
        for child in islice(found, _MOST)
    ]


def _is_person(author: etree._Element) -> bool:
    """Whether `author` is a person construct of Atom (RFC 4287, 3.2), with the name in an
    element."""
    return any(local(part)[1] in ("name", "email", "uri") for part in author)


def byline(names: Iterable[str]) -> str:
    """`names` as one text, each once. Of names that differ in case only, the first is used."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.casefold(), name)
    return ", ".join(name for name in found.values() if name)[:_LONGEST]


def _name(author: str) -> str:
    """`author` without e-mail addresses. RSS's `desk@wire.example (Asha Rao)` is Asha Rao."""
    name = " ".join(_ADDRESS.sub(" ", author).split()).strip(_EDGES)
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1].strip(_EDGES)
    return name
