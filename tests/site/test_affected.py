from __future__ import annotations

from functools import partial

import pytest

from tests.newsroom.stories import arrive, at, story
from tests.newsroom.test_edits import edit, event_of
from wireroom.model import Article, ListingEntry
from wireroom.newsroom import events
from wireroom.newsroom.listing import listings
from wireroom.site import kinds, pages
from wireroom.site.affected import Affected, affected, neighbours, unlist
from wireroom.site.dates import day_of

FEEDS = ("feed.xml", "atom.xml", "feed.json")
day = partial(day_of, timezone="Asia/Kolkata")


def paths(old, new) -> set[str]:
    return {page.path for page in affected(old, new, day).pages}


def test_a_new_story_affects_its_page_and_the_newest_pages_of_its_lists_only() -> None:
    assert paths(None, arrive(None, story())) == {
        "/2026/02/11/reservoir-opens-1/",
        "/",
        "/feed.xml",
        "/atom.xml",
        "/feed.json",
        "/2026/02/11/",
        "/india/",
        "/india/feed.xml",
        "/india/atom.xml",
        "/india/feed.json",
        "/india/2026/02/11/",
        "/fragments/latest.html",
        "/news-sitemap.xml",
    }


def test_a_changed_body_alone_affects_the_articles_page_and_the_feeds_of_its_lists() -> None:
    old = arrive(None, story(1, at=at(0)))
    new = arrive(old, story(1, at=at(0), body="<p>Other</p>", hash="v1:x"))
    feeds = {f"{root}{name}" for root in ("/", "/india/") for name in FEEDS}
    assert paths(old, new) == {old.path, *feeds}


def test_a_note_affects_no_page() -> None:
    old = arrive(None, story())
    assert (
        affected(old, edit(old, event_of(events.Note, note="called the agency")), day) == Affected()
    )


def test_a_changed_category_affects_the_list_it_left_and_the_list_it_joined() -> None:
    old = arrive(None, story(categories=("india",)))
    new = edit(old, event_of(events.Categorise, set=("sport",)))
    assert {"/india/", "/sport/", "/india/2026/02/11/", "/sport/2026/02/11/"} <= paths(old, new)
    assert ("india", "2026-02-11") in affected(old, new, day).removed
    assert ("sport", "2026-02-11", old.id) in affected(old, new, day).added


def test_a_new_slug_affects_every_address_that_the_article_ever_had() -> None:
    first = arrive(None, story())
    second = edit(first, event_of(events.Headline, 61, slug="two"))
    third = edit(second, event_of(events.Headline, 62, slug="three"))
    assert {first.path, second.path, third.path} <= paths(second, third)


def test_a_kill_affects_all_that_ever_showed_the_story() -> None:
    live = arrive(None, story())
    killed = edit(live, event_of(events.Kill, reason="legal"))
    assert paths(live, killed) == paths(None, live)


def test_a_byline_affects_the_pages_of_its_authors_and_another_one_those_of_both() -> None:
    first = arrive(None, story(byline="Asha Rao and B. Khan"))
    second = arrive(first, story(2, at=at(2), byline="B. Khan"))
    authors = {"/authors/asha-rao/", "/authors/b-khan/"}
    assert {path for path in paths(None, first) if "author" in path} == authors
    assert {path for path in paths(first, second) if "author" in path} == authors
    body = arrive(first, story(1, at=at(1), byline="Asha Rao and B. Khan", hash="v1:x"))
    assert not any("author" in path for path in paths(first, body))


def test_a_story_that_was_never_published_affects_nothing() -> None:
    assert affected(None, arrive(None, story(hold=True)), day) == Affected()


def entry(identity: str, minutes: float) -> ListingEntry:
    return ListingEntry(id=identity, headline="h", path="/p/", published=at(minutes))


def test_the_oldest_story_of_a_day_and_each_removal_bring_the_neighbouring_days() -> None:
    page = pages.day("home", "2026-02-11")
    entries = [entry("b", 2), entry("a", 1)]
    both = {pages.day("home", "2026-02-10"), pages.day("home", "2026-02-12")}
    both.add(pages.calendar("home", "2026-02"))

    def brings(change: Affected, previous: str = "2026-02-10") -> set:
        return set(neighbours(change, page, entries, previous, "2026-02-12"))

    assert brings(Affected(added=frozenset({("home", "2026-02-11", "a")}))) == both
    assert brings(Affected(added=frozenset({("home", "2026-02-11", "b")}))) == set()
    assert brings(Affected(removed=frozenset({("home", "2026-02-11")}))) == both
    emptied = Affected(removed=frozenset({("home", "2026-02-11")}))
    assert set(neighbours(emptied, page, [], "", "")) == {pages.calendar("home", "2026-02")}
    january = {pages.day("home", "2026-01-31"), pages.calendar("home", "2026-01")}
    first = brings(Affected(added=frozenset({("home", "2026-02-11", "a")})), "2026-01-31")
    assert first == both - {pages.day("home", "2026-02-10")} | january


def test_a_pin_neither_fills_nor_empties_a_day() -> None:
    """The days beside it are not made again for a story that was there before, and still is."""
    live = arrive(None, story())
    pinned = edit(live, event_of(events.Pin, list="home"))
    unpinned = edit(pinned, event_of(events.Unpin, 62, list="home"))
    for old, new in ((live, pinned), (pinned, unpinned)):
        change = affected(old, new, day)
        assert pages.front("home") in change.pages
        assert (change.added, change.removed) == (frozenset(), frozenset())


@pytest.mark.parametrize("word", [events.Kill, events.Hold])
def test_a_story_that_leaves_the_site_is_looked_for_in_what_other_stories_baked_in(word) -> None:
    live = arrive(None, story())
    gone = edit(live, event_of(word, **({"reason": "legal"} if word is events.Kill else {})))
    job = unlist(live, gone, at(61), "render")
    assert job
    assert (job.target, job.since) == (live.id, live.published)
    again = unlist(live, gone, at(62), "render")
    assert again
    assert again.id == job.id


LIVE = arrive(None, story())
KILLED = edit(LIVE, event_of(events.Kill, reason="legal"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, LIVE),
        (None, KILLED),
        (LIVE, edit(LIVE, event_of(events.Headline, headline="Ours"))),
        (KILLED, edit(KILLED, event_of(events.Kill, 62, reason="error"))),
        (KILLED, edit(KILLED, event_of(events.Reinstate, 62))),
        (LIVE, None),
    ],
)
def test_a_story_that_stays_comes_or_was_gone_already_is_not_looked_for(
    old: Article | None, new: Article | None
) -> None:
    assert unlist(old, new, at(63), "render") is None


def test_every_row_that_listings_hold_is_named_by_its_list_and_time() -> None:
    rows = listings(arrive(None, story()))
    assert {name for name, _ in rows} == {"home", "india"}
    assert {key.partition("#")[0] for _, key in rows} == {"2026-02-11T12:00:00.000Z"}


def test_every_listing_page_is_found_again_by_its_path() -> None:
    for page in (
        pages.LATEST,
        pages.MISSING,
        pages.front("home"),
        pages.front("india"),
        pages.feed("home"),
        pages.feed("india"),
        pages.day("home", "2026-02-11"),
        pages.day("breaking-news", "2026-02-11"),
        pages.author("authors/asha-rao"),
    ):
        assert kinds.at(page.path) == page
    for name in ("home", "india"):
        calendar = pages.calendar(name, "2026-02")
        assert kinds.at(calendar.path) == calendar
    assert kinds.at("/2026/13/") is None
    assert kinds.at("/authors/Asha Rao/") is None
    assert kinds.at("/authors/asha-rao/2026/02/11/") is None
    assert kinds.at("/2026/02/11/reservoir-opens/") is None


def test_a_year_alone_is_no_section() -> None:
    assert kinds.at("/2026/") is None
    assert kinds.at("/2026/feed.xml") is None
