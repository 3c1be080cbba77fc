"""Nests the elements of a story as their content models allow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wireroom.markup.elements import CHILDREN, INLINES, PARENTS, PHRASING

Key = tuple[object, ...]


class Slot(NamedTuple):
    """An element that is open, or will be opened when it gets content. `key` identifies it."""

    key: Key
    tag: str
    attributes: str = ""


def nest(source: Sequence[Slot], part: int) -> list[Slot]:
    """The block elements among `source` (outermost first), nested as content models allow.

    A list or table inside a paragraph ends the paragraph. The tags of a paragraph inside a heading
    are left out, and so are those of an item outside of a list or a cell outside of a row. `part`:
    the number of the part, if a paragraph was broken into several.
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
    """`path` with the list item, definition or cell that `tag` needs around it at the end.

    `key`: for the keys of added elements.
    """
    if path and path[-1].tag in PHRASING and tag not in INLINES:
        path = path[:-1]
    while path and tag not in (children := CHILDREN.get(path[-1].tag, (tag,))):
        wrapper = "tbody" if path[-1].tag == "table" else children[0]
        path = [*path, Slot((wrapper, *key), wrapper)]
    return path
