"""Checks that each dead letter has a reason, and that all that can't be done is a dead letter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.simulation.cloud import Message
from tests.simulation.newsroom import Newsroom


def dead_letters(newsroom: Newsroom) -> list[Message]:
    """The messages in the dead-letter queues."""
    simulation = newsroom.simulation
    return [
        letter
        for name, queue in simulation.stage.queues.items()
        if name.endswith("DeadLetters")
        for letter in simulation.cloud.queues[queue]
    ]


def unjust(newsroom: Newsroom) -> list[Message]:
    """The dead letters about entries and events that are good."""
    return [each for each in dead_letters(newsroom) if not _bad(newsroom, _subject(each))]


def unexplained(newsroom: Newsroom, *, final: bool = False) -> Iterator[str]:
    """Problems: dead letters without a reason, and bad entries and events without a dead letter.

    `final`: all was retried without faults, so each reason must be the right one.
    """
    held = dead_letters(newsroom)
    for letter in held:
        if not letter.reason and not letter.excuse:
            yield f"1: a dead letter without a reason: {letter.body[:100]}"
    reasons: dict[tuple[str, ...], list[str]] = {}
    for letter in held:
        reasons.setdefault(_subject(letter), []).append(letter.reason)
    for feed, entry in sorted(newsroom.simulation.truth.owed - newsroom.settled):
        found = reasons.get(("entry", feed, entry), [])
        if not any(f"feed {feed}, entry {entry}: " in reason for reason in found):
            yield f"1: entry {entry} of {feed} was rejected without a dead letter: {found}"
    for name in sorted(newsroom.broken):
        found = reasons.get(("file", name), [])
        if not any(f"file {name}: " in reason for reason in found):
            yield f"1: the file {name} failed without a dead letter: {found}"
    applied = {row["event"]["S"] for _, row in newsroom.simulation.cloud.rows() if row.get("event")}
    for event, (field, certain) in newsroom.refused.items():
        found = reasons.get(("event", event), [])
        if event in applied and (certain or (final and found)):
            yield f"1: event {event} was applied, and should have been refused for its {field}"
        named = any(field in reason for reason in found) if final else found
        if event not in applied and not named:
            yield f"1: event {event} was refused without naming {field}: {found}"


def _bad(newsroom: Newsroom, subject: tuple[str, ...]) -> bool:
    match subject:
        case ("entry", feed, entry):
            return (feed, entry) in newsroom.simulation.truth.rejected
        case ("event", event):
            return event in newsroom.refused
        case ("file", name):
            return name in newsroom.ever_broken
    return subject[1] in newsroom.nonsense


def _subject(letter: Message) -> tuple[str, ...]:
    """What a dead letter is about: (`entry`, feed, entry), (`event`, id), (`file`, name) or
    (`other`, body). What somebody wrote is an event, too."""
    try:
        body: dict[str, Any] = json.loads(letter.body)
    except ValueError:
        return "other", letter.body
    if "rejected" in body:
        return "entry", body["rejected"]["feed"], body["rejected"]["entry"]
    if "dropped" in body:
        return "file", body["dropped"]["name"]
    if "written" in body:
        return "event", body["written"]["id"]
    if "entry" in body:
        return "entry", body["feed"]["id"], body["entry"]["id"]
    if "detail-type" in body:
        return "event", body["id"]
    return "other", letter.body


__all__ = ["dead_letters", "unexplained", "unjust"]
