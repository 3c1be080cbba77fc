"""What editors' events may say, and how it is told what is wrong with one."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from wireroom.errors import EditRefused
from wireroom.newsroom import events
from wireroom.newsroom.events import ACTIONS, parse, read


@pytest.mark.parametrize("action", ACTIONS)
def test_the_example_of_each_action_is_an_event_of_it(action: str) -> None:
    example = ACTIONS[action].example
    assert isinstance(read(action, {"by": "asha", **example}), ACTIONS[action])


@pytest.mark.parametrize(
    ("action", "detail", "field", "reason"),
    [
        (
            "kill",
            {"article": "a", "reason": "boredom"},
            "reason",
            "'boredom' is not known; expected one of withdrawn-by-agency, legal, licence-expired,"
            " error",
        ),
        (
            "republish",
            {"first": "yesterday"},
            "first",
            "is not what is expected: a date, for example 2026-02-11",
        ),
        ("headline", {"article": "a", "headline": ""}, "headline", "is empty"),
        ("pin", {"article": "a", "order": 0}, "order", "is less than 1"),
        ("note", {"article": "a"}, "note", "is missing"),
        ("hold", {"article": "a", "colour": "red"}, "colour", "is not a field of this event"),
        (
            "pin",
            {"article": "a", "order": "first"},
            "order",
            "is text and should be a whole number",
        ),
        ("categorise", {"article": "a", "set": ["x"] * 21}, "set", "names more than 20"),
    ],
)
def test_what_is_wrong_is_told_in_words_by_its_field(
    action: str, detail: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(EditRefused) as refused:
        read(action, {"by": "asha", **detail})
    assert str(refused.value) == f"{field}: {reason}"


def test_the_words_for_a_choice_are_those_of_its_own_field() -> None:
    assert events._expected(events.Kill, "reason").startswith("one of withdrawn-by-agency")
    assert events._expected(events.Republish, "last") == "a date, for example 2026-02-11"


def sent(time: str, now: str, **detail: str) -> datetime | None:
    """When the editor decided, of an event that EventBridge dates `time`, read at `now`."""
    envelope = {
        "id": "e",
        "time": time,
        "detail-type": "hold",
        "detail": {"article": "a", "by": "asha", **detail},
    }
    return parse(json.dumps(envelope), datetime.fromisoformat(now))[1].at


@pytest.mark.parametrize(
    ("now", "at"),
    [
        ("2026-02-11T12:00:30+00:00", "2026-02-11T12:00:00.999999+00:00"),
        ("2026-02-11T12:00:00.400000+00:00", "2026-02-11T12:00:00.400000+00:00"),
        ("2026-02-11T11:59:59+00:00", "2026-02-11T12:00:00+00:00"),
    ],
)
def test_an_event_without_a_time_counts_as_said_at_the_end_of_its_second_or_now(
    now: str, at: str
) -> None:
    assert sent("2026-02-11T12:00:00Z", now) == datetime.fromisoformat(at)


def test_a_time_that_lies_ahead_counts_as_that_of_the_event() -> None:
    moment = "2026-02-11T12:00:00+00:00"
    ahead = sent(moment, "2026-02-11T12:00:30+00:00", at="2026-02-12T12:00:00+00:00")
    assert ahead == datetime.fromisoformat("2026-02-11T12:00:00.999999+00:00")
    before = sent(moment, "2026-02-11T12:00:30+00:00", at="2026-02-11T11:00:00+00:00")
    assert before == datetime.fromisoformat("2026-02-11T11:00:00+00:00")
