"""Where in a story something stands: its elements put within each other as they may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wireroom.markup.elements import CHILDREN, INLINES, PARENTS, PHRASING

Key = tuple[object, ...]


class Slot(NamedTuple):
    """One element that is open, or will be when it gets content. Equal keys: the same element."""

    key: Key
    tag: str
    attributes: str = ""


def nest(source: Sequence[Slot], part: int) -> list[Slot]:
    """The blocks among `source` (outermost first), nested as their content models have it.

    A paragraph ends where a list or table stands in it; one in a heading gives way; an item
    outside of a list, or a cell outside of a row, does too. `part` tells apart the paragraphs that
    one was broken into.
    """
    path: list[Slot] = []
    for slot in source:
        if slot.tag in INLINES:
            continue
        parents = PARENTS.get(slot.tag)
        if path and path[-1].tag in PHRASING:
            if slot.tag in PHRASING or parents:
                continue
            path.pop()
        if parents and (not path or path[-1].tag not in parents):
            continue
        path = within(path, slot.tag, slot.key)
        path.append(slot._replace(key=(*slot.key, part)) if slot.tag == "p" else slot)
    return path


def within(path: list[Slot], tag: str, key: Key) -> list[Slot]:
    """`path` with the list item, definition or cell that a `tag` at its end needs.

    `key` makes what is added an element of its own.
    """
    if path and path[-1].tag in PHRASING and tag not in INLINES:
        path = path[:-1]
    while path and tag not in (children := CHILDREN.get(path[-1].tag, (tag,))):
        wrapper = "tbody" if path[-1].tag == "table" else children[0]
        path = [*path, Slot((wrapper, *key), wrapper)]
    return path
