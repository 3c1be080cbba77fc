"""The screen "Feeds": how each is doing, what was rejected, and fetching one now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import msgspec
import pytest
from msgspec.structs import replace

from tests.desk.browser import Browser, settings
from tests.desk.test_stories import Element, packed, parsed
from tests.pipeline.newsroom import Newsroom, Wire, fed, item, rss
from tests.pipeline.world import FEED
from tests.xss.payloads import PAYLOADS
from wireroom import clock
from wireroom.pipeline.dead_letters import Rejected, RejectedEntry


@pytest.fixture
def newsroom(browser: Browser) -> Iterator[Newsroom]:
    """A chief is signed in; of the feeds `top` and `gone`, the first was fetched."""
    with fed(browser.world, Wire()) as found:
        found.wire.documents["/top.xml"] = rss(item(1), item(2, title="", body=""))
        staffed = settings(browser.issuer)
        own = found.wire.address.removeprefix("http://")
        hosts = (own, *staffed.site.internal_hosts)
        feeds = [
            replace(FEED, id=name, url=f"{found.wire.address}/{name}.xml")
            for name in ("top", "gone")
        ]
        found.apply(
            replace(staffed, site=replace(staffed.site, internal_hosts=hosts)), tuple(feeds)
        )
        found.pull()
        browser.sign_in("chief@harbour.example")
        yield found


def test_each_feed_is_told_of_and_those_that_fail_come_first(
    newsroom: Newsroom, browser: Browser
) -> None:
    text = unescape(browser.get("/feeds").text)
    assert text.index("/feeds/gone") < text.index("/feeds/top")
    assert newsroom.feeds.get("gone").state.reason in text
    assert "1 entries came" in text
    assert "IST" in text


def test_a_feed_tells_what_was_rejected_and_why(newsroom: Newsroom, browser: Browser) -> None:
    assert len(newsroom.letters()) == 1
    text = unescape(browser.get("/feeds/top").text)
    assert newsroom.letters()[0] in text
    assert f"{newsroom.wire.address}/top.xml" in text
    other = browser.get("/feeds/gone").text
    assert "Nothing among the 1 dead letters" in other


def test_a_feed_is_fetched_now(newsroom: Newsroom, browser: Browser) -> None:
    newsroom.wire.documents["/gone.xml"] = rss(item(3))
    page = browser.post("/feeds/gone/fetch", token=browser.token)
    assert (page.status, page.location) == (303, "/feeds/gone?fetching=1")
    assert "It is fetched within a minute" in browser.get(page.location).text
    newsroom.pull()
    assert newsroom.states()["gone"] == "ok"
    assert newsroom.article("3").state == "live"


@pytest.mark.parametrize("who", ["asha@harbour.example", "rani@harbour.example"])
def test_only_a_chief_has_a_feed_fetched(newsroom: Newsroom, browser: Browser, who: str) -> None:
    before = newsroom.feeds.get("top")
    browser.sign_in(who)
    page = browser.get("/feeds/top")
    assert "/feeds/top/fetch" not in page.text
    assert browser.post("/feeds/top/fetch", token=browser.token).status == 403
    browser.sign_in("chief@harbour.example")
    assert browser.post("/feeds/top/fetch", token="").status == 403
    page = browser.post("/feeds/top/fetch", token=browser.token, origin="https://evil.example")
    assert page.status == 403
    assert newsroom.feeds.get("top") == before


def test_what_is_no_feed_is_said(newsroom: Newsroom, browser: Browser) -> None:
    assert browser.get("/feeds/nothing").status == 404
    assert browser.post("/feeds/nothing/fetch", token=browser.token).status == 404
    assert newsroom.feeds.get("nothing") is None


def test_many_feeds_take_three_calls_a_page_and_are_found_by_id(
    newsroom: Newsroom, browser: Browser
) -> None:
    many = tuple(replace(FEED, id=f"feed-{number:03}") for number in range(120))
    newsroom.apply(newsroom.table.settings(), many, pages=False)
    browser.world.aws.calls.reset()
    page = browser.get("/feeds")
    calls = [f"{c.service}:{c.operation}" for c in browser.world.aws.calls]
    assert calls == ["dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:BatchGetItem"]
    assert len(page.text.encode()) < 60 << 10
    assert "feed-049" in page.text
    assert "feed-050" not in page.text
    assert "feed-119" in browser.get("/feeds?from=100").text
    assert "feed-119" in browser.get("/feeds?find=119").text
    assert "No feed has that" in browser.get("/feeds?find=<b>").text
    browser.world.aws.calls.reset()
    browser.get("/feeds/feed-001")
    assert len(browser.world.aws.calls) <= 10


def test_what_others_wrote_is_shown_as_words(newsroom: Newsroom, browser: Browser) -> None:
    found: list[set[Element]] = []
    for payload in ["harmless words", *packed(PAYLOADS, 480)]:
        words = payload.encode("utf-8", "replace").decode()  # no row has a lone surrogate
        row = newsroom.feeds.take("gone", clock.now() + timedelta(days=9), clock.now())
        state = replace(row.state, state="broken", reason=words, moved_to=words, due=clock.now())
        newsroom.feeds.save(row, state, [])
        rejected = RejectedEntry(Rejected(feed="gone", entry=words, title=words))
        newsroom.aws.client("sqs").send_message(
            QueueUrl=newsroom.aws.outputs["WireDeadLettersUrl"],
            MessageBody=json.dumps(msgspec.to_builtins(rejected)),
        )
        found.append(parsed(browser.get("/feeds").text) | parsed(browser.get("/feeds/gone").text))
    assert all(each <= found[0] for each in found)


def test_a_feed_whose_row_can_not_be_read_is_named_beside_the_others(
    newsroom: Newsroom, browser: Browser
) -> None:
    newsroom.aws.client("dynamodb").update_item(
        TableName=newsroom.aws.outputs["TableName"],
        Key={"pk": {"S": "feed#gone"}, "sk": {"S": "feed"}},
        UpdateExpression="SET config = :nothing",
        ExpressionAttributeValues={":nothing": {"M": {"id": {"S": "gone"}}}},
    )
    text = unescape(browser.get("/feeds").text)
    assert "The row of the feed gone can't be read: ValidationError: " in text
    assert "/feeds/top" in text
    page = browser.get("/feeds/gone")
    assert page.status == 500
    assert "The row of the feed gone can't be read" in unescape(page.text)
    page = browser.get("/settings/text")
    assert "feed gone: its row can't be read" in unescape(page.text)
    page = browser.post("/settings/show", token=browser.token, kind="category", name="New")
    assert page.status == 409
    assert "feed gone: its row can't be read" in unescape(page.text)


def test_a_feed_that_is_pushed_tells_where_to_and_is_not_fetched(
    newsroom: Newsroom, browser: Browser
) -> None:
    pushed = replace(FEED, id="newsroom", url="", push=True, secret="wireroom/newsroom")
    settings = newsroom.table.settings()
    newsroom.apply(settings, (pushed, *(row.config for row in newsroom.feeds.all())))
    assert "not pushed yet" in browser.get("/feeds").text
    text = unescape(browser.get("/feeds/newsroom").text)
    assert f"{newsroom.aws.outputs['PushAddress']}newsroom" in text
    assert "Last push" in text
    assert "Fetch now" not in text
    assert "pushes to" not in browser.get("/feeds/top").text
    form = browser.get("/settings/feed?which=newsroom").text
    assert 'name="push" value="yes" checked' in form


def test_a_feed_that_comes_as_files_tells_where_they_go_and_is_not_fetched(
    newsroom: Newsroom, browser: Browser
) -> None:
    files = replace(FEED, id="files", url="", drop=True)
    settings = newsroom.table.settings()
    newsroom.apply(settings, (files, *(row.config for row in newsroom.feeds.all())))
    assert "not put into the inbox yet" in browser.get("/feeds").text
    text = browser.get("/feeds/files").text
    bucket = newsroom.aws.outputs["InboxBucket"]
    assert f"s3://{bucket}/inbox/files/" in text
    assert "Last file" in text
    assert "Fetch now" not in text
    assert "s3://" not in browser.get("/feeds/top").text
    newsroom.aws.client("s3").put_object(Bucket=bucket, Key="inbox/files/a", Body=b"nothing")
    newsroom.aws.drain()
    text = unescape(browser.get("/trouble?queue=inbox").text)
    assert "feed files, file a: not-xml: " in text
    assert "Files: 1" in text
