"""A story's body at the desk: written, previewed, compared, corrected."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from tests.desk.browser import Browser, Page, settings
from tests.desk.test_editing import STORY, done, settle
from tests.desk.test_stories import Element, packed, parsed
from tests.pipeline.test_long_bodies import long_body
from tests.pipeline.world import entry
from tests.xss.payloads import PAYLOADS
from wireroom.errors import Unavailable
from wireroom.newsroom.events import BODY
from wireroom.newsroom.identity import article_id
from wireroom.site import looks
from wireroom.site.theme import Theme
from wireroom.store.bodies import Bodies
from wireroom.store.table import Table

HINDI = "बाँध के द्वार रात में खोले गए। "


@pytest.fixture
def desk(editor: Browser) -> Browser:
    """An editor is signed in, and there is a story."""
    editor.world.publish(entry(1, body="<p>The depth is 14 m.</p><p>Nobody was hurt.</p>"))
    editor.world.aws.calls.reset()
    return editor


def sent(desk: Browser, action: str, **fields: str) -> Page:
    """The form of the screen of the body, as it stands there."""
    page = desk.get(f"/story/{STORY}/body")
    hidden = {name: page.field(name) for name in ("token", "revision")}
    return desk.post(f"/story/{STORY}/{action}", **(hidden | fields))


def words(page: str) -> str:
    """The page as words; what is gone in [-…-], what is new in {+…+}."""
    for tag, mark in (("<del>", "[-"), ("</del>", "-]"), ("<ins>", "{+"), ("</ins>", "+}")):
        page = page.replace(tag, mark)
    return " ".join(re.sub(r"<[^>]*>", "", page).split())


# --- correcting ---------------------------------------------------------------------------------


def test_a_paragraph_is_corrected_and_readers_are_told(desk: Browser) -> None:
    page = desk.get(f"/story/{STORY}/body")
    assert "&lt;p&gt;The depth is 14 m.&lt;/p&gt;\n&lt;p&gt;Nobody was hurt.&lt;/p&gt;" in page.text
    body = "<p>The depth is 41 m.</p>\r\n<p>Nobody was <em>hurt</em>.</p>"
    done(desk, "correct", body=body, correction="The depth is 41 m, not 14.", why="they called")
    shown = desk.world.page(desk.world.article().path)
    assert "<p>The depth is 41 m.</p><p>Nobody was <em>hurt</em>.</p>" in shown
    assert "The depth is 41 m, not 14." in shown
    row = desk.world.table.articles.history(STORY)[-1]
    assert (row.what, row.who, row.why) == ("correct", "asha@harbour.example", "they called")


def test_a_body_that_nobody_touched_comes_back_as_it_was(desk: Browser) -> None:
    body = (
        "<h2>Head</h2><p>One <strong>two</strong>.</p><ul><li>a</li><li>b <em>c</em></li></ul>"
        "<blockquote><p>Said.</p></blockquote><table><tbody><tr><td>1</td></tr></tbody></table>"
        "<pre>a\n  b</pre>"
    )
    desk.world.publish(entry(2, body=body))
    article = desk.world.article("2")
    field = re.search(r"<textarea id=\"body\".*?>(.*?)</textarea>", _body(desk, article.id), re.S)
    from html import unescape

    text = unescape(field[1]).replace("\n", "\r\n")
    page = desk.get(f"/story/{article.id}/body")
    hidden = {name: page.field(name) for name in ("token", "revision")}
    desk.post(f"/story/{article.id}/correct", body=text, correction="None.", **hidden)
    settle(desk)
    now = desk.world.article("2")
    assert now.desk.body.value == now.wire.body


def _body(desk: Browser, article: str) -> str:
    return desk.get(f"/story/{article}/body").text


def test_plain_text_becomes_paragraphs(desk: Browser) -> None:
    done(desk, "correct", body="The depth is 41 m.\r\n\r\nNobody.", correction="41, not 14.")
    shown = desk.world.page(desk.world.article().path)
    assert "<p>The depth is 41 m.</p><p>Nobody.</p>" in shown


def test_a_long_correction_in_hindi_goes_through(desk: Browser) -> None:
    body = f"<p>{HINDI * 2_000}</p>"
    assert len(body) > 60_000
    done(desk, "correct", body=body, correction="यह ग़लत था।")
    assert HINDI.strip() in desk.world.page(desk.world.article().path)


def test_a_correction_of_200_000_letters_that_no_event_has_room_for_reaches_the_page(
    desk: Browser,
) -> None:
    body = long_body(200_000)
    done(desk, "correct", body=body, correction="यह ग़लत था।")
    assert body in desk.world.page(desk.world.article().path)
    assert desk.world.letters() == []


def test_a_body_longer_than_any_story_is_refused_and_kept_in_the_form(desk: Browser) -> None:
    body = f"<p>{'x' * BODY}</p>"
    page = sent(desk, "correct", body=body, correction="यह ग़लत था।")
    assert page.status == 409
    assert f"Not sent: body: is longer than {BODY} characters" in page.text
    assert body.replace("<", "&lt;").replace(">", "&gt;") in page.text
    desk.world.aws.drain()
    assert desk.world.article().revision == 1


def test_a_form_larger_than_any_body_is_refused(desk: Browser) -> None:
    assert sent(desk, "correct", body="x" * (4 << 20), correction="x").status == 413


# --- what differs -------------------------------------------------------------------------------


def test_what_is_typed_is_compared_before_it_is_sent(desk: Browser) -> None:
    body = "<p>The depth is 41 m.</p><p>Nobody was hurt.</p>"
    page = sent(desk, "changes", body=body, correction="So far", why="a call")
    assert page.status == 200
    assert "What you change The depth is [-14 -]{+41 +}m. Nobody was hurt." in words(page.text)
    assert "So far</textarea>" in page.text
    assert 'value="a call"' in page.text
    desk.world.aws.drain()
    assert desk.world.article().revision == 1


def test_a_difference_of_markup_alone_is_said(desk: Browser) -> None:
    body = "<p>The depth is <em>14 m</em>.</p><p>Nobody was hurt.</p>"
    assert "The words are the same." in sent(desk, "changes", body=body).text


def test_the_edited_body_is_compared_with_the_agencys(desk: Browser) -> None:
    body = "<p>The depth is 41 m.</p><p>Nobody was hurt.</p>"
    done(desk, "correct", body=body, correction="41, not 14.")
    text = words(desk.get(f"/story/{STORY}/body").text)
    assert "What editors changed in the agency&#39;s body The depth is [-14 -]{+41 +}m." in text


def test_the_agencys_newer_body_is_seen_and_taken(desk: Browser) -> None:
    done(desk, "correct", body="<p>The depth is 41 m.</p>", correction="41, not 14.")
    desk.world.publish(entry(1, 2, body="<p>The depth is 41 m.</p><p>Two were hurt.</p>"))
    page = desk.get(f"/story/{STORY}")
    assert "The edited body hides a newer version from the agency." in page.text
    page = desk.get(f"/story/{STORY}/body")
    text = words(page.text)
    changed = "The depth is [-14 -]{+41 +}m. [-Nobody was -]{+Two were +}hurt."
    assert f"What the agency changed since the body was edited {changed}" in text
    assert "newer body The depth is 41 m. {+Two were hurt.+}" in text
    assert sent(desk, "correct", revert="yes").status == 303
    settle(desk)
    article = desk.world.article()
    assert article.desk.body.value is None
    assert "Two were hurt." in desk.world.page(article.path)
    row = desk.world.table.articles.history(STORY)[-1]
    assert row.why == "took the agency's newer version"


def test_each_revision_tells_what_it_changed_in_the_text(desk: Browser) -> None:
    done(desk, "correct", body="<p>The depth is 41 m.</p>", correction="41, not 14.")
    desk.world.publish(entry(1, 2, body="<p>The depth is 15 m.</p><p>Nobody was hurt.</p>"))
    page = desk.get(f"/story/{STORY}")
    links = re.findall(rf"/story/{STORY}/revision/(\d)", page.text)
    assert links == ["3", "2", "1"]
    two = words(desk.get(f"/story/{STORY}/revision/2").text)
    assert "or would see The depth is [-14 -]{+41 +}m. [-Nobody was hurt.-]" in two
    three = words(desk.get(f"/story/{STORY}/revision/3").text)
    assert "What the agency sent The depth is [-14 -]{+15 +}m. Nobody was hurt." in three
    assert "or would see" not in three
    assert desk.get(f"/story/{STORY}/revision/9").status == 404
    assert desk.get(f"/story/{STORY}/revision/x").status == 404


def test_who_saves_over_anothers_body_sees_it_first(desk: Browser) -> None:
    page = desk.get(f"/story/{STORY}/body")
    form = {name: page.field(name) for name in ("token", "revision")}
    desk.world.edit(
        "correct",
        article="ptn:1",
        body="<p>The depth is 40 m.</p><p>Nobody was hurt.</p>",
        correction="40.",
        by="rani",
    )
    mine = {"body": "<p>The depth is 41 m.</p>", "correction": "41, not 14."}
    page = desk.post(f"/story/{STORY}/correct", **mine, **form)
    assert page.status == 409
    text = words(page.text)
    assert "correct by rani" in text
    assert "What was changed meanwhile The depth is [-14 -]{+40 +}m." in text
    assert "What you change The depth is [-40 -]{+41 +}m." in text
    assert "&lt;p&gt;The depth is 41 m.&lt;/p&gt;</textarea>" in page.text
    assert "41, not 14.</textarea>" in page.text
    desk.world.aws.drain()
    assert "40 m" in desk.world.page(desk.world.article().path)


# --- the frames ---------------------------------------------------------------------------------


def test_a_preview_is_the_page_that_readers_would_get(desk: Browser) -> None:
    body = "<p>The depth is 41 m.</p><script>alert(1)</script>"
    page = sent(desk, "preview", body=body, correction="41, not 14.")
    assert page.status == 200
    assert '<div class="body"' in page.text
    assert "<p>The depth is 41 m.</p></div>" in page.text
    assert "41, not 14." in page.text
    assert "alert" not in page.text
    desk.world.aws.drain()
    assert desk.world.article().revision == 1
    assert "14 m" in desk.world.page(desk.world.article().path)


def test_a_preview_needs_no_correction_yet_and_tells_what_is_wrong(desk: Browser) -> None:
    assert "is not written yet" in sent(desk, "preview", body="<p>New.</p>").text
    page = sent(desk, "preview", body="")
    assert "body: is empty" in page.text
    assert "sandbox" in page.headers["content-security-policy"]


def test_a_page_that_is_refused_says_why_in_its_frame(desk: Browser) -> None:
    path, token = f"/story/{STORY}/preview", desk.token
    with patch.object(Table, "read", side_effect=Unavailable("DynamoDB is throttled")):
        failed = desk.post(path, token=token), desk.get(f"/story/{STORY}/page")
    refused = [
        (desk.post(path, token="x"), 403, "That form is of another sign-in."),
        (desk.post(path, token=token, body="x" * (4 << 20)), 413, "more than 4096 KB"),
        (desk.post("/story/nobody/preview", token=token), 404, "There is no such story."),
        (desk.get("/story/nobody/page"), 404, "There is no such story."),
        *((page, 503, "DynamoDB is throttled. Please try again.") for page in failed),
    ]
    desk.cookies.clear()
    refused.append((desk.post(path, token=token), 401, "You are signed out."))
    refused.append((desk.get(f"/story/{STORY}/page"), 401, "You are signed out."))
    for page, status, reason in refused:
        assert page.status == status
        assert reason in page.text
        assert page.headers["x-frame-options"] == "SAMEORIGIN"
        policy = page.headers["content-security-policy"]
        assert policy.startswith("sandbox; default-src 'none'; base-uri 'none';")
        assert "frame-ancestors 'self'" in policy
        assert "/assets/" not in page.text  # which it could not load


@pytest.mark.parametrize("state", ["live", "held", "scheduled", "killed"])
def test_the_frame_has_what_readers_see_or_would_see(desk: Browser, state: str) -> None:
    if state == "held":
        done(desk, "hold")
    elif state == "scheduled":
        done(desk, "schedule", publish_at="2027-01-01T06:00")
    elif state == "killed":
        done(desk, "kill", reason="legal")
    assert desk.world.article().state == state
    page = desk.get(f"/story/{STORY}/page")
    assert page.status == 200
    assert "The depth is 14 m." in page.text
    assert f'src="/story/{STORY}/page" sandbox=""' in desk.get(f"/story/{STORY}").text


def test_a_story_that_was_never_live_is_shown_as_it_would_be(desk: Browser) -> None:
    desk.world.edit("kill", article="ptn:9", reason="legal")  # it has not come
    never = article_id("ptn", "9")
    assert "The story has not come." in desk.get(f"/story/{never}/page").text
    assert desk.get(f"/story/{never}/body").status == 200
    assert desk.get(f"/story/{never}").status == 200


@pytest.mark.parametrize("way", ["page", "preview"])
def test_what_is_framed_can_reach_nothing(desk: Browser, way: str) -> None:
    fields = {"body": "<p>The depth.</p>", "correction": "x"}
    page = sent(desk, way, **fields) if way == "preview" else desk.get(f"/story/{STORY}/{way}")
    policy = page.headers["content-security-policy"]
    directives = dict(each.strip().partition(" ")[::2] for each in policy.split(";"))
    assert directives.pop("style-src").startswith("'sha256-")
    assert directives == {
        "sandbox": "",
        "default-src": "'none'",
        "img-src": "https://harbour.example",
        "base-uri": "https://harbour.example",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "<script" not in page.text
    assert "http-equiv" not in page.text
    assert '<base href="https://harbour.example/">' in page.text


def test_every_other_page_of_the_desk_may_frame_only_its_own(desk: Browser) -> None:
    for path in ("/", f"/story/{STORY}", f"/story/{STORY}/body"):
        policy = desk.get(path).headers["content-security-policy"]
        assert "frame-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy


def test_a_theme_is_in_the_frames_too(desk: Browser) -> None:
    bodies = Bodies(desk.world.aws.client("s3"), desk.world.aws.outputs["ContentBucket"])
    theme = bodies.put_theme(Theme(css=".body{color:#123456}"))
    desk.world.apply(replace(settings(desk.issuer), theme=theme))
    looks._known.clear()  # another container
    assert ".body{color:#123456}" in desk.get(f"/story/{STORY}/page").text
    assert ".body{color:#123456}" in sent(desk, "preview", body="<p>New.</p>").text


# --- attacks ------------------------------------------------------------------------------------


def test_attacks_in_a_body_and_its_correction_reach_neither_the_desk_nor_readers(
    desk: Browser,
) -> None:
    """They are in the text field as text, in differences as words, in previews sanitised."""
    harmless: set[Element] = set()
    for packet in ("harmless words", *packed(PAYLOADS, 800)):
        words = packet.encode("utf-8", "ignore").decode()  # as forms can carry it
        fields = {"body": f"<p>x</p>{words}", "correction": words, "why": words}
        page = sent(desk, "changes", **fields)
        assert page.status == 200, words
        harmless = harmless or parsed(page.text)
        assert parsed(page.text) <= harmless, words
        preview = sent(desk, "preview", **fields)
        assert preview.status == 200
        root = LexborHTMLParser(preview.text).root
        for node in root.traverse():
            assert node.tag not in {"script", "iframe", "object", "embed"}, words
            assert not any(name.startswith("on") for name in node.attributes), words


def test_an_attack_that_is_sent_is_harmless_on_the_site(desk: Browser) -> None:
    attack = "<p>New.</p><img src=x onerror=alert(1)><script>alert(2)</script>"
    done(desk, "correct", body=attack, correction="<img src=x onerror=alert(3)>")
    shown = desk.world.page(desk.world.article().path)
    assert "onerror=alert(1)" not in shown
    assert "alert(2)" not in shown
    assert "&lt;img src=x onerror=alert(3)&gt;" in shown


# --- what it costs ------------------------------------------------------------------------------


def test_the_screen_of_a_body_costs_at_most_four_calls(desk: Browser) -> None:
    done(desk, "correct", body="<p>The depth is 41 m.</p>", correction="41, not 14.")
    desk.world.publish(entry(1, 2, body="<p>The depth is 15 m.</p>"))
    desk.world.aws.calls.reset()
    desk.get(f"/story/{STORY}/body")
    calls = sorted(f"{c.service}:{c.operation}" for c in desk.world.aws.calls)
    assert calls == ["dynamodb:BatchGetItem", *["s3:GetObject"] * 3]
