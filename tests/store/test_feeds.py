"""A feed's row: who may write it, and when it is another feed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.newsroom.stories import NOON, SETTINGS
from wireroom.errors import Conflict
from wireroom.model import Feed, Job
from wireroom.store.feeds import DUE_AT_ONCE, FeedRow, Feeds
from wireroom.wire.polling import FeedState

FEED = Feed(id="ptn-top", url="https://ptn.example/top.xml", provider="ptn")
MINUTE = timedelta(minutes=1)
KNOWN = FeedState(etag='"one"', seen=b"seen", state="ok", due=NOON + 5 * MINUTE)


def apply(feeds: Feeds, *wanted: Feed) -> None:
    feeds.apply(SETTINGS, wanted, Job(id="apply", requested=NOON))


def taken(feeds: Feeds, minutes: int = 0) -> FeedRow:
    row = feeds.take(FEED.id, NOON + minutes * MINUTE, NOON + (minutes + 2) * MINUTE)
    assert row
    return row


def state(feeds: Feeds) -> FeedState:
    row = feeds.get(FEED.id)
    assert row
    return row.state


def test_a_feed_that_one_run_holds_is_taken_by_no_other(feeds: Feeds) -> None:
    apply(feeds, FEED)
    taken(feeds)
    assert feeds.take(FEED.id, NOON + MINUTE, NOON + 3 * MINUTE) is None
    taken(feeds, minutes=2)  # it is over, on the minute


def test_a_run_that_overstayed_its_lease_cannot_undo_what_a_later_one_saved(feeds: Feeds) -> None:
    apply(feeds, FEED)
    slow, later = taken(feeds), taken(feeds, minutes=3)
    with pytest.raises(Conflict):
        feeds.give_back(slow, ["ptn.example"])
    feeds.save(later, KNOWN, ["ptn.example"])
    with pytest.raises(Conflict):
        feeds.save(slow, FeedState(etag='"old"', due=NOON), ["ptn.example"])
    with pytest.raises(Conflict):
        feeds.give_back(slow, ["ptn.example"])
    assert state(feeds) == KNOWN


def test_a_run_cannot_bring_a_feed_back_that_site_toml_no_longer_names(feeds: Feeds) -> None:
    apply(feeds, FEED)
    slow = taken(feeds)
    apply(feeds)
    for late in (lambda: feeds.save(slow, KNOWN, []), lambda: feeds.give_back(slow, [])):
        with pytest.raises(Conflict):
            late()
    assert feeds.all() == []


@pytest.mark.parametrize("changed", [{"url": "https://ptn.example/news.xml"}, {"identity": "link"}])
def test_a_feed_that_is_read_elsewhere_or_told_apart_otherwise_starts_anew_and_at_once(
    feeds: Feeds, changed: dict[str, str]
) -> None:
    """What its entries were called before says nothing of what they are called now."""
    apply(feeds, FEED)
    feeds.save(taken(feeds), KNOWN, [])
    apply(feeds, replace(FEED, **changed))
    row = feeds.get(FEED.id)
    assert row
    assert (row.state, row.due) == (FeedState(), DUE_AT_ONCE)


@pytest.mark.parametrize("changed", [{"interval": 60}, {"categories": ("sport",)}, {"hold": True}])
def test_a_feed_whose_other_settings_change_goes_on_where_it_was(
    feeds: Feeds, changed: dict[str, object]
) -> None:
    apply(feeds, FEED)
    feeds.save(taken(feeds), KNOWN, [])
    apply(feeds, replace(FEED, **changed))
    assert state(feeds) == KNOWN


def test_an_operator_who_has_a_feed_read_again_is_not_undone_by_a_run_that_holds_it(
    feeds: Feeds,
) -> None:
    apply(feeds, FEED)
    feeds.save(taken(feeds), KNOWN, [])
    held = taken(feeds, minutes=6)
    assert feeds.forget(FEED.id, [], NOON + 7 * MINUTE)
    with pytest.raises(Conflict):
        feeds.save(held, KNOWN, [])
    assert state(feeds).etag == ""


def test_a_feed_is_due_at_once_and_keeps_what_is_known_of_it(feeds: Feeds) -> None:
    apply(feeds, FEED)
    stopped = replace(KNOWN, state="stopped", due=None)
    feeds.save(taken(feeds), stopped, [])
    assert feeds.due(NOON + MINUTE, 9) == {}
    assert feeds.fetch_now(FEED.id, NOON + MINUTE)
    assert list(feeds.due(NOON + MINUTE, 9)) == [FEED.id]
    assert state(feeds) == replace(stopped, due=NOON + MINUTE)


def test_a_feed_that_is_being_fetched_is_not_fetched_twice(feeds: Feeds) -> None:
    apply(feeds, FEED)
    held = taken(feeds)
    assert feeds.fetch_now(FEED.id, NOON + MINUTE)
    assert feeds.due(NOON + MINUTE, 9) == {}
    feeds.save(held, KNOWN, [])
    assert state(feeds) == KNOWN


def test_a_feed_that_is_not_there_can_not_be_fetched_and_is_not_made(feeds: Feeds) -> None:
    apply(feeds, FEED)
    assert not feeds.fetch_now("nothing", NOON)
    assert feeds.get("nothing") is None
