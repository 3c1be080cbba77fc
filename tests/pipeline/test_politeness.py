"""Many feeds: not all in one second, not all at one host."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from threading import Barrier, Event, Lock

import pytest
from msgspec.structs import replace

from tests.pipeline.newsroom import Newsroom, Wire, item, rss
from tests.pipeline.world import FEED, SETTINGS, World
from wireroom import clock
from wireroom.model import Entry, Settings
from wireroom.pipeline import ingest
from wireroom.store.items import item as row_of
from wireroom.wire.diff import REMEMBERED, changed
from wireroom.wire.formats.document import Document
from wireroom.wire.http.fetch import Response
from wireroom.wire.polling import FeedState, succeeded
from wireroom_infra.local.loopback import Answer, Request, serving


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


def test_a_run_whose_time_goes_into_a_slow_host_leaves_the_feeds_that_wait_to_the_next(
    world: World,
) -> None:
    """It has to end before the next begins, with those that it has."""
    asked = []

    def respond(request: Request) -> Answer:
        asked.append(request.path)
        world.aws.clock.advance(ingest.TAKING.total_seconds() + 1)
        return Answer(body=rss(item(1)))

    with serving(respond) as address:
        newsroom = Newsroom(world, Wire())
        urls = {f"f{n}": f"{address}/f{n}.xml" for n in range(ingest.PER_HOST + 1)}
        newsroom.apply(
            internal(address), tuple(replace(FEED, id=id_, url=url) for id_, url in urls.items())
        )
        newsroom.pull()
        assert len(asked) <= ingest.PER_HOST
        newsroom.pull()
        newsroom.pull()
    assert set(newsroom.states().values()) == {"ok"}


def test_a_slow_host_does_not_hold_up_the_feeds_of_others(world: World) -> None:
    others, waited, done = [], [], Event()

    def respond(request: Request) -> Answer:
        if "127.0.0.1" in request.headers["Host"]:
            waited.append(done.wait(60))
        else:
            others.append(request.path)
            if len(others) == 3:
                done.set()
        return Answer(body=rss(item(1)))

    with serving(respond) as address:
        newsroom = Newsroom(world, Wire())
        here = address.replace("127.0.0.1", "localhost")
        newsroom.apply(
            internal(address, here),
            (
                *(replace(FEED, id=f"a{n:02}", url=f"{address}/{n}.xml") for n in range(17)),
                *(replace(FEED, id=f"b{n:02}", url=f"{here}/{n}.xml") for n in range(3)),
            ),
        )
        newsroom.pull()
    assert waited == [True] * 17
    assert set(newsroom.states().values()) == {"ok"}


def test_a_host_behind_redirects_gets_two_requests_at_a_time_as_well(world: World) -> None:
    lock, go, now, most, led = Lock(), Event(), 0, 0, []

    def respond(request: Request) -> Answer:
        nonlocal now, most
        if request.path.startswith("/led"):
            led.append(request.path)
            return Answer(302, headers={"Location": f"{there}/x.xml"})
        if request.path == "/then.xml":  # its host's places were taken by those that were led away
            go.set()
        else:
            with lock:
                now += 1
                most = max(most, now)
            if most > 2:
                go.set()
            go.wait(60)
            with lock:
                now -= 1
        return Answer(body=rss(item(1)))

    with serving(respond) as address:
        newsroom = Newsroom(world, Wire())
        there = address.replace("127.0.0.1", "localhost")
        urls = {
            **{name: f"{there}/{name}.xml" for name in ("a1", "a2")},
            **{name: f"{address}/{name}.xml" for name in ("led1", "led2", "then")},
        }
        newsroom.apply(
            internal(address, there),
            tuple(replace(FEED, id=name, url=url) for name, url in urls.items()),
        )
        newsroom.pull()
        newsroom.pull(1)
    assert set(newsroom.states().values()) == {"ok"}
    assert most == 2
    assert len(led) == 4


def internal(*addresses: str) -> Settings:
    hosts = tuple(address.removeprefix("http://") for address in addresses)
    return replace(SETTINGS, site=replace(SETTINGS.site, internal_hosts=hosts))


def test_a_lease_that_is_given_back_leaves_the_feed_as_due_as_it_was(newsroom: Newsroom) -> None:
    newsroom.subscribe("top")
    now = clock.now()
    row = newsroom.feeds.take("top", now, now + timedelta(minutes=2))
    assert newsroom.feeds.take("top", now, now + timedelta(minutes=2)) is None
    newsroom.feeds.give_back(row, {"ptn.example", "cdn.example"})
    assert dues(newsroom) == ["0"]
    assert newsroom.feeds.due(now, 9) == {"top": {"ptn.example", "cdn.example"}}
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
