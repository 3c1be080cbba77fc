"""How long a story takes to read, and how it is shared."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from tests.site.test_build import (
    BODY,
    NOON,
    PICTURE,
    SETTINGS,
    an_article,
    an_entry,
    attribute,
    parse,
    text,
    texts,
    told,
)
from wireroom.model import Decision, Desk, Site
from wireroom.site import build
from wireroom.site.assets import assets
from wireroom.site.dates import long_moment, number
from wireroom.site.more import More
from wireroom.site.reading import minutes

ADDRESS = "https://courier.example/2026/02/11/votes-and-rolls/"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", 1),
        ("<p>" + "word " * 30 + "</p>", 1),
        ("<p>" + "word " * 600 + "</p>", 3),
        ("<p>" + "слово " * 600 + "</p>", 3),
        ("<p>" + "शब्द " * 600 + "</p>", 3),
        ("<p>" + "كلمة " * 600 + "</p>", 4),
        ("<p>" + "国" * 1500 + "</p>", 6),
        ("<p>" + "国 " * 1500 + "</p>", 6),
        ("<p>" + "ひらがな" * 400 + "</p>", 4),
        ("<p>" + "ภาษาไทย" * 400 + "</p>", 3),
        (f'<p><a href="https://a.example/{"a " * 5000}">one</a></p>' + "<p>word</p>" * 660, 3),
    ],
)
def test_the_time_to_read_depends_on_the_words_and_the_script(body: str, expected: int) -> None:
    assert minutes(body) == expected


def test_a_page_says_how_long_it_takes_to_read_in_the_right_form() -> None:
    forms = {}
    for count in (1, 2, 4, 11, 100):
        arabic = replace(SETTINGS, site=replace(SETTINGS.site, locale="ar"))
        page = build.article(arabic, an_article(), "<p>" + "word " * 220 * count + "</p>", [])
        forms[count] = texts(page, ".dateline > span")[-1]
    assert forms == {
        1: "دقيقة واحدة للقراءة",
        2: "دقيقتان للقراءة",
        4: "4 دقائق للقراءة",
        11: "11 دقيقة للقراءة",
        100: "100 دقيقة للقراءة",
    }


@pytest.mark.parametrize(
    ("locale", "zone", "expected"),
    [
        ("en_GB", "Europe/London", "11 February 2026, 06:30 GMT"),
        ("hi", "Asia/Kolkata", "11 फ़रवरी 2026, 12:00 pm IST"),
        ("ar", "Asia/Riyadh", "11 فبراير 2026، 9:30 ص غرينتش+03:00"),
        ("de", "Europe/Berlin", "11. Februar 2026, 07:30 MEZ"),
        ("ja", "Asia/Tokyo", "2026年2月11日 15:30 JST"),
    ],
)
def test_a_moment_is_told_as_the_sites_readers_tell_it(
    locale: str, zone: str, expected: str
) -> None:
    site = Site(name="A", url="https://a.example", locale=locale, timezone=zone)
    assert long_moment(datetime(2026, 2, 11, 6, 30, 59, tzinfo=UTC), site) == expected


@pytest.mark.parametrize(
    ("locale", "expected"), [("en", "1,234,567"), ("hi", "12,34,567"), ("de", "1.234.567")]
)
def test_numbers_are_grouped_as_the_locale_does(locale: str, expected: str) -> None:
    assert number(1_234_567, locale) == expected
    assert number(999, locale) == "999"


@pytest.mark.parametrize(
    ("updated", "said"),
    [
        (None, None),
        (NOON - timedelta(hours=1), None),
        (NOON + timedelta(seconds=40), None),  # as it is printed, the same time
        (NOON + timedelta(hours=2), "Updated February 11, 2026, 2:00\u202fPM IST"),
    ],
)
def test_a_page_says_when_a_story_was_updated_after_it_was_published(
    updated: datetime | None, said: str | None
) -> None:
    page = build.article(SETTINGS, an_article(updated=updated), BODY, [])
    assert texts(page, ".dateline > span:not(.byline)")[:-1] == ([said] if said else [])


def test_a_story_is_shared_by_plain_links_with_its_own_address() -> None:
    desk = Desk(headline=Decision("Votes & rolls: “100%” <b>#1?</b>", NOON))
    page = build.article(SETTINGS, an_article(desk, picture=PICTURE), BODY, [])
    hosts = []
    for node in parse(page).css(".share a"):
        link = urlsplit(node.attributes["href"] or "")
        values = parse_qs(link.query, strict_parsing=True)
        hosts.append(link.hostname or link.scheme)
        assert ADDRESS in "".join(each for found in values.values() for each in found)
        if link.hostname != "www.facebook.com":
            said = "".join(each for found in values.values() for each in found)
            assert "Votes & rolls: “100%” <b>#1?</b>" in said
        assert node.attributes["rel"] == "noopener nofollow"
    assert hosts == ["mailto", "wa.me", "x.com", "www.facebook.com", "t.me"]
    # Only the script can show the button, as nothing happens without it.
    assert "hidden" in parse(page).css(".share button")[0].attributes


def test_a_readers_way_back_is_the_one_that_search_engines_are_told() -> None:
    page = build.article(SETTINGS, an_article(), BODY, [])
    crumbs = told()["mainEntityOfPage"]["breadcrumb"]["itemListElement"]
    ways = [(node.text(), node.attributes["href"]) for node in parse(page).css(".crumbs a")]
    assert ways == [("The Courier", "/"), ("Politics", "/politics/")]
    named = [
        (each["name"], each["item"].removeprefix("https://courier.example")) for each in crumbs
    ]
    assert named == [*ways, (text(page, "h1"), ADDRESS.removeprefix("https://courier.example"))]
    assert attribute(page, ".crumbs", "aria-label") == "Breadcrumb"


def test_a_page_of_600_words_is_small() -> None:
    body = "<p>" + "</p><p>".join("सात शब्दों की एक छोटी पंक्ति है। " * 8 for _ in range(11)) + "</p>"
    hindi = replace(SETTINGS, site=replace(SETTINGS.site, locale="hi"))
    headline = "सात शब्दों की एक छोटी पंक्ति है " * 2
    made = an_article(headline=headline, picture=PICTURE)
    entries = [an_entry(number, headline=headline, language="hi") for number in range(10)]
    more = More("india", entries[0], entries[1], entries[:5])
    page = build.article(hindi, made, body, entries, more)
    assert page.count("पंक्ति") > 88 + 17
    assert len(page.encode()) < 30_000
    assert all(len(content) < 12_000 for content, kind in assets().values() if "css" in kind)


def test_the_stylesheet_names_no_side() -> None:
    (css,) = [content.decode() for content, kind in assets().values() if "css" in kind]
    declared = css.replace("-webkit-", "").replace("linear-gradient(90deg", "")
    for physical in ("left", "right"):
        assert physical not in declared
