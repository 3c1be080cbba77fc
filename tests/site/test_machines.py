"""What machines ask of pages and feeds, by the documents that say so, and what may be moved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from lxml import etree
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from tests.site.test_build import BODY, NOON, PICTURE, SETTINGS, an_article, an_entry
from wireroom.model import Correction, Decision, Desk, Settings
from wireroom.site import assets, build, feeds, kinds

ADDRESS = re.compile(r"https?://[^/\s]+(/\S*)?")
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


# --- RSS ----------------------------------------------------------------------------------------

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
ENTRIES = [
    an_entry(
        number,
        summary="In short & <plain>.",
        picture=replace(PICTURE, url=f"https://p.example/{number}") if number % 2 else PICTURE,
        author="Asha Raman" if number % 3 else "",
        updated=NOON + timedelta(hours=1) if number == 3 else None,
    )
    for number in range(40)
]


def broken(text: str) -> Iterator[str]:
    """What the W3C feed validator finds wrong with an RSS 2.0 feed, by
    https://www.rssboard.org/rss-specification and https://www.rssboard.org/rss-profile."""
    root = etree.fromstring(text.encode())
    if root.tag != "rss" or root.get("version") != "2.0" or len(root) != 1:
        yield "it is no RSS 2.0"
    channel = root[0]
    for parent in (channel, *channel.iter("item")):
        for each in {child.tag for child in parent} - {"item", "category", f"{ATOM}link"}:
            if len(parent.findall(each)) != 1:
                yield f"{each} stands twice in {parent.tag}"
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            yield f"the channel has no {name}"
    own = [link for link in channel.iter(f"{ATOM}link") if link.get("rel") == "self"]
    if len(own) != 1 or own[0].get("type") != "application/rss+xml":
        yield "it does not link to itself"
    addresses = [each.text or "" for each in root.iter("link")]
    addresses += [link.get("href", "") for link in root.iter(f"{ATOM}link")]
    addresses += [each.get("url", "") for each in root.iter("enclosure", f"{MEDIA}content")]
    yield from (f"{each} is no address" for each in addresses if not ADDRESS.fullmatch(each))
    ids = [each.text for each in root.iter("guid")]
    if len(ids) != len(set(ids)) or not all(ids):
        yield "an id stands twice, or is empty"
    for guid in root.iter("guid"):
        if guid.get("isPermaLink") != "false" and not ADDRESS.fullmatch(guid.text or ""):
            yield f"{guid.text} is no permanent link"
    for date in root.iter("pubDate", "lastBuildDate"):
        if not re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", date.text or ""):
            yield f"{date.text} is no date of RFC 822"
        elif parsedate_to_datetime(date.text or "").tzinfo is None:
            yield f"{date.text} has no zone"
    for item in channel.iter("item"):
        if item.find("title") is None and item.find("description") is None:
            yield "an item has neither title nor description"
        if len(item.findall("enclosure")) > 1:
            yield "an item has two enclosures"
    for each in root.iter("enclosure"):
        if not (each.get("length") or "").isdigit() or "/" not in (each.get("type") or ""):
            yield "an enclosure has no length or type"
    if not re.fullmatch(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]+)*", channel.findtext("language") or "en"):
        yield "that is no language"


def rss(settings: Settings, number: int) -> str:
    page = kinds.page("feed", "india")
    found = feeds.items(settings, ENTRIES[:number])
    return feeds.rss(settings, feeds.channel(settings, page, found))


@pytest.mark.parametrize("settings", [SETTINGS, HUB])
@pytest.mark.parametrize("number", [0, 1, 40])
def test_an_rss_feed_keeps_the_rules_of_the_validator(settings: Settings, number: int) -> None:
    assert [*broken(rss(settings, number))] == []
    closed = feeds.closed(settings, kinds.page("feed", "india"))
    assert [*broken(feeds.rss(settings, closed))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('rel="self"', 'rel="related"'),
        ("coastal-1<", "coastal-2<"),
        (" +0000</pubDate>", "</pubDate>"),
        ('length="0"', ""),
        ("https://courier.example/2026", "/2026"),
        ("<description>News from the wires</description>", ""),
        ('isPermaLink="false"', ""),
    ],
)
def test_what_breaks_a_rule_would_be_noticed(old: str, new: str) -> None:
    text = rss(SETTINGS, 40)
    assert old in text
    assert [*broken(text.replace(old, new))] != []


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
