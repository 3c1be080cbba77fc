"""What editors decided, and what the agency says to them, as lists for whoever shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wireroom.model import Decision, Desk, Wire


def decided(desk: Desk) -> Iterator[tuple[str, Decision[Any]]]:
    """(what it is about, the decision) of each decision that counts."""
    fields: dict[str, Decision[Any] | None] = {
        "headline": desk.headline,
        "standfirst": desk.standfirst,
        "slug": desk.slug,
        "body": desk.body,
        "categories": desk.categories,
        "hold": desk.hold,
        "publish at": desk.publish_at,
        "expire at": desk.expire_at,
        "kill": desk.kill,
        **{f"category {name}": word for name, word in sorted(desk.filed.items())},
        **{f"pin {name}": pin for name, pin in sorted(desk.pins.items())},
    }
    for name, decision in fields.items():
        if decision is not None:
            yield name, decision


def said(wire: Wire) -> Iterator[tuple[str, str]]:
    """(name, text) of what the agency says of the story to the newsroom only."""
    told = wire.editorial
    if told is None:
        return
    fields = {
        "note to editors": told.note,
        "agency's slug": told.slug,
        "urgency": str(told.urgency or ""),
        "genre": told.genre,
        "place": told.place,
        "usage terms": told.usage,
        "copyright": told.copyright,
    }
    yield from ((name, text) for name, text in fields.items() if text)


def in_words(value: object) -> object:
    """What was decided, as people read it. A text or a time stays as it is."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(value) or "none at all"
    return value
