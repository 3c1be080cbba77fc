"""What goes wrong beside the desk, or is made to, takes no screen and no action away."""

from __future__ import annotations

import base64
from unittest.mock import patch

import pytest

from tests.desk.browser import Browser
from tests.desk.issuer import Issuer
from tests.pipeline.world import entry
from wireroom.errors import TooMuch, Unavailable
from wireroom.newsroom.identity import article_id
from wireroom.store.pages import Pages
from wireroom.store.table import Table

STORY = article_id("ptn", "1")


@pytest.fixture
def desk(editor: Browser) -> Browser:
    editor.world.publish(entry(1))
    return editor


def test_a_story_is_killed_although_its_pages_can_not_be_looked_at(desk: Browser) -> None:
    with patch.object(Pages, "version", side_effect=Unavailable("S3 is throttled")):
        assert desk.act(STORY, "kill", reason="legal").status == 303
    desk.world.aws.drain()
    assert desk.world.article("1").state == "killed"
    page = desk.get("/sent?part=1")
    assert "the pages could not be looked at" in page.text
    assert 'data-moving="no"' in page.text


@pytest.mark.parametrize(
    "header", ['{"alg":"dir","enc":[]}', '"alg enc"', '["alg","enc"]', "{", "1"]
)
@pytest.mark.parametrize("name", ["__Host-desk", "__Host-signing-in", "__Host-sent"])
def test_a_cookie_that_is_none_of_the_desks_is_as_no_cookie(
    desk: Browser, name: str, header: str
) -> None:
    head = base64.urlsafe_b64encode(header.encode()).rstrip(b"=").decode()
    desk.cookies[name] = f"{head}..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"
    signed_in = name != "__Host-desk"
    assert desk.get("/").status == (200 if signed_in else 303)
    assert desk.get("/sent").status == (200 if signed_in else 303)
    assert desk.get("/signed-in?state=x&code=y").status == 403


def test_a_whole_paragraph_is_looked_for_by_its_first_words(desk: Browser) -> None:
    found = desk.get("/?find=" + "+".join(["story", "version", *["1"] * 300]))
    assert found.status == 200
    assert "Story 1 version 1" in found.text


def test_a_name_that_is_too_long_for_dynamodb_is_said_to_be(desk: Browser) -> None:
    with patch.object(Table, "read", side_effect=TooMuch("a key of more than 2,048 bytes")):
        page = desk.get("/story/" + "x" * 2100)
    assert page.status == 400
    assert "Too long" in page.text


def test_a_correction_that_is_sent_again_after_it_was_applied_is_printed_once(
    desk: Browser,
) -> None:
    form = {
        "token": desk.token,
        "revision": str(desk.world.article("1").revision),
        "body": "<p>Put right.</p>",
        "correction": "It was wrong.",
    }
    for _ in range(2):  # the answer to the first one is lost
        assert desk.post(f"/story/{STORY}/correct", **form).status == 303
        desk.world.aws.drain()
    article = desk.world.article("1")
    assert [each.text for each in article.desk.corrections] == ["It was wrong."]
    assert "applied as revision" in desk.get("/sent?part=1").text


def test_another_order_of_the_same_republish_page_is_another_job(desk: Browser) -> None:
    page = desk.get("/republish")
    hidden = {name: page.field(name) for name in ("token", "id")}
    first, second, again = (
        desk.post("/republish", **hidden, kind="list", what=name).location
        for name in ("home", "india", "home")
    )
    assert first.split("&")[0] == again.split("&")[0] != second.split("&")[0]


def test_a_row_that_can_not_be_read_leaves_the_others_on_the_list(desk: Browser) -> None:
    desk.world.publish(entry(2))
    client = desk.world.aws.client("dynamodb")
    client.update_item(
        TableName=desk.world.aws.outputs["TableName"],
        Key={"pk": {"S": f"article#{STORY}"}, "sk": {"S": "article"}},
        UpdateExpression="SET desk_entry.headline = :broken",
        ExpressionAttributeValues={":broken": {"N": "7"}},
    )
    page = desk.get("/")
    assert page.status == 200
    assert "Story 2 version 1" in page.text


@pytest.mark.parametrize("field", ["publish_at", "expire_at"])
@pytest.mark.parametrize("moment", ["9999-12-31T23:59", "0001-01-01T00:00+14:00"])
def test_a_time_that_is_no_time_of_news_is_refused(desk: Browser, field: str, moment: str) -> None:
    page = desk.act(STORY, "schedule", **{field: moment})
    assert page.status == 409
    assert field in page.text


def test_a_provider_that_has_just_failed_is_not_asked_for_everybody(
    browser: Browser, issuer: Issuer
) -> None:
    browser.world.aws.cold_start()
    issuer.description = {"issuer": "https://elsewhere.example"}
    assert [browser.get("/sign-in").status for _ in range(3)] == [403] * 3
    assert len(issuer.asked) == 1
    issuer.description = {}
    browser.world.aws.clock.advance(11)
    assert browser.get("/sign-in").status == 303
