"""Feeds over HTTP, through ingest, process and render."""

from __future__ import annotations

import pytest

from tests.pipeline.newsroom import RSS, Newsroom, etag, item, rss


def test_a_feed_is_pulled_and_its_stories_published(newsroom: Newsroom) -> None:
    newsroom.wire.documents["/top.xml"] = rss(item(1), item(2))
    newsroom.subscribe("top")
    newsroom.pull()
    assert sorted(newsroom.headlines()) == ["Story 1", "Story 2"]
    assert "Body of story 2." in newsroom.page(newsroom.article("2").path)
    assert newsroom.states() == {"top": "ok"}


def test_an_unchanged_feed_is_asked_for_with_its_validators_and_sends_nothing(newsroom) -> None:
    newsroom.wire.documents["/top.xml"] = rss(item(1))
    newsroom.subscribe("top")
    newsroom.pull()
    newsroom.aws.calls.reset()
    newsroom.pull(60)
    assert newsroom.wire.asked[-1].headers["If-None-Match"] == etag(rss(item(1)))
    assert newsroom.aws.calls.count("ProcessFunction") == {}


def test_only_what_is_new_or_changed_is_sent_on(newsroom: Newsroom) -> None:
    newsroom.wire.documents["/top.xml"] = rss(item(1), item(2))
    newsroom.subscribe("top")
    newsroom.pull()
    newsroom.wire.documents["/top.xml"] = rss(item(1, body="Better {}."), item(2), item(3))
    newsroom.aws.calls.reset()
    newsroom.pull(60)
    assert newsroom.calls()["dynamodb:TransactWriteItems"] == 2
    assert "Better 1." in newsroom.page(newsroom.article("1").path)


def test_one_story_in_two_feeds_of_a_provider_is_one_article(newsroom: Newsroom) -> None:
    newsroom.wire.documents |= {"/top.xml": rss(item(1)), "/sport.xml": rss(item(1))}
    newsroom.subscribe("top", "sport")
    newsroom.pull()
    assert newsroom.headlines() == ["Story 1"]


@pytest.mark.parametrize("date", ["", "<pubDate>Tue, 10 Feb 2026</pubDate>"])
def test_stories_of_one_moment_stand_in_the_order_of_their_feed(
    newsroom: Newsroom, date: str
) -> None:
    newsroom.wire.documents["/top.xml"] = rss(*[item(n, date=date) for n in range(8)])
    newsroom.subscribe("top")
    newsroom.pull()
    assert newsroom.headlines() == [f"Story {n}" for n in range(8)]


def test_one_bad_feed_does_not_stop_the_others(newsroom: Newsroom) -> None:
    newsroom.wire.documents["/good.xml"] = rss(item(1))
    newsroom.wire.documents["/bad.xml"] = b"<html><body>Sorry</body></html>"
    newsroom.subscribe("bad", "gone", "good")
    newsroom.pull()
    assert newsroom.headlines() == ["Story 1"]
    states = newsroom.states()
    assert states["good"] == "ok"
    assert states["gone"] == "not-found"
    assert states["bad"] not in {"", "ok"}


def test_a_feed_that_breaks_keeps_its_stories_on_the_site(newsroom: Newsroom) -> None:
    newsroom.wire.documents["/top.xml"] = rss(item(1))
    newsroom.subscribe("top")
    newsroom.pull()
    for broken in (rss(), b"", b"not xml", rss(item(1))[:-40]):
        newsroom.wire.documents["/top.xml"] = broken
        newsroom.pull(400)
        assert newsroom.headlines() == ["Story 1"]


def test_a_run_that_dies_before_saving_sends_the_entries_again_and_nothing_doubles(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wireroom.errors import Unavailable
    from wireroom.store.feeds import Feeds

    newsroom.wire.documents["/top.xml"] = rss(item(1))
    newsroom.subscribe("top")
    with monkeypatch.context() as patch:

        def fail(*_: object) -> None:
            raise Unavailable("the table is out")

        patch.setattr(Feeds, "save", fail)
        newsroom.pull()
    assert newsroom.headlines() == ["Story 1"]
    assert newsroom.states() == {"top": ""}
    newsroom.pull()
    assert newsroom.states() == {"top": "ok"}
    assert newsroom.headlines() == ["Story 1"]
    assert newsroom.article("1").revision == 1


def test_the_raw_document_is_kept_for_replay(newsroom: Newsroom) -> None:
    import gzip

    newsroom.wire.documents["/top.xml"] = rss(item(1))
    newsroom.subscribe("top")
    newsroom.pull()
    s3, bucket = newsroom.aws.client("s3"), newsroom.aws.outputs["ContentBucket"]
    (row,) = s3.list_objects_v2(Bucket=bucket, Prefix="raw/top/2026/02/11/")["Contents"]
    body = s3.get_object(Bucket=bucket, Key=row["Key"])["Body"].read()
    assert gzip.decompress(body) == rss(item(1))


NO_IDS = rss(item(1, guid="", link=""), item(2, guid="", link=""))
ONE_GUID = rss(*[item(n, guid="<guid isPermaLink='false'>same</guid>") for n in range(10)])
BAD_INPUT = {
    "not XML": (b"Service temporarily unavailable", [], 0),
    "HTML instead of a feed": (b"<!doctype html><html><body><p>Hi</p></body></html>", [], 0),
    "an empty document": (b"", [], 0),
    "an empty feed": (rss(), [], 0),
    "no ids": (NO_IDS, ["Story 1", "Story 2"], 0),
    "no titles": (rss(item(1, title="")), ["Body of story 1."], 0),
    "no dates": (rss(item(1, date="")), ["Story 1"], 0),
    "ten entries with one guid": (ONE_GUID, [f"Story {n}" for n in range(10)], 0),
    "a body of 5 MB": (rss(item(1, body="word " * 1_000_000), item(2)), ["Story 2"], 1),
    "a title of only markup": (
        rss(item(1, title="&lt;b&gt;&lt;/b&gt;")),
        ["Body of story 1."],
        0,
    ),
    "a category of 300 characters": (
        rss(item(1)).replace(b"<category>India", b"<category>" + b"x" * 300),
        ["Story 1"],
        0,
    ),
    "NUL and control characters": (
        rss(item(1, title="Sto\0ry\x01 \x1b1"), item(2)),
        ["Story 1", "Story 2"],
        0,
    ),
    "lone surrogates": (
        rss(item(1, title="Sto&#xD800;ry 1"), item(2)),
        ["Sto\ufffdry 1", "Story 2"],
        0,
    ),
    "a wrong declared encoding": (
        RSS.format(items=item(1, title="Café ₹5"), encoding="us-ascii").encode("utf-8"),
        ["Café ₹5"],
        0,
    ),
    "latin-1 that says it is UTF-8": (
        RSS.format(items=item(1, title="Café"), encoding="utf-8").encode("latin-1"),
        ["Café"],
        0,
    ),
}


@pytest.mark.parametrize("what", BAD_INPUT)
def test_bad_input_ends_as_a_story_or_a_named_rejection(newsroom: Newsroom, what: str) -> None:
    document, published, letters = BAD_INPUT[what]
    newsroom.wire.documents |= {"/top.xml": document, "/good.xml": rss(item("good"))}
    newsroom.subscribe("top", "good")
    newsroom.pull()
    assert sorted(newsroom.headlines()) == sorted([*published, "Story good"])
    reasons = newsroom.letters()
    assert len(reasons) == letters
    assert all(reason.startswith("feed top, entry ") for reason in reasons)
    if not published and not letters and what != "an empty feed":
        assert newsroom.states()["top"] not in {"", "ok"}
    newsroom.pull(400)  # the hourly sweep has brought every baked Latest Posts up to date
    assert sorted(newsroom.headlines()) == sorted([*published, "Story good"])
    before = newsroom.site()
    newsroom.wire.documents["/top.xml"] = document + b"\n"  # not answered with a 304
    newsroom.pull(400)
    assert newsroom.site() == before
    assert len(newsroom.letters()) == letters


def test_truncated_xml_publishes_no_half_story(newsroom: Newsroom) -> None:
    whole = rss(item(1), item(2), item(3))
    newsroom.wire.documents["/top.xml"] = whole[: whole.index(b"Body of story 3") + 6]
    newsroom.subscribe("top")
    newsroom.pull()
    assert "Story 3" not in newsroom.headlines()
    assert newsroom.states()["top"] or newsroom.letters()
    newsroom.wire.documents["/top.xml"] = whole
    newsroom.pull(400)
    assert sorted(newsroom.headlines()) == ["Story 1", "Story 2", "Story 3"]
