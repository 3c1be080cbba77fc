"""Compares an article after an edit with what the edit asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, assert_never

if TYPE_CHECKING:
    from wireroom.model import Article, Decision, Desk
    from wireroom.newsroom.events import ArticleEvent
    from wireroom_infra.cli.newsroom import Newsroom


def overridden(event: ArticleEvent, article: Article) -> tuple[dict[str, Decision[Any]], bool]:
    """The fields that a later decision overrides, and whether that is all of the edit's fields."""
    decisions = dict(_decisions(event, article.desk))
    later = {
        name: decision
        for name, decision in decisions.items()
        if decision and event.at and decision.at > event.at
    }
    return later, bool(decisions) and len(later) == len(decisions)


def differences(
    room: Newsroom, event: ArticleEvent, before: Article, expected: Article, article: Article
) -> tuple[list[str], bool]:
    """A line for each thing that is not as `event` asked, and whether none of it took effect.

    `before`: the article before the edit; `expected`: after it, if nothing else changed meanwhile.
    """
    from wireroom.newsroom import events  # noqa: PLC0415

    later, nothing = overridden(event, article)
    lines = [
        f"! {name}: a later decision overrides this one,"
        f" by {decision.by or 'somebody'}, {room.time(decision.at)}"
        for name, decision in later.items()
    ]
    moved = isinstance(event, events.Headline) and isinstance(event.slug, str)
    if moved and "slug" not in later and expected.path and article.path != expected.path:
        lines.append(
            f"! another story already has {room.address(expected.path)}:"
            f" this one is at {room.address(article.path)}"
        )
    if isinstance(event, events.Release) and article.state != "live" and not later:
        why = ""
        if article.state == "scheduled":
            embargo = article.wire.embargo if article.wire else None
            whose = "the agency's embargo" if article.due == embargo else "an editor's schedule"
            why = f" for {room.time(article.due)} ({whose})"
        lines.append(f"! released, but not live: the article is {article.state}{why}")
        nothing = before.state == article.state
    return lines, nothing


def _decisions(event: ArticleEvent, desk: Desk) -> Iterator[tuple[str, Decision[Any] | None]]:
    """The fields that `event` decides, and the decision that counts now for each."""
    from msgspec import UNSET  # noqa: PLC0415

    from wireroom.newsroom import events  # noqa: PLC0415

    names: tuple[str, ...] = ()
    match event:
        case events.Headline():
            names = ("headline", "standfirst", "slug")
        case events.Schedule():
            names = ("publish_at", "expire_at")
        case events.Correct():
            yield "body", desk.body
        case events.Categorise():
            if event.set is not UNSET or event.auto:
                yield "categories", desk.categories
            for slug in (*event.add, *event.remove):
                yield slug, desk.filed.get(slug) or desk.categories
        case events.Hold() | events.Release():
            yield "hold", desk.hold
        case events.Kill() | events.Reinstate():
            yield "kill", desk.kill
        case events.Pin() | events.Unpin():
            yield f"pin {event.list}", desk.pins.get(event.list)
        case events.Note():
            pass
        case _:
            assert_never(event)
    for name in names:
        if getattr(event, name) is not UNSET:
            yield name, getattr(desk, name)
