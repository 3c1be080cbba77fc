"""The list of all stories: what it shows, how it is found, and what it costs."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from tests.desk.browser import Browser
from tests.pipeline.world import FEED, World, entry
from wireroom.newsroom.identity import article_id


@pytest.fixture
def desk(editor: Browser) -> Browser:
    """An editor is signed in. Story 1 is live, 2 held, 3 killed, 4 edited and in Sport."""
    world = editor.world
    world.publish(entry(1, title="Gates of the reservoir opened", byline="Ila Rao"))
    world.publish(entry(2, title="पानी छोड़ा गया"), feed=replace(FEED, hold=True))
    world.publish(entry(3, title="Withdrawn later"))
    world.publish(entry(4, title="Final whistle", categories=("Sport",)))
    world.edit("kill", article="ptn:3", reason="legal")
    world.edit("headline", article="ptn:4", headline="Whistle blown", by="rani")
    world.aws.calls.reset()
    return editor


def shown(browser: Browser, path: str = "/") -> list[str]:
    """The headlines of the list, in its order."""
    page = browser.get(path)
    assert page.status == 200
    return re.findall(r'<h2 dir="auto"[^>]*><a href="/story/\w+">([^<]*)</a>', page.text)


def test_stories_in_every_state_are_listed_by_their_last_change(desk: Browser) -> None:
    assert shown(desk) == [
        "Whistle blown",
        "Withdrawn later",
        "पानी छोड़ा गया",
        "Gates of the reservoir opened",
    ]
    text = desk.get("/").text
    assert "Killed: legal" in text
    assert "Held: " in text
    assert "edited by rani" in text


@pytest.mark.parametrize(
    ("query", "headlines"),
    [
        ("find=reservoir+gates+opened", ["Gates of the reservoir opened"]),
        ("find=ila", ["Gates of the reservoir opened"]),
        ("find=पानी", ["पानी छोड़ा गया"]),
        ("find=withdrawn&state=live", []),
        ("state=held", ["पानी छोड़ा गया"]),
        ("state=killed", ["Withdrawn later"]),
        ("category=sport", ["Whistle blown"]),
        ("touched=1&category=sport", ["Whistle blown"]),
        ("editor=rani&category=sport", ["Whistle blown"]),
        ("editor=ran", []),
        ("state=nonsense&category=elsewhere&feed=none", None),
    ],
)
def test_stories_are_found_by_words_and_filters(
    desk: Browser, query: str, headlines: list[str] | None
) -> None:
    found = shown(desk, f"/?{query}")
    assert found == headlines or (headlines is None and len(found) == 4)


def test_the_agencys_address_of_a_story_leads_to_it(desk: Browser) -> None:
    page = desk.get(f"/?find={quote('https://ptn.example/1', safe='')}")
    assert (page.status, page.location) == (303, f"/story/{article_id('ptn', '1')}")


def test_the_list_costs_two_calls(desk: Browser) -> None:
    desk.get("/")
    calls = [f"{c.service}:{c.operation}" for c in desk.world.aws.calls]
    assert calls == ["dynamodb:BatchGetItem", "dynamodb:Query"]


def test_a_full_page_is_small_and_leads_to_the_older_ones(desk: Browser) -> None:
    many = [entry(f"m{number}", title=f"Number {number} " + "ख" * 80) for number in range(50)]
    desk.world.publish(*many, feed=replace(FEED, hold=True))
    page = desk.get("/")
    assert len(page.text.encode()) < 60_000
    first = shown(desk)
    assert len(first) == 40
    older = re.search(r'<a href="(/\?after=[^"]+)">Older', page.text)
    assert older
    rest = shown(desk, older[1])
    assert len(rest) == 14
    assert not set(first) & set(rest)
    assert desk.get("/?after=2026").status == 400


def test_the_list_renews_itself_only_when_something_changed(desk: Browser) -> None:
    page = desk.get("/")
    live = re.search(r'data-live="([^"]+)" data-tag="([^"]+)"', page.text)
    assert live
    address, tag = (each.replace("&#34;", '"').replace("&amp;", "&") for each in live.groups())
    same = desk.get(address, **{"if-none-match": tag})
    assert (same.status, same.text) == (304, "")
    desk.world.publish(entry(5, title="Just in"))
    renewed = desk.get(address, **{"if-none-match": tag})
    assert renewed.status == 200
    assert "Just in" in renewed.text
    assert "<html" not in renewed.text
    desk.cookies.clear()
    assert desk.get(address).status == 401


def test_a_row_holds_a_story_and_leads_back_to_the_same_list(desk: Browser) -> None:
    page = desk.get("/?category=sport")
    identity = article_id("ptn", "4")
    form = {name: page.field(name) for name in ("revision", "back")}
    answer = desk.post(f"/story/{identity}/hold", token=page.field("token"), **form)
    assert (answer.status, answer.location) == (303, "/?category=sport")
    desk.world.aws.drain()
    assert desk.world.article("4").state == "held"


def test_a_reader_sees_the_list_and_no_way_to_change_it(desk: Browser) -> None:
    desk.sign_in("rani@harbour.example")
    assert len(shown(desk)) == 4
    assert re.findall(r'method="post" action="([^"]*)"', desk.get("/").text) == ["/sign-out"]


def test_before_the_first_story_the_list_is_empty(world: World, editor: Browser) -> None:
    assert world.table.desk.newest(1).entries == ()
    assert "No story fits." in editor.get("/").text
