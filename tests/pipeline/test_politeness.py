"""Many feeds: not all in one second, not all at one host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Lock

import pytest
from msgspec.structs import replace

from infra.loopback import Answer, Request, serving
from tests.pipeline.test_ingest import Newsroom, Wire, item, rss
from tests.pipeline.world import FEED, World
from wireroom import clock
from wireroom.model import Entry
from wireroom.pipeline import ingest
from wireroom.store.items import item as row_of
from wireroom.wire.diff import REMEMBERED, changed
from wireroom.wire.feeds import Document
from wireroom.wire.fetch import Response
from wireroom.wire.polling import FeedState, succeeded


@pytest.fixture
def newsroom(world: World) -> Iterator[Newsroom]:
    wire = Wire()
    with serving(wire.respond) as address:
        wire.address = address
        yield Newsroom(world, wire)


def dues(newsroom: Newsroom) -> list[str]:
    return sorted(row.due for row in newsroom.feeds.all())


def test_a_few_new_feeds_are_all_due_at_once(newsroom: Newsroom) -> None:
    newsroom.subscribe(*(f"f{n}" for n in range(20)))
    assert dues(newsroom) == ["0"] * 20


def test_many_new_feeds_do_not_all_start_in_one_minute(newsroom: Newsroom) -> None:
    newsroom.wire.documents |= {f"/f{n}.xml": rss() for n in range(120)}
    newsroom.subscribe(*(f"f{n}" for n in range(120)))
    assert len(set(dues(newsroom))) == 120
    asked = []
    for _ in range(4):
        newsroom.aws.tick()
        asked.append(len(newsroom.wire.asked))
        newsroom.aws.clock.advance(60)
    assert [after - before for before, after in zip([0, *asked], asked, strict=False)] == [
        1,
        50,
        50,
        19,
    ]


def test_feeds_that_are_there_already_stay_where_they_are(newsroom: Newsroom) -> None:
    newsroom.wire.documents["/old.xml"] = rss()
    newsroom.subscribe("old")
    newsroom.pull()
    (before,) = dues(newsroom)
    newsroom.subscribe("old", *(f"f{n}" for n in range(30)))
    assert before in dues(newsroom)


def test_one_host_gets_two_requests_at_a_time(world: World) -> None:
    pair, lock, now, most = Barrier(2), Lock(), 0, 0

    def respond(_: Request) -> Answer:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        pair.wait(30)  # nobody is answered alone, so that a third would be seen
        with lock:
            now -= 1
        return Answer(body=rss(item(1)))

    wire = Wire()
    with serving(respond) as address:
        wire.address = address
        newsroom = Newsroom(world, wire)
        newsroom.subscribe(*(f"f{n}" for n in range(12)))
        newsroom.pull()
    assert Counter(newsroom.states().values()) == {"ok": 12}
    assert most == 2


def test_a_run_whose_time_goes_into_one_document_leaves_the_others_to_the_next(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.wire.documents["/top.xml"] = rss(item(1))
    newsroom.subscribe("top")
    monkeypatch.setattr(ingest, "PARSING", timedelta(0))
    with ingest._PARSING:
        newsroom.pull()
    assert [row.state for row in newsroom.feeds.all()] == [FeedState()]
    newsroom.aws.clock.advance(ingest.LEASE.total_seconds())
    newsroom.pull()
    assert newsroom.states() == {"top": "ok"}


def test_a_lease_that_is_given_back_leaves_the_feed_as_due_as_it_was(newsroom: Newsroom) -> None:
    newsroom.subscribe("top")
    now = clock.now()
    row = newsroom.feeds.take("top", now, now + timedelta(minutes=2))
    assert newsroom.feeds.take("top", now, now + timedelta(minutes=2)) is None
    newsroom.feeds.give_back(row)
    assert dues(newsroom) == ["0"]
    again = newsroom.feeds.take("top", now, now + timedelta(minutes=2))
    assert (again.config, again.state) == (row.config, row.state)


def test_a_feeds_row_stays_small_whatever_the_feed_is_like() -> None:
    state = FeedState()
    seen = b""
    for start in (0, 500, 1000):
        seen = changed([Entry(id=str(start + n)) for n in range(500)], seen).seen
    document = Document(
        title="t" * 300,
        hub="https://hub.example/" + "h" * 100_000,
        self_url="https://x.example/" + "s" * 100_000,
        shared=frozenset(f"{n:03}" + "g" * 1000 for n in range(500)),
    )
    response = Response(
        status=200,
        url="https://x.example/",
        moved_to="https://x.example/" + "m" * 4000,
        etag="e" * 1024,
        last_modified="l" * 128,
    )
    state = succeeded(
        FEED,
        state,
        response=response,
        document=document,
        new=1,
        now=clock.now(),
        jitter=0.5,
        seen=seen,
    )
    assert len(seen) == 1 + 16 * (500 + REMEMBERED)
    assert len(repr(row_of(replace(state, seen=b"")))) + len(state.seen) < 64_000
