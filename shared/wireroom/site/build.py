"""Articles and listings → whole pages. Pure: the same values give the same bytes.

Each function gives a complete document (`latest`: a fragment).
Jinja escapes all that a template prints, except what `templating.markup` marks as safe: the
sanitised body of an article, escaped JSON-LD and the site's own script.
Links inside pages are relative to the site's root; canonical, Open Graph, JSON-LD and feed
addresses are absolute.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from email.utils import format_datetime
from html import escape
from typing import NamedTuple
from unicodedata import normalize

from wireroom.errors import PageFailed
from wireroom.markup.addresses import is_web
from wireroom.markup.characters import cut, direction
from wireroom.markup.language import is_tag
from wireroom.model import HOME, Article, ListingEntry, Page, Picture, Settings
from wireroom.newsroom.listing import sort_key
from wireroom.newsroom.shown import Shown, shown, value_of
from wireroom.site import pages
from wireroom.site.assets import POLICY, SCRIPT, SCRIPT_HASH, assets
from wireroom.site.body import caption, carries, scrollable
from wireroom.site.dates import local_iso, long_date
from wireroom.site.templating import absolute, markup, render, scrub

__all__ = [
    "POLICY",
    "SCRIPT_HASH",
    "article",
    "assets",
    "at_address",
    "closed",
    "closed_feed",
    "day",
    "feed",
    "front",
    "latest",
    "missing",
    "moved",
    "moved_feed",
    "redirect",
    "withdrawn",
    "without_latest",
]

LATEST = 10  # entries of Latest Posts
FEED = 30  # items of a feed
BRIEF = 240  # characters of a summary in a listing
# The Latest Posts in a story's page, as article.html prints them.
_BAKED = re.compile(r'<aside class="latest".*?</aside>', re.DOTALL)

# Reason → (heading, sentence) of the notice that readers see.
WITHDRAWN: Mapping[str, tuple[str, str]] = {
    "withdrawn-by-agency": (
        "Story withdrawn",
        "This story has been withdrawn by the news agency that supplied it.",
    ),
    "legal": ("Story removed", "This story has been removed for legal reasons."),
    "licence-expired": (
        "Story no longer available",
        "Our licence to publish this story has expired.",
    ),
    "error": ("Story withdrawn", "This story was published in error and has been withdrawn."),
    "expired": (
        "Story no longer available",
        "This story was published for a limited time, which has ended.",
    ),
    "unavailable": ("Story not available", "This story is not available at present."),
}


class Item(NamedTuple):
    """A listing entry as templates print it; `categories` is the text after the date."""

    headline: str
    path: str
    iso: str
    date: str
    categories: str
    summary: str
    picture: Picture | None
    language: str
    direction: str


def article(settings: Settings, article: Article, body: str, latest: Sequence[ListingEntry]) -> str:
    """The page of a live `article`. `body`: its sanitised HTML. `latest`: newest first.

    All that is printed of the article comes from `shown`, `body` and its path, because
    `site.affected` renders the page again only when one of these changes.
    Raises ValueError for an article that has never been published.
    """
    view = shown(article)
    picture = _picture(view.picture)
    summary = cut(view.summary, BRIEF)
    return render(
        settings,
        "article.html",
        path=article.path,
        title=view.headline,
        view=view,
        language=_language(view.language),
        direction=direction(view.language, view.headline),
        # The wire often carries its picture in the body as well: not twice on one page.
        picture=None if picture and carries(body, picture) else picture,
        caption=caption(picture, view, body),
        share_picture=picture,
        names=_names(settings, view.categories),
        body=markup(scrollable(body)),
        description=summary,
        data=markup(_json_ld(settings, article.path, view, picture, summary)),
        entries=_items(settings, latest[:LATEST]),
        script=markup(SCRIPT),
        lists=view.categories,
    )


def at_address(
    settings: Settings,
    page: Page,
    found: Article | None,
    body: Callable[[str], str],
    latest: Callable[[], Sequence[ListingEntry]],
) -> tuple[str, str]:
    """The page at an address that `found` has or had, and the path that it redirects to or "".

    `body`: a key → the sanitised HTML; `latest`: as in `article`. Both are called for a live story
    only. Raises PageFailed for an address that the article never had, and what they raise.
    """
    if found is None or page.path not in (found.path, *found.former):
        raise PageFailed(page.path, f"article {page.article} does not have this address")
    if found.state == "killed":
        return withdrawn(settings, value_of(found.desk.kill) or "error"), ""
    if found.state != "live":
        return withdrawn(settings, "expired" if found.state == "expired" else "unavailable"), ""
    if page.path != found.path:
        return redirect(settings, found.path), found.path
    text = body(shown(found).body)
    return article(settings, found, text, latest()), ""


def without_latest(page: str) -> str:
    """A story's page without its Latest Posts."""
    return _BAKED.sub("", page)


def redirect(settings: Settings, to: str) -> str:
    """The small page at a story's former address. `to`: the path where the story is now."""
    return render(settings, "redirect.html", path=to, what="story")


def moved(settings: Settings, to: Page) -> str:
    """The small page at a former address of a list's page. `to`: the page where it is now."""
    return render(settings, "redirect.html", path=to.path, what="section")


def moved_feed(settings: Settings, to: Page) -> str:
    """What stands at a former address of a list's feed: that feed without items."""
    return feed(settings, to.list, [])


def closed(settings: Settings, page: Page) -> str:
    """The front or day page of a section that has closed. It contains no story."""
    return render(
        settings,
        "notice.html",
        heading="Section closed",
        sentence=f"The section {_name(settings, page.list)} has closed.",
    )


def closed_feed(settings: Settings, page: Page) -> str:
    """The feed of a section that has closed: without items, and with a title that says so."""
    title = f"{settings.site.name}: {_name(settings, page.list)} (closed)"
    return render(settings, "feed.xml", title=title, path="/", feed=page.path, items=[])


def withdrawn(settings: Settings, reason: str) -> str:
    """The notice at the address of a story that is not shown. It contains nothing of the story.

    `reason`: a KillReason, `expired`, or `unavailable` (held or scheduled). Any other counts as
    `unavailable`, as taking a story down must never fail.
    """
    heading, sentence = WITHDRAWN.get(reason, WITHDRAWN["unavailable"])
    return render(settings, "notice.html", heading=heading, sentence=sentence)


def missing(settings: Settings) -> str:
    """The page of an address that never was (404)."""
    return render(
        settings,
        "notice.html",
        heading="Page not found",
        sentence="There is nothing at this address. It may have been mistyped.",
    )


def front(settings: Settings, name: str, entries: Sequence[ListingEntry], older_day: str) -> str:
    """The front of a list: `home` or a category's slug.

    `entries`: in the order of the page, pinned ones first. `older_day`: the ISO date of the day
    page where the list goes on, or "".
    """
    return render(
        settings,
        "front.html",
        path=pages.front(name).path,
        name=name,
        heading=settings.site.name if name == HOME else _name(settings, name),
        entries=_items(settings, entries),
        older=older_day,
        feed=pages.feed(name).path,
        lists=(name,),
    )


def day(  # noqa: PLR0917  (in reading order)
    settings: Settings,
    name: str,
    day: str,
    entries: Sequence[ListingEntry],
    previous: str,
    next: str,
) -> str:
    """The page of one `day` (ISO date) of a list, with all its stories, newest first.

    `previous` and `next`: the ISO dates of the nearest days that have stories, or "". The page of a
    day without entries says so and asks not to be indexed, as listing pages are never deleted. It
    links to no other day: no day links to it, so nothing would keep those links true.
    """
    return render(
        settings,
        "day.html",
        path=pages.day(name, day).path,
        name=name,
        category="" if name == HOME else _name(settings, name),
        day=day,
        entries=_items(settings, entries),
        previous=previous if entries else "",
        next=next if entries else "",
        feed=pages.feed(name).path,
        lists=(name,),
    )


def latest(settings: Settings, entries: Sequence[ListingEntry]) -> str:
    """The Latest Posts fragment: the list alone, ten entries, newest first."""
    return render(settings, "latest.html", entries=_items(settings, entries[:LATEST]))


def feed(settings: Settings, name: str, entries: Sequence[ListingEntry]) -> str:
    """RSS 2.0 with the newest 30 entries of a list, in order of time, pinned or not.

    Feed readers take `description` for HTML, so its text is escaped once as HTML and once as XML.
    """
    newest = sorted(entries, key=sort_key, reverse=True)[:FEED]
    site = settings.site
    return render(
        settings,
        "feed.xml",
        title=site.name if name == HOME else f"{site.name}: {_name(settings, name)}",
        path=pages.front(name).path,
        feed=pages.feed(name).path,
        items=[
            {
                "id": entry.id,
                "headline": entry.headline,
                "path": entry.path,
                "published": format_datetime(entry.published),
                "categories": _names(settings, entry.categories),
                "description": escape(scrub(entry.summary), quote=False),
                "picture": _picture(entry.picture),
            }
            for entry in newest
        ],
    )


def _items(settings: Settings, entries: Sequence[ListingEntry]) -> list[Item]:
    site = settings.site
    return [
        Item(
            headline=entry.headline,
            path=entry.path,
            iso=local_iso(entry.published, site.timezone),
            date=long_date(entry.published, site),
            categories=", ".join(_names(settings, entry.categories)),
            summary=cut(entry.summary, BRIEF),
            picture=_picture(entry.picture),
            language=_language(entry.language),
            direction=direction(entry.language, entry.headline),
        )
        for entry in entries
    ]


def _names(settings: Settings, slugs: Sequence[str]) -> list[str]:
    """The display names of categories, in alphabetical order."""
    return sorted({_name(settings, slug) for slug in slugs}, key=_alphabetical)


def _alphabetical(name: str) -> tuple[str, str]:
    return normalize("NFKD", name).casefold(), name


def _name(settings: Settings, slug: str) -> str:
    before = settings.former[slug].names if slug in settings.former else ()
    return next((c.name for c in settings.categories if c.slug == slug), (slug, *before)[-1])


def _picture(picture: Picture | None) -> Picture | None:
    """`picture` if its address is http or https, else None."""
    return picture if picture and is_web(picture.url) else None


def _language(tag: str) -> str:
    """`tag`, or "" if it is no BCP 47 tag but text, such as "English (UK)"."""
    return tag if is_tag(tag) else ""


def _json_ld(
    settings: Settings, path: str, view: Shown, picture: Picture | None, summary: str
) -> str:
    """schema.org's NewsArticle, safe inside a script element: ASCII, and no `<`, `>` or `&`."""
    site = settings.site
    address = absolute(site.url, path)
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": view.headline,
        "url": address,
        "mainEntityOfPage": address,
        "datePublished": local_iso(view.published, site.timezone),
        "dateModified": local_iso(view.updated or view.published, site.timezone),
        "inLanguage": _language(view.language) or site.locale.replace("_", "-"),
        "articleSection": _names(settings, view.categories),
        "description": summary,
        "dateline": view.dateline,
        "image": picture.url if picture else "",
        "author": {"@type": "Person", "name": view.byline} if view.byline else "",
        "sourceOrganization": {"@type": "Organization", "name": view.source} if view.source else "",
        "publisher": {"@type": "Organization", "name": site.name, "url": f"{site.url}/"},
    }
    text = json.dumps({key: value for key, value in data.items() if value})
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
