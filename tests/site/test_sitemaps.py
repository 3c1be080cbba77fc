"""Sitemaps and robots.txt, as search engines read them."""

from __future__ import annotations

from datetime import timedelta
from urllib.robotparser import RobotFileParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from tests.newsroom.stories import NOON, SETTINGS
from tests.site.sitemap_schema import NEWS, SITEMAP, locations, problems
from wireroom.model import Category, ListingEntry, Located
from wireroom.site import kinds, sitemaps

SITE = "https://harbour.example"
# Words as feeds send them, with all that XML does not allow.
words = st.text(min_size=1, max_size=80).map(lambda text: f"a{text}b")


def entry(number: int = 1, **more: object) -> ListingEntry:
    fields = {
        "id": str(number),
        "headline": f"Story {number}",
        "path": f"/2026/02/11/story-{number}/",
        "published": NOON - timedelta(minutes=number),
    }
    return ListingEntry(**(fields | more))  # type: ignore[arg-type]


def test_a_month_names_its_stories_in_order_by_whole_addresses() -> None:
    first = Located(path="/2026/02/01/first/", published=NOON, updated=NOON + timedelta(hours=2))
    second = Located(path="/2026/02/02/second/", published=NOON)
    text = sitemaps.month(SETTINGS, [first, second])
    assert problems(text) == []
    dates = [each.text for each in etree.fromstring(text.encode()).iter(f"{SITEMAP}lastmod")]
    assert dates == ["2026-02-11T19:30:00+05:30", "2026-02-11T17:30:00+05:30"]
    assert locations(text) == [f"{SITE}/2026/02/01/first/", f"{SITE}/2026/02/02/second/"]


def test_a_full_month_is_a_sitemap_still() -> None:
    stories = [
        Located(path=f"/2026/02/11/{'long-words-' * 7}{number}/", published=NOON)
        for number in range(sitemaps.ADDRESSES)
    ]
    assert problems(sitemaps.month(SETTINGS, stories)) == []


def test_a_sitemap_without_a_story_names_the_front_page() -> None:
    for text in (sitemaps.month(SETTINGS, []), sitemaps.news(SETTINGS, [])):
        assert problems(text) == []
        assert locations(text) == [f"{SITE}/"]
        assert "news:news>" not in text


def test_the_index_names_the_sections_and_the_months() -> None:
    months = [kinds.at(path) for path in ("/sitemaps/2026-02-2.xml", "/sitemaps/2026-02.xml")]
    text = sitemaps.index(SETTINGS, [page for page in months if page])
    assert problems(text) == []
    assert [each.removeprefix(f"{SITE}/sitemaps/") for each in locations(text)] == [
        "sections.xml",
        "2026-02-2.xml",
        "2026-02.xml",
    ]
    assert problems(sitemaps.index(SETTINGS, [])) == []


def test_the_sections_are_the_fronts() -> None:
    hindi = replace(SETTINGS, categories=(Category(name="भारत", slug="भारत"),))
    assert locations(sitemaps.sections(SETTINGS))[:2] == [f"{SITE}/", f"{SITE}/india/"]
    assert problems(sitemaps.sections(hindi)) == []


def test_a_story_in_the_news_sitemap_says_what_google_asks_for() -> None:
    text = sitemaps.news(SETTINGS, [entry(headline="Rain & <wind>", language="hi-IN")])
    assert problems(text) == []
    url = etree.fromstring(text.encode())[0]
    assert url.findtext(f"{SITEMAP}loc") == f"{SITE}/2026/02/11/story-1/"
    told = {each.tag.removeprefix(NEWS): each.text for each in url.iter(f"{NEWS}*")}
    assert told["name"] == "The Harbour Post"
    assert told["language"] == "hi"
    assert told["publication_date"] == "2026-02-11T17:29:00+05:30"
    assert told["title"] == "Rain & <wind>"


LOC = "<loc>https://harbour.example/2026/02/11/story-1/</loc>"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("sitemap/0.9", "sitemap/0.8", "No matching global declaration"),
        (LOC, "", "loc"),
        (LOC, LOC * 2, "loc"),
        (LOC, LOC.replace("https://harbour.example", ""), "pattern"),
        (LOC, LOC.replace("harbour.example", "other.example"), "is not on"),
        (LOC, LOC.replace("story-1", "कहानी"), "pattern"),
        (LOC, LOC.replace("story-1", "s" * 2048), "maxLength"),
        (LOC, LOC.replace("story-1", "story-2"), "an address stands twice"),
        (LOC, LOC.replace("story-1/", "?a=1&b=2"), "EntityRef"),
        (LOC, f"{LOC}<changefreq>often</changefreq>", "changefreq"),
        ("<news:name>The Harbour Post</news:name>", "", "Expected is"),
        ("<news:name>The Harbour Post<", "<news:name><", "minLength"),
        ("<news:language>en<", "<news:language>en-GB<", "pattern"),
        ("+05:30</news:publication_date>", "</news:publication_date>", "pattern"),
        ("2026-02-11T17:29:00+05:30", "11 February 2026", "publication_date"),
        ("<news:title>Story 1</news:title>", "", "news"),
        ("<news:title>Story 1</news:title>", "<news:title> </news:title>", "minLength"),
    ],
)
def test_a_news_sitemap_that_breaks_a_rule_is_refused(old: str, new: str, said: str) -> None:
    text = sitemaps.news(SETTINGS, [entry(1), entry(2)])
    assert old in text
    assert said in " | ".join(problems(text.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<lastmod>2026-02-11T", "<lastmod>11.2.2026 ", "lastmod"),
        ("+05:30</lastmod>", "</lastmod>", "pattern"),
        ("<url>", "<url><priority>2</priority>", "priority"),
        ("urlset", "urls", "No matching global declaration"),
        ("</urlset>", "", "Premature end"),
    ],
)
def test_a_sitemap_that_breaks_a_rule_is_refused(old: str, new: str, said: str) -> None:
    text = sitemaps.month(SETTINGS, [Located(path="/2026/02/01/first/", published=NOON)])
    assert old in text
    assert said in " | ".join(problems(text.replace(old, new)))


def test_a_sitemap_that_is_empty_or_too_full_is_refused() -> None:
    story = [Located(path="/2026/02/01/first/", published=NOON)]
    text = sitemaps.month(SETTINGS, story)
    one = text[text.index("<url>") : text.index("</urlset>")]
    assert "Missing child element" in " | ".join(problems(text.replace(one, "")))
    others = [one.replace("first", f"story-{number}") for number in range(sitemaps.ADDRESSES + 1)]
    assert "50001 addresses" in " | ".join(problems(text.replace(one, "".join(others))))


def test_an_index_that_breaks_a_rule_is_refused() -> None:
    text = sitemaps.index(SETTINGS, [])
    loc = f"<loc>{SITE}/sitemaps/sections.xml</loc>"
    assert loc in text
    for new in ("", loc.replace(SITE, ""), f"{loc}<url/>"):
        assert problems(text.replace(loc, new)) != []


@pytest.mark.parametrize(
    ("tag", "told"),
    [
        ("", "en"),
        ("en-GB", "en"),
        ("English (UK)", "en"),
        ("zh-Hant-HK", "zh-tw"),
        ("zh_TW", "zh-tw"),
        ("zh", "zh-cn"),
        ("mni", "mni"),
    ],
)
def test_a_language_is_told_as_google_wants_it(tag: str, told: str) -> None:
    text = sitemaps.news(SETTINGS, [entry(language=tag)])
    assert problems(text) == []
    assert f"<news:language>{told}</news:language>" in text


@given(words, st.text(max_size=12))
def test_whatever_a_feed_sends_the_news_sitemap_keeps_to_its_schema(
    headline: str, language: str
) -> None:
    assert problems(sitemaps.news(SETTINGS, [entry(headline=headline, language=language)])) == []


def test_robots_may_read_everything_and_are_told_of_the_sitemaps() -> None:
    read = RobotFileParser()
    read.parse(sitemaps.robots(SETTINGS).splitlines())
    assert read.can_fetch("Googlebot-News", f"{SITE}/2026/02/11/story/")
    assert read.site_maps() == [f"{SITE}/sitemap.xml", f"{SITE}/news-sitemap.xml"]


def test_each_sitemap_is_found_by_its_path() -> None:
    (first,) = kinds.of_month("2026-02")
    second = kinds.part_after(first)
    assert (first.path, second.path) == ("/sitemaps/2026-02.xml", "/sitemaps/2026-02-2.xml")
    assert kinds.part_after(second).path == "/sitemaps/2026-02-3.xml"
    for page in (first, second, *kinds.of_site(), *kinds.of_months(), *kinds.of_hour()):
        assert kinds.at(page.path) == page
    for path in ("/sitemaps/2026-02-1.xml", "/sitemaps/2026-02-0.xml", "/sitemaps/2026.xml"):
        assert kinds.at(path) is None
