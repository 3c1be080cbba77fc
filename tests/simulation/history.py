"""Checks a row of an article's history against the article before and after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, structs

from tests.simulation.newsroom import EDITOR
from tests.simulation.truth import WRITING, EditorsEvent
from tests.simulation.wire import PROVIDER
from wireroom.model import Article, Revision

Place = tuple[str, ...]

# A place where the two articles may differ → its name in the row. Differences at other places
# (times, hashes, and what follows from these) are not in the history.
_NAMES = {
    "state": "state",
    "path": "path",
    "categories": "categories",
    "authors": "authors",
    "desk.kill.value": "kill",
    "desk.headline.value": "desk headline",
    "desk.standfirst.value": "desk standfirst",
    "desk.slug.value": "desk slug",
    "desk.body.value": "desk body",
    "desk.corrections": "corrections",
    "desk.hold.value": "hold",
    "desk.publish_at.value": "publish at",
    "desk.expire_at.value": "expire at",
    "pins.home": "pins",
    "pins.india": "pins",
    "pins.bharat": "pins",
    "wire.headline": "wire headline",
    "wire.body": "wire body",
    "wire.takes": "wire takes",
    "wire.at": "wire version",
    "wire.embargo": "wire embargo",
    "wire.picture.url": "wire picture",
    "wire.byline": "wire byline",
    "wire.feeds.ptn-top.terms": "wire feeds",
    "wire.feeds.ptn-more.terms": "wire feeds",
    "wire.feeds.ptn-push.terms": "wire feeds",
    "wire.feeds.ptn-text.terms": "wire feeds",
    "wire.feeds.ptn-files.terms": "wire feeds",
    "wire.feeds.the desk.terms": "wire feeds",
}
_UNASKED = {
    (PROVIDER, "new"), (PROVIDER, "update"), (PROVIDER, "withdrawn"),
    ("pictures", "pictures"), ("pictures", "lost"),
    ("schedule", "release"), ("schedule", "expire"), ("settings", "refiled"),
}  # fmt: skip


_LISTED = {"pins", "pictures"}  # several values in one text


def _name(place: Place) -> str:
    """The name in a history's row of a place where two articles may differ, or ""."""
    if place[0] == "pictures":
        return "pictures"
    return _NAMES.get(".".join(place), "")


def explained(
    row: Revision, old: Article | None, new: Article, event: EditorsEvent | None
) -> Iterator[str]:
    """What is wrong with `row`. `event`: the event that it names, as the editor sent it."""
    before, after = dict(_leaves(old)), dict(_leaves(new))
    places = {place for place in before | after if before.get(place) != after.get(place)}
    named = {name: place for place in places if (name := _name(place))}
    if row.changes.keys() != named.keys():
        yield f"names {sorted(row.changes)}, and what changed is {sorted(named)}"
        return
    for name, place in named.items():
        values = before.get(place), after.get(place)
        texts = tuple("" if value is None else str(value) for value in values)
        if not any(isinstance(value, tuple) for value in values) and name not in _LISTED:
            if row.changes[name] != texts:
                yield f"says {name}: {row.changes[name]}, and it is {texts}"
        elif row.changes[name][0] == row.changes[name][1]:
            yield f"says {name}: {row.changes[name]}"
    if row.event and not event:
        yield f"names an event that nobody sent: {row.event}"
    elif event and (row.who, row.what) != (EDITOR, event.action):
        yield f"is by {row.who}, {row.what}, and {EDITOR} sent {event.action}"
    elif not event and (row.who, row.what) not in _UNASKED:
        yield f"is by {row.who}, {row.what}, and no editor sent that"
    touched = {place[1] for place in places if place[0] == "desk"}
    touched |= {"wire"} if any(place[0] == "wire" for place in places) else set()
    if strange := touched - _decided(event):
        yield f"is by {row.who}, {row.what}, and changed {sorted(strange)}"


def _decided(event: EditorsEvent | None) -> set[str]:
    """The fields that an event may change; without an event, what the agency may change."""
    if event is None:
        return {"wire", "kill"}
    if event.action in WRITING:
        return {"wire"}
    decided = {"pins" if name.startswith("pin ") else name for name in event.fields}
    return decided | (
        {
            *("body_over", "body_summary", "body_picture", "body_pictures"),
            *("corrections", "reverted"),
        }
        if "body" in decided
        else set()
    )


def _leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """(place, value) of all that is set, at any depth. Lists are values."""
    if isinstance(value, Struct):
        value = structs.asdict(value)
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(each, (*place, name))
    elif value not in (None, "", ()) or place[:2] == ("wire", "feeds"):
        yield place, value
