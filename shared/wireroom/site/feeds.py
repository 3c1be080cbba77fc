"""The newest stories of a list as RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1. Pure.

    page, listing entries ─► Channel with its Items ─► rss, atom, json_feed

All three have the same stories with the same words. They have a summary of each story, or the whole
of it where the settings say `feed_text = "full"`. All addresses are absolute.

https://www.rssboard.org/rss-specification, https://www.rfc-editor.org/rfc/rfc4287,
https://www.jsonfeed.org/version/1.1/
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from msgspec import Struct

from wireroom.markup.language import is_tag
from wireroom.model import HOME, Article, ListingEntry, Page, Settings
from wireroom.newsroom.listing import sort_key
from wireroom.newsroom.shown import shown
from wireroom.site import looks, pages
from wireroom.site.assets import icon
from wireroom.site.body import with_absolute_addresses
from wireroom.site.dates import local_iso
from wireroom.site.names import name_of, names
from wireroom.site.pictures import in_body, of_those, shot
from wireroom.site.templating import absolute, markup, render, scrub

FEED = 30  # items
LONGEST = 50_000  # characters of a body; of a longer one a full feed has the summary only
# An entry's Atom id is made of this and the article's id, and of nothing that can change. RFC 4287
# (4.2.6) asks that it stays the same even if the site moves.
NAMESPACE = UUID("6f1d8a52-93c4-5c0e-8f6b-2d7e41a9b305")
# Atom wants a date of every feed, also of one without stories.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}

# Article id → the article with its sanitised body, where a feed has whole stories.
Whole = Callable[[str], tuple[Article, str] | None]


class Item(Struct, frozen=True, kw_only=True):
    """One story. `id`: the article's; `uri`: the same as a URI. `published`, `updated`: aware.
    `categories`: (slug, name), in the order of the names. `author`: the byline or the agency, or
    "". `language`: a BCP 47 tag, or "" for the site's. `picture`: its address, or ""; `media_type`:
    the picture's, or "" if its address does not tell. `content`: HTML, or "" in a feed of
    summaries."""

    id: str
    uri: str
    headline: str
    url: str
    published: datetime
    updated: datetime
    categories: list[tuple[str, str]]
    author: str
    language: str
    summary: str
    picture: str
    media_type: str
    content: str


class Channel(Struct, frozen=True, kw_only=True):
    """A feed without its format. `id`: the address of its list's front. `home`: the page that it is
    of; `own`: the feed's own address. `updated`: when a story last came or changed. `closed`: its
    section has closed, so there will be no more."""

    id: str
    title: str
    home: str
    own: str
    updated: datetime
    items: Sequence[Item]
    closed: bool = False


def no_text(identity: str) -> None:
    """Nothing of any story beside its summary."""


def items(
    settings: Settings, entries: Sequence[ListingEntry], whole: Whole = no_text
) -> list[Item]:
    """The newest 30 of `entries`, in order of time, pinned or not."""
    newest = sorted(entries, key=sort_key, reverse=True)[:FEED]
    return [_item(settings, entry, whole(entry.id)) for entry in newest]


def channel(settings: Settings, page: Page, items: Sequence[Item]) -> Channel:
    """The feed `page`, with `items`."""
    site, name = settings.site, page.list
    front = absolute(site.url, pages.front(name).path)
    return Channel(
        id=front,
        title=site.name if name == HOME else f"{site.name}: {name_of(settings, name)}",
        home=front,
        own=absolute(site.url, page.path),
        updated=max((item.updated for item in items), default=NEVER),
        items=items,
    )


def closed(settings: Settings, page: Page) -> Channel:
    """The feed of a section that has closed: without items, and with a title that says so."""
    url = settings.site.url
    return Channel(
        id=absolute(url, pages.front(page.list).path),
        title=looks.said(settings).gettext(
            "%(site)s: %(section)s (closed)",
            site=settings.site.name,
            section=name_of(settings, page.list),
        ),
        home=absolute(url, "/"),
        own=absolute(url, page.path),
        updated=NEVER,
        items=[],
        closed=True,
    )


def rss(settings: Settings, channel: Channel) -> str:
    """RSS 2.0. Feed readers take `description` for HTML, so its text is escaped once as HTML and
    once as XML. A picture is a `media:content`, and an `enclosure` if its type is known. The
    length of that is 0, as the RSS Advisory Board asks where it is not known."""
    return render(
        settings,
        "feed.xml",
        channel=channel,
        rfc822=format_datetime,
        as_html=_as_html,
    )


def _as_html(text: str) -> str:
    return escape(scrub(text), quote=False)


def atom(settings: Settings, channel: Channel) -> str:
    """Atom, RFC 4287."""
    return render(settings, "atom.xml", channel=channel)


def json_feed(settings: Settings, channel: Channel) -> str:
    """JSON Feed 1.1. An item needs text: the whole story, its summary, or else its headline."""
    site = settings.site
    data = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.own,
        "description": site.tagline,
        "favicon": absolute(site.url, icon()),
        "language": site.locale.replace("_", "-"),
        "authors": [{"name": site.name, "url": f"{site.url}/"}],
        "hubs": [{"type": "WebSub", "url": site.hub}] if site.hub else [],
        "expired": channel.closed,
    }
    items = [_json_item(settings, item) for item in channel.items]
    return json.dumps(_filled(data) | {"items": items}, ensure_ascii=False)


def _json_item(settings: Settings, item: Item) -> dict[str, object]:
    zone = settings.site.timezone
    return _filled(
        {
            "id": item.uri,
            "url": item.url,
            "title": item.headline,
            "content_html": item.content,
            "content_text": "" if item.content else item.summary or item.headline,
            "summary": item.summary,
            "image": item.picture,
            "attachments": [{"url": item.picture, "mime_type": item.media_type}]
            if item.media_type
            else [],
            "date_published": local_iso(item.published, zone),
            "date_modified": local_iso(item.updated, zone),
            "authors": [{"name": item.author}] if item.author else [],
            "tags": [name for _, name in item.categories],
            "language": item.language,
        }
    )


def _filled(values: dict[str, object]) -> dict[str, object]:
    """`values` without those that are empty, and the others without characters that no text may
    carry."""
    return {key: _scrubbed(value) for key, value in values.items() if value}


def _scrubbed(value: object) -> object:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list):
        return [_scrubbed(each) for each in value]
    if isinstance(value, dict):
        return {key: _scrubbed(each) for key, each in value.items()}
    return value


def _item(settings: Settings, entry: ListingEntry, whole: tuple[Article, str] | None) -> Item:
    found = shot(entry.picture, settings.site.url)
    picture = found.large if found else ""
    named = {name_of(settings, slug): slug for slug in entry.categories}
    url = absolute(settings.site.url, entry.path)
    return Item(
        id=entry.id,
        uri=uri(entry.id),
        headline=entry.headline,
        url=entry.out or url,
        published=entry.published,
        updated=entry.updated or entry.published,
        categories=[(named[name], name) for name in names(settings, entry.categories)],
        author=entry.author,
        language=entry.language if is_tag(entry.language) else "",
        summary=entry.summary,
        picture=picture,
        media_type=_TYPES.get(urlsplit(picture).path.rpartition(".")[2].lower(), ""),
        content=_content(settings, url, *whole) if whole else "",
    )


def uri(identity: str) -> str:
    """The id of an article as a URI, the same for ever."""
    return f"urn:uuid:{uuid5(NAMESPACE, identity)}"


def _content(settings: Settings, url: str, article: Article, body: str) -> str:
    """The body with the corrections and the notice that the story's page has; "" if it is too
    long."""
    if len(body) > LONGEST:
        return ""
    view = shown(article)
    text = in_body(of_those(body, view.pictures), view.pictures)
    body = markup(with_absolute_addresses(text, url))
    return render(settings, "whole.html", view=view, body=body).strip()
