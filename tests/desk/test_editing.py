"""Every action on a story from its form at the desk to the site's page."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape

import pytest

from tests.desk.browser import Browser, Page
from tests.desk.test_stories import parsed
from tests.pipeline.world import entry
from tests.xss.payloads import PAYLOADS
from wireroom.newsroom.identity import article_id

STORY = article_id("ptn", "1")
BODY = "<p>Body of story 1, version 1.</p>"
# What a reader must not do, each as an editor could.
ACTIONS = {
    "headline": {"headline": "Ours"},
    "correct": {"body": "<p>Ours.</p>", "correction": "It was wrong."},
    "categorise": {"in-sport": "yes"},
    "hold": {},
    "release": {},
    "schedule": {"publish_at": "2027-01-01T06:00"},
    "kill": {"reason": "legal"},
    "reinstate": {},
    "pin": {"list": "home", "order": "1"},
    "unpin": {"list": "home"},
    "note": {"note": "Called them."},
    "changes": {"body": "<p>Ours.</p>"},
    "preview": {"body": "<p>Ours.</p>"},
}


@pytest.fixture
def desk(editor: Browser) -> Browser:
    """An editor is signed in, and there is a story."""
    editor.world.publish(entry(1))
    editor.world.aws.calls.reset()
    return editor


def done(desk: Browser, action: str, **fields: str) -> None:
    """Send a form, and wait until the site shows what became of it."""
    page = desk.act(STORY, action, **fields)
    assert page.status == 303, page.text
    settle(desk)


def settle(desk: Browser) -> None:
    desk.world.aws.clock.advance(1)
    desk.world.aws.drain()
    assert desk.world.letters() == []
    desk.world.aws.clock.advance(1)


def forms(page: Page) -> list[tuple[str, dict[str, str]]]:
    """(action, its fields as a browser sends them) of the forms that take a decision back."""
    found = []
    for action, inside in re.findall(
        r'<form method="post" action="/story/\w+/(\w+)">((?:(?!</form>).)*?)'
        r'<button class="small" aria-label="Take back',
        page.text,
        re.DOTALL,
    ):
        fields = re.findall(r'name="(\w+)" value="([^"]*)"', inside)
        found.append((action, {name: unescape(value) for name, value in fields}))
    return found


# --- categories and pins ------------------------------------------------------------------------


def test_a_story_is_filed_by_ticking_categories(desk: Browser) -> None:
    page = desk.get(f"/story/{STORY}")
    assert 'name="in-india" value="yes" checked' in page.text
    assert 'name="in-sport" value="yes">' in page.text
    done(desk, "categorise", **{"in-sport": "yes", "in-business": "yes"}, why="about money")
    assert desk.world.article().categories == ("business", "sport")
    assert "Story 1 version 1" in desk.world.page("/sport/")
    assert "Story 1 version 1" not in desk.world.page("/india/")
    done(desk, "categorise", auto="yes")
    assert desk.world.article().categories == ("india",)
    assert "Story 1 version 1" in desk.world.page("/india/")


def test_categories_that_were_left_alone_are_no_decision(desk: Browser) -> None:
    page = desk.act(STORY, "categorise", **{"in-india": "yes"})
    assert page.status == 409
    assert "categories: are as they were" in page.text


def test_a_site_with_many_categories_has_room_for_them_all(desk: Browser) -> None:
    many = {f"in-section-{number}": "yes" for number in range(200)}
    done(desk, "categorise", **{"in-sport": "yes"}, **many)
    assert desk.world.article().categories == ("sport",)


def test_a_story_is_pinned_to_a_place_and_unpinned(desk: Browser) -> None:
    desk.world.publish(entry(2))
    front = desk.world.page("/")
    assert front.index("Story 2") < front.index("Story 1 ")
    done(desk, "pin", list="home", order="3")
    done(desk, "pin", list="india", order="1")
    assert desk.world.article().pins == {"home": 3, "india": 1}
    front = desk.world.page("/")
    assert front.index("Story 1 ") < front.index("Story 2")
    page = desk.get(f"/story/{STORY}")
    shown = re.sub(r"</?span[^>]*>", "", page.text)
    assert "It is pinned to Home (place 3), India (place 1)." in shown
    done(desk, "unpin", list="home")
    done(desk, "unpin", list="india")
    front = desk.world.page("/")
    assert front.index("Story 2") < front.index("Story 1 ")


@pytest.mark.parametrize(
    ("action", "fields", "reason"),
    [
        ("pin", {"list": "home", "order": "0"}, "order: is less than 1"),
        ("pin", {"list": "home", "order": "x"}, "order: is text and should be a whole number"),
        ("pin", {"list": "nowhere", "order": "1"}, "list: &#39;nowhere&#39; is not a category"),
        ("schedule", {"publish_at": "soon"}, "publish_at: "),
        ("schedule", {}, "publish_at: neither publish_at nor expire_at is given"),
        ("note", {"note": ""}, "note: is empty"),
        ("correct", {"body": BODY}, "correction: an edited body needs a correction"),
        ("correct", {"body": "", "correction": "x"}, "body: is empty"),
        ("correct", {"body": "<p> </p>", "correction": "x"}, "body: has no words"),
    ],
)
def test_what_can_not_be_done_is_said_at_once(
    desk: Browser, action: str, fields: dict[str, str], reason: str
) -> None:
    page = desk.act(STORY, action, **fields)
    assert page.status == 409
    assert f"Not sent: {reason}" in page.text
    desk.world.aws.drain()
    assert desk.world.article().revision == 1


# --- times --------------------------------------------------------------------------------------


def test_a_story_is_scheduled_by_the_sites_clocks_and_comes_down_by_them(desk: Browser) -> None:
    done(desk, "schedule", publish_at="2026-02-12T06:00", expire_at="2026-02-13T06:00")
    article = desk.world.article()
    assert article.state == "scheduled"
    assert article.desk.publish_at.value == datetime.fromisoformat("2026-02-12T06:00+05:30")
    page = desk.get(f"/story/{STORY}")
    assert 'value="2026-02-12T06:00" data-zone="Asia/Kolkata"' in page.text
    assert "This story is not available" in desk.world.page(article.path)
    # What was not touched is no decision.
    done(desk, "schedule", publish_at="", expire_at="2026-02-13T06:00")
    article = desk.world.article()
    assert article.state == "live"
    assert article.desk.publish_at.value is None
    assert article.desk.expire_at.value == datetime.fromisoformat("2026-02-13T06:00+05:30")
    assert "Body of story 1" in desk.world.page(article.path)


def test_a_note_is_in_the_history_only(desk: Browser) -> None:
    done(desk, "note", note="Called the agency.")
    assert "Called the agency." in desk.get(f"/story/{STORY}").text
    assert "Called the agency." not in desk.world.page(desk.world.article().path)


# --- killing, and taking back -------------------------------------------------------------------


def test_who_kills_a_story_sees_first_what_shows_it(desk: Browser) -> None:
    done(desk, "pin", list="home", order="2")
    done(desk, "headline", slug="another-address")
    page = " ".join(re.sub(r"</?span[^>]*>", "", desk.get(f"/story/{STORY}").text).split())
    assert "It leaves the front page, India, their days and feeds, search" in page
    assert "It is pinned to Home (place 2)." in page
    assert "1 earlier address leads to it." in page


def test_any_decision_is_taken_back_where_that_makes_sense(desk: Browser) -> None:
    untouched = desk.world.page(desk.world.article().path)
    done(desk, "headline", headline="Ours", standfirst="Under it")
    done(desk, "correct", body="<p>Ours.</p>", correction="It was wrong.")
    done(desk, "categorise", **{"in-sport": "yes"})
    done(desk, "pin", list="home", order="1")
    done(desk, "schedule", expire_at="2027-01-01T06:00")
    done(desk, "hold")
    taken: set[str] = set()
    while found := forms(desk.get(f"/story/{STORY}")):
        action, fields = found[0]
        taken.add(action)
        assert desk.post(f"/story/{STORY}/{action}", **fields).status == 303
        settle(desk)
    assert taken == {"headline", "correct", "categorise", "unpin", "schedule", "release"}
    article = desk.world.article()
    assert (article.state, article.categories, article.pins) == ("live", ("india",), {})
    page = desk.world.page(article.path)
    for what in ("Story 1 version 1", "Body of story 1, version 1."):
        assert what in page
        assert what in untouched
    for what in ("Ours", "Under it", "It was wrong."):
        assert what not in page


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ACTIONS)
def test_a_reader_changes_nothing_and_previews_nothing(desk: Browser, action: str) -> None:
    desk.sign_in("rani@harbour.example")
    for path in (f"/story/{STORY}", f"/story/{STORY}/body"):
        page = desk.get(path)
        assert page.status == 200
        assert f"/story/{STORY}/{action}" not in page.text
    token = page.field("token")  # of the form that signs out
    assert desk.post(f"/story/{STORY}/{action}", token=token, **ACTIONS[action]).status == 403
    desk.world.aws.drain()
    assert desk.world.article().revision == 1


@pytest.mark.parametrize("action", ACTIONS)
def test_a_form_of_another_site_or_sign_in_is_refused(desk: Browser, action: str) -> None:
    token = desk.token
    for origin, given in (("https://evil.example", token), ("", token)):
        path = f"/story/{STORY}/{action}"
        assert desk.post(path, origin=origin, token=given, **ACTIONS[action]).status == 403
    assert desk.post(f"/story/{STORY}/{action}", token="x", **ACTIONS[action]).status == 403
    desk.cookies.clear()
    assert desk.post(f"/story/{STORY}/{action}", token=token, **ACTIONS[action]).status == 401
    desk.world.aws.drain()
    assert desk.world.article().revision == 1


def test_who_is_signed_out_sees_no_body(desk: Browser) -> None:
    desk.cookies.clear()
    for page in ("body", "revision/1"):
        answer = desk.get(f"/story/{STORY}/{page}")
        assert answer.status == 303
        assert answer.location.startswith("/sign-in?")
    framed = desk.get(f"/story/{STORY}/page")  # a frame leads nowhere
    assert framed.status == 401
    assert "You are signed out" in framed.text
    assert "Body of story 1" not in framed.text


# --- two people ---------------------------------------------------------------------------------


def test_a_conflict_shows_what_the_other_changed_and_keeps_what_was_typed(desk: Browser) -> None:
    page = desk.get(f"/story/{STORY}")
    form = {name: page.field(name) for name in ("token", "revision")}
    desk.world.edit("headline", article="ptn:1", headline="Theirs and long", by="rani")
    page = desk.post(
        f"/story/{STORY}/schedule", publish_at="2026-03-01T06:00", why="for March", **form
    )
    assert page.status == 409
    assert "What was changed meanwhile" in page.text
    assert "<b>headline</b> by rani" in page.text
    assert "<ins>Theirs and long</ins>" in page.text
    assert 'value="2026-03-01T06:00"' in page.text
    assert 'value="for March"' in page.text
    form = {name: page.field(name) for name in ("token", "revision")}
    page = desk.post(f"/story/{STORY}/schedule", publish_at="2026-03-01T06:00", **form)
    assert page.status == 303
    settle(desk)
    assert desk.world.article().state == "scheduled"
    assert desk.world.article().desk.headline.value == "Theirs and long"


def test_the_history_shows_changed_texts_word_by_word(desk: Browser) -> None:
    done(desk, "headline", headline="Gates opened at dawn")
    done(desk, "headline", headline="Gates shut at dawn")
    page = desk.get(f"/story/{STORY}").text
    assert "Gates <del>opened </del><ins>shut </ins>at dawn" in page


def test_a_storys_first_view_is_small(desk: Browser) -> None:
    for number in range(20):
        done(desk, "headline", headline=f"Gates opened, version {number}", why="clearer")
    for path in ("", "/body", "/page"):
        size = len(desk.get(f"/story/{STORY}{path}").text.encode())
        assert size < 40 << 10, path
    page = desk.get(f"/story/{STORY}")
    files = [desk.get(path).text for path in re.findall(r'"(/assets/[^"]+)"', page.text)]
    assert len(page.text) + sum(map(len, files)) < 60 << 10


# --- attacks ------------------------------------------------------------------------------------


def test_notes_are_shown_as_words_whatever_they_say(desk: Browser) -> None:
    done(desk, "note", note="harmless words", why="harmless words")
    harmless = parsed(desk.get(f"/story/{STORY}").text)
    for payload in PAYLOADS[::40]:
        words = payload[:900].strip() or "x"
        page = desk.act(STORY, "note", note=words, why=words)
        assert page.status == 303
        settle(desk)
        assert parsed(desk.get(f"/story/{STORY}").text) <= harmless, words
