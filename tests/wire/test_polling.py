"""When a feed is asked next, and what its state says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wireroom.errors import FetchError, NotAFeed
from wireroom.model import Entry, Feed
from wireroom.wire import polling
from wireroom.wire.formats.document import Document
from wireroom.wire.http.fetch import Response
from wireroom.wire.polling import FeedState, failed, quiet, succeeded, unchanged

NOW = datetime(2026, 2, 10, 10, tzinfo=UTC)
FEED = Feed(id="f", url="https://x.example/feed", provider="p", interval=300)
HOUR = 3600


def good(
    state: FeedState = FeedState(),  # noqa: B008
    *,
    new: int = 0,
    now: datetime = NOW,
    jitter: float = 0.0,
    document: Document = Document(),  # noqa: B008
    **response: object,
) -> FeedState:
    answer = msgspec.convert({"status": 200, "url": FEED.url} | response, Response)
    return succeeded(
        FEED, state, response=answer, document=document, new=new, now=now, jitter=jitter
    )


def wait(state: FeedState, now: datetime = NOW) -> float:
    assert state.due is not None
    return (state.due - now).total_seconds()


def test_a_feed_is_asked_again_after_its_own_interval() -> None:
    assert wait(good()) == 300


@pytest.mark.parametrize(
    ("max_age", "ttl", "seconds"),
    [
        (None, None, 300),
        (60, None, 300),
        (900, None, 900),
        (None, 1800, 1800),
        (900, 1800, 1800),
        (10**9, None, 6 * HOUR),
        (None, 10**9, 6 * HOUR),
        (0, 0, 300),
    ],
)
def test_a_publisher_can_stretch_the_interval_up_to_six_hours(
    max_age: int | None, ttl: int | None, seconds: int
) -> None:
    assert wait(good(max_age=max_age, document=Document(ttl=ttl))) == seconds


@pytest.mark.parametrize(("ttl", "seconds"), [(3600, 3600), (10**9, 6 * HOUR), (60, 300)])
def test_what_a_document_asks_for_holds_until_another_comes(ttl: int, seconds: int) -> None:
    state = good(document=Document(ttl=ttl))
    for _ in range(2):
        answer = Response(status=304, url=FEED.url)
        state = unchanged(FEED, state, response=answer, now=NOW, jitter=0)
        assert wait(state) == seconds
    assert wait(failed(FEED, state, FetchError("timeout", "slow"), NOW, 0)) >= seconds
    assert wait(good(state)) == 300


def test_six_hours_are_the_cap_for_the_random_share_as_well() -> None:
    assert wait(good(jitter=0.99, document=Document(ttl=10**9))) == 6 * HOUR
    assert wait(good(jitter=0.99, max_age=10**9)) == 6 * HOUR


@pytest.mark.parametrize("interval", [300, 5 * HOUR, 6 * HOUR, 24 * HOUR, 7 * 24 * HOUR])
def test_a_feed_that_fails_is_not_asked_more_often_than_one_that_is_well(interval: int) -> None:
    feed, state = msgspec.structs.replace(FEED, interval=interval), FeedState()
    for _ in range(3):
        state = failed(feed, state, FetchError("timeout", "slow"), NOW, 0)
        assert wait(state) >= interval


def test_a_feed_that_publishes_often_is_asked_more_often_but_not_each_second() -> None:
    state = good(FeedState(usual_gap=200, last_new=NOW), new=0)
    assert wait(state) == 100
    assert wait(good(FeedState(usual_gap=3, last_new=NOW))) == 60
    assert wait(good(FeedState(usual_gap=200, last_new=NOW), max_age=600)) == 600
    assert wait(good(FeedState(usual_gap=10**6, last_new=NOW))) == 300


def test_an_interval_of_a_second_is_a_minute() -> None:
    eager = msgspec.structs.replace(FEED, interval=1)
    answer = Response(status=304, url=FEED.url)
    assert wait(unchanged(eager, FeedState(), response=answer, now=NOW, jitter=0)) == 60


def test_failures_wait_longer_each_time_up_to_six_hours() -> None:
    state, waits = FeedState(), []
    for _ in range(12):
        state = failed(FEED, state, FetchError("timeout", "slow"), NOW, 0.99999)
        waits.append(wait(state))
    assert waits == sorted(waits)
    assert waits[0] == pytest.approx(600, rel=0.01)
    assert waits[1] == pytest.approx(1200, rel=0.01)
    assert waits[-1] == pytest.approx(6 * HOUR, rel=0.01)
    assert good(state).failures == 0
    assert wait(good(state)) == 300


@pytest.mark.parametrize(
    ("retry_after", "seconds"), [(7200, 7200), (10**9, 24 * HOUR), (1, 450), (None, 450)]
)
def test_retry_after_is_never_undercut(retry_after: int | None, seconds: float) -> None:
    error = FetchError("too-many", "the server answered 429", retry_after=retry_after)
    assert wait(failed(FEED, FeedState(), error, NOW, 0.0)) == seconds


def test_a_feed_that_is_gone_is_stopped() -> None:
    state = failed(FEED, good(), FetchError("gone", "the server answered 410"), NOW, 0.5)
    assert (state.state, state.due) == ("stopped", None)
    assert state.reason == "gone: the server answered 410"
    assert not quiet(FEED, state, NOW + timedelta(days=400))


def test_a_state_knows_when_it_began_and_when_it_was_last_seen() -> None:
    later, latest = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    first = failed(FEED, good(), NotAFeed("html", "a web page"), NOW, 0)
    second = failed(FEED, first, NotAFeed("html", "a web page"), later, 0)
    assert (second.state, second.state_since, second.state_last) == ("html", NOW, later)
    other = failed(FEED, second, FetchError("dns", "not found"), latest, 0)
    assert (other.state, other.state_since, other.failures) == ("dns", latest, 3)
    well = good(other, now=latest)
    assert (well.state, well.state_since, well.reason) == ("ok", latest, "")


def test_validators_are_kept_on_success_and_survive_a_failure() -> None:
    state = good(etag='"1"', last_modified="then", body=b"x")
    assert (state.etag, state.last_modified) == ('"1"', "then")
    assert state.document_hash == polling.document_hash(b"x")
    broken = failed(FEED, state, FetchError("timeout", "slow"), NOW, 0)
    assert broken.etag == '"1"'
    answer = Response(status=304, url=FEED.url, etag='"2"')
    same = unchanged(FEED, broken, response=answer, now=NOW, jitter=0)
    assert (same.etag, same.last_modified, same.document_hash, same.state) == (
        '"2"',
        "then",
        state.document_hash,
        "ok",
    )


def test_a_truncated_document_leaves_no_validators() -> None:
    state = good(etag='"1"', body=b"x", document=Document(truncated=True))
    assert (state.state, state.etag, state.document_hash) == ("truncated", "", "")


def test_a_feed_moves_after_its_new_address_answered_twice() -> None:
    new = "https://y.example/feed"
    first = good(moved_to=new)
    assert (polling.address(FEED, first), first.moved_to, first.moved_times) == (FEED.url, new, 1)
    broken = failed(FEED, first, NotAFeed("html", "a web page"), NOW, 0)
    second = good(broken, moved_to=new)
    assert polling.address(FEED, second) == new
    assert polling.address(FEED, good(second)) == new


def test_a_move_that_is_taken_back_or_changes_is_not_followed() -> None:
    once = good(moved_to="https://y.example/feed")
    assert polling.address(FEED, good(good(once), moved_to="https://y.example/feed")) == FEED.url
    assert polling.address(FEED, good(once, moved_to="https://z.example/feed")) == FEED.url


def test_a_new_address_in_the_settings_forgets_all_but_the_memory() -> None:
    moved = good(
        good(moved_to="https://y.example/feed", etag="1"), moved_to="https://y.example/feed"
    )
    moved = msgspec.structs.replace(moved, seen=b"memory", shared_guids=("g",))
    edited = msgspec.structs.replace(FEED, url="https://new.example/feed")
    assert polling.prepared(FEED, moved) == moved
    fresh = polling.prepared(edited, moved)
    assert polling.address(edited, fresh) == polling.address(edited, moved) == edited.url
    assert (fresh.etag, fresh.state, fresh.seen, fresh.shared_guids) == ("", "", b"memory", ("g",))


def test_a_feed_is_quiet_after_five_usual_gaps_and_six_hours_at_least() -> None:
    state = FeedState(last_new=NOW, usual_gap=60)
    assert not quiet(FEED, state, NOW + timedelta(hours=6))
    assert quiet(FEED, state, NOW + timedelta(hours=6, seconds=1))
    weekly = FeedState(last_new=NOW, usual_gap=7 * 24 * HOUR)
    assert not quiet(FEED, weekly, NOW + timedelta(days=35))
    assert quiet(FEED, weekly, NOW + timedelta(days=36))
    assert not quiet(FEED, FeedState(), NOW)


def test_the_usual_gap_is_learned_from_dates_at_first_and_then_from_arrivals() -> None:
    entries = tuple(Entry(id=str(n), published=NOW - timedelta(hours=n)) for n in (0, 1, 2, 3))
    first = good(new=4, document=Document(entries=entries))
    assert first.usual_gap == HOUR
    second = good(first, new=2, now=NOW + timedelta(hours=4))
    assert second.usual_gap == round(0.8 * HOUR + 0.2 * 2 * HOUR)
    assert second.last_new == NOW + timedelta(hours=4)
    assert second.entries_total == 6


@given(
    st.integers(0, 10**7),
    st.floats(0, 0.9999),
    st.one_of(st.none(), st.integers(0, 10**9)),
    st.one_of(st.none(), st.integers(0, 10**9)),
    st.integers(0, 10**7),
    st.integers(0, 100),
)
def test_no_wait_is_under_a_minute_or_over_what_the_rules_allow(
    interval: int, jitter: float, max_age: int | None, ttl: int | None, gap: int, failures: int
) -> None:
    feed = msgspec.structs.replace(FEED, interval=interval)
    state = FeedState(usual_gap=gap, last_new=NOW, failures=failures)
    answer = Response(status=200, url=feed.url, max_age=max_age)
    after = succeeded(
        feed, state, response=answer, document=Document(ttl=ttl), new=0, now=NOW, jitter=jitter
    )
    assert 60 <= wait(after) <= max(1.1 * interval, 6 * HOUR) + 1
    error = FetchError("too-many", "x", retry_after=ttl)
    assert max(60, interval) <= wait(failed(feed, state, error, NOW, jitter))
    assert wait(failed(feed, state, error, NOW, jitter)) <= max(interval, 24 * HOUR)


def test_feeds_do_not_fall_into_step() -> None:
    waits = {wait(good(jitter=n / 100)) for n in range(100)}
    assert len(waits) == 100
    assert max(waits) - min(waits) > 25


def test_a_few_new_feeds_are_asked_at_once_and_many_one_after_the_other() -> None:
    assert {polling.first_due(NOW, place, 20) for place in range(20)} == {NOW}
    first = [polling.first_due(NOW, place, 1000) for place in range(1000)]
    assert first == sorted(set(first))
    for minute in range(20):
        start = NOW + timedelta(minutes=minute)
        assert sum(start <= due < start + timedelta(minutes=1) for due in first) == 50


def test_a_state_survives_json_and_plain_values() -> None:
    state = msgspec.structs.replace(
        good(new=1, etag="e", moved_to="https://y.example/"),
        seen=b"\x01\xff",
        shared_guids=("a", "b"),
    )
    assert msgspec.json.decode(msgspec.json.encode(state), type=FeedState) == state
    assert msgspec.convert(msgspec.to_builtins(state), FeedState) == state


def test_a_feed_that_is_asked_rarely_is_not_quiet_before_it_was_asked_twice() -> None:
    daily = msgspec.structs.replace(FEED, interval=24 * HOUR)
    state = FeedState(last_new=NOW, usual_gap=60)
    assert not quiet(daily, state, NOW + timedelta(hours=48))
    assert quiet(daily, state, NOW + timedelta(hours=48, seconds=1))


@pytest.mark.parametrize(
    ("interval", "renewal", "seconds"),
    [
        (300, None, 1200),
        (300, 5 * 24 * HOUR, 1200),
        (300, 600, 600),
        (300, 100, 300),
        (4 * HOUR, None, 6 * HOUR),
        (4 * HOUR, 5 * HOUR, 5 * HOUR),
    ],
)
def test_a_hub_slows_polling_fourfold_up_to_six_hours_and_until_its_renewal(
    interval: int, renewal: int | None, seconds: int
) -> None:
    feed = msgspec.structs.replace(FEED, interval=interval)
    state = FeedState(due=NOW + timedelta(seconds=interval))
    moment = NOW + timedelta(seconds=renewal) if renewal else None
    assert wait(polling.pushed(feed, state, moment, NOW)) == seconds
