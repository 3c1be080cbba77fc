"""Pages from values: their order, their words, and that nothing breaks out of them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from wireroom.model import (
    Article,
    Category,
    Correction,
    Decision,
    Desk,
    KillReason,
    ListingEntry,
    Picture,
    Settings,
    Site,
    Wire,
)
from wireroom.newsroom.listing import listings
from wireroom.site import assets, build, feeds, kinds, notices
from wireroom.site.more import More
from wireroom.site.templating import scrub

NOON = datetime(2026, 2, 11, 6, 30, tzinfo=UTC)
BODY = (
    "<p>NEW DELHI — “We have <em>₹4,200</em> crore,” she said.</p>"
    '<p>The <a href="https://example.org/">rest</a> follows.</p>'
)
SETTINGS = Settings(
    site=Site(
        name="The Courier",
        url="https://courier.example",
        timezone="Asia/Kolkata",
        tagline="News from the wires",
        contact="desk@courier.example",
    ),
    categories=(
        Category(name="Politics", slug="politics"),
        Category(name="Breaking News", slug="breaking-news"),
        Category(name="India", slug="india"),
    ),
)
PICTURE = Picture(
    url="https://pictures.example/jetty.jpg",
    alt="Boats at the jetty",
    credit="A. Rao",
    width=1200,
    height=800,
)


def an_article(desk: Desk | None = None, **wire: Any) -> Article:
    fields: dict[str, Any] = {
        "headline": "Votes & rolls: “who counts?”",
        "body": "bodies/one",
        "hash": "1:aa",
        "byline": "Asha Raman",
        "source": "Coastal Wire",
        "language": "en",
    }
    return Article(
        id="coastal-1",
        provider="coastal",
        entry_id="guid-1",
        revision=1,
        state="live",
        wire=Wire(**(fields | wire)),
        desk=desk or Desk(),
        categories=("politics", "india", "breaking-news"),
        path="/2026/02/11/votes-and-rolls/",
        published=NOON,
    )


def an_entry(number: int = 0, **fields: Any) -> ListingEntry:
    values: dict[str, Any] = {
        "id": f"coastal-{number}",
        "headline": f"Story {number}",
        "path": f"/2026/02/11/story-{number}/",
        "published": NOON - timedelta(minutes=number),
        "categories": ("breaking-news", "india", "politics"),
    }
    return ListingEntry(**(values | fields))


ENTRIES = [an_entry(number) for number in range(12)]


def parse(page: str) -> LexborHTMLParser:
    return LexborHTMLParser(page.encode())


def texts(page: str, selector: str) -> list[str]:
    return [node.text() for node in parse(page).css(selector)]


def text(page: str, selector: str) -> str:
    (found,) = texts(page, selector)
    return found


def lines(page: str) -> list[str]:
    """What the main part of a page says, in reading order."""
    return [line.strip() for line in text(page, "main").splitlines() if line.strip()]


def rss(settings: Settings, name: str, entries: list[ListingEntry]) -> str:
    return feeds.rss(
        settings, feeds.channel(settings, kinds.page("feed", name), feeds.items(settings, entries))
    )


def attribute(page: str, selector: str, name: str) -> str | None:
    (node,) = parse(page).css(selector)
    return node.attributes[name]


def every_page(settings: Settings = SETTINGS) -> dict[str, str]:
    pictured = [replace(entry, picture=PICTURE, summary="In short.") for entry in ENTRIES]
    return {
        "article": build.article(settings, an_article(picture=PICTURE), BODY, ENTRIES),
        "home": build.front(settings, "home", pictured, "2026-02-10"),
        "front": build.front(settings, "india", ENTRIES, "2026-02-10"),
        "quiet front": build.front(settings, "india", [], ""),
        "day": build.day(settings, "india", "2026-02-11", pictured, "2026-02-09", "2026-02-12"),
        "empty day": build.day(settings, "home", "2026-02-11", [], "", ""),
        "withdrawn": notices.withdrawn(settings, "legal"),
        "missing": notices.missing(settings),
    }


# --- the article page ---------------------------------------------------------------------------


SHARED = ["Email", "WhatsApp", "X", "Facebook", "Telegram", "Copy link"]


def test_an_article_reads_in_the_order_of_the_design() -> None:
    page = build.article(SETTINGS, an_article(picture=PICTURE), BODY, ENTRIES[:2])
    assert lines(page) == [
        "The Courier",
        "Politics",
        "Votes & rolls: “who counts?”",
        "February 11, 2026, 12:00\u202fPM IST Asha Raman 1 min read",
        "Boats at the jetty A. Rao",
        "NEW DELHI — “We have ₹4,200 crore,” she said.The rest follows.",
        *SHARED,
        "(Except for the headline, this story has not been edited by The Courier staff and is "
        "published from a syndicated feed.)",
        "Latest Posts",
        "Story 0",
        "February 11, 2026 | Breaking News, India, Politics",
        "Story 1",
        "February 11, 2026 | Breaking News, India, Politics",
    ]


def test_a_corrected_article_reads_in_the_order_of_the_design() -> None:
    correction = Correction(event="e1", text="It was 88–71.", at=NOON + timedelta(days=1))
    desk = Desk(
        headline=Decision("The editor’s headline", NOON),
        standfirst=Decision("What it means.", NOON),
        body=Decision("bodies/two", NOON),
        corrections=(correction,),
    )
    page = build.article(SETTINGS, an_article(desk), "<p>88–71.</p>", ENTRIES[:1])
    assert lines(page) == [
        "The Courier",
        "Politics",
        "The editor’s headline",
        "What it means.",
        "February 11, 2026, 12:00\u202fPM IST Asha Raman 1 min read",
        "88–71.",
        *SHARED,
        "Correction",
        "February 12, 2026: It was 88–71.",
        "(This story was published from a syndicated feed, and its body has been edited by The "
        "Courier staff: see the correction of February 12, 2026 above.)",
        "Latest Posts",
        "Story 0",
        "February 11, 2026 | Breaking News, India, Politics",
    ]


def test_the_body_is_printed_byte_for_byte() -> None:
    assert f">{BODY}</div>" in build.article(SETTINGS, an_article(), BODY, [])


CELLS = "<tbody><tr><td>1<table><tbody><tr><td>2</td></tr></tbody></table></td></tr></tbody>"
WIDE = [
    (f"<p>a</p><table>{CELLS}</table><p>b</p>", 1),
    (f"<blockquote><pre>a  b\n&lt;table&gt;</pre></blockquote><table>{CELLS}</table>", 2),
    ("""<p><abbr title="</pre>'<table>">b</abbr></p>""", 0),
    ("""<p><abbr title="<table>">a</abbr></p><pre>x</pre>""", 1),
]


@pytest.mark.parametrize(("body", "parts"), WIDE)
def test_what_may_be_wide_scrolls_by_itself_and_the_body_within_stays_as_it_is(
    body: str, parts: int
) -> None:
    page = build.article(SETTINGS, an_article(), body, [])
    assert re.sub('<section class="wide"[^>]*>|</section>', "", page).count(f">{body}</div>") == 1
    found = parse(page).css(".body .wide")
    assert [node.attributes["tabindex"] for node in found] == ["0"] * parts
    assert len({node.attributes["aria-label"] for node in found}) == parts
    assert len(parse(page).css(".body .wide > table, .body .wide > pre")) == parts
    assert parse(page).css(".wide .wide") == []


@pytest.mark.parametrize("selector", ["meta[name=description]", 'meta[property="og:description"]'])
def test_a_description_is_what_lists_say_of_the_story(selector: str) -> None:
    edited = Desk(
        body=Decision(value="bodies/two", at=NOON),
        body_over="bodies/one",
        body_summary="As edited.",
    )
    standfirst = Desk(standfirst=Decision(value="Why it matters.", at=NOON))
    for desk, said in (
        (None, "In short."),
        (edited, "As edited."),
        (standfirst, "Why it matters."),
    ):
        made = an_article(desk, summary="In short.")
        page = build.article(SETTINGS, made, "<p>A story of other words.</p>", [])
        assert attribute(page, selector, "content") == said
        assert {row.summary for row in listings(made).values()} == {said}


def test_the_title_is_the_headline_and_nothing_else() -> None:
    edited = an_article(Desk(headline=Decision("The editor’s headline", NOON)))
    page = build.article(SETTINGS, edited, BODY, [])
    assert text(page, "title") == text(page, "h1") == "The editor’s headline"


def test_a_story_without_a_byline_has_none() -> None:
    page = build.article(SETTINGS, an_article(byline=""), BODY, [])
    assert text(page, ".dateline") == "February 11, 2026, 12:00\u202fPM IST 1 min read"


def test_the_authors_in_a_byline_lead_to_their_pages_and_the_rest_is_as_sent() -> None:
    signed = replace(
        an_article(byline="By ASHA RAO & B. Khan, PTN"), authors=("ASHA RAO", "B. Khan")
    )
    page = build.article(SETTINGS, signed, BODY, [])
    assert text(page, ".byline") == "By ASHA RAO & B. Khan, PTN"
    links = {node.text(): node.attributes["href"] for node in parse(page).css(".byline a")}
    assert links == {"ASHA RAO": "/authors/asha-rao/", "B. Khan": "/authors/b-khan/"}
    assert dict(json.loads(text(page, 'script[type="application/ld+json"]')))["author"] == [
        {"@type": "Person", "name": "Asha Rao", "url": f"{SETTINGS.site.url}/authors/asha-rao/"},
        {"@type": "Person", "name": "B. Khan", "url": f"{SETTINGS.site.url}/authors/b-khan/"},
    ]


def test_an_authors_page_is_headed_by_the_name_in_the_newest_story() -> None:
    entries = [an_entry(0, name="Asha Rao <i>"), an_entry(1, name="A. Rao")]
    page = build.author(SETTINGS, "authors/asha-rao", entries, more=True)
    assert text(page, "h1") == "Asha Rao <i>"
    assert texts(page, "main h2") == ["Story 0", "Story 1"]
    assert (
        attribute(page, 'link[rel="canonical"]', "href") == f"{SETTINGS.site.url}/authors/asha-rao/"
    )
    assert attribute(page, 'meta[name="robots"]', "content") == "noindex"
    assert attribute(page, ".turn a", "href") == "/search/?q=Asha+Rao+%3Ci%3E"
    told = json.loads(text(page, 'script[type="application/ld+json"]'))
    assert told["mainEntity"]["name"] == "Asha Rao <i>"


def test_search_engines_are_shown_an_author_of_three_stories_without_a_way_to_more() -> None:
    page = build.author(SETTINGS, "authors/asha-rao", ENTRIES[:3], more=False)
    assert not parse(page).css('meta[name="robots"], .turn')


def test_the_date_is_the_sites_own() -> None:
    article = replace(an_article(), published=datetime(2026, 2, 11, 20, 0, tzinfo=UTC))
    page = build.article(SETTINGS, article, BODY, [])
    assert text(page, ".dateline time") == "February 12, 2026, 1:30\u202fAM IST"
    assert attribute(page, ".dateline time", "datetime") == "2026-02-12T01:30:00+05:30"


def test_an_edited_body_says_so_with_its_correction_and_date() -> None:
    desk = Desk(
        body=Decision("bodies/two", NOON),
        corrections=(
            Correction(event="e1", text="It was 88–71.", at=NOON + timedelta(days=1)),
            Correction(event="e2", text="The speaker’s name is Rao.", at=NOON + timedelta(days=2)),
        ),
    )
    page = build.article(SETTINGS, an_article(desk), BODY, [])
    assert texts(page, ".corrections p") == [
        "February 12, 2026: It was 88–71.",
        "February 13, 2026: The speaker’s name is Rao.",
    ]
    assert text(page, ".notice") == (
        "(This story was published from a syndicated feed, and its body has been edited by The "
        "Courier staff: see the correction of February 13, 2026 above.)"
    )


def test_an_edited_body_without_a_correction_still_says_so() -> None:
    page = build.article(SETTINGS, an_article(Desk(body=Decision("bodies/two", NOON))), BODY, [])
    assert text(page, ".notice") == (
        "(This story was published from a syndicated feed, and its body has been edited by The "
        "Courier staff.)"
    )


@pytest.mark.parametrize("desk", [Desk(), Desk(body=Decision("bodies/two", NOON))])
def test_the_sites_own_copy_has_no_notice(desk: Desk) -> None:
    page = build.article(SETTINGS, an_article(desk, syndicated=False), BODY, [])
    assert texts(page, ".notice") == []
    assert "syndicated" not in page


def test_latest_posts_has_ten_entries_newest_first() -> None:
    page = build.article(SETTINGS, an_article(), BODY, ENTRIES)
    assert texts(page, ".latest h3 a") == [f"Story {number}" for number in range(10)]


def test_the_fragment_is_the_list_that_the_page_carries() -> None:
    fragment = build.latest(SETTINGS, ENTRIES)
    assert fragment.startswith("<ol")
    page = build.article(SETTINGS, an_article(), BODY, ENTRIES)
    assert fragment.strip() in page
    without = build.without_latest(page)
    assert without == build.without_latest(build.article(SETTINGS, an_article(), BODY, []))
    assert not any(entry.path in without for entry in ENTRIES)


def test_a_page_says_more_of_its_section_and_nothing_where_there_is_no_more() -> None:
    said = More("india", ENTRIES[1], ENTRIES[0], ENTRIES[2:4])
    page = build.article(SETTINGS, an_article(), BODY, ENTRIES, said)
    assert texts(page, ".more h3") == ["Story 2", "Story 3"]
    assert attribute(page, ".more nav", "aria-label") == "More in India"
    assert attribute(page, ".more [rel=prev]", "href") == ENTRIES[1].path
    assert attribute(page, ".more [rel=next]", "href") == ENTRIES[0].path
    without = build.article(SETTINGS, an_article(), BODY, [])
    assert parse(without).css(".more") == []
    assert build.without_others(page) == build.without_others(without)
    assert build.without_latest(page) != build.without_latest(without)


def test_categories_are_named_in_alphabetical_order_and_an_unknown_one_by_its_slug() -> None:
    entry = an_entry(categories=("politics", "weather", "breaking-news"))
    assert text(build.latest(SETTINGS, [entry]), ".when") == (
        "February 11, 2026 | Breaking News, Politics, weather"
    )
    accents = an_entry(categories=("zoo", "économie", "arts"))
    assert text(build.latest(SETTINGS, [accents]), ".when") == (
        "February 11, 2026 | arts, économie, zoo"
    )
    bare = an_entry(categories=())
    assert text(build.latest(SETTINGS, [bare]), ".when") == "February 11, 2026"


def test_the_main_picture_is_loaded_at_once_with_its_size() -> None:
    page = build.article(SETTINGS, an_article(picture=PICTURE), BODY, [])
    (image,) = parse(page).css("figure img")
    assert image.attributes["src"] == PICTURE.url
    assert (image.attributes["width"], image.attributes["height"]) == ("1200", "800")
    assert "loading" not in image.attributes


def test_a_picture_that_the_body_carries_is_not_shown_twice() -> None:
    body = f'<figure><img src="{PICTURE.url}" alt=""></figure><p>Words.</p>'
    page = build.article(SETTINGS, an_article(picture=PICTURE), body, [])
    assert [node.attributes["src"] for node in parse(page).css("img")] == [PICTURE.url]


def test_nor_is_another_size_of_it() -> None:
    body = '<p>Words.</p><p><img src="https://pictures.example/jetty-300x200.jpg" alt=""></p>'
    page = build.article(SETTINGS, an_article(picture=PICTURE), body, [])
    assert len(parse(page).css("img")) == 1


@pytest.mark.parametrize(
    "alt",
    [
        "Votes & rolls:  “who counts?”",
        "An editor’s standfirst",
        "one & two three",
        "Caption & all",
        "One & two three Four Caption & all",
        "One & two three Four Cap…",
    ],
)
def test_what_the_page_says_anyway_is_no_caption(alt: str) -> None:
    desk = Desk(standfirst=Decision("An editor’s standfirst", NOON))
    body = (
        "<p>One &amp; <b>two</b> three</p><p>Four</p>"
        "<figure><figcaption>Caption &amp; all</figcaption></figure>"
    )
    picture = replace(PICTURE, alt=alt)
    page = build.article(SETTINGS, an_article(desk, picture=picture), body, [])
    assert text(page, "figure.main-picture figcaption").strip() == "A. Rao"
    assert attribute(page, ".main-picture img", "alt") == alt
    shown = build.article(SETTINGS, an_article(picture=PICTURE), body, [])
    assert "Boats at the jetty" in text(shown, "figure.main-picture figcaption")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:image/png;base64,AA", "//x/y.jpg"])
def test_a_picture_that_is_not_of_the_web_is_left_out(url: str) -> None:
    page = build.article(SETTINGS, an_article(picture=Picture(url=url)), BODY, [])
    assert parse(page).css("img") == []


def test_a_page_and_a_feed_print_what_a_control_was_meant_for() -> None:
    told = "It\x92s\x00 \x80\x35\r\nmore"
    page = build.article(SETTINGS, an_article(headline=told), BODY, [])
    assert text(page, "h1") == "It’s €5\nmore"
    feed = etree.fromstring(rss(SETTINGS, "india", [an_entry(headline=told)]).encode())
    assert feed.findtext("channel/item/title") == "It’s €5\nmore"


def test_language_and_direction_follow_the_wire() -> None:
    page = build.article(SETTINGS, an_article(language="hi", headline="दिल्ली"), "<p>कोहरा</p>", [])
    for selector in ("h1", ".body"):
        assert attribute(page, selector, "lang") == "hi"
    for selector in (".full > header", ".body"):
        assert attribute(page, selector, "dir") == "ltr"
    unknown = build.article(SETTINGS, an_article(language='x" onload="'), BODY, [])
    for selector in (".full > header", ".body"):
        assert attribute(unknown, selector, "dir") == "auto"
    assert "lang" not in parse(unknown).css("h1")[0].attributes


@pytest.mark.parametrize(
    ("language", "told"), [("hi", "hi"), ("", "en-IN"), ("English (UK)", "en-IN")]
)
def test_search_engines_are_told_the_storys_language_or_else_the_sites(
    language: str, told: str
) -> None:
    settings = replace(SETTINGS, site=replace(SETTINGS.site, locale="en_IN"))
    page = build.article(settings, an_article(language=language), BODY, [])
    data = json.loads(text(page, 'script[type="application/ld+json"]'))
    assert data["inLanguage"] == told


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize(
    ("language", "headline", "direction"),
    [
        ("ar", "ABC: أمطار غزيرة تضرب ثلاث محافظات", "rtl"),
        ("en", "שלום is how he said hello", "ltr"),
        ("", "مجلس المدينة", "auto"),
    ],
)
def test_a_story_runs_as_its_language_does_whatever_its_first_word(
    locale: str, language: str, headline: str, direction: str
) -> None:
    settings = replace(SETTINGS, site=replace(SETTINGS.site, locale=locale))
    entries = [an_entry(headline=headline, language=language, summary="In short.")]
    made = an_article(headline=headline, language=language)
    for page, around, beside in (
        (build.article(settings, made, BODY, []), ".full > header", "h1, .dateline"),
        (build.front(settings, "home", entries, ""), ".words", "h2, .when"),
        (build.day(settings, "home", "2026-02-11", entries, "", ""), ".words", "h2, .when"),
        (build.latest(settings, entries), ".posts li", "h3, .when"),
    ):
        assert attribute(page, around, "dir") == direction
        # Dates stand on the side where the headline starts: neither has a direction of its own.
        for node in parse(page).css(around)[0].css(beside):
            assert "dir" not in node.attributes
        for part in parse(page).css(".summary, .body"):
            assert part.attributes["dir"] == direction


def test_a_site_in_arabic_runs_from_right_to_left() -> None:
    arabic = replace(SETTINGS, site=replace(SETTINGS.site, locale="ar"))
    page = build.front(arabic, "home", ENTRIES, "")
    assert attribute(page, "html", "dir") == "rtl"
    assert attribute(page, "html", "lang") == "ar"


@pytest.mark.parametrize("locale", ["de", "ur", "ar_EG", "hi", "en_IN"])
def test_words_of_ours_are_marked_as_english_where_the_sites_language_has_no_catalogue(
    locale: str,
) -> None:
    site = replace(SETTINGS, site=replace(SETTINGS.site, locale=locale))
    own = locale not in {"de", "ur"}
    for page, words in (
        (build.article(site, an_article(), BODY, []), ".notice, .empty"),
        (notices.withdrawn(site, "legal"), "h1, .plain p"),
        (notices.missing(site), "h1, .plain p"),
        (build.front(site, "home", [], ""), ".empty"),
        (build.day(site, "home", "2026-02-11", [], "", ""), ".empty"),
        (build.latest(site, []), ".empty"),
    ):
        found = parse(page).css(words)
        assert found
        for node in found:
            assert node.attributes.get("lang") == (None if own else "en")
            assert node.attributes.get("dir") == (None if own else "ltr")
    html = parse(notices.redirect(site, "/2026/02/11/a/")).css("html")[0].attributes
    assert html.get("lang") == (locale.replace("_", "-") if own else "en")
    assert html.get("dir") == ("rtl" if locale == "ar_EG" else None)


def test_machines_learn_the_sites_own_address() -> None:
    page = build.article(SETTINGS, an_article(picture=PICTURE), BODY, [])
    address = "https://courier.example/2026/02/11/votes-and-rolls/"
    assert attribute(page, "link[rel=canonical]", "href") == address
    assert attribute(page, 'meta[property="og:url"]', "content") == address
    data = json.loads(text(page, 'script[type="application/ld+json"]'))
    assert data["@type"] == "NewsArticle"
    assert data["url"] == address
    assert data["headline"] == "Votes & rolls: “who counts?”"
    assert data["datePublished"] == "2026-02-11T12:00:00+05:30"
    assert data["articleSection"] == ["Breaking News", "India", "Politics"]
    assert data["image"] == [PICTURE.url]


def told(desk: Desk | None = None, **wire: Any) -> dict[str, Any]:
    page = build.article(SETTINGS, an_article(desk, **wire), BODY, [])
    return dict(json.loads(text(page, 'script[type="application/ld+json"]')))


@pytest.mark.parametrize(
    ("byline", "source", "kind", "name"),
    [
        ("Asha Raman", "Coastal Wire", "Person", "Asha Raman"),
        ("coastal wire", "Coastal Wire", "Organization", "coastal wire"),
        ("PTI", "Press Trust of India", "Organization", "PTI"),
        ("", "Coastal Wire", "Organization", "Coastal Wire"),
        ("ASHA RAMAN", "", "Person", "ASHA RAMAN"),
    ],
)
def test_search_engines_are_told_who_wrote_a_story(
    byline: str, source: str, kind: str, name: str
) -> None:
    assert told(byline=byline, source=source)["author"] == {"@type": kind, "name": name}


def test_search_engines_are_told_where_wire_copy_is_from_and_what_was_corrected() -> None:
    assert "author" not in told(byline="", source="")
    link = "https://wire.example/1"
    assert told(link=link)["isBasedOn"] == link
    assert told(link=link)["sourceOrganization"]["name"] == "Coastal Wire"
    assert "isBasedOn" not in told(link=link, syndicated=False)
    assert "isBasedOn" not in told(link="javascript:alert(1)")
    desk = Desk(
        body=Decision("bodies/two", NOON),
        corrections=(Correction(event="e1", text="It was <88>.", at=NOON),),
    )
    (correction,) = told(desk)["correction"]
    assert correction["text"] == "It was <88>."
    assert correction["datePublished"] == "2026-02-11T12:00:00+05:30"
    crumbs = told()["mainEntityOfPage"]["breadcrumb"]["itemListElement"]
    assert [(each["position"], each["item"]) for each in crumbs] == [
        (1, "https://courier.example/"),
        (2, "https://courier.example/politics/"),
        (3, "https://courier.example/2026/02/11/votes-and-rolls/"),
    ]


def test_the_front_page_tells_who_publishes_the_site_and_every_story_has_a_card() -> None:
    home = build.front(SETTINGS, "home", ENTRIES, "")
    data = json.loads(text(home, 'script[type="application/ld+json"]'))
    assert [each["@type"] for each in data["@graph"]] == ["NewsMediaOrganization", "WebSite"]
    assert told()["publisher"] == data["@graph"][0]
    assert "ld+json" not in build.front(SETTINGS, "india", ENTRIES, "")
    for picture, card in ((None, "summary"), (PICTURE, "summary_large_image")):
        page = build.article(SETTINGS, an_article(picture=picture), BODY, [])
        assert attribute(page, 'meta[name="twitter:card"]', "content") == card
        author = attribute(page, 'meta[property="article:author"]', "content")
        assert author == "Asha Raman"


def learned(desk: Desk, **wire: Any) -> tuple[str, str | None, str | None]:
    """What machines learn: dateModified, article:modified_time if there is one, and dateline."""
    page = build.article(SETTINGS, an_article(desk, dateline="PORT AMRITA", **wire), BODY, [])
    data = json.loads(text(page, 'script[type="application/ld+json"]'))
    modified = parse(page).css_first('meta[property="article:modified_time"]')
    found = modified.attributes["content"] if modified else None
    return data["dateModified"], found, data.get("dateline")


def edited(hours: int, value: str | None = "bodies/two") -> Desk:
    return Desk(body=Decision(value, NOON + timedelta(hours=hours)), body_over="bodies/one")


MODIFIED = [
    (Desk(), None, "2026-02-11T12:00:00+05:30", "PORT AMRITA"),
    (Desk(), 1, "2026-02-11T13:00:00+05:30", "PORT AMRITA"),
    (edited(2), None, "2026-02-11T14:00:00+05:30", None),
    (edited(2), 1, "2026-02-11T14:00:00+05:30", None),
    (edited(2), 3, "2026-02-11T15:00:00+05:30", None),
    (edited(2, None), None, "2026-02-11T14:00:00+05:30", "PORT AMRITA"),
    (edited(-2), None, "2026-02-11T12:00:00+05:30", None),  # before it was published
    (
        Desk(headline=Decision("H", NOON + timedelta(1))),
        None,
        "2026-02-11T12:00:00+05:30",
        "PORT AMRITA",
    ),
]


@pytest.mark.parametrize(("desk", "updated", "modified", "dateline"), MODIFIED)
def test_machines_learn_when_the_wire_or_an_editor_last_changed_the_story(
    desk: Desk, updated: int | None, modified: str, dateline: str | None
) -> None:
    moment = NOON + timedelta(hours=updated) if updated else None
    said = modified if modified != "2026-02-11T12:00:00+05:30" else None
    assert learned(desk, updated=moment) == (modified, said, dateline)


def test_an_article_that_was_never_published_has_no_page() -> None:
    with pytest.raises(ValueError, match="never been published"):
        build.article(SETTINGS, replace(an_article(), published=None), BODY, [])


# --- the others ---------------------------------------------------------------------------------


def test_a_former_address_leads_to_the_new_one() -> None:
    page = notices.redirect(SETTINGS, "/2026/02/11/new/")
    refresh = attribute(page, "meta[http-equiv=refresh]", "content")
    assert refresh == "0; url=/2026/02/11/new/"
    assert attribute(page, "a", "href") == "/2026/02/11/new/"
    assert attribute(page, "meta[name=robots]", "content") == "noindex"
    canonical = attribute(page, "link[rel=canonical]", "href")
    assert canonical == "https://courier.example/2026/02/11/new/"


REASONS = [*get_args(KillReason), "expired", "unavailable"]


def test_each_reason_of_a_withdrawal_has_its_own_words() -> None:
    said = {reason: text(notices.withdrawn(SETTINGS, reason), "main") for reason in REASONS}
    assert len(set(said.values())) == len(REASONS)
    assert "withdrawn by the news agency" in said["withdrawn-by-agency"]
    assert "removed for legal reasons" in said["legal"]
    assert "licence to publish this story has expired" in said["licence-expired"]
    assert "published in error" in said["error"]


@pytest.mark.parametrize("reason", [*REASONS, "a reason of tomorrow"])
def test_a_withdrawn_story_is_not_indexed(reason: str) -> None:
    page = notices.withdrawn(SETTINGS, reason)
    assert attribute(page, "meta[name=robots]", "content") == "noindex"


def test_a_front_leads_with_its_first_entry_and_keeps_the_order() -> None:
    page = build.front(SETTINGS, "home", ENTRIES, "2026-02-10")
    assert text(page, ".lead h2") == "Story 0"
    assert texts(page, "h2") == [f"Story {number}" for number in range(12)]
    assert attribute(page, ".earlier", "href") == "/2026/02/10/"
    assert text(page, "title") == "The Courier"


def test_a_category_front_knows_its_name_and_its_own_feed_and_days() -> None:
    page = build.front(SETTINGS, "india", ENTRIES, "2026-02-10")
    assert text(page, "h1") == "India"
    assert text(page, "title") == "India | The Courier"
    assert text(page, ".sections [aria-current]") == "India"
    assert attribute(page, ".earlier", "href") == "/india/2026/02/10/"
    assert 'href="/india/feed.xml"' in page


def test_the_sections_stand_in_the_order_of_the_settings() -> None:
    page = notices.missing(SETTINGS)
    assert texts(page, ".sections a") == ["Politics", "Breaking News", "India"]


@pytest.mark.parametrize("name", ["home", "india"])
def test_a_shared_front_shows_the_picture_of_its_lead(name: str) -> None:
    pictured = [an_entry(picture=PICTURE), *ENTRIES]
    page = build.front(SETTINGS, name, pictured, "")
    assert attribute(page, 'meta[property="og:image"]', "content") == PICTURE.url
    assert attribute(page, 'meta[property="og:image:alt"]', "content") == PICTURE.alt
    assert "og:image" not in build.front(SETTINGS, name, [*ENTRIES, *pictured], "")
    assert "og:image" not in build.front(SETTINGS, name, [], "")


def test_nothing_stands_beside_a_lead_that_has_no_picture() -> None:
    pictured = [an_entry(picture=PICTURE), *ENTRIES]
    assert len(parse(build.front(SETTINGS, "home", pictured, "")).css(".seconds .story")) == 4
    assert parse(build.front(SETTINGS, "home", ENTRIES, "")).css(".seconds") == []


@pytest.mark.parametrize(("length", "long"), [(90, False), (91, True)])
def test_a_long_headline_is_marked_to_be_set_smaller(length: int, long: bool) -> None:
    words = "x" * length
    article = build.article(SETTINGS, an_article(headline=words), BODY, [])
    front = build.front(SETTINGS, "home", [an_entry(headline=words)], "")
    assert (bool(parse(article).css(".full.long")), bool(parse(front).css(".lead.long"))) == (
        long,
        long,
    )


def test_a_front_without_entries_or_older_days_is_a_page_too() -> None:
    page = build.front(SETTINGS, "india", [], "")
    assert text(page, ".empty") == "No stories yet."
    assert texts(page, ".turn") == []


@pytest.mark.parametrize("number", range(1, 8))
def test_no_entry_of_a_short_front_is_left_out(number: int) -> None:
    for picture in (None, PICTURE):
        entries = [replace(entry, picture=picture) for entry in ENTRIES[:number]]
        page = build.front(SETTINGS, "home", entries, "")
        assert texts(page, "h2") == [entry.headline for entry in entries]


def test_a_day_is_linked_to_its_neighbours() -> None:
    page = build.day(SETTINGS, "india", "2026-02-11", ENTRIES, "2026-02-09", "2026-02-12")
    assert text(page, "h1") == "India, February 11, 2026"
    assert attribute(page, "[rel=prev]", "href") == "/india/2026/02/09/"
    assert attribute(page, "[rel=next]", "href") == "/india/2026/02/12/"
    assert len(parse(page).css(".story")) == 12
    assert "noindex" not in page


def test_a_day_without_stories_says_so_and_is_not_indexed() -> None:
    page = build.day(SETTINGS, "home", "2026-02-11", [], "2026-02-10", "2026-02-12")
    assert "rel=prev" not in page.replace('"', "")
    assert text(page, ".empty") == "There are no stories on this day."
    assert attribute(page, "meta[name=robots]", "content") == "noindex"


def test_a_day_leads_to_the_calendar_of_its_month_if_that_has_another_day() -> None:
    def calendar(previous: str, following: str) -> list[str]:
        page = build.day(SETTINGS, "india", "2026-02-11", ENTRIES, previous, following)
        return [link.attributes["href"] for link in parse(page).css(".turn .month")]

    assert calendar("2026-02-09", "") == calendar("", "2026-02-12") == ["/india/2026/02/"]
    assert calendar("2026-01-31", "2026-03-01") == calendar("", "") == []


def test_a_calendar_leads_to_the_days_of_its_month_that_have_stories() -> None:
    days = ["2026-02-01", "2026-02-11"]
    page = build.calendar(SETTINGS, "india", "2026-02", days, "2026-01-30", "2026-03-02")
    assert text(page, "h1") == "India, February 2026"
    assert attribute(page, ".calendar [aria-label='February 11, 2026']", "href") == (
        "/india/2026/02/11/"
    )
    assert texts(page, ".calendar a") == ["1", "11"]
    assert texts(page, ".calendar th")[0] == "Mo"
    assert texts(page, ".calendar td")[6:8] == ["1", "2"]  # a Sunday
    assert attribute(page, "[rel=prev]", "href") == "/india/2026/01/30/"
    assert attribute(page, "[rel=next]", "href") == "/india/2026/03/02/"
    indian = replace(SETTINGS, site=replace(SETTINGS.site, locale="hi"))
    hindi = build.calendar(indian, "home", "2026-02", days, "", "")
    assert text(hindi, "h1") == "फ़रवरी 2026"


def test_a_month_of_less_than_two_days_has_no_calendar() -> None:
    page = build.calendar(SETTINGS, "home", "2026-02", ["2026-02-01"], "2026-01-30", "2026-03-02")
    assert attribute(page, "meta[name=robots]", "content") == "noindex"
    assert parse(page).css("main a") == []


def test_a_long_summary_is_cut_at_a_word() -> None:
    page = build.front(SETTINGS, "home", [an_entry(summary="many words " * 200)], "")
    assert re.fullmatch(r"(many words )+many( words)?…", text(page, ".summary"))
    assert len(text(page, ".summary")) <= 240
    chinese = build.front(SETTINGS, "home", [an_entry(summary="台风登陆" * 200)], "")
    assert len(text(chinese, ".summary")) == 240


# --- feeds --------------------------------------------------------------------------------------


def test_a_feed_has_the_newest_thirty_whatever_is_pinned() -> None:
    entries = [an_entry(number) for number in range(40)]
    pinned = [replace(entries[35], pin=1), *entries]
    root = etree.fromstring(rss(SETTINGS, "india", pinned).encode())
    assert root.xpath("//item/title/text()") == [f"Story {number}" for number in range(30)]
    assert root.xpath("//item/guid/text()")[0] == "coastal-0"
    assert set(root.xpath("//item/guid/@isPermaLink")) == {"false"}
    assert root.xpath("//item/link/text()")[0] == "https://courier.example/2026/02/11/story-0/"
    assert parsedate_to_datetime(root.xpath("//item/pubDate/text()")[0]) == NOON
    assert root.xpath("//channel/link/text()") == ["https://courier.example/india/"]
    own = root.xpath("//a:link[@rel='self']/@href", namespaces={"a": "http://www.w3.org/2005/Atom"})
    assert own == ["https://courier.example/india/feed.xml"]


def test_a_feed_without_entries_is_well_formed() -> None:
    root = etree.fromstring(rss(SETTINGS, "home", []).encode())
    assert root.xpath("//item") == []


# --- nothing breaks out -------------------------------------------------------------------------

PAYLOADS = [
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "-->",
    "]]>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; &amp;amp; &nbsp",
    "\u2028\u2029\u202e",
    "\ud800",
    "\x00\x0b\x85\ufffe",
    "a\rb\r\nc\x0cd",
    "</textarea></style></noscript>",
    "javascript:alert(1)",
]
anything = st.one_of(
    st.sampled_from(PAYLOADS),
    st.text(st.characters(exclude_categories=()), min_size=1, max_size=60),
    st.builds("".join, st.lists(st.sampled_from(PAYLOADS), min_size=2, max_size=3)),
).map(lambda value: value[:200])


def skeleton(page: str) -> list[tuple[str | None, list[str]]]:
    """Each element of a page with the names of its attributes, in order."""
    return [(node.tag, sorted(node.attributes)) for node in parse(page).css("*")]


def hostile(value: str) -> tuple[Settings, Article, list[ListingEntry]]:
    settings = Settings(
        site=replace(SETTINGS.site, name=value, tagline=value),
        categories=(Category(name=value, slug="india"),),
    )
    picture = Picture(url="https://x.example/" + value, alt=value, credit=value)
    article = replace(
        an_article(
            Desk(
                standfirst=Decision(value, NOON),
                body=Decision("bodies/two", NOON),
                corrections=(Correction(event="e", text=value, at=NOON),),
            ),
            headline=value,
            byline=value,
            source=value,
            dateline=value,
            picture=picture,
        ),
        categories=("india",),
    )
    entry = an_entry(headline=value, summary=value, picture=picture, categories=("india",))
    return settings, article, [entry] * 6


def pages_of(value: str) -> dict[str, str]:
    settings, article, entries = hostile(value)
    return {
        "article": build.article(settings, article, BODY, entries),
        "front": build.front(settings, "india", entries, "2026-02-10"),
        "day": build.day(settings, "india", "2026-02-11", entries, "", ""),
        "latest": build.latest(settings, entries),
        "withdrawn": notices.withdrawn(settings, "error"),
        "redirect": notices.redirect(settings, "/" + value),
    }


HARMLESS = {name: skeleton(page) for name, page in pages_of("harmless").items()}


@examples(deadline=None)
@given(anything)
def test_no_text_of_a_story_or_the_settings_becomes_markup(value: str) -> None:
    for name, page in pages_of(value).items():
        assert skeleton(page) == HARMLESS[name], name


@examples(deadline=None)
@given(anything)
def test_text_comes_back_from_a_page_as_it_went_in(value: str) -> None:
    page = pages_of(value)["article"]
    kept = scrub(value)
    for selector in (
        "title",
        "h1",
        ".standfirst",
        ".byline",
        ".tagline",
        ".credit",
        ".corrections span",
    ):
        assert text(page, selector) == kept, selector
    assert set(texts(page, ".posts h3 a")) == {kept}
    assert attribute(page, ".main-picture img", "alt") == kept
    assert attribute(page, 'meta[property="og:title"]', "content") == kept
    assert set(texts(page, ".posts .when")) == {f"February 11, 2026 | {kept}"}


@examples(deadline=None)
@given(anything)
def test_structured_data_parses_back_to_the_same_text(value: str) -> None:
    source = text(pages_of(value)["article"], 'script[type="application/ld+json"]')
    assert re.search("[<>&\u2028\u2029]", source) is None
    data = json.loads(source)
    for found in (data["headline"], data["author"]["name"], data["publisher"]["name"]):
        assert found == value


@examples(deadline=None)
@given(anything)
def test_a_feed_stays_well_formed_and_its_text_comes_back(value: str) -> None:
    settings, _, entries = hostile(value)
    root = etree.fromstring(rss(settings, "india", entries[:1]).encode())
    kept = scrub(value)
    assert root.findtext("channel/item/title") == kept
    assert root.findtext("channel/item/category") == kept
    # readers take it for HTML, so it must still be text after they have parsed it
    assert (root.findtext("channel/item/description") or "") == escape(kept, quote=False)
    assert [child.tag for child in root.iterfind("channel/item/*")][:3] == ["title", "link", "guid"]


@examples(deadline=None)
@given(anything)
def test_no_link_leaves_the_site_whatever_slugs_and_paths_say(value: str) -> None:
    settings = replace(SETTINGS, categories=(Category(name="X", slug=value),))
    entries = [an_entry(path="/" + value), an_entry(path=value)]
    for page in (
        build.front(settings, value, entries, "2026-02-10"),
        notices.redirect(settings, value),
    ):
        for node in parse(page).css("a:not([href^='mailto:'])"):
            assert re.match(r"/(?![/\\])|#", node.attributes["href"] or ""), node.html


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("desk@courier.example", "mailto:desk@courier.example"),
        ("https://courier.example/contact/", "https://courier.example/contact/"),
        ("+91 11 5550 0100", None),
        ("javascript:alert(1)", None),
        ("a@b?subject=<x>", None),
    ],
)
def test_only_mail_and_web_addresses_become_contact_links(contact: str, link: str | None) -> None:
    page = notices.missing(replace(SETTINGS, site=replace(SETTINGS.site, contact=contact)))
    assert contact in text(page, ".colophon")
    links = [node.attributes["href"] for node in parse(page).css(".colophon li:last-child a")]
    assert links == ([link] if link else [])


# --- what pages load ----------------------------------------------------------------------------


def test_the_policy_allows_the_one_script_and_no_other() -> None:
    page = build.article(SETTINGS, an_article(), BODY, ENTRIES)
    (script,) = texts(page, "script:not([type])")
    digest = "sha256-" + b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert digest == assets.SCRIPT_HASH
    printed = attribute(page, 'meta[http-equiv="Content-Security-Policy"]', "content")
    assert printed == assets.META_POLICY
    assert f"script-src '{digest}';" in assets.META_POLICY
    assert "frame-ancestors 'none'" in assets.POLICY


def test_the_policy_of_the_header_allows_whatever_a_page_may_allow_itself() -> None:
    """A browser lets in only what both allow, and themes differ in what they load."""
    header = {part.split()[0] for part in assets.POLICY.split("; ")}
    assert not header & {"default-src", "script-src", "style-src", "connect-src", "img-src"}
    assert header == {"object-src", "base-uri", "form-action", "frame-ancestors"}


@pytest.mark.parametrize(("name", "page"), every_page().items())
def test_pages_keep_to_their_own_policy(name: str, page: str) -> None:
    tree = parse(page)
    assert tree.css("style, iframe, form, object, base") == []
    for node in tree.css("*"):
        assert not [key for key in node.attributes if key == "style" or key.startswith("on")]
    scripts = texts(page, "script:not([type='application/ld+json'])")
    assert scripts == ([] if name in {"withdrawn", "missing"} else [assets.SCRIPT])
    assert len(assets.SCRIPT.encode()) < 2_000
    for node in tree.css("link[rel=stylesheet], link[rel=icon]"):
        assert node.attributes["href"] in assets.assets()


@pytest.mark.parametrize(("name", "page"), every_page().items())
def test_pages_have_landmarks_and_headings_in_order(name: str, page: str) -> None:
    tree = parse(page)
    for selector in ("main#main", "body > header", "body > footer", "nav.sections", "h1", "title"):
        assert len(tree.css(selector)) == 1, selector
    levels = [int((node.tag or "h0")[1]) for node in tree.css("h1, h2, h3")]
    assert levels[0] == 1
    for before, after in pairwise(levels):
        assert after <= before + 1, name
    for image in tree.css("img"):
        assert "alt" in image.attributes
    assert page.startswith("<!doctype html>")


def test_the_stylesheet_is_small_and_named_by_its_content() -> None:
    files = assets.assets()
    (path,) = [path for path in files if path.endswith(".css")]
    content, kind = files[path]
    assert kind == "text/css; charset=utf-8"
    assert len(content) < 12_000
    assert path == f"/assets/wireroom-{hashlib.sha256(content).hexdigest()[:12]}.css"
    assert b"url(" not in content
    assert b"@import" not in content
    (icon,) = [content for content, kind in files.values() if kind == "image/png"]
    assert icon.startswith(b"\x89PNG")


PROGRAM = """
import sys
from wireroom.site import build, feeds, kinds
print(sorted({"jinja2", "babel", "markupsafe"} & sys.modules.keys()))
from datetime import UTC, datetime
from wireroom.model import Category, ListingEntry, Settings, Site
slugs = ("india", "politics", "breaking-news", "world", "Über", "sport")
settings = Settings(
    site=Site(name="The Courier", url="https://courier.example"),
    categories=tuple(Category(name=slug.title(), slug=slug) for slug in slugs),
)
entry = ListingEntry(
    id="1", headline="x", path="/x/", published=datetime(2026, 2, 11, tzinfo=UTC), categories=slugs
)
channel = feeds.channel(settings, kinds.page("feed"), feeds.items(settings, [entry]))
print(build.front(settings, "home", [entry], ""), feeds.rss(settings, channel))
"""


def test_bytes_do_not_depend_on_the_process_and_imports_stay_light() -> None:
    shared = Path(__file__).parents[2] / "shared"
    outputs = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONPATH": str(shared), "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].startswith(b"[]\n")
