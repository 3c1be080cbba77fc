"""The line that follows an event: which pages were written, when, and when the CDN forgot them."""

from __future__ import annotations

import os
from unittest.mock import patch

import pytest

from tests.desk.browser import Browser
from tests.desk.test_stories import follow
from tests.pipeline.world import entry
from wireroom.errors import Unavailable
from wireroom.newsroom.identity import article_id
from wireroom.store.cdn import Cdn
from wireroom.store.purges import Purges

STORY = article_id("ptn", "1")


@pytest.fixture
def desk(editor: Browser) -> Browser:
    """An editor is signed in, and there are two stories that name each other."""
    editor.world.publish(entry(1), entry(2))
    return editor


def act(desk: Browser, action: str, **fields: str) -> None:
    assert desk.act(STORY, action, **fields).status == 303
    settle(desk)


def settle(desk: Browser) -> None:
    desk.world.aws.clock.advance(1)
    desk.world.aws.drain()


def minute(desk: Browser) -> None:
    """The next run of the function that asks CloudFront."""
    desk.world.aws.clock.advance(60)
    desk.world.aws.invoke("PurgeFunction", {})


def asked(desk: Browser) -> dict[str, int]:
    """The calls of a look that are about what was sent: without that for the settings."""
    desk.world.aws.calls.reset()
    follow(desk)
    calls = desk.world.calls()
    calls["dynamodb:BatchGetItem"] -= 1
    return {name: count for name, count in calls.items() if count}


def test_a_change_is_followed_until_the_cdn_has_forgotten_what_it_replaced(desk: Browser) -> None:
    act(desk, "headline", headline="Ours")
    page = desk.get("/sent")
    assert "purging the CDN…" in page.text
    assert 'data-moving="yes"' in page.text
    minute(desk)
    page = desk.get("/sent")
    assert "purged within 62 s" in page.text
    assert "purging" not in page.text
    assert 'data-moving="no"' in page.text


def test_which_pages_were_written_is_told(desk: Browser) -> None:
    act(desk, "headline", headline="Ours")
    page = desk.get("/sent").text
    for path in (desk.world.article().path, "/", "/india/", "/feed.xml"):
        assert f'href="https://harbour.example{path}" rel="noreferrer">{path}</a>' in page


def test_how_long_it_took_stays_as_it_was_first_seen(desk: Browser) -> None:
    act(desk, "headline", headline="Ours")
    assert "written within 2 s" in follow(desk)
    desk.world.aws.clock.advance(600)
    desk.world.publish(entry(3))  # writes some of these pages again
    assert "written within 2 s" in follow(desk)


def test_a_kill_is_purged_when_the_pages_that_named_the_story_are_purged_too(desk: Browser) -> None:
    act(desk, "kill", reason="legal")
    (others,) = [each for each in desk.world.table.purges.open(9) if "unlist" in each.id]
    minute(desk)
    (done,) = desk.world.table.purges.read([others.id])
    desk.world.table.purges.put(done, others)  # as if CloudFront were slower with these
    assert "purging the CDN…" in follow(desk)
    minute(desk)
    assert "purged within 122 s" in follow(desk)


@pytest.mark.parametrize("action", ["pin", "note"])
def test_of_what_purges_nothing_nothing_is_said(desk: Browser, action: str) -> None:
    act(desk, action, list="home", order="1", note="Called them.")
    page = desk.get("/sent?part=1").text
    assert "purg" not in page
    assert 'data-moving="no"' in page


def test_a_site_without_a_cdn_is_not_waited_for(desk: Browser) -> None:
    with patch.dict(os.environ, {"DISTRIBUTION_ID": ""}):
        desk.world.aws.cold_start()
        act(desk, "headline", headline="Ours")
        page = desk.get("/sent?part=1").text
    assert "purg" not in page
    assert 'data-moving="no"' in page


def test_a_purge_that_never_comes_is_not_waited_for_for_ever(desk: Browser) -> None:
    with patch.object(Purges, "read", return_value=[]):
        act(desk, "headline", headline="Ours")
        assert "purging the CDN…" in follow(desk)
        desk.world.aws.clock.advance(400)
        page = desk.get("/sent?part=1").text
    assert "purg" not in page
    assert 'data-moving="no"' in page


def test_what_cloudfront_does_not_take_yet_is_under_way(desk: Browser) -> None:
    with patch.object(Cdn, "purge", side_effect=Unavailable("CloudFront is throttled")):
        act(desk, "headline", headline="Ours")
        desk.world.aws.clock.advance(400)
        assert "purging the CDN…" in follow(desk)


def test_a_look_asks_for_no_more_than_is_not_known_yet(desk: Browser) -> None:
    desk.act(STORY, "kill", reason="legal")
    before = asked(desk)
    assert before == {"dynamodb:Query": 1}
    settle(desk)
    written = asked(desk)
    assert written.pop("s3:HeadObject") == 12
    assert written == {"dynamodb:GetItem": 1, "dynamodb:BatchGetItem": 2, "dynamodb:Query": 2}
    assert asked(desk) == {"dynamodb:GetItem": 1, "dynamodb:BatchGetItem": 2, "dynamodb:Query": 1}
    minute(desk)
    asked(desk)
    assert asked(desk) == {}
