"""The screen "Waiting": what is not published yet, and what can be done with it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.desk.browser import Browser
from tests.desk.test_stories import Element, packed, parsed
from tests.pipeline.world import FEED, entry
from tests.xss.payloads import PAYLOADS
from wireroom import clock
from wireroom.newsroom.identity import article_id


@pytest.fixture
def desk(editor: Browser) -> Browser:
    """A story of each kind that waits, and two that don't: 1 is live, 7 will be taken down."""
    world = editor.world
    hour = clock.now() + timedelta(hours=1)
    world.send(entry(1), entry(2), entry(3), entry(7))
    world.send(entry(4, embargo=hour))
    world.send(entry(5), feed=replace(FEED, hold=True))
    world.aws.drain()
    world.edit("hold", article="ptn:2", by="chief", why="the council's answer")
    world.edit("schedule", article="ptn:3", publish_at=hour.isoformat())
    world.edit("kill", article="ptn:6", reason="legal", by="chief")
    world.edit("schedule", article="ptn:7", expire_at=hour.isoformat())
    world.aws.calls.reset()
    return editor


def section(text: str, kind: str) -> str:
    found = re.search(rf'<section aria-labelledby="{kind}">.*?</section>', text, re.DOTALL)
    return found[0] if found else ""


def test_what_waits_is_told_apart_by_what_it_waits_for(desk: Browser) -> None:
    text = desk.get("/waiting").text
    held = section(text, "held")
    assert "Story 2 version 1" in held
    assert "by chief" in held
    assert "Story 5 version 1" in held
    assert "as the agency or site.toml asked" in held
    assert "Story 3 version 1" in section(text, "scheduled")
    assert "Story 4 version 1" in section(text, "embargoed")
    assert "ptn:6" in section(text, "killed")
    assert "Story 1 version" not in text
    assert "Story 7 version" not in text


def test_times_are_told_in_the_sites_zone(desk: Browser) -> None:
    assert re.search(r"until <time[^>]*>\S+ \S+ IST", desk.get("/waiting").text)


def test_nothing_that_waits_is_said(editor: Browser) -> None:
    assert "Nothing waits" in editor.get("/waiting").text


def test_a_held_story_is_released_from_there(desk: Browser) -> None:
    page = desk.get("/waiting")
    story = article_id("ptn", "2")
    form = re.search(rf'action="/story/{story}/release">.*?</form>', page.text, re.DOTALL)
    assert form
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
    answer = desk.post(f"/story/{story}/release", **hidden)
    assert (answer.status, answer.location) == (303, "/waiting")
    assert "<b>release</b> of" in desk.get("/waiting").text  # it is followed from here, too
    desk.world.aws.clock.advance(1)
    desk.world.aws.drain()
    assert desk.world.article("2").state == "live"
    assert "Story 2 version" not in section(desk.get("/waiting").text, "held")


def test_a_kill_of_a_story_to_come_is_taken_back_from_there(desk: Browser) -> None:
    story = article_id("ptn", "6")
    page = desk.get("/waiting")
    assert f'action="/story/{story}/reinstate"' in page.text
    desk.post(f"/story/{story}/reinstate", token=page.field("token"), revision="1")
    desk.world.aws.drain()
    desk.world.publish(entry(6))
    assert desk.world.article("6").state == "live"


def test_a_reader_sees_what_waits_and_no_form(desk: Browser) -> None:
    desk.sign_in("rani@harbour.example")
    text = desk.get("/waiting").text
    assert "Story 2 version 1" in text
    assert re.findall(r'action="([^"]*)"', text) == ["/sign-out"]


def test_the_list_is_read_in_few_calls_and_goes_on_where_a_page_ends(editor: Browser) -> None:
    feed = replace(FEED, hold=True)
    editor.world.send(*(entry(number) for number in range(60)), feed=feed)
    editor.world.aws.drain()
    editor.world.aws.calls.reset()
    page = editor.get("/waiting")
    calls = [f"{c.service}:{c.operation}" for c in editor.world.aws.calls]
    assert calls == ["dynamodb:BatchGetItem", *["dynamodb:Query"] * 3, "dynamodb:BatchGetItem"]
    assert len(page.text.encode()) < 60 << 10
    more = re.search(r'href="(/waiting\?from=\d+)">More', page.text)
    assert more
    second = editor.get(more[1])
    told = re.findall(r"Story \d+ version", page.text + second.text)
    assert len(told) == len(set(told)) == 60
    assert ">More<" not in second.text
    assert editor.get("/waiting?from=junk").status == 200


def test_what_a_feed_wrote_is_shown_as_words(editor: Browser) -> None:
    feed, several = replace(FEED, hold=True), ["harmless words", *packed(PAYLOADS, 480)]
    found: list[set[Element]] = []
    for number, words in enumerate(several):
        editor.world.publish(entry(f"x{number}", title=words, body=words), feed=feed)
        article = editor.world.article(f"x{number}")
        if article is None:  # it has no words that readers would see
            continue
        editor.world.edit("hold", article=article.id, by=words[:200])
        page = editor.get("/waiting?from=0")
        found.append(parsed(page.text))
        editor.world.edit("kill", article=article.id, reason="error")  # the next is alone again
    assert len(found) > 20
    assert all(each <= found[0] for each in found)
