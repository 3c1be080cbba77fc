"""The screen "Fronts": what is pinned, arranged anew, looked at, sent, and followed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from html import unescape
from itertools import pairwise, permutations
from typing import Any
from unittest.mock import patch

import pytest

from desk import pins
from tests.desk.browser import Browser, Page, settings
from tests.desk.issuer import Issuer
from tests.desk.test_stories import Element, follow, packed, parsed
from tests.pipeline.world import World, entry, prepared
from tests.xss.payloads import PAYLOADS
from wireroom import clock
from wireroom.errors import Unavailable
from wireroom.model import Entry
from wireroom.newsroom.identity import article_id
from wireroom.store.bus import Bus
from wireroom_infra.embedded import EmbeddedAWS

A, B, C, D = (article_id("ptn", number) for number in "1234")


_prepare: dict[Issuer, Callable[[World], None]] = {}


@pytest.fixture
def world(aws: EmbeddedAWS, issuer: Issuer) -> World:
    """Stories 1 to 4, of which 4 is the newest, are live; 1 and 2 are pinned to home."""
    return prepared(aws, _prepare.setdefault(issuer, partial(_pinned, issuer)))


def _pinned(issuer: Issuer, world: World) -> None:
    world.apply(settings(issuer))
    world.publish(*map(story, range(1, 5)))
    for place in (1, 2):
        world.edit("pin", article=f"ptn:{place}", order=place, by="chief@harbour.example")


@pytest.fixture
def desk(editor: Browser) -> Browser:
    return editor


def story(number: int, **more: Any) -> Entry:
    """The greater its number, the newer."""
    published = clock.now() - timedelta(hours=2) + timedelta(minutes=number)
    return entry(number, published=published, **more)


def section(page: Page, name: str) -> list[str]:
    """The ids of the stories in a section of the page, in their order."""
    found = re.search(rf'<section aria-labelledby="{name}".*?</section>', page.text, re.DOTALL)
    assert found
    return re.findall(r'data-id="(\w+)"', found[0])


def pinned(page: Page) -> list[str]:
    return section(page, "pinned")


def words(page: Page, name: str = "proposal") -> str:
    """What a section says, as one line of text."""
    found = re.search(
        rf'<section class="\w+" aria-labelledby="{name}".*?</section>', page.text, re.S
    )
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", found[0])).split()) if found else ""


def step(desk: Browser, page: Page, **fields: str) -> Page:
    """Press a button of the page."""
    query = {name: page.field(name) for name in ("order", "seen")} | fields
    return desk.get("/fronts?" + "&".join(f"{name}={value}" for name, value in query.items()))


def send(desk: Browser, page: Page, name: str = "home", **fields: str) -> Page:
    hidden = {name: page.field(name) for name in ("token", "order", "seen")}
    return desk.post(f"/fronts/{name}", **(hidden | fields))


def settle(desk: Browser) -> None:
    desk.world.aws.clock.advance(1)
    desk.world.aws.drain()


def applied(desk: Browser) -> None:
    """What waits in the queues is; no page is written."""
    desk.world.aws.clock.advance(1)
    while any(source.poll() for source in desk.world.aws.queues):
        pass


def leads(desk: Browser, path: str = "/") -> list[str]:
    """The numbers of the stories on a front, in its order."""
    return re.findall(r"Story (\d+) version 1</a>", desk.world.page(path))


def history(desk: Browser) -> list[tuple[str, str, str]]:
    """(story, action, who) of all pins, the stories in order."""
    table = desk.world.table.articles
    rows = [(each, row) for each in (A, B, C, D) for row in table.history(each)]
    return [(each, row.what, row.who) for each, row in rows if "pin" in row.what]


def test_home_and_each_category_show_what_readers_get(desk: Browser) -> None:
    page = desk.get("/fronts")
    assert pinned(page) == [A, B]
    assert section(page, "rest") == [D, C]
    assert ">Send<" not in page.text
    framed = desk.get("/fronts/home/page")
    assert framed.text.index("Story 1 version") < framed.text.index("Story 4 version")
    assert "<script" not in framed.text
    assert framed.headers["content-security-policy"].startswith("sandbox;")
    india = desk.get("/fronts/india")
    assert section(india, "rest") == [D, C, B, A]
    assert "Story 4 version" in desk.get("/fronts/india/page").text
    assert "It is not written yet." not in desk.get("/fronts/sport/page").text


def test_the_first_view_takes_two_calls_and_little_room(desk: Browser) -> None:
    long = "बाँध के द्वार खुले " * 8
    several = (story(number, title=f"{long}{number}") for number in range(10, 50))
    desk.world.send(*several)
    applied(desk)
    desk.world.aws.calls.reset()
    page = desk.get("/fronts")
    calls = [f"{c.service}:{c.operation}" for c in desk.world.aws.calls]
    assert calls == ["dynamodb:BatchGetItem", "dynamodb:Query"]
    assert len(page.text.encode()) < 60 << 10
    assert len(pinned(page) + section(page, "rest")) == 30


def test_a_pin_is_moved_looked_at_sent_and_followed(desk: Browser) -> None:
    page = step(desk, desk.get("/fronts"), up=B)
    assert pinned(page) == [B, A]
    assert "Not sent yet" in words(page)
    assert "Story 2 version 1 leads the front instead of Story 1 version 1" in words(page)
    assert desk.world.article("1").pins == {"home": 1}  # nothing was sent
    preview = desk.get(re.findall(r'<iframe[^>]* src="([^"]*)"', page.text)[0])
    assert preview.text.index("Story 2 version") < preview.text.index("Story 1 version")
    answer = send(desk, page)
    assert answer.status == 303
    waiting = desk.get(answer.location)
    assert "Sent, not applied yet Story 1 version 1 : place 2 Story 2" in words(waiting)
    assert pinned(waiting) == [B, A]
    assert ">Send<" not in waiting.text
    assert "data-key" not in waiting.text
    settle(desk)
    assert leads(desk) == ["2", "1", "4", "3"]
    page = desk.get(answer.location)
    assert pinned(page) == [B, A]
    assert words(page) == ""
    desk.world.edit("pin", article="ptn:4", order=1, by="rani")
    assert pinned(desk.get(answer.location)) == [D, B, A]  # what was sent is long applied
    page = desk.get(f"/fronts?order={C}&sent=1")
    assert (pinned(page), words(page)) == ([D, B, A], "")  # that never was
    assert len(re.findall(r"(\d+) of \1 pages written", follow(desk))) == 2
    assert history(desk)[1:3] == [
        (A, "pin", "asha@harbour.example"),
        (B, "pin", "chief@harbour.example"),
    ]


def test_a_story_is_pinned_into_a_place_and_another_is_unpinned(desk: Browser) -> None:
    page = step(desk, desk.get("/fronts"), pin="ptn:3", place="2")
    assert pinned(page) == [A, C, B]
    page = step(desk, page, unpin=A)
    assert pinned(page) == [C, B]
    assert section(page, "rest") == [D, A]
    send(desk, page)
    settle(desk)
    assert leads(desk) == ["3", "2", "4", "1"]
    assert [desk.world.article(each).pins for each in "123"] == [{}, {"home": 2}, {"home": 1}]
    assert len(history(desk)) == 4  # of B, which kept its place, none


def test_a_category_has_pins_of_its_own(desk: Browser) -> None:
    page = desk.get(f"/fronts/india?pin={B}")
    assert pinned(page) == [B]
    answer = send(desk, page, "india")
    assert answer.location.startswith("/fronts/india?")
    settle(desk)
    assert leads(desk, "/india/") == ["2", "4", "3", "1"]
    assert leads(desk) == ["1", "2", "4", "3"]


def test_what_falls_out_is_told_before_it_is_sent(desk: Browser) -> None:
    desk.world.publish(*map(story, range(10, 38)))
    page = desk.get("/fronts")
    assert len(section(page, "rest")) == 28
    assert f'data-id="{D}"' not in page.text
    page = step(desk, page, pin="ptn:4")
    assert "Falls out of the front: Story 10 version 1" in words(page)
    assert "Comes onto the front: Story 4 version 1" in words(page)
    page = step(desk, desk.get("/fronts"), unpin=A)
    assert "Falls out of the front: Story 1 version 1" in words(page)
    assert "Comes onto the front: Story 11" not in words(page)
    assert "Falls out of the front: Story 1 version 1." in page.text
    send(desk, page)
    settle(desk)
    assert "Story 1 version" not in desk.world.page("/")


def test_a_row_of_all_stories_leads_to_its_pin(desk: Browser) -> None:
    page = desk.get("/")
    found = re.search(rf'data-key="p" href="(/fronts\?pin={D})"', page.text)
    assert found
    page = desk.get(found[1])
    assert pinned(page) == [D, A, B]
    assert re.search(r'id="send" autofocus', page.text)
    assert f"/fronts/india?pin={D}" in page.text
    desk.world.edit("hold", article="ptn:4")
    assert f'data-key="p" href="/story/{D}#pinning"' in desk.get("/").text


def test_who_moves_over_anothers_move_is_told_and_keeps_theirs(desk: Browser) -> None:
    page = step(desk, desk.get("/fronts"), up=B)
    desk.world.edit("pin", article="ptn:3", order=1, by="rani")
    desk.world.edit("unpin", article="ptn:1", by="rani")
    refused = send(desk, page)
    assert refused.status == 409
    assert 'role="alert">Not sent: others have changed what is pinned here.' in refused.text
    told = words(refused, "meanwhile")
    assert "Story 3 version 1 : place 1 by rani" in told
    assert "Story 1 version 1 : unpinned by rani" in told
    assert pinned(refused) == [C, B]
    settle(desk)
    assert [desk.world.article(each).revision for each in "23"] == [2, 2]
    again = step(desk, refused, up=B)
    assert words(again, "meanwhile") == ""
    assert send(desk, again).status == 303
    settle(desk)
    assert leads(desk)[:2] == ["2", "3"]


def test_of_two_who_send_at_once_the_second_is_told(desk: Browser) -> None:
    first = step(desk, desk.get("/fronts"), up=B)
    second = step(desk, desk.get("/fronts"), pin=D, place="2")
    send(desk, first)
    assert send(desk, second).status == 303  # the other's is not applied yet
    settle(desk)
    desk.world.aws.clock.advance(4)
    assert "refused: expected_revision" in follow(desk)
    assert sorted(leads(desk)[:3]) == ["1", "2", "4"]  # and all of them are pinned


def test_an_editors_own_move_is_no_surprise_to_them(desk: Browser) -> None:
    page = step(desk, desk.get("/fronts"), up=B)
    send(desk, page)
    settle(desk)
    assert send(desk, page).status == 303  # sent twice
    settle(desk)
    assert leads(desk)[:2] == ["2", "1"]
    assert len(history(desk)) == 4
    assert desk.world.letters() == []


def test_a_pinned_story_that_has_left_is_told(desk: Browser) -> None:
    page = step(desk, desk.get("/fronts"), up=B)
    desk.world.edit("kill", article="ptn:2", reason="legal")
    refused = send(desk, page)
    assert refused.status == 409
    assert "Story 2 version 1 : not on this front any more" in words(refused, "meanwhile")
    page = step(desk, desk.get("/fronts"), pin=D)
    desk.world.edit("hold", article="ptn:4")
    refused = send(desk, page)
    assert refused.status == 409
    assert "Not sent: A story that you put here is not on this front" in refused.text


@pytest.mark.parametrize(
    ("name", "pin", "reason"),
    [
        ("home", "gates opened", "Name the story by its address"),
        ("home", "ptn:99", "There is no such story"),
        ("sport", "ptn:1", "That story is not live in this list"),
        ("home", "ptn:5", "That story is not live in this list"),
    ],
)
def test_what_can_not_be_pinned_is_told(desk: Browser, name: str, pin: str, reason: str) -> None:
    desk.world.edit("kill", article="ptn:5", reason="legal")
    page = desk.get(f"/fronts/{name}?pin={pin.replace(' ', '+')}")
    assert reason in page.text
    assert f'value="{pin}"' in page.text
    assert ">Send<" not in page.text


def test_a_move_that_the_bus_takes_in_part_says_so_and_goes_on(desk: Browser) -> None:
    page = step(desk, desk.get("/fronts"), pin=D)
    put, sent = Bus.put, []

    def once(self: Bus, action: str, detail: dict[str, Any]) -> None:
        if sent:
            raise Unavailable("EventBridge is throttled")
        sent.append(detail)
        put(self, action, detail)

    with patch.object(Bus, "put", once):
        refused = send(desk, page)
    assert refused.status == 409
    assert "1 of 3 events were sent" in refused.text
    settle(desk)
    assert leads(desk)[:2] == ["1", "2"]
    assert send(desk, page).status == 303
    settle(desk)
    assert leads(desk) == ["4", "1", "2", "3"]


def test_a_reader_looks_and_moves_nothing(desk: Browser) -> None:
    desk.sign_in("rani@harbour.example")
    page = desk.get("/fronts")
    assert pinned(page) == [A, B]
    assert "<button name" not in page.text
    assert "data-key" not in page.text
    form = {"token": page.field("token"), "order": B, "seen": f"{A}-1.{B}-2"}
    assert desk.post("/fronts/home", **form).status == 403
    settle(desk)
    assert leads(desk)[:2] == ["1", "2"]


def test_forms_of_other_sites_and_lists_that_are_none_are_refused(desk: Browser) -> None:
    page = step(desk, desk.get("/fronts"), up=B)
    assert send(desk, page, token="").status == 403
    form = {name: page.field(name) for name in ("token", "order", "seen")}
    for origin in ("", "https://evil.example"):
        assert desk.post("/fronts/home", origin=origin, **form).status == 403
    assert send(desk, page, "nothing").status == 404
    assert desk.get("/fronts/nothing").status == 404
    assert desk.get("/fronts/nothing/page").status == 404
    known, desk.cookies = desk.cookies, {}
    assert desk.get("/fronts").status == 303
    assert "You are signed out." in desk.get("/fronts/home/page").text
    desk.cookies = known
    settle(desk)
    assert leads(desk)[:2] == ["1", "2"]


@pytest.mark.parametrize("query", ["order=", "order=x.x.%00", "seen=x&order=..", "up=x", "seen=-"])
def test_an_address_that_was_made_up_breaks_nothing(desk: Browser, query: str) -> None:
    assert desk.get(f"/fronts?{query}").status == 200
    assert desk.get(f"/fronts/home/page?{query}").status == 200


def test_what_was_moved_keeps_the_focus(desk: Browser) -> None:
    def focus(page: Page) -> str:
        found = re.search(r'name="(\w+)" value="(\w+)"[^>]* autofocus', page.text)
        return f"{found[1]} {found[2]}" if found else ""

    page = step(desk, desk.get("/fronts"), pin=C, place="3")
    assert focus(page) == f"up {C}"
    page = step(desk, page, up=C)
    assert focus(page) == f"up {C}"
    page = step(desk, page, up=C)
    assert focus(page) == f"down {C}"  # it is the first
    assert 'role="status">Story 3 version 1: in place 1 of 3.' in page.text
    page = step(desk, page, unpin=C)
    assert focus(page) == f"pin {C}"


def test_hostile_headlines_are_shown_as_words(desk: Browser) -> None:
    """Also while they are moved, sent, and changed by others."""

    def seen(by: str) -> set[Element]:
        looks = set()
        first, second, *_ = section(desk.get("/fronts"), "rest")
        page = step(desk, step(desk, desk.get("/fronts"), pin=first), pin=second)
        desk.world.say("pin", article=first, by=by)
        applied(desk)
        refused = send(desk, page)
        waiting = desk.get(send(desk, refused).location)
        assert (refused.status, words(waiting)[:4]) == (409, "Sent")
        applied(desk)
        unpinned = step(desk, desk.get("/fronts"), unpin=second)
        for each in (page, refused, waiting, desk.get("/fronts"), unpinned):
            looks |= parsed(each.text)
        return looks

    harmless = seen("rani")
    hostile = [each.encode("utf-8", "replace").decode() for each in packed(PAYLOADS, 480)]
    desk.world.send(*(story(number, title=each) for number, each in enumerate(hostile, 10)))
    applied(desk)
    assert seen("<img src=/ onerror=alert(1)>") <= harmless
    assert len(hostile) > 20
    assert len(section(desk.get("/fronts"), "rest")) > 20


# --- which events an order takes ---


def test_each_order_is_reached_by_its_events_and_half_of_them_swap_nobody() -> None:
    for numbers in ((1, 2, 3, 4), (1, 1, 2, 2), (3, 7, 8, 100), (97, 98, 99, 100)):
        there = dict(zip("abcd", numbers, strict=True))
        for ids in permutations("abcde"):
            for wished in (ids, ids[:3], ids[:4]):
                now: dict[str, int | None] = dict(there)
                for story, place in pins.changes(there, wished):
                    now[story] = place
                    shown = [each for each in shown_order(now) if each in wished and each in there]
                    for one, two in pairwise(shown):
                        swapped = wished.index(one) > wished.index(two)
                        assert not swapped or list(there).index(one) < list(there).index(two)
                assert shown_order(now) == list(wished)
                assert all(1 <= place <= 100 for place in now.values() if place is not None)


def shown_order(places: dict[str, int | None]) -> list[str]:
    """The pins as a front has them."""
    found = [(place, each) for each, place in places.items() if place is not None]
    return [each for _, each in sorted(found)]


def test_only_stories_whose_place_changes_get_an_event() -> None:
    there = {"a": 1, "b": 2, "c": 3}
    assert pins.changes(there, ["a", "b", "c"]) == []
    assert pins.changes(there, ["b", "c"]) == [("a", None)]
    assert pins.changes(there, ["a", "b", "c", "d"]) == [("d", 4)]
    assert pins.changes(there, ["d", "a", "b", "c"]) == [
        ("c", 4), ("b", 3), ("a", 2), ("d", 1),
    ]  # fmt: skip
    assert pins.changes({"a": 5, "b": 9}, ["c", "a", "b"]) == [("c", 1)]


def test_an_order_that_was_made_before_another_change_keeps_both() -> None:
    seen = {"a": 1, "b": 2}
    assert pins.merged(["b", "a"], seen, {"n": 1, "a": 2, "b": 3}) == ["n", "b", "a"]
    assert pins.merged(["b", "a"], seen, {"b": 2}) == ["b"]
    assert pins.merged(["x", "b"], seen, seen) == ["x", "b"]
