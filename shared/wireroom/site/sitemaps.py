"""What tells search engines where the stories are: sitemaps, and robots.txt.

    /robots.txt ─► /sitemap.xml ─► /sitemaps/sections.xml         the fronts, and the theme's pages
                                   /sitemaps/2026-02.xml          a month's stories and authors
                                   /sitemaps/2026-02-2.xml        … beyond its first 50,000
                   /news-sitemap.xml                              the stories of the last two days

The format: https://www.sitemaps.org/protocol.html. That of the news sitemap:
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
A sitemap must name an address, so one that has no story names the front page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from wireroom.markup.language import is_tag
from wireroom.model import HOME, ListingEntry, Located, Page, Settings
from wireroom.site import pages
from wireroom.site.templating import absolute, render

ADDRESSES = 50_000  # that one sitemap may name
NEWS = 1_000  # stories that a news sitemap may name
NEWS_AGE = timedelta(hours=48)  # that they may have


def index(settings: Settings, months: Sequence[Page]) -> str:
    """The index of the sitemaps. `months`: those of months."""
    paths = [pages.SECTIONS, *(page.path for page in months)]
    return render(settings, "sitemaps.xml", paths=paths)


def sections(settings: Settings) -> str:
    """The sitemap of the fronts and of the theme's own pages."""
    names = (HOME, *(category.slug for category in settings.categories))
    fronts = [pages.front(name).path for name in names]
    own = [f"/{slug}/" for slug in settings.pages]
    return _sitemap(settings, [(path, None) for path in (*fronts, *own)])


def month(settings: Settings, named: Sequence[Located]) -> str:
    """A sitemap of the stories and authors `named`, at most ADDRESSES."""
    paths = [(each.path, each.updated or each.published) for each in named]
    return _sitemap(settings, paths or [(pages.front(HOME).path, None)])


def news(settings: Settings, entries: Sequence[ListingEntry]) -> str:
    """The news sitemap with `entries`, at most NEWS, newest first."""
    items = [
        {
            "path": entry.path,
            "language": _language(entry.language) or _language(settings.site.locale) or "en",
            "published": entry.published,
            "headline": entry.headline,
        }
        for entry in entries
    ]
    return render(settings, "news-sitemap.xml", items=items)


def robots(settings: Settings) -> str:
    """robots.txt (RFC 9309): everything may be read, and the sitemaps are named."""
    named = (absolute(settings.site.url, path) for path in (pages.SITEMAPS, pages.NEWS))
    return "\n".join(["User-agent: *", "Disallow:", "", *(f"Sitemap: {each}" for each in named)])


def _sitemap(settings: Settings, named: Sequence[tuple[str, datetime | None]]) -> str:
    """`named`: paths, each with the time of its last change, if that is known."""
    return render(settings, "sitemap.xml", named=named)


def _language(tag: str) -> str:
    """The language of a BCP 47 tag as Google asks for it: two or three letters, but `zh-cn` and
    `zh-tw`. "" for what is no tag."""
    tag = tag.replace("_", "-").lower()
    if not is_tag(tag):
        return ""
    parts = tag.split("-")
    if parts[0] == "zh":
        return "zh-tw" if {"tw", "hk", "mo", "hant"} & set(parts) else "zh-cn"
    return parts[0]
