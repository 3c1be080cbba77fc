"""The screen "Republish": what is rendered again, who may ask for it, and how far it is."""

from __future__ import annotations

import re

import pytest

from tests.desk.browser import Browser, Page
from tests.desk.test_stories import Element, packed, parsed
from tests.pipeline.world import entry
from tests.xss.payloads import PAYLOADS
from wireroom import clock
from wireroom.model import Job
from wireroom.newsroom.identity import article_id

STORY = article_id("ptn", "1")
PATH = "/2026/02/11/story-1-version-1/"


@pytest.fixture
def desk(editor: Browser) -> Browser:
    """An editor is signed in; there is a story, and every page of the site is spoiled."""
    editor.world.publish(entry(1))
    spoil(editor)
    editor.world.aws.calls.reset()
    return editor


def spoil(browser: Browser) -> None:
    world = browser.world
    for key in world.site():
        if key.endswith((".html", ".xml")):
            world.aws.client("s3").put_object(
                Bucket=world.aws.outputs["SiteBucket"], Key=key, Body=b"spoiled"
            )


def spoiled(browser: Browser) -> set[str]:
    return {key for key, text in browser.world.site().items() if text == "spoiled"}


def order(browser: Browser, kind: str, **fields: str) -> Page:
    page = browser.get("/republish")
    sent = {"token": page.field("token"), "kind": kind, **fields}
    if 'name="id"' in page.text:
        sent["id"] = page.field("id")
    return browser.post("/republish", **sent)


def told(browser: Browser, address: str) -> str:
    text = browser.get(f"{address}&part=1").text
    return " ".join(re.sub(r"<[^>]*>", "", text).split())


@pytest.mark.parametrize(
    ("kind", "fields", "made"),
    [
        ("article", {"what": f"https://harbour.example{PATH}"}, f"{PATH[1:]}index.html"),
        ("article", {"what": "ptn:1"}, f"{PATH[1:]}index.html"),
        ("page", {"what": "https://harbour.example/feed.xml"}, "feed.xml"),
        ("page", {"what": "/"}, "index.html"),
        ("list", {"what": "india"}, "india/index.html"),
        ("days", {"first": "2026-02-11"}, "2026/02/11/index.html"),
        ("days", {"first": "2026-02-10", "last": "2026-02-12"}, f"{PATH[1:]}index.html"),
    ],
)
def test_an_editor_republishes_and_follows_it_to_its_end(
    desk: Browser, kind: str, fields: dict[str, str], made: str
) -> None:
    page = order(desk, kind, **fields)
    assert page.status == 303
    assert "Sent, not begun yet." in told(desk, page.location)
    desk.world.aws.drain()
    assert made not in spoiled(desk)
    assert "by asha@harbour.example): done." in told(desk, page.location)


def test_a_page_alone_is_made_and_no_other(desk: Browser) -> None:
    before = spoiled(desk)
    order(desk, "page", what="/feed.xml")
    desk.world.aws.drain()
    assert before - spoiled(desk) == {"feed.xml"}


def test_a_chief_republishes_everything(desk: Browser) -> None:
    desk.sign_in("chief@harbour.example")
    assert order(desk, "everything").status == 303
    desk.world.aws.drain()
    assert "index.html" not in spoiled(desk)


def test_everything_is_for_chiefs_alone(desk: Browser) -> None:
    assert "everything" not in desk.get("/republish").text
    assert order(desk, "everything").status == 403
    desk.world.aws.drain()
    assert desk.world.table.jobs.running() == []
    assert "index.html" in spoiled(desk)


@pytest.mark.parametrize("kind", ["article", "page", "list", "days", "everything"])
def test_a_reader_republishes_nothing(desk: Browser, kind: str) -> None:
    desk.sign_in("rani@harbour.example")
    assert 'action="/republish"' not in desk.get("/republish").text
    assert order(desk, kind, what="/", first="2026-02-11").status == 403
    desk.world.aws.drain()
    assert "index.html" in spoiled(desk)


@pytest.mark.parametrize(
    ("kind", "fields", "reason"),
    [
        ("article", {"what": "ptn:nothing"}, "article: there is no article ptn:nothing"),
        ("article", {"what": "https://evil.example/x"}, "is not an address of"),
        ("page", {"what": "/nothing/here/"}, "the site has no page"),
        ("list", {"what": "poetry"}, "is not one of the lists"),
        ("days", {"first": "2026-02-12", "last": "2026-02-11"}, "comes after"),
        ("days", {"first": "soon"}, "first: "),
        ("days", {}, "say which day"),
        ("page", {}, "say which one"),
    ],
)
def test_what_the_pipeline_would_refuse_is_refused_at_once_and_stays_typed(
    desk: Browser, kind: str, fields: dict[str, str], reason: str
) -> None:
    page = order(desk, kind, **fields)
    assert page.status == 409
    assert f"Not sent: {reason}" in page.text or reason in page.text
    if kind != "list":
        for value in fields.values():
            assert f'value="{value}"' in page.text
    desk.world.aws.drain()
    assert desk.world.letters() == []
    assert desk.world.table.jobs.running() == []


def test_a_form_of_another_site_orders_nothing(desk: Browser) -> None:
    token = desk.token
    for origin in ("", "https://evil.example"):
        page = desk.post("/republish", token=token, kind="page", what="/", origin=origin)
        assert page.status == 403
    assert desk.post("/republish", token="", kind="page", what="/").status == 403
    assert order(desk, "planet").status == 404
    desk.world.aws.drain()
    assert "index.html" in spoiled(desk)


def test_a_form_that_is_sent_twice_is_one_job(desk: Browser) -> None:
    page = desk.get("/republish")
    form = {"token": page.field("token"), "id": page.field("id"), "kind": "page", "what": "/"}
    places = {desk.post("/republish", **form).location.partition("&")[0] for _ in range(2)}
    assert len(places) == 1
    desk.world.aws.drain()
    assert desk.world.letters() == []


def test_an_event_that_is_refused_later_says_why(desk: Browser) -> None:
    page = order(desk, "list", what="india")
    desk.world.aws.clock.advance(5)
    queue = desk.world.aws.client("sqs")
    url = desk.world.aws.outputs["EditQueueUrl"]
    (message,) = queue.receive_message(QueueUrl=url)["Messages"]
    queue.send_message(
        QueueUrl=desk.world.aws.outputs["EditDeadLettersUrl"],
        MessageBody=message["Body"],
        MessageAttributes={"reason": {"DataType": "String", "StringValue": "list: is gone"}},
    )
    assert "Refused: list: is gone" in told(desk, page.location)


def test_the_screen_takes_three_calls_and_shows_what_runs(desk: Browser) -> None:
    for number in range(40):
        job = Job(id=f"j{number}", requested=clock.now(), phase="waiting", total=9, done=1)
        desk.world.table.jobs.put(None, job)
    desk.world.aws.calls.reset()
    page = desk.get("/republish")
    calls = [f"{c.service}:{c.operation}" for c in desk.world.aws.calls]
    assert calls == ["dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:BatchGetItem"]
    assert len(page.text.encode()) < 60 << 10
    assert "1 of about 9 pages so far" in page.text


def test_what_was_typed_is_shown_as_words(desk: Browser) -> None:
    found: list[set[Element]] = []
    for payload in ["harmless words", *packed(PAYLOADS, 480)]:
        words = payload.encode("utf-8", "replace").decode()  # as browsers send lone surrogates
        page = order(desk, "article", what=words)
        assert page.status == 409
        found.append(parsed(page.text))
    assert all(each <= found[0] for each in found)
