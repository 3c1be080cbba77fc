"""Who wrote a story: the names of its authors, without their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from lxml import etree

from wireroom.wire.document.tree import child_of, is_media, local, text

_MOST = 20  # authors
_LONGEST = 1000  # characters; more than are shown, so that the byline is cut between words there
# `asha@wire.example`, wherever it stands, with its brackets: `Asha Rao <asha@wire.example>`. An
# `@asharao` has nothing before its @ and stays.
_ADDRESS = re.compile(
    r"(?<![^\s()<>\[\],;:])[(<\[]?+(?:mailto:)?+[^\s()<>\[\],;:@]++@[^\s()<>\[\],;]++[)>\]]?+"
)
_EDGES = " \t,;:|/–—-\"'"


def authors(elements: Iterable[etree._Element]) -> list[str]:
    """One name for each author among `elements`: "" where only an address is given."""
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
    """Whether it is Atom's person construct (RFC 4287, 3.2), which has more in it than the name."""
    return any(local(part)[1] in ("name", "email", "uri") for part in author)


def byline(names: Iterable[str]) -> str:
    """`names` as one text, each once however its letters are written, the first way."""
    said: dict[str, str] = {}
    for name in names:
        said.setdefault(name.casefold(), name)
    return ", ".join(name for name in said.values() if name)[:_LONGEST]


def _name(author: str) -> str:
    """`author` without addresses: `desk@wire.example (Asha Rao)`, as RSS has it, is Asha Rao."""
    name = " ".join(_ADDRESS.sub(" ", author).split()).strip(_EDGES)
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1].strip(_EDGES)
    return name
