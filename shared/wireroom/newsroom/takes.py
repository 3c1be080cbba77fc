"""Takes: parts of a story that its agency sends in messages of their own, after the lead.

The lead and each take are kept apart in the wire layer, a take by its number. The body is the lead
and the takes after it, in order. So the result is the same in whatever order they come, and however
often. Takes whose lead has not come wait for it: there is an article, which no page shows. A lead
that is written through replaces the takes that were sent before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from wireroom.model import Story, Take, Wire

MOST = 50  # takes of a story

_EVER = datetime.min.replace(tzinfo=UTC)


def brings_no_lead(story: Story) -> bool:
    """Whether a story is nothing but takes."""
    return bool(story.takes) and not story.body


def without_lead(wire: Wire) -> bool:
    """Whether a wire layer is nothing but takes, which wait for their lead."""
    return bool(wire.takes) and not wire.lead


def with_takes(
    wire: Wire, story: Story, keys: Sequence[str], arrived: datetime, lead: str = ""
) -> Wire:
    """`wire` with the takes of `story`, whose texts have the `keys` in the content bucket. `lead`:
    the key of the text before them, "" if that has not come."""
    takes = {take.number: take for take in wire.takes}
    for take, key in zip(story.takes, keys, strict=True):
        new = Take(number=take.number, body=key, at=take.at, arrived=arrived)
        old = takes.get(take.number)
        if old is None or (old.body != key and _order(new) > _order(old)):
            takes[take.number] = new
    through = wire.through
    if story.through:
        through = max(through or _EVER, story.at or arrived)
    kept = tuple(takes[number] for number in sorted(takes))[:MOST]
    return replace(wire, takes=kept, through=through, lead=lead if kept else "")


def parts(wire: Wire) -> tuple[str, ...]:
    """The keys of the texts that make the body, in order; empty if no text is to be joined."""
    since = wire.through or _EVER
    shown = [take.body for take in wire.takes if (take.at or take.arrived or _EVER) >= since]
    return (wire.lead, *shown) if wire.takes and wire.lead else ()


def _order(take: Take) -> tuple[datetime, datetime, str]:
    """The later of two texts of one take is the one that counts."""
    arrived = take.arrived or _EVER
    return take.at or arrived, arrived, take.body
