"""The three feeds of a list say the same, read again by what readers use."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import settings as examples
from lxml import etree
from msgspec.structs import replace

from tests.site.test_build import (
    NOON,
    PICTURE,
    SETTINGS,
    an_article,
    an_entry,
    anything,
    hostile,
)
from wireroom.model import Article, Correction, Decision, Desk, ListingEntry, Settings
from wireroom.site import feeds, kinds
from wireroom.site.body import with_absolute_addresses
from wireroom.site.feeds import FEED, LONGEST, Whole, no_text
from wireroom.site.templating import scrub

FORMATS = {"feed": feeds.rss, "atom": feeds.atom, "json": feeds.json_feed}
ATOM = {"a": "http://www.w3.org/2005/Atom"}
ENTRIES = [
    an_entry(
        number,
        summary="In short & <plain>.",
        picture=PICTURE if number % 2 else None,
        updated=NOON + timedelta(hours=1) if number == 3 else None,
        author="Asha Raman" if number % 3 else "",
        language="hi" if number % 2 else "",
    )
    for number in range(40)
]


def made(
    kind: str,
    name: str = "india",
    entries: list[ListingEntry] = ENTRIES,
    whole: Whole = no_text,
    settings: Settings = SETTINGS,
) -> str:
    items = feeds.items(settings, entries, whole)
    return FORMATS[kind](settings, feeds.channel(settings, kinds.page(kind, name), items))


def xml(text: str) -> Any:
    return etree.fromstring(text.encode())


def parsed(kind: str, text: str) -> list[dict[str, Any]]:
    """What a reader gets of each item: by feedparser, or of a JSON Feed by json."""
    if kind == "json":
        return [
            {
                "title": item["title"],
                "link": item["url"],
                "published": datetime.fromisoformat(item["date_published"]),
                "categories": item.get("tags", []),
                "picture": item.get("image", ""),
                "author": item.get("authors", [{"name": ""}])[0]["name"],
                "summary": item.get("summary", ""),
            }
            for item in json.loads(text)["items"]
        ]
    found = feedparser.parse(text, sanitize_html=False, resolve_relative_uris=False)
    assert not found.bozo, found.get("bozo_exception")
    return [
        {
            "title": item.title,
            "link": item.link,
            "published": datetime(*item.published_parsed[:6], tzinfo=NOON.tzinfo),
            "categories": [tag.label or tag.term for tag in item.get("tags", [])],
            "picture": item.enclosures[0].href
            if item.get("enclosures")
            else item.get("media_content", [{"url": ""}])[0]["url"],
            "author": item.get("author", ""),
            "summary": unescape(item.summary) if kind == "feed" else item.get("summary", ""),
        }
        for item in found.entries
    ]


@pytest.mark.parametrize("kind", FORMATS)
def test_what_was_published_comes_back_from_each_format(kind: str) -> None:
    assert parsed(kind, made(kind, entries=[*ENTRIES[5:], *ENTRIES[:5]])) == [
        {
            "title": f"Story {number}",
            "link": f"https://courier.example/2026/02/11/story-{number}/",
            "published": NOON - timedelta(minutes=number),
            "categories": ["Breaking News", "India", "Politics"],
            "picture": PICTURE.url if number % 2 else "",
            "author": "Asha Raman" if number % 3 else "",
            "summary": "In short & <plain>.",
        }
        for number in range(FEED)
    ]


def test_atom_and_json_feed_say_when_a_story_changed_and_in_which_language_it_is() -> None:
    root, data = xml(made("atom")), json.loads(made("json"))
    changed = ["2026-02-11T13:00:00+05:30"]
    assert root.xpath("//a:entry[4]/a:updated/text()", namespaces=ATOM) == changed
    assert root.xpath("/a:feed/a:updated/text()", namespaces=ATOM) == changed
    assert data["items"][3]["date_modified"] == changed[0]
    assert data["items"][2]["date_modified"] == data["items"][2]["date_published"]
    assert [item.get("language", "") for item in data["items"][:2]] == ["", "hi"]
    assert root.xpath("//a:entry[2]/@xml:lang", namespaces=ATOM) == ["hi"]
    assert (data["language"], root.get("{http://www.w3.org/XML/1998/namespace}lang")) == (
        "en",
        "en",
    )


def test_ids_are_each_storys_own_and_stay_when_all_else_changes() -> None:
    other = replace(SETTINGS, site=replace(SETTINGS.site, url="https://moved.example", name="New"))
    again = [
        replace(entry, path=f"/2026/02/11/other-{entry.id}/", headline="Other", updated=NOON)
        for entry in ENTRIES
    ]
    for kind, read in (
        ("feed", lambda text: xml(text).xpath("//guid/text()")),
        ("atom", lambda text: xml(text).xpath("//a:entry/a:id/text()", namespaces=ATOM)),
        ("json", lambda text: [item["id"] for item in json.loads(text)["items"]]),
    ):
        ids = read(made(kind))
        assert len(set(ids)) == FEED
        assert ids == read(made(kind, "home", again, settings=other))
    assert feeds.uri("coastal-1") == "urn:uuid:6c3d4a1e-c8c1-5fff-9e5a-90b543f26fcb"
    assert xml(made("feed")).xpath("//guid/text()")[1] == "coastal-1"


def test_a_json_feed_has_what_version_1_1_asks_for() -> None:
    data = json.loads(made("json", entries=[*ENTRIES, an_entry(41, summary="")]))
    assert data["version"] == "https://jsonfeed.org/version/1.1"
    assert data["feed_url"] == "https://courier.example/india/feed.json"
    assert data["home_page_url"] == "https://courier.example/india/"
    for item in data["items"]:
        assert item["id"]
        assert item["content_text"] == "In short & <plain>."
    bare = json.loads(made("json", entries=[an_entry(1, summary="")]))
    assert bare["items"][0]["content_text"] == "Story 1"
    assert json.loads(made("json", entries=[]))["items"] == []


@pytest.mark.parametrize("kind", FORMATS)
def test_the_feed_of_a_closed_section_is_empty_and_says_so(kind: str) -> None:
    text = FORMATS[kind](SETTINGS, feeds.closed(SETTINGS, kinds.page(kind, "india")))
    assert "The Courier: India (closed)" in text
    assert parsed(kind, text) == []
    assert ('"expired": true' in text) == (kind == "json")


# --- whole stories ------------------------------------------------------------------------------

FULL = replace(SETTINGS, site=replace(SETTINGS.site, feed_text="full"))


def content(kind: str, text: str) -> str:
    if kind == "json":
        return json.loads(text)["items"][0].get("content_html", "")
    (item,) = feedparser.parse(text, sanitize_html=False, resolve_relative_uris=False).entries
    return next((each.value for each in item.get("content", ()) if "<" in each.value), "")


def whole(article: Article, body: str) -> Callable[[str], tuple[Article, str] | None]:
    return lambda identity: (article, body)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_full_feed_has_the_body_its_corrections_and_its_notice(kind: str) -> None:
    desk = Desk(
        body=Decision("bodies/two", NOON),
        corrections=(Correction(event="e1", text="It was 88 < 90.", at=NOON),),
    )
    body = '<p>“88” &amp; <a href="/india/">more</a></p>'
    found = content(kind, made(kind, entries=ENTRIES[:1], whole=whole(an_article(desk), body)))
    assert '<p>“88” &amp; <a href="https://courier.example/india/">more</a></p>' in found
    assert "It was 88 &lt; 90." in found
    assert "its body has been edited by The Courier staff" in found
    unedited = content(kind, made(kind, entries=ENTRIES[:1], whole=whole(an_article(), body)))
    assert "Except for the headline, this story has not been edited" in unedited


@pytest.mark.parametrize("kind", FORMATS)
def test_a_body_that_is_too_long_for_a_feed_is_left_out(kind: str) -> None:
    long = whole(an_article(), f"<p>{'x' * LONGEST}</p>")
    text = made(kind, entries=ENTRIES[:1], whole=long)
    assert content(kind, text) == ""
    assert "In short" in text


BASE = "https://courier.example/2026/02/11/story/"
ADDRESSES = [
    ('<a href="/x">a</a>', '<a href="https://courier.example/x">a</a>'),
    ('<a href="x.html">a</a>', f'<a href="{BASE}x.html">a</a>'),
    ('<a href="#part">a</a>', f'<a href="{BASE}#part">a</a>'),
    ('<a href="//other.example/x">a</a>', '<a href="https://other.example/x">a</a>'),
    ('<a href="mailto:a@b.example">a</a>', '<a href="mailto:a@b.example">a</a>'),
    ('<a href="https://o.example/?a=1&amp;b=2">a</a>',) * 2,
    ('<blockquote cite="/x">a</blockquote>', f'<blockquote cite="{BASE[:23]}/x">a</blockquote>'),
    (
        '<img src="/p.jpg" srcset="/p.jpg 320w, /q.jpg 640w" alt="a &lt; b">',
        '<img src="https://courier.example/p.jpg" srcset="https://courier.example/p.jpg 320w,'
        ' https://courier.example/q.jpg 640w" alt="a &lt; b">',
    ),
    ("<p>src=\"/x\" and href='/y'</p>",) * 2,
    ('<abbr title=" href=&quot;/x&quot;">a</abbr>',) * 2,
]


@pytest.mark.parametrize(("body", "wanted"), ADDRESSES)
def test_addresses_in_a_feeds_bodies_are_absolute(body: str, wanted: str) -> None:
    assert with_absolute_addresses(body, BASE) == wanted


# --- hostile text -------------------------------------------------------------------------------


@examples(deadline=None)
@given(anything)
def test_whatever_a_story_says_all_feeds_stay_well_formed_and_its_text_comes_back(
    value: str,
) -> None:
    settings, article, entries = hostile(value)
    entry = replace(entries[0], author=value)
    kept = scrub(value)
    body = whole(article, "<p>x</p>")
    root = xml(made("atom", entries=[entry], whole=body, settings=settings))
    found = root.find("a:entry", ATOM)
    assert found.findtext("a:title", namespaces=ATOM) == kept
    assert found.findtext("a:author/a:name", namespaces=ATOM) == kept
    assert found.find("a:category", ATOM).get("label").split() == kept.split()
    item = json.loads(made("json", entries=[entry], whole=body, settings=settings))["items"][0]
    assert item["title"] == item["authors"][0]["name"] == kept
    xml(made("feed", entries=[entry], whole=body, settings=settings))
