"""What a hub may say, and for how long it is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wireroom.wire import websub
from wireroom.wire.websub import ASK_AGAIN, LEASE, Subscription

NOW = datetime(2026, 2, 10, 10, tzinfo=UTC)
TOPIC = "https://wire.example/feed"
MINUTE = timedelta(minutes=1)
DAY = 24 * 3600


def asked(ago: timedelta, *, pending: bool = False, refused: str = "") -> Subscription:
    return Subscription(
        hub="https://hub.example/", topic=TOPIC, asked=NOW - ago, pending=pending, refused=refused
    )


def test_a_hub_that_was_asked_may_verify_however_late() -> None:
    assert websub.expected(asked(10 * ASK_AGAIN, pending=True), NOW)


def test_a_hub_whose_answer_got_lost_may_verify_again_within_the_hour() -> None:
    assert websub.expected(asked(ASK_AGAIN - MINUTE), NOW)
    assert not websub.expected(asked(ASK_AGAIN), NOW)


def test_a_hub_that_refused_may_not_verify_after_all() -> None:
    assert not websub.expected(asked(MINUTE, refused="denied"), NOW)


@pytest.mark.parametrize(
    ("seconds", "lease"),
    [("3600", 3600), (str(30 * DAY), 30 * DAY), (str(3650 * DAY), 30 * DAY), ("0", LEASE)],
)
def test_no_lease_is_longer_than_thirty_days(seconds: str, lease: int) -> None:
    query = {
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.challenge": "c",
        "hub.lease_seconds": seconds,
    }
    assert websub.verified(query, TOPIC) == ("c", lease)
