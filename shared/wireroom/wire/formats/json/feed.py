"""JSON Feed 1.0 and 1.1 → entries.

https://www.jsonfeed.org/version/1.1/
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from wireroom.errors import EntryRejected
from wireroom.model import Entry, Picture
from wireroom.wire.document.rejection import MAX_ENTRIES, surplus
from wireroom.wire.formats.document import Document, Source
from wireroom.wire.formats.entries import entries_of
from wireroom.wire.formats.json.values import (
    MAX_BODY,
    MAX_ID,
    MAX_TITLE,
    Members,
    listed,
    members,
    moment,
    must_fit,
    names,
    paragraphs,
    plain,
    text,
    web_address,
    whole,
)
from wireroom.wire.identity import Read

VERSION = "jsonfeed.org/version/"


def looks_like(value: Any) -> bool:
    """Whether `value` is a feed: it says so, or has a list of items with a text each."""
    feed = members(value)
    if VERSION in text(feed.get("version")):
        return True
    items = feed.get("items")
    if not isinstance(items, list) or not items:
        return False
    return any(
        ("contenthtml" in item or "contenttext" in item) and ("id" in item or "url" in item)
        for item in map(members, items[:3])
    )


def read(value: Any, source: Source) -> Document:
    """The entries of a feed, in its order."""
    feed = members(value)
    home = web_address(feed.get("homepageurl"))
    language = text(feed.get("language"), 100)
    everybody = _authors(feed)
    sent = feed.get("items")
    items = [members(item) for item in sent] if isinstance(sent, list) else []
    each = entries_of(
        items[:MAX_ENTRIES],
        lambda item: _entry(item, source.url, home, language, everybody),
        lambda item: (text(item.get("id"), MAX_ID), text(item.get("title"))),
        source,
        home,
    )
    extra = [surplus(len(items) - MAX_ENTRIES)] if len(items) > MAX_ENTRIES else []
    hub = next(
        (members(one) for one in listed(feed.get("hubs")) if _is_websub(members(one))), Members()
    )
    return Document(
        title=text(feed.get("title"), 1000),
        entries=each.entries,
        rejected=(*extra, *each.rejected),
        hub=web_address(hub.get("url")),
        self_url=web_address(feed.get("feedurl")),
        language=language,
        shared=each.shared,
    )


def _is_websub(hub: Members) -> bool:
    return text(hub.get("type")).lower() == "websub"


def _entry(item: Members, url: str, home: str, language: str, everybody: str) -> Read:
    """(id, entry). A linkblog's `external_url` is what a post is about, not where it is."""
    guid = must_fit(item.get("id"), "id", MAX_ID)
    title = must_fit(item.get("title"), "title", MAX_TITLE)
    link = web_address(item.get("url")) or web_address(item.get("externalurl"))
    html = must_fit(item.get("contenthtml"), "body", MAX_BODY)
    words = must_fit(item.get("contenttext"), "body", MAX_BODY)
    summary = plain(item.get("summary"))
    body = html or paragraphs(words)
    if not (title or body or summary):
        raise EntryRejected("entry", "it has neither a title nor a text")
    published, updated = moment(item.get("datepublished")), moment(item.get("datemodified"))
    base = link or home or url
    shots = _pictures(item, base)
    return guid, Entry(
        id="",
        title=plain(title),
        link=link,
        body=body,
        full=bool(body),
        summary=summary,
        byline=_authors(item) or everybody,
        language=text(item.get("language"), 100) or language,
        published=published or updated,
        updated=updated,
        dates=tuple(
            sent
            for name in ("datepublished", "datemodified")
            if (sent := text(item.get(name), 100))
        ),
        categories=tuple(names(item.get("tags"))),
        picture=shots[0] if shots else None,
        pictures=tuple(shots[1:]),
        base=base or "about:blank",
    )


def _authors(holder: Members) -> str:
    sent = [*listed(holder.get("authors")), holder.get("author")]
    found = (plain(members(each).get("name"), 1000) for each in sent)
    return ", ".join(dict.fromkeys(filter(None, found)))


def _pictures(item: Members, base: str) -> list[Picture]:
    """The item's image (its banner, if it has none), then attached pictures."""
    found = []
    for name in ("image", "bannerimage"):
        if sent := text(item.get(name), 2048):
            found.append(Picture(url=urljoin(base, sent)))
            break
    for each in map(members, listed(item.get("attachments"))):
        sent = text(each.get("url"), 2048)
        if sent and text(each.get("mimetype")).lower().startswith("image/"):
            found.append(
                Picture(
                    url=urljoin(base, sent),
                    alt=plain(each.get("title"), 1000),
                    width=whole(each.get("width")),
                    height=whole(each.get("height")),
                )
            )
    return found
