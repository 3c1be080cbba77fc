"""What is pinned to a list, put into another order: which events make that of it.

The order of a list's pins is in their stories, each of which has a place, the lowest first. So one
move may take several events. Values only: `front` reads, and `fronts` sends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

LAST = 100  # the highest place of a pin

Pins = Mapping[str, int]  # the ids of stories, in the order of the page → the place of each


def merged(wished: Sequence[str], seen: Pins, there: Pins) -> list[str]:
    """The order that `wished` is now that the pins are `there`. It was made when they were as
    `seen`: what others have pinned since stays, what they have unpinned is gone."""
    ids = [each for each in dict.fromkeys(wished) if each in there or each not in seen]
    for at, each in enumerate(there):
        if each not in seen and each not in ids:
            ids.insert(at, each)
    return ids


def places(there: Pins, ids: Sequence[str]) -> dict[str, int]:
    """The place of each of `ids` that puts them into this order. A story keeps the place that it
    has where that fits; another gets the one after the story before it."""
    found: dict[str, int] = {}
    last = 0
    for at, each in enumerate(ids):
        own = there.get(each, 0)
        lowest = min((there[later] for later in ids[at:] if later in there), default=own)
        last = own if last < own <= lowest else last + 1
        found[each] = last
    return found if last <= LAST else {each: at for at, each in enumerate(ids, 1)}


def changes(there: Pins, ids: Sequence[str]) -> list[tuple[str, int | None]]:
    """(story, its new place, or None to unpin it), in the order in which they are to be sent.

    However many of them are sent, two stories that keep their order have not swapped it meanwhile:
    those that move down go first, from the last one on, then those that move up, from the first.
    """
    if list(there) == list(ids):
        return []
    new = places(there, ids)
    down = [(each, at) for each, at in new.items() if each in there and at > there[each]]
    up = [(each, at) for each, at in new.items() if each not in there or at < there[each]]
    gone = [(each, None) for each in there if each not in new]
    return [*gone, *reversed(down), *up]


def moved(ids: Sequence[str], story: str, place: int) -> list[str]:
    """`ids` with `story` in the place `place`, counted from 1; the nearest where there is none."""
    others = [each for each in ids if each != story]
    at = max(place, 1) - 1
    return [*others[:at], story, *others[at:]]
