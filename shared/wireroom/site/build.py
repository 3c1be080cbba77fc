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
from collections.abc import Callable, Sequence
from typing import NamedTuple

from wireroom.errors import PageFailed
from wireroom.markup.addresses import is_web
from wireroom.markup.characters import cut, direction
from wireroom.markup.language import is_tag
from wireroom.model import HOME, Article, ListingEntry, Page, Settings
from wireroom.newsroom.shown import Shown, shown
from wireroom.site import notices, pages
from wireroom.site.assets import SCRIPT, icon
from wireroom.site.body import caption, carries, scrollable
from wireroom.site.dates import local_iso, long_date
from wireroom.site.names import name_of, names
from wireroom.site.pictures import Shot, in_body, of_those, shot
from wireroom.site.templating import absolute, markup, render

LATEST = 10  # entries of Latest Posts
BRIEF = 240  # characters of a summary in a listing
# The Latest Posts in a story's page, as article.html prints them.
_BAKED = re.compile(r'<aside class="latest".*?</aside>', re.DOTALL)


class Item(NamedTuple):
    """A listing entry as templates print it; `categories` is the text after the date."""

    headline: str
    path: str
    iso: str
    date: str
    categories: str
    summary: str
    picture: Shot | None
    language: str
    direction: str


def article(settings: Settings, article: Article, body: str, latest: Sequence[ListingEntry]) -> str:
    """The page of a live `article`. `body`: its sanitised HTML. `latest`: newest first.

    All that is printed of the article comes from `shown`, `body` and its path, because
    `site.affected` renders the page again only when one of these changes.
    Raises ValueError for an article that has never been published.
    """
    view = shown(article)
    picture = shot(view.picture, settings.site.url)
    body = of_those(body, view.pictures)
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
        picture=None if view.picture and carries(body, view.picture) else picture,
        caption=caption(view.picture if picture else None, view, body),
        share_picture=picture,
        names=names(settings, view.categories),
        body=markup(scrollable(in_body(body, view.pictures))),
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
    if found.state != "live":
        return notices.withdrawn(settings, notices.reason(found)), ""
    if page.path != found.path:
        return notices.redirect(settings, found.path), found.path
    text = body(shown(found).body)
    return article(settings, found, text, latest()), ""


def without_latest(page: str) -> str:
    """A story's page without its Latest Posts."""
    return _BAKED.sub("", page)


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
        heading=settings.site.name if name == HOME else name_of(settings, name),
        entries=_items(settings, entries),
        older=older_day,
        data=markup(_site_json_ld(settings)) if name == HOME else "",
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
        category="" if name == HOME else name_of(settings, name),
        day=day,
        entries=_items(settings, entries),
        previous=previous if entries else "",
        next=next if entries else "",
        lists=(name,),
    )


def latest(settings: Settings, entries: Sequence[ListingEntry]) -> str:
    """The Latest Posts fragment: the list alone, ten entries, newest first."""
    return render(settings, "latest.html", entries=_items(settings, entries[:LATEST]))


def _items(settings: Settings, entries: Sequence[ListingEntry]) -> list[Item]:
    site = settings.site
    return [
        Item(
            headline=entry.headline,
            path=entry.path,
            iso=local_iso(entry.published, site.timezone),
            date=long_date(entry.published, site),
            categories=", ".join(names(settings, entry.categories)),
            summary=cut(entry.summary, BRIEF),
            picture=shot(entry.picture, site.url),
            language=_language(entry.language),
            direction=direction(entry.language, entry.headline),
        )
        for entry in entries
    ]


def _language(tag: str) -> str:
    """`tag`, or "" if it is no BCP 47 tag but text, such as "English (UK)"."""
    return tag if is_tag(tag) else ""


def _json_ld(settings: Settings, path: str, view: Shown, picture: Shot | None, summary: str) -> str:
    """schema.org's NewsArticle, as Google's document on it asks:
    https://developers.google.com/search/docs/appearance/structured-data/article"""
    site = settings.site
    address = absolute(site.url, path)
    section = view.categories[:1]
    crumbs = [
        (site.name, f"{site.url}/"),
        *(
            (name_of(settings, slug), absolute(site.url, pages.front(slug).path))
            for slug in section
        ),
        (view.headline, address),
    ]
    corrections = [
        {
            "@type": "CorrectionComment",
            "text": correction.text,
            "datePublished": local_iso(correction.at, site.timezone),
        }
        for correction in view.corrections
    ]
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": view.headline,
        "url": address,
        "mainEntityOfPage": {"@type": "WebPage", "@id": address, "breadcrumb": _crumbs(crumbs)},
        "datePublished": local_iso(view.published, site.timezone),
        "dateModified": local_iso(view.updated or view.published, site.timezone),
        "inLanguage": _language(view.language) or site.locale.replace("_", "-"),
        "articleSection": names(settings, view.categories),
        "description": summary,
        "dateline": view.dateline,
        # In the order in which search engines should choose.
        "image": list(dict.fromkeys((picture.large, picture.share))) if picture else [],
        "author": _author(view),
        "sourceOrganization": {"@type": "Organization", "name": view.source} if view.source else "",
        "isBasedOn": view.link if is_web(view.link) else "",
        "correction": corrections,
        "publisher": _organization(settings),
    }
    return _in_script({key: value for key, value in data.items() if value})


def _author(view: Shown) -> dict[str, str] | None:
    """Whom the byline names: a person, or the agency, by its name or its initials in capitals. The
    agency where there is no byline."""
    name = view.byline or view.source
    initials = name.isupper() and len(name.split()) == 1
    agency = initials or name.casefold() == view.source.casefold()
    return {"@type": "Organization" if agency else "Person", "name": name} if name else None


def _organization(settings: Settings) -> dict[str, str]:
    site = settings.site
    return {
        "@type": "NewsMediaOrganization",
        "@id": f"{site.url}/#organization",
        "name": site.name,
        "url": f"{site.url}/",
        "logo": absolute(site.url, icon()),
    }


def _site_json_ld(settings: Settings) -> str:
    """The site and who publishes it, for its front page."""
    site = settings.site
    website = {
        "@type": "WebSite",
        "name": site.name,
        "url": f"{site.url}/",
        "inLanguage": site.locale.replace("_", "-"),
        "publisher": {"@id": f"{site.url}/#organization"},
    }
    graph = [_organization(settings), website]
    return _in_script({"@context": "https://schema.org", "@graph": graph})


def _crumbs(crumbs: Sequence[tuple[str, str]]) -> dict[str, object]:
    """The way from the front page to a story: (name, address) of each step."""
    items = [
        {"@type": "ListItem", "position": position, "name": name, "item": address}
        for position, (name, address) in enumerate(crumbs, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _in_script(data: dict[str, object]) -> str:
    """JSON that is safe inside a script element: ASCII, and no `<`, `>` or `&`."""
    text = json.dumps(data)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
