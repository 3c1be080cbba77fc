"""The screen "Write": a story of the newsroom's own, from the form to the site's page."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from io import StringIO
from typing import Any

import pytest
from msgspec.structs import replace

from tests.desk.browser import ORIGIN, Browser, Page
from tests.desk.issuer import Issuer
from tests.desk.test_stories import follow
from tests.pictures.drawing import drawn
from tests.pictures.drawing import written as encoded
from tests.pipeline.test_private_feeds import logged  # noqa: F401 (a fixture)
from tests.pipeline.world import FEED as FEED_OF_PTN
from tests.pipeline.world import World, entry
from wireroom import clock
from wireroom.errors import SettingsError
from wireroom.model import Arrival, Article, Picture, Written
from wireroom.newsroom.identity import article_id
from wireroom.newsroom.own import FEED, own_feed
from wireroom.settings.site_toml import of_tables
from wireroom.store.queues import encode

JPEG = encoded(drawn(400, 300))
STORY = {
    "headline": "Ferry fares to rise",
    "byline": "Asha Rao",
    "body": "<p>Fares rise in March.</p>",
    "in-business": "yes",
}


def send(
    desk: Browser, how: str, *, at: str = "/write", picture: bytes = b"", **fields: str
) -> Page:
    """The form of the screen at `at`, as somebody fills it in and presses a button."""
    page = desk.get(at)
    kept = ("token", "revision", "guid", "uploaded", "alt", "credit")
    form = {name: page.field(name) for name in kept} | STORY | {"as": how} | fields
    return desk.post_with("/write", {"picture": picture}, **form)


def settle(desk: Browser) -> None:
    desk.world.aws.clock.advance(1)
    desk.world.aws.drain()
    desk.world.aws.clock.advance(1)


def story_of(page: Page) -> str:
    assert page.status == 303, page.text
    return page.location.removeprefix("/write/")


def written(desk: Browser, how: str, **form: Any) -> Article:
    identity = story_of(send(desk, how, **form))
    settle(desk)
    assert desk.world.letters() == []
    return found(desk, identity)


def found(desk: Browser, identity: str) -> Article:
    article = desk.world.table.articles.get(identity)
    assert article is not None
    return article


def told(page: Page) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.text)).split())


# --- from the form to the site ------------------------------------------------------------------


def test_a_story_is_published_as_it_was_typed(editor: Browser) -> None:
    headline = 'AT&amp;T & "R&D" <b>rise</b> &lt;x&gt;'
    body = '<p>Fares <em>rise</em>, says <a href="https://port.example/">the port</a>.</p>'
    article = written(editor, "publish", headline=headline, byline="Asha <Rao>", body=body)
    assert (article.state, article.categories) == ("live", ("business",))
    assert (article.wire.headline, article.wire.byline) == (headline, "Asha <Rao>")
    page = editor.world.page(article.path)
    assert "<p>Fares <em>rise</em>, says <a href" in page
    assert ">the port</a>.</p>" in page
    assert "syndicated feed" not in page  # no notice: it is the newsroom's own
    assert unescape(re.findall("<h1[^>]*>(.*?)</h1>", page)[0]) == headline
    for front in ("/", "/business/"):
        assert "AT&amp;amp;T" in editor.world.page(front)


def test_a_draft_is_seen_by_no_reader_and_published_later_with_the_date_of_then(
    editor: Browser,
) -> None:
    editor.world.publish(entry(1))
    before = editor.world.site()
    draft = written(editor, "draft")
    assert draft.state == "held"
    assert editor.world.site() == before
    assert "Held: draft" in told(editor.get("/"))
    later(editor, hours=11)
    at = f"/write/{draft.id}"
    page = editor.get(at)
    assert "Ferry fares to rise</textarea>" in page.text
    assert 'name="in-business" value="yes" checked' in page.text
    assert 'name="in-sport" value="yes">' in page.text
    assert editor.world.table.articles.get(draft.id) == draft  # looking changes nothing
    article = written(editor, "publish", at=at)
    assert (article.id, article.state) == (draft.id, "live")
    assert article.path == "/2026/02/12/ferry-fares-to-rise/"
    front = editor.world.page("/")
    assert front.index("Ferry fares") < front.index("Story 1")
    assert "Updated" not in editor.world.page(article.path)
    assert "was published" in told(editor.get(at))


def test_a_story_is_scheduled_on_the_sites_clocks_and_can_be_put_off(editor: Browser) -> None:
    article = written(editor, "schedule", publish_at="2026-02-11T16:00")
    assert (article.state, article.due.isoformat()) == ("scheduled", "2026-02-11T10:30:00+00:00")
    assert "Ferry fares" in told(editor.get("/waiting")).partition("Scheduled")[2]
    at = f"/write/{article.id}"
    assert editor.get(at).field("publish_at") == "2026-02-11T16:00"
    assert written(editor, "draft", at=at).state == "held"
    assert written(editor, "schedule", at=at, publish_at="2026-02-11T18:00").state == "scheduled"
    later(editor, hours=2)
    assert found(editor, article.id).state == "scheduled"
    later(editor, hours=2)
    assert found(editor, article.id).state == "live"
    page = editor.world.page("/2026/02/11/ferry-fares-to-rise/")
    assert "Fares rise in March." in page
    assert "Updated" not in page


def later(desk: Browser, *, hours: int) -> None:
    desk.world.aws.clock.advance(hours * 3600)
    desk.world.aws.tick()
    desk.world.aws.drain()


def test_what_was_published_is_changed_on_its_own_screen(editor: Browser) -> None:
    article = written(editor, "publish")
    page = editor.get(f"/write/{article.id}")
    assert f'href="/story/{article.id}"' in page.text
    assert "<form" not in page.text.partition("<main")[2]
    assert editor.act(article.id, "headline", headline="Ferry fares rise").status == 303
    settle(editor)
    assert "Ferry fares rise" in editor.world.page(article.path)


def test_a_draft_that_is_released_is_published_then(editor: Browser) -> None:
    draft = written(editor, "draft")
    later(editor, hours=11)
    editor.act(draft.id, "release")
    settle(editor)
    assert found(editor, draft.id).path == "/2026/02/12/ferry-fares-to-rise/"


def test_its_categories_stay_and_follow_a_new_name(editor: Browser) -> None:
    world = editor.world
    site = world.table.settings()
    article = written(editor, "publish", **{"in-sport": "yes"})
    assert article.categories == ("business", "sport")
    business, *rest = site.categories
    renamed = replace(business, name="Money", slug="money", terms=(), was=("business",))
    world.apply(replace(site, categories=(renamed, *rest)))
    assert found(editor, article.id).categories == ("money", "sport")
    assert "Ferry fares" in world.page("/money/")


def test_a_headline_or_a_category_by_which_wires_are_held_holds_no_own_story(
    editor: Browser,
) -> None:
    site = editor.world.table.settings()
    business, *rest = site.categories
    editor.world.apply(replace(site, categories=(replace(business, hold=True), *rest)))
    for number, headline in enumerate(("KILL: a play", "EMBARGOED: a history")):
        article = written(editor, "publish", headline=headline, byline=f"No. {number}")
        assert (article.state, article.wire.headline) == ("live", headline)


def test_a_long_story_goes_through_the_content_bucket(editor: Browser) -> None:
    body = "<p>" + "जहाज़ चला। " * 30_000 + "</p>"
    article = written(editor, "publish", body=body)
    assert article.state == "live"
    assert editor.world.page(article.path).count("जहाज़ चला।") >= 30_000


# --- its picture --------------------------------------------------------------------------------


def test_a_picture_comes_to_the_site_as_copies_made_of_it(editor: Browser) -> None:
    article = written(editor, "publish", picture=JPEG, alt='The "old" ferry', credit="R. Rao")
    assert [each.reason for each in article.pictures.values()] == [""]
    page = editor.world.page(article.path)
    assert re.search(r'<img src="/pictures/[^"]*\.webp"[^>]* alt="The &#34;old&#34; ferry"', page)
    caption = page.partition("<figcaption>")[2].partition("</figcaption>")[0]
    assert "The &#34;old&#34; ferry" in caption
    assert "R. Rao" in caption
    assert "uploads" not in page
    files = editor.world.aws.contents(editor.world.aws.outputs["SiteBucket"])
    assert any(key.startswith("pictures/") for key in files)
    assert JPEG not in files.values()


def test_that_its_picture_came_is_no_change_to_be_told_of(editor: Browser) -> None:
    article = written(editor, "publish", picture=JPEG, alt="The ferry")
    assert article.revision > 1  # the copies came after the story
    headlined = editor.act(article.id, "headline", headline="Fares rise", revision="1")
    assert headlined.status == 303


def test_a_picture_stays_with_its_draft_until_it_is_left_out(editor: Browser) -> None:
    draft = written(editor, "draft", picture=JPEG, alt="The ferry")
    at = f"/write/{draft.id}"
    assert "There is a picture" in editor.get(at).text
    again = written(editor, "draft", at=at, headline="Another")
    assert again.wire.picture == draft.wire.picture
    assert (again.wire.picture.alt, again.pictures) == ("The ferry", {})
    article = written(editor, "publish", at=at, without="yes")
    assert (article.state, article.wire.picture) == ("live", None)


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"picture": b"<svg/>", "alt": "The ferry"}, "picture", "is no JPEG"),
        ({"picture": b"\xff\xd8\xff" * 1_333_334, "alt": "x"}, "picture", "is larger than 4 MB"),
        ({"picture": b"\xff\xd8\xff\xe0"}, "alt", "say what the picture shows"),
    ],
)
def test_what_is_wrong_with_a_picture_is_told(
    editor: Browser, fields: dict[str, Any], field: str, why: str
) -> None:
    page = send(editor, "publish", **fields)
    assert page.status == 409
    problem = re.search(rf'id="wrong-{field}">(.*?)</p>', page.text)
    assert problem
    assert why in problem[1]
    assert STORY["body"] in unescape(page.text)


def test_a_picture_of_a_form_that_is_refused_need_not_be_sent_again(editor: Browser) -> None:
    refused = send(editor, "publish", picture=JPEG, headline="")
    assert refused.status == 409
    kept = {name: refused.field(name) for name in ("token", "revision", "guid", "uploaded")}
    form = kept | STORY | {"as": "publish", "alt": "The ferry"}
    identity = story_of(editor.post("/write", **form))
    settle(editor)
    assert [each.reason for each in found(editor, identity).pictures.values()] == [""]


def test_what_only_begins_like_a_picture_is_left_out_and_the_story_comes(editor: Browser) -> None:
    article = written(editor, "publish", picture=JPEG[:300], alt="The ferry")
    assert article.state == "live"
    assert "broken" in "".join(each.reason for each in article.pictures.values())
    missing = written(editor, "publish", uploaded="0" * 40, alt="The ferry", headline="Gone")
    assert "gone" in "".join(each.reason for each in missing.pictures.values())


def test_no_feed_gets_at_the_newsrooms_pictures(editor: Browser) -> None:
    draft = written(editor, "draft", picture=JPEG, alt="The ferry")
    thief = entry(1, picture=Picture(url=draft.wire.picture.url))
    editor.world.publish(thief, feed=replace(FEED_OF_PTN, pictures="store"))
    editor.world.aws.drain()
    assert not any(each.name for each in editor.world.article().pictures.values())
    assert not [key for key in editor.world.site() if key.startswith("pictures/")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--limit",
        b"--limit\r\n\r\n--limit--",
        b'--limit\r\nContent-Disposition: form-data; name="as"\r\n\r\n\xff\r\n--limit--',
        b"--limit\r\nContent-Disposition: form-data\r\n\r\nx\r\n--limit--",
        b'--limit\r\nContent-Disposition: form-data; name="as"\r\n\r\nx\r\n--other--',
        b'--limit\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 501 + b"--limit--",
    ],
)
def test_what_is_no_form_with_a_file_is_refused(editor: Browser, body: bytes) -> None:
    kind = "multipart/form-data; boundary=limit"
    page = editor.send("POST", "/write", body, {"content-type": kind, "origin": ORIGIN})
    assert page.status == 400


# --- what is refused, and what stays ------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "fields", "label", "why"),
    [
        ("draft", {"headline": " "}, "headline", "has no words"),
        ("draft", {"headline": "x" * 501}, "headline", "is longer than 500 characters"),
        ("draft", {"byline": "x" * 501}, "byline", "is longer than 500 characters"),
        ("draft", {"body": "<p> </p>"}, "body", "has no words that readers would see"),
        ("publish", {"body": "<p>" * 20_000}, "body", ""),
        ("schedule", {}, "publish_at", "is empty: say when"),
        ("schedule", {"publish_at": "2026-02-11T06:00"}, "publish_at", "is not in the future"),
        ("schedule", {"publish_at": "soon"}, "publish_at", "soon"),
        ("schedule", {"publish_at": "2999-01-01T06:00"}, "publish_at", "ten years"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(
    editor: Browser, how: str, fields: dict[str, str], label: str, why: str
) -> None:
    page = send(editor, how, **fields)
    assert page.status == 409
    assert f'<a href="#{label}">' in page.text
    assert 'aria-invalid="true"' in page.text
    problem = re.search(rf'id="wrong-{label}">(.*?)</p>', page.text)
    assert problem
    assert why in problem[1]
    typed = STORY | fields
    if len(typed["body"]) < 1000:
        assert unescape(page.text).count(typed["body"]) == 1
    assert f'value="{typed["byline"]}"' in page.text
    assert 'name="in-business" value="yes" checked' in page.text
    settle(editor)
    assert editor.world.letters() == []
    assert "No story fits" in editor.get("/").text


def test_whoever_would_write_over_anothers_version_is_told_first(
    editor: Browser, world: World, issuer: Issuer
) -> None:
    draft = written(editor, "draft")
    at = f"/write/{draft.id}"
    chief = Browser(world, issuer, "203.0.113.8")
    chief.sign_in("chief@harbour.example")
    page = editor.get(at)
    written(chief, "draft", at=at, headline="Ferry fares fall")
    hidden = {name: page.field(name) for name in ("token", "revision", "guid")}
    refused = editor.post("/write", **(hidden | STORY | {"as": "publish"}))
    assert refused.status == 409
    assert "chief@harbour.example has changed the story since you loaded it" in told(refused)
    assert "wire headline: Ferry fares to rise fall" in told(refused)
    assert "Ferry fares to rise</textarea>" in refused.text
    assert found(editor, draft.id).state == "held"
    again = {name: refused.field(name) for name in ("token", "revision", "guid")}
    assert editor.post("/write", **(again | STORY | {"as": "publish"})).status == 303
    settle(editor)
    assert found(editor, draft.id).wire.headline == "Ferry fares to rise"
    assert found(editor, draft.id).state == "live"


def test_of_two_who_write_at_once_the_second_is_refused_and_sees_why(
    editor: Browser, world: World, issuer: Issuer
) -> None:
    draft = written(editor, "draft")
    at = f"/write/{draft.id}"
    chief = Browser(world, issuer, "203.0.113.8")
    chief.sign_in("chief@harbour.example")
    send(chief, "publish", at=at, headline="Ferry fares fall")
    send(editor, "draft", at=at)
    world.aws.clock.advance(1)
    world.aws.drain()
    article = found(editor, draft.id)
    assert (article.state, article.wire.headline) == ("live", "Ferry fares fall")
    world.aws.clock.advance(5)
    assert "refused: " in follow(editor)
    assert "revision: the story was changed or published meanwhile" in follow(editor)


def test_a_draft_that_comes_after_publication_changes_nothing(editor: Browser) -> None:
    draft = written(editor, "draft")
    editor.act(draft.id, "release")
    settle(editor)
    late = Arrival(
        feed=own_feed(editor.world.table.settings(), ["sport"], draft=True),
        seen=clock.now(),
        known=True,
        entry=entry(draft.entry_id, title="Late", updated=clock.now()),
        written=Written(by="asha", id="late", action="draft", over=draft.wire.hash),
    )
    editor.world.send_raw(encode(late))
    editor.world.aws.drain()
    article = found(editor, draft.id)
    assert (article.state, article.wire) == ("live", draft.wire)
    assert "changed or published meanwhile" in editor.world.letters()[0]


def test_a_form_that_was_open_before_publication_is_told_so(editor: Browser) -> None:
    draft = written(editor, "draft")
    page = editor.get(f"/write/{draft.id}")
    hidden = {name: page.field(name) for name in ("token", "revision", "guid")}
    editor.act(draft.id, "release")
    settle(editor)
    refused = editor.post("/write", **(hidden | STORY | {"as": "publish"}))
    assert refused.status == 409
    assert f"it was published or edited meanwhile: see /story/{draft.id}" in told(refused)


def test_what_an_editor_holds_is_not_published_from_its_form(editor: Browser) -> None:
    draft = written(editor, "draft")
    editor.act(draft.id, "hold")
    settle(editor)
    refused = send(editor, "publish", at=f"/write/{draft.id}")
    assert refused.status == 409
    assert "an editor's decision keeps it held" in told(refused)


def test_a_version_counts_though_the_clock_of_the_last_one_was_ahead(editor: Browser) -> None:
    guid, ahead = "d" * 32, clock.now() + timedelta(minutes=1)
    feed = own_feed(editor.world.table.settings(), ["sport"], draft=True)
    editor.world.publish(entry(guid, updated=ahead), feed=feed)
    assert written(editor, "publish", at=f"/write/{article_id(FEED, guid)}").state == "live"


def test_a_form_that_is_sent_twice_is_one_version_of_one_story(editor: Browser) -> None:
    page = editor.get("/write")
    hidden = {name: page.field(name) for name in ("token", "revision", "guid")}
    form = hidden | STORY | {"as": "publish"}
    first = story_of(editor.post("/write", **form))
    editor.world.aws.clock.advance(1)
    second = story_of(editor.post("/write", **form))
    assert first == second
    settle(editor)
    assert editor.world.letters() == []
    assert [row.what for row in editor.world.table.articles.history(first)] == ["publish"]


def test_the_verified_address_stands_in_the_history_whatever_a_form_says(editor: Browser) -> None:
    names = dict.fromkeys(("by", "who", "email", "written", "session"), "mallory@evil.example")
    draft = written(editor, "draft", **names)
    written(editor, "publish", at=f"/write/{draft.id}", **names)
    rows = editor.world.table.articles.history(draft.id)
    assert [(row.who, row.what) for row in rows] == [
        ("asha@harbour.example", "draft"),
        ("asha@harbour.example", "publish"),
    ]
    assert "mallory" not in repr(rows)


def test_no_feed_of_site_toml_can_be_the_newsrooms_own() -> None:
    for name in ("id", "provider"):
        feed = {"id": "ptn-top", "provider": "ptn", "url": "https://ptn.example/top.xml"}
        tables = {"site": {"name": "X", "url": "https://x.example"}, "feeds": [feed | {name: FEED}]}
        with pytest.raises(SettingsError, match=f"feeds\\[0\\].{name}"):
            of_tables(tables)


# --- the screen ---------------------------------------------------------------------------------


def test_what_was_sent_is_followed_to_its_pages(editor: Browser) -> None:
    identity = story_of(send(editor, "publish"))
    page = editor.get(f"/write/{identity}")
    assert "It is on its way" in page.text
    assert follow(editor) == "write of Ferry fares to rise: sent, not applied yet."
    settle(editor)
    come = follow(editor)
    assert re.search(r"applied as revision 1 → (\d+) of \1 pages written within 2 s", come)


def test_the_page_is_looked_at_before_anything_is_sent(editor: Browser) -> None:
    page = editor.get("/write")
    hidden = {name: page.field(name) for name in ("token", "revision", "guid")}
    shown = editor.post("/write/preview", **(hidden | STORY))
    assert "Fares rise in March." in shown.text
    assert "<script" not in shown.text
    wrong = editor.post("/write/preview", **(hidden | STORY | {"headline": ""}))
    assert "headline: has no words" in told(wrong)
    assert not {call.operation for call in editor.world.aws.calls} & {"SendMessageBatch"}


def test_the_first_view_costs_a_call_and_a_draft_four(editor: Browser) -> None:
    identity = written(editor, "draft").id
    for at, most in (("/write", 1), (f"/write/{identity}", 4)):
        editor.world.aws.calls.reset()
        page = editor.get(at)
        assert len(editor.world.aws.calls) <= most
        assert len(page.text.encode()) < 60 << 10


def test_own_stories_are_found_by_their_feed_and_no_others_have_the_form(editor: Browser) -> None:
    editor.world.publish(entry(1))
    written(editor, "draft")
    page = editor.get("/?feed=the+desk")
    assert '<option value="the desk" selected>' in page.text
    assert "Ferry fares" in page.text
    assert "Story 1" not in page.text
    for identity in (article_id("ptn", "1"), "x"):
        assert editor.get(f"/write/{identity}").status == 404


def test_a_reader_is_led_to_no_form_and_gets_none(editor: Browser) -> None:
    assert 'href="/write"' in editor.get("/").text
    editor.sign_in("rani@harbour.example")
    assert 'href="/write"' not in editor.get("/").text
    assert editor.get("/write").status == 403
    for at in ("/write", "/write/preview"):
        assert editor.post(at, **STORY, token=editor.token).status == 403


def test_a_version_leaves_an_audit_line(
    editor: Browser,
    logged: StringIO,  # noqa: F811
) -> None:
    identity = story_of(send(editor, "draft"))
    lines = [json.loads(line) for line in logged.getvalue().splitlines() if line[:1] == "{"]
    line = next(each for each in lines if each.get("action") == "write")
    assert (line["by"], line["article"], line["as"], line["outcome"]) == (
        "asha@harbour.example", identity, "draft", "done",
    )  # fmt: skip


@pytest.mark.parametrize("field", ["guid", "as"])
def test_what_no_form_of_the_desk_sends_is_refused(editor: Browser, field: str) -> None:
    assert send(editor, "draft", **{field: "../x"}).status == 400
