"""The desk layer as a list of decisions, for whoever shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wireroom.model import Decision, Desk


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
