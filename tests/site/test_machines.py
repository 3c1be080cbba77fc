"""What machines ask of pages and feeds, by the documents that say so, and what may be moved."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from lxml import etree
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from tests.site import feed_rules
from tests.site.feed_rules import ADDRESS, MEDIA
from tests.site.test_build import BODY, NOON, PICTURE, SETTINGS, an_article, an_entry
from wireroom.model import Correction, Decision, Desk, Settings
from wireroom.site import assets, build, feeds, kinds

HUB = replace(SETTINGS, site=replace(SETTINGS.site, hub="https://hub.example/"))
CORRECTED = Desk(
    body=Decision("bodies/two", NOON + timedelta(hours=1)),
    body_over="bodies/one",
    corrections=(Correction(event="e1", text="It was 88.", at=NOON + timedelta(hours=1)),),
)


def is_moment(value: Any) -> bool:
    """ISO 8601 with a zone, as Google asks lest it takes its own."""
    return datetime.fromisoformat(value).tzinfo is not None


def is_address(value: Any) -> bool:
    return bool(ADDRESS.fullmatch(value))


def is_words(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_somebody(value: Any) -> bool:
    return value["@type"] in {"Person", "Organization"} and is_words(value["name"])


def is_publisher(value: Any) -> bool:
    return (
        value["@type"] == "NewsMediaOrganization"
        and is_words(value["name"])
        and is_address(value["url"])
        and is_address(value["logo"])
    )


def is_trail(value: Any) -> bool:
    """https://developers.google.com/search/docs/appearance/structured-data/breadcrumb"""
    steps = value["breadcrumb"]["itemListElement"]
    return (
        len(steps) >= 2
        and [step["position"] for step in steps] == [*range(1, len(steps) + 1)]
        and all(is_words(step["name"]) and is_address(step["item"]) for step in steps)
    )


def all_are(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda values: bool(values) and all(holds(value) for value in values)


def is_correction(value: Any) -> bool:
    """https://schema.org/correction"""
    return (
        value["@type"] == "CorrectionComment"
        and is_words(value["text"])
        and is_moment(value["datePublished"])
    )


# https://developers.google.com/search/docs/appearance/structured-data/article recommends the first
# five and requires none; the others are schema.org's own.
ARTICLE: dict[str, Callable[[Any], bool]] = {
    "headline": is_words,
    "image": all_are(is_address),
    "datePublished": is_moment,
    "dateModified": is_moment,
    "author": is_somebody,
    "publisher": is_publisher,
    "mainEntityOfPage": is_trail,
    "isBasedOn": is_address,
    "sourceOrganization": is_somebody,
    "correction": all_are(is_correction),
    "inLanguage": is_words,
    "articleSection": all_are(is_words),
    "url": is_address,
}


@pytest.mark.parametrize("name", ARTICLE)
def test_a_storys_structured_data_is_what_its_document_asks_for(name: str) -> None:
    story = an_article(CORRECTED, picture=PICTURE, link="https://wire.example/1")
    data = of_page(build.article(SETTINGS, story, BODY, []))
    assert ARTICLE[name](data[name]), data[name]


def of_page(page: str) -> dict[str, Any]:
    found = LexborHTMLParser(page).css_first('script[type="application/ld+json"]')
    return dict(json.loads(found.text()))


# https://developers.google.com/search/docs/appearance/structured-data/organization recommends these
# (NewsMediaOrganization is the type that it names for news publishers).
ORGANIZATION: dict[str, Callable[[Any], bool]] = {
    "@type": "NewsMediaOrganization".__eq__,
    "@id": is_address,
    "name": is_words,
    "url": is_address,
    "logo": is_address,
}
# https://developers.google.com/search/docs/appearance/site-names requires the first three, on the
# page at the root of the host only.
WEBSITE: dict[str, Callable[[Any], bool]] = {
    "@type": "WebSite".__eq__,
    "name": is_words,
    "url": is_address,
    "inLanguage": is_words,
    "publisher": lambda value: is_address(value["@id"]),
}
# https://developers.google.com/search/docs/appearance/structured-data/profile-page requires the
# first two, and of the person the name; it recommends the person's url.
PROFILE: dict[str, Callable[[Any], bool]] = {
    "@type": "ProfilePage".__eq__,
    "mainEntity": lambda value: is_somebody(value) and is_address(value["url"]),
}


def wrong_in(data: dict[str, Any], asked: dict[str, Callable[[Any], bool]]) -> dict[str, Any]:
    """The fields that are missing, or not what is asked for; and those of which nothing is said."""
    absent = dict.fromkeys(asked.keys() - data.keys())
    known = {"@context"} | asked.keys()
    return absent | {
        name: value
        for name, value in data.items()
        if name not in known or (name in asked and not asked[name](value))
    }


def test_the_front_pages_structured_data_is_what_its_documents_ask_for() -> None:
    data = of_page(build.front(SETTINGS, "home", [an_entry(1)], ""))
    assert data["@context"] == "https://schema.org"
    organization, website = data["@graph"]
    assert wrong_in(organization, ORGANIZATION) == {}
    assert wrong_in(website, WEBSITE) == {}
    assert website["url"] == "https://courier.example/", "site names are for the root of a host"
    assert website["publisher"]["@id"] == organization["@id"]
    assert 'type="application/ld+json"' not in build.front(SETTINGS, "india", [an_entry(1)], "")


def test_an_authors_structured_data_is_what_its_document_asks_for() -> None:
    entry = replace(an_entry(1), name="Asha Raman")
    data = of_page(build.author(SETTINGS, "authors/asha-raman", [entry], more=False))
    assert data["@context"] == "https://schema.org"
    assert wrong_in(data, PROFILE) == {}
    assert data["mainEntity"] == {
        "@type": "Person",
        "name": "Asha Raman",
        "url": "https://courier.example/authors/asha-raman/",
    }


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        (ORGANIZATION, {"@type": "Thing"}),
        (ORGANIZATION, {"logo": "/icon.svg"}),
        (ORGANIZATION, {"name": " "}),
        (WEBSITE, {"url": "courier.example"}),
        (WEBSITE, {"publisher": {"@id": "#organization"}}),
        (PROFILE, {"mainEntity": {"@type": "Person", "name": "", "url": "https://a.example/"}}),
        (PROFILE, {"mainEntity": {"@type": "Thing", "name": "A", "url": "https://a.example/"}}),
        (PROFILE, {"mainEntity": {"@type": "Person", "name": "A", "url": "/authors/a/"}}),
        (PROFILE, {"dateModified": "2026-02-11"}),
    ],
)
def test_structured_data_that_is_wrong_is_refused(
    asked: dict[str, Callable[[Any], bool]], wrong: dict[str, Any]
) -> None:
    organization, website = of_page(build.front(SETTINGS, "home", [an_entry(1)], ""))["@graph"]
    entry = replace(an_entry(1), name="Asha Raman")
    profile = of_page(build.author(SETTINGS, "authors/asha-raman", [entry], more=False))
    good = next(each for each in (organization, website, profile) if not wrong_in(each, asked))
    assert wrong_in(good | wrong, asked) == wrong
    (name,) = wrong
    if name in asked:
        assert wrong_in({key: good[key] for key in good if key != name}, asked) == {name: None}


# --- feeds --------------------------------------------------------------------------------------

ENTRIES = [
    an_entry(
        number,
        summary="In short & <plain>.",
        picture=replace(PICTURE, url=f"https://p.example/{number}") if number % 2 else PICTURE,
        author="Asha Raman" if number % 3 else "",
        updated=NOON + timedelta(hours=1) if number == 3 else None,
        language="hi" if number % 2 else "",
    )
    for number in range(40)
]
# Kind → how it is printed, and what is wrong with it.
FORMATS = {
    "feed": (feeds.rss, feed_rules.rss),
    "atom": (feeds.atom, feed_rules.atom),
    "json": (feeds.json_feed, feed_rules.json_feed),
}


def fed(kind: str, settings: Settings = HUB, number: int = 40, *, whole: bool = False) -> str:
    """The feed of India with the first `number` stories, or with their bodies."""
    story = (an_article(CORRECTED), BODY)
    found = feeds.items(settings, ENTRIES[:number], lambda _: story if whole else None)
    return FORMATS[kind][0](settings, feeds.channel(settings, kinds.page(kind, "india"), found))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("settings", [SETTINGS, HUB])
@pytest.mark.parametrize("number", [0, 1, 40])
def test_a_feed_keeps_the_rules_of_the_validator(
    kind: str, settings: Settings, number: int
) -> None:
    printed, broken = FORMATS[kind]
    assert [*broken(fed(kind, settings, number))] == []
    assert [*broken(fed(kind, settings, number, whole=True))] == []
    closed = feeds.closed(settings, kinds.page(kind, "india"))
    assert [*broken(printed(settings, closed))] == []


ID = feeds.uri("coastal-1")
# Kind → (what stands in a feed, what is put in its place, what the checker says of that).
BREACHES = {
    "feed": [
        ('version="2.0"', 'version="1.0"', "no RSS 2.0"),
        ('rel="self"', 'rel="related"', "does not link to itself"),
        ("coastal-1<", "coastal-2<", "stands twice"),
        ("coastal-1<", "<", "is empty"),
        (" +0000</pubDate>", "</pubDate>", "no date of RFC 822"),
        ("Wed, 11 Feb 2026", "2026-02-11", "no date of RFC 822"),
        (' length="0"', "", "no length or type"),
        ('type="image/jpeg"', 'type="jpeg"', "no length or type"),
        ("https://courier.example/2026", "/2026", "is no address"),
        ("<description>News from the wires</description>", "", "no description"),
        ("<title>The Courier: India</title>", "", "no title"),
        ("<title>The Courier: India</title>", "<title>A</title><title>B</title>", "stands twice"),
        (' isPermaLink="false"', "", "no permanent link"),
        ("<language>en</language>", "<language>English!</language>", "no language"),
        ('<enclosure url="', '<enclosure url="https://p.example/2.jpg" length="0" '
         'type="image/jpeg"/><enclosure url="', "enclosure stands twice"),
    ],
    "atom": [
        ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#", "no Atom feed"),
        ("<feed ", "<!DOCTYPE feed><feed ", "document type"),
        ('rel="self"', 'rel="related"', "does not link to itself"),
        (ID, feeds.uri("coastal-2"), "stands twice"),
        (ID, "coastal-1", "no IRI"),
        (f"<id>{ID}</id>", "", "has not one id"),
        ("<title>The Courier: India</title>", "", "has not one title"),
        ("+05:30</updated>", "</updated>", "no date of RFC 3339"),
        ("2026-02-11T", "11 Feb 2026 ", "no date of RFC 3339"),
        ('rel="alternate" type="text/html"', 'rel="alternate"', "does not link to its page"),
        ("https://courier.example/2026", "/2026", "is no address"),
        ("<name>Asha Raman</name>", "<name></name>", "an author has no name"),
        ('term="india"', 'term=""', "no term"),
        ('xml:lang="hi"', 'xml:lang="Hindi (India)"', "no language"),
        ("<summary>", "<summary>x</summary><summary>", "two texts"),
    ],
    "json": [
        ("version/1.1", "version/1", "no JSON Feed 1.1"),
        ('"title": "The Courier: India", ', "", "has no title"),
        ('"items"', '"entries"', "has no items"),
        ('"items"', '"entries"', "entries is no member"),
        (ID, feeds.uri("coastal-2"), "stands twice"),
        (ID, "", "is empty"),
        (f'"{ID}"', "1", "id is 1"),
        ('"content_text"', '"_text"', "no text"),
        ("+05:30", "", "no date of RFC 3339"),
        ("https://courier.example/2026", "/2026", "is no address"),
        ('{"name": "Asha Raman"}', '{"avatar": "x"}', "an author has no name"),
        ('"mime_type": "image/jpeg"', '"mime_type": "jpeg"', "no type"),
        ('"type": "WebSub", ', "", "no type"),
        ('"tags": ["', '"tags": ["", "', "no word"),
        ('"language": "en"', '"language": "in English"', "no language"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "old", "new", "said"),
    [(kind, *each) for kind, breaches in BREACHES.items() for each in breaches],
)
def test_a_feed_that_breaks_a_rule_is_refused(kind: str, old: str, new: str, said: str) -> None:
    text = fed(kind)
    assert old in text
    assert said in " | ".join(FORMATS[kind][1](text.replace(old, new)))


def test_a_picture_is_an_enclosure_where_its_type_is_known() -> None:
    items = feeds.items(SETTINGS, ENTRIES[:2])
    channel = feeds.channel(SETTINGS, kinds.page("feed", "india"), items)
    root = etree.fromstring(feeds.rss(SETTINGS, channel).encode())
    assert [each.get("url") for each in root.iter("enclosure")] == [PICTURE.url]
    assert len([*root.iter(f"{MEDIA}content")]) == 2
    found = json.loads(feeds.json_feed(SETTINGS, channel))["items"]
    assert found[0]["attachments"] == [{"url": PICTURE.url, "mime_type": "image/jpeg"}]
    assert "attachments" not in found[1]


# --- sizes --------------------------------------------------------------------------------------


def test_a_first_view_of_a_story_of_600_words_is_small() -> None:
    words = " ".join(["harbour"] * 60)
    body = "".join(f"<p>{words}.</p>" for _ in range(10))
    latest = [
        an_entry(number, headline="A headline of a usual length " * 3) for number in range(10)
    ]
    story = an_article(CORRECTED, picture=PICTURE, link="https://wire.example/1")
    page = build.article(SETTINGS, story, body, latest).encode()
    assert len(page) <= 30_000
    scripts = LexborHTMLParser(page).css("script:not([type='application/ld+json'])")
    files = [content for content, _ in assets.assets().values()]
    moved = len(page) + sum(map(len, files)) + len(build.latest(SETTINGS, latest).encode())
    assert moved <= 60_000, "without any compression"
    assert sum(len(each.text()) for each in scripts) <= 2_000
