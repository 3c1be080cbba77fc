"""What a person is told of the feeds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.pipeline.newsroom import Newsroom, Wire, item, rss
from tests.pipeline.world import FEED, SETTINGS
from wireroom import clock
from wireroom.model import Feed
from wireroom.wire.websub import Subscription
from wireroom_infra.local.loopback import Answer, serving

if TYPE_CHECKING:
    from tests.infra.conftest import Newsdesk


def test_each_feed_is_shown_with_its_state_and_what_is_odd_about_it(desk: Newsdesk) -> None:
    wire = Wire()
    with serving(wire.respond) as address:
        wire.address = address
        room = Newsroom(desk.world, wire)
        moved = Answer(301, headers={"Location": f"{address}/new.xml"})
        wire.documents |= {
            "/good.xml": rss(item(1)),
            "/new.xml": rss(item(2)),
            "/old.xml": moved,
            "/over.xml": Answer(410),
            "/page.xml": b"<html><body>Hi</body></html>",
        }
        room.subscribe("good", "lost", "old", "over", "page")
        room.pull()
        (good, *_) = room.feeds.all()
        hub = Subscription(
            hub="https://hub.example/", topic="t", until=clock.now() + timedelta(days=3)
        )
        room.feeds.subscribe(good, replace(hub, refused="server-error: the server answered 500"))
        assert desk.wireroom("feeds", "list") == 1
        cells = [line.split("\t") for line in desk.out.splitlines()]
        table = {row[0]: dict(zip(cells[0], row, strict=True)) for row in cells}
        assert table["good"]["state"] == "ok"
        assert table["good"]["hub"] == "3 d"
        assert table["lost"]["state"] == "not-found"
        assert table["lost"]["failures"] == "1"
        assert table["lost"]["hub"] == "-"
        assert table["over"]["state"] == "stopped"
        assert table["over"]["next"] == "never"
        assert table["page"]["state"] == "html"
        assert "over: stopped: gone: the server answered 410" in desk.err
        assert "page: html: " in desk.err
        assert f"old: is moving to {address}/new.xml" in desk.err
        assert "good: its hub https://hub.example/ refused: server-error" in desk.err
        assert "quiet" not in desk.err

        room.pull(12 * 60)
        assert desk.wireroom("feeds", "list") == 1
        assert "good: quiet: nothing new since 12 h ago" in desk.err
        assert desk.wireroom("status") == 1
        assert "5, 3 failing, 2 quiet" in desk.out
        assert "feed good has gone quiet: nothing new since 12 h ago" in desk.out


@pytest.mark.parametrize("hours", [5, 7])
def test_a_feed_gone_quiet_is_counted_at_each_poll(desk: Newsdesk, hours: int) -> None:
    wire = Wire()
    with serving(wire.respond) as address:
        wire.address = address
        wire.documents["/top.xml"] = rss(item(1))
        room = Newsroom(desk.world, wire)
        room.subscribe("top")
        room.pull()
        room.aws.clock.advance(hours * 3600)
        for _ in range(2):
            room.aws.clock.advance(600)
            counts = room.aws.invoke("IngestFunction", {})
            assert counts.get("feeds_quiet", 0) == (hours > 6)


def test_the_address_of_a_feed_that_is_pushed_is_told(desk: Newsdesk) -> None:
    room = Newsroom(desk.world, Wire())
    pushed = Feed(id="newsroom", provider="ptn", push=True, secret="wireroom/newsroom")
    room.apply(SETTINGS, (pushed, FEED), pages=False)
    place = desk.world.aws.outputs["PushAddress"] + "newsroom"
    assert place.endswith("/push/newsroom")
    assert desk.wireroom("feeds", "address", "newsroom") == 0
    assert desk.out == f"{place}\n"
    assert desk.wireroom("feeds", "address", FEED.id) == 1
    assert "is not pushed" in desk.err
    assert desk.wireroom("feeds", "address", "nothing") == 1
    assert "there is no feed nothing" in desk.err
    assert desk.wireroom("feeds", "list") == 0
    assert f"newsroom\tnew\t-\t-\t0\t-\tpushed\t0\t-\t{place}" in desk.out.splitlines()
    assert desk.wireroom("feeds", "fetch", "newsroom") == 1
    assert "has no url to fetch" in desk.err
    assert desk.wireroom("status") == 0
    assert f"pushes     {place.removesuffix('newsroom')}<feed>" in desk.out
    assert desk.wireroom("feeds", "export") == 0
    assert desk.out.count("<outline") == 1
