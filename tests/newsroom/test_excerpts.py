"""Which stories are excerpts, and what becomes of them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.newsroom.stories import SETTINGS, arrive, at, settled
from tests.newsroom.stories import story as made
from tests.newsroom.test_normalise import FEED, story
from wireroom.errors import EntryRejected
from wireroom.model import Decision, Excerpts
from wireroom.newsroom.listing import listings
from wireroom.newsroom.settle import settle
from wireroom.newsroom.shown import shown
from wireroom.site.affected import affected

LINK = "https://wire.example/dam"
SENTENCE = "The ministry will open the gates of the dam on Tuesday, a spokesman said"


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"body": "The towns below […]"}, "beginning"),
        ({"body": "The towns below [&hellip;]", "full": True}, "beginning"),
        ({"body": "<p>The towns below (...)</p>"}, "beginning"),
        ({"body": "<p>The towns below…</p>", "full": True}, "beginning"),
        ({"body": "<p>The towns. <b>Read more »</b></p>", "full": True}, "beginning"),
        ({"body": "<p>The towns.</p><p>Weiterlesen …</p>", "full": True}, "beginning"),
        ({"body": "<p>बाँध खुला। आगे पढ़ें</p>", "full": True}, "beginning"),
        ({"body": f'<p>The towns. <a href="{LINK}">Leer</a></p>'}, "beginning"),
        ({"body": SENTENCE}, "beginning"),
        ({"body": ""}, "nothing"),
        ({"body": f'<a href="{LINK}">Leer</a>'}, "nothing"),
        ({"body": f"{SENTENCE}."}, ""),
        ({"body": "“We wait …” he said."}, ""),
        ({"body": SENTENCE, "full": True}, ""),
        ({"body": "Market opens"}, ""),
        ({"body": "<p>There is more to read on.</p>"}, ""),
        ({"body": '<p><img src="https://p.example/a.jpg"></p>'}, ""),
        ({"body": "The towns below […]", "link": ""}, ""),
        ({"body": "", "pubstatus": "canceled"}, ""),
    ],
)
def test_what_looks_cut_off_and_can_be_read_elsewhere_is_an_excerpt(
    fields: dict[str, object], part: str
) -> None:
    assert story(**({"link": LINK} | fields)).part == part


def test_a_feed_can_say_that_it_sends_nothing_else_and_our_own_feeds_send_all() -> None:
    feed = replace(FEED, content="excerpt")
    assert story(feed, link=LINK, body=f"{SENTENCE}.", full=True).part == "beginning"
    assert story(replace(feed, syndicated=False), link=LINK, body="The towns […]").part == ""


def test_the_same_words_are_another_version_once_their_feed_says_that_there_are_more() -> None:
    sent = {"link": LINK, "body": f"{SENTENCE}."}
    assert story(**sent).hash != story(replace(FEED, content="excerpt"), **sent).hash


def test_pages_of_other_stories_are_made_again_when_a_headline_leads_elsewhere() -> None:
    article = arrive(None, made(part="beginning", link=LINK))
    out = replace(SETTINGS, excerpts={"ptn-top": "out"})
    change = affected(article, settle(article, now=at(70), settings=out), lambda _: "2026-02-11")
    assert {each.list for each in change.renamed} == {"home", "india"}


def test_a_headline_without_words_and_without_a_link_is_rejected_by_name() -> None:
    with pytest.raises(EntryRejected, match="body: neither a word of the story nor a link to it"):
        story(body="")


@pytest.mark.parametrize(
    ("asked", "part", "excerpt"),
    [
        ("", "beginning", "link"),
        ("", "nothing", "out"),
        ("link", "nothing", "link"),
        ("out", "beginning", "out"),
        ("publish", "nothing", ""),
        ("hold", "beginning", "link"),
        ("skip", "beginning", "link"),  # it came before the feed said so
        ("out", "", ""),
    ],
)
def test_the_feeds_settings_say_what_becomes_of_it(
    asked: Excerpts, part: str, excerpt: str
) -> None:
    settings = replace(SETTINGS, excerpts={"ptn-top": asked} if asked else {})
    article = arrive(None, made(part=part, link=LINK))
    article = settle(article, now=at(60), settings=settings)
    view = shown(article)
    assert view.excerpt == excerpt
    assert (view.canonical, view.noindex) == ((LINK, True) if excerpt else ("", False))
    for row in listings(article).values():
        assert row.out == (LINK if excerpt == "out" else "")
        assert row.unlisted == bool(excerpt)


def test_the_feed_that_sent_the_story_last_decides_also_under_a_new_id() -> None:
    article = arrive(None, made(1, part="beginning", link=LINK), 1)
    article = arrive(article, made(2, part="beginning", link=LINK, feed="ptn-all"), 2)
    for settings, excerpt in (
        (replace(SETTINGS, excerpts={"ptn-top": "out"}), "link"),
        (replace(SETTINGS, excerpts={"ptn-all": "out"}), "out"),
        (replace(SETTINGS, excerpts={"new": "out"}, renamed_feeds={"ptn-all": "new"}), "out"),
    ):
        assert settle(article, now=at(60), settings=settings).excerpt == excerpt


def test_an_editors_body_or_the_rest_of_the_words_makes_it_a_whole_story() -> None:
    article = arrive(None, made(1, part="beginning", link=LINK))
    assert shown(article).excerpt == "link"
    body = Decision("bodies/edited", at(70), "asha")
    edited = settled(replace(article, desk=replace(article.desk, body=body)), 70)
    assert (shown(edited).excerpt, shown(edited).noindex) == ("", False)
    assert shown(arrive(article, made(2, link=LINK))).excerpt == ""


def test_a_feed_may_have_its_excerpts_wait_for_an_editor() -> None:
    feed = replace(FEED, excerpts="hold")
    assert story(feed, link=LINK, body="The towns […]").hold
    assert not story(feed, link=LINK, body="The towns wait.").hold
