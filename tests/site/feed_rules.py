"""What feeds may not do, in the tests' own words: each function gives what is wrong with a feed.

RSS: https://www.rssboard.org/rss-specification and https://www.rssboard.org/rss-profile
Atom: RFC 4287, https://www.rfc-editor.org/rfc/rfc4287
JSON Feed: https://www.jsonfeed.org/version/1.1/
They ask what the W3C feed validator asks, where a feed of ours could break it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

ADDRESS = re.compile(r"https?://[^/\s]+(/\S*)?")
LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8})*")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)")  # RFC 3339
ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def rss(text: str) -> Iterator[str]:
    """What is wrong with an RSS 2.0 feed."""
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
    yield from _twice(each.text for each in root.iter("guid"))
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
    if not LANGUAGE.fullmatch(channel.findtext("language") or "en"):
        yield "that is no language"


def atom(text: str) -> Iterator[str]:
    """What is wrong with an Atom feed."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        yield "it has a document type"
    root = etree.fromstring(text.encode())
    if root.tag != f"{ATOM}feed":
        yield "it is no Atom feed"
    for each in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            if len(each.findall(f"{ATOM}{name}")) != 1 or not each.findtext(f"{ATOM}{name}"):
                yield f"{each.tag} has not one {name}"
        pages = [link for link in each.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        if len(pages) != 1 or pages[0].get("type") != "text/html":
            yield f"{each.tag} does not link to its page"
        if LANG in each.attrib and not LANGUAGE.fullmatch(each.get(LANG)):
            yield "that is no language"
    for entry in root.iter(f"{ATOM}entry"):
        if root.find(f"{ATOM}author") is None and entry.find(f"{ATOM}author") is None:
            yield "nobody wrote an entry"
        contents = entry.findall(f"{ATOM}content")
        if len(contents) > 1 or len(entry.findall(f"{ATOM}summary")) > 1:
            yield "an entry has two texts"
        for each in contents:
            if each.get("type") not in {None, "text", "html", "xhtml"}:
                yield "a text has a type that readers do not know"
    if len([link for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]) != 1:
        yield "it does not link to itself"
    ids = [each.text for each in root.iter(f"{ATOM}id")]
    yield from _twice(ids)
    for identity in ids:
        if not re.fullmatch(r"urn:uuid:[0-9a-f-]{36}|https?://\S+", identity or ""):
            yield f"{identity} is no IRI"
    for date in root.iter(f"{ATOM}updated", f"{ATOM}published"):
        if not MOMENT.fullmatch(date.text or ""):
            yield f"{date.text} is no date of RFC 3339"
    addresses = [str(each) for each in root.xpath("//@href")]
    addresses += [each.text or "" for each in root.iter(f"{ATOM}uri", f"{ATOM}icon")]
    yield from (f"{each} is no address" for each in addresses if not ADDRESS.match(each))
    for person in root.iter(f"{ATOM}author"):
        if not person.findtext(f"{ATOM}name"):
            yield "an author has no name"
    for category in root.iter(f"{ATOM}category"):
        if not category.get("term"):
            yield "a category has no term"


# Member → what its value is.
_FEED = {
    "version": str,
    "title": str,
    "home_page_url": str,
    "feed_url": str,
    "description": str,
    "favicon": str,
    "language": str,
    "authors": list,
    "hubs": list,
    "expired": bool,
    "items": list,
}
_ITEM = {
    "id": str,
    "url": str,
    "title": str,
    "content_html": str,
    "content_text": str,
    "summary": str,
    "image": str,
    "date_published": str,
    "date_modified": str,
    "authors": list,
    "tags": list,
    "language": str,
    "attachments": list,
}


def json_feed(text: str) -> Iterator[str]:
    """What is wrong with a JSON Feed."""
    feed = json.loads(text)
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield "it is no JSON Feed 1.1"
    for name in ("title", "items"):
        if name not in feed:
            yield f"it has no {name}"
    yield from _members(feed, _FEED)
    for hub in feed.get("hubs", []):
        if not hub.get("type") or not ADDRESS.fullmatch(hub.get("url", "")):
            yield "a hub has no type or no address"
    items = feed.get("items", [])
    yield from _twice(item.get("id") for item in items)
    for item in items:
        yield from _members(item, _ITEM)
        if not item.get("content_html") and not item.get("content_text"):
            yield "an item has no text"
        for each in item.get("attachments", []):
            if not ADDRESS.fullmatch(each.get("url", "")) or "/" not in each.get("mime_type", ""):
                yield "an attachment has no address or no type"
        if not all(isinstance(tag, str) and tag for tag in item.get("tags", [])):
            yield "a tag is no word"


def _members(values: dict[str, Any], known: dict[str, type]) -> Iterator[str]:
    """What is wrong with the members that feeds and items have alike."""
    for name, value in values.items():
        if name not in known and not name.startswith("_"):
            yield f"{name} is no member"
        elif name in known and not isinstance(value, known[name]):
            yield f"{name} is {value!r}"
        elif name.endswith("url") or name in {"favicon", "image"}:
            if not ADDRESS.fullmatch(value):
                yield f"{value} is no address"
        elif name.startswith("date_"):
            if not MOMENT.fullmatch(value):
                yield f"{value} is no date of RFC 3339"
        elif name == "language" and not LANGUAGE.fullmatch(value):
            yield "that is no language"
        elif name == "authors" and not all(author.get("name") for author in value):
            yield "an author has no name"


def _twice(ids: Iterable[str | None]) -> Iterator[str]:
    found = [*ids]
    if len(found) != len(set(found)) or not all(found):
        yield "an id stands twice, or is empty"
