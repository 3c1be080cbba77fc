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
from urllib.parse import urlencode, urlsplit

from wireroom.errors import PageFailed, ThemeFailed
from wireroom.markup.addresses import is_web
from wireroom.markup.characters import cut, direction
from wireroom.markup.language import is_tag
from wireroom.model import HOME, Article, ListingEntry, Page, Settings
from wireroom.newsroom.authors import list_of, pieces, spelled
from wireroom.newsroom.shown import Shown, shown
from wireroom.site import looks, notices, pages, sharing
from wireroom.site import search as searching
from wireroom.site.assets import icon, search_script
from wireroom.site.body import caption, carries, scrollable
from wireroom.site.dates import local_iso, long_date, weekdays, weeks
from wireroom.site.more import More
from wireroom.site.names import name_of, names
from wireroom.site.pictures import Shot, in_body, of_those, shot
from wireroom.site.reading import minutes
from wireroom.site.templating import absolute, comma, local, markup, render

LATEST = 10  # entries of Latest Posts
DAYS = 2  # with stories, from which on a month has a calendar
RECURS = 3  # stories from which on search engines are shown an author's page
BRIEF = 240  # characters of a summary in a listing
# What a story's page says of other stories, as article.html prints it.
_LATEST = re.compile(r'<aside class="latest".*?</aside>', re.DOTALL)
_MORE = re.compile(r'<aside class="more".*?</aside>', re.DOTALL)


class Item(NamedTuple):
    """A listing entry as templates print it; `categories` is the text after the date. `href`: where
    its headline leads, the story's own page or the agency's."""

    headline: str
    path: str
    href: str
    iso: str
    date: str
    categories: str
    summary: str
    picture: Shot | None
    language: str
    direction: str


def article(
    settings: Settings,
    article: Article,
    body: str,
    latest: Sequence[ListingEntry],
    more: More = More(),  # noqa: B008 (frozen)
) -> str:
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
        body=markup(scrollable(in_body(body, view.pictures), looks.said(settings))),
        description=summary,
        data=markup(_json_ld(settings, article.path, view, picture, summary)),
        entries=_items(settings, latest[:LATEST]),
        section=name_of(settings, more.section) if more.section else "",
        related=_items(settings, more.related),
        previous=_items(settings, [more.previous] if more.previous else []),
        following=_items(settings, [more.following] if more.following else []),
        lists=view.categories,
        trail=_trail(settings, view),
        minutes=minutes(body),
        byline=_byline(view),
        source=notices.source(view),
        sharing=sharing.links(view.headline, absolute(settings.site.url, article.path)),
    )


def at_address(  # noqa: PLR0917  (in reading order)
    settings: Settings,
    page: Page,
    found: Article | None,
    body: Callable[[str], str],
    latest: Callable[[], Sequence[ListingEntry]],
    more: Callable[[Article], More],
) -> tuple[str, str]:
    """The page at an address that `found` has or had, and the path that it redirects to or "".

    `body`: a key → the sanitised HTML; `latest`, `more`: as in `article`. They are called for a
    live story only. Raises PageFailed for an address that the article never had, and what they
    raise.
    """
    if found is None or page.path not in (found.path, *found.former):
        raise PageFailed(page.path, f"article {page.article} does not have this address")
    if found.state != "live":
        return notices.withdrawn(settings, notices.reason(found)), ""
    if page.path != found.path:
        return notices.redirect(settings, found.path), found.path
    view = shown(found)
    if view.excerpt == "out":
        return notices.elsewhere(settings, view), ""
    text = body(view.body)
    return article(settings, found, text, latest(), more(found)), ""


def without_latest(page: str) -> str:
    """A story's page without its Latest Posts."""
    return _LATEST.sub("", page)


def without_others(page: str) -> str:
    """A story's page without what it says of other stories."""
    return _MORE.sub("", without_latest(page))


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


def author(settings: Settings, name: str, entries: Sequence[ListingEntry], *, more: bool) -> str:
    """The page of an author, with the newest stories. `name`: the author's list; `entries`: those,
    newest first, at least one; `more`: there are older ones, which readers' search finds."""
    who = entries[0].name
    path = pages.author(name).path
    return render(
        settings,
        "author.html",
        path=path,
        author=who,
        language=_language(entries[0].language),
        entries=_items(settings, entries),
        recurs=len(entries) >= RECURS,
        search=f"{pages.SEARCH}?{urlencode({'q': who})}" if more else "",
        data=markup(_author_json_ld(settings, who, path)),
        lists=(),
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

    `previous` and `next`: the ISO dates of the nearest days that have stories, or "". If one of
    them is in the same month, the page links to the month's calendar. The page of a day without
    entries says so and asks not to be indexed, as listing pages are never deleted. It links to no
    other day: no day links to it, so nothing would keep those links true.
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
        month=day[:7] if entries and day[:7] in {previous[:7], next[:7]} else "",
        lists=(name,),
    )


def calendar(  # noqa: PLR0917  (in reading order)
    settings: Settings, name: str, month: str, days: Sequence[str], previous: str, next: str
) -> str:
    """The calendar of a `month` (`yyyy-mm`) of a list, which leads to those of its days that have
    stories.

    `days`: these, as ISO dates. `previous` and `next`: the nearest such days before and after the
    month, or "". No page leads to the calendar of a month with less than DAYS of them, so nothing
    would keep its links true. So it has none.
    """
    there = len(days) >= DAYS
    return render(
        settings,
        "calendar.html",
        path=pages.calendar(name, month).path,
        name=name,
        category="" if name == HOME else name_of(settings, name),
        month=month,
        weekdays=weekdays(settings.site),
        weeks=weeks(month, settings.site) if there else [],
        days=days,
        previous=previous if there else "",
        next=next if there else "",
        lists=(name,),
    )


def text(settings: Settings, slug: str) -> str:
    """The theme's own page at `/slug/`. Raises ThemeFailed if the theme is not there or has no such
    page."""
    found = looks.of(settings.theme).texts.get(slug)
    if found is None:
        raise ThemeFailed(f"the theme has no page {slug}")
    return render(
        settings,
        "page.html",
        path=f"/{slug}/",
        title=found.title,
        description=found.description,
        body=markup(found.html),
    )


def search(settings: Settings) -> str:
    """The page where readers search. Its script reads the files of `site.search`."""
    sections = {each.slug: each.name for each in settings.categories}
    host = urlsplit(settings.site.url).netloc
    return render(
        settings,
        "search.html",
        path=pages.SEARCH,
        policy=looks.of(settings.theme).search_policy,
        search_script=search_script(),
        shards=searching.SHARDS,
        parts=searching.PARTS,
        sections=json.dumps(sections, ensure_ascii=False),
        engine=f"https://duckduckgo.com/?{urlencode({'q': f'site:{host}'})}",
        lists=(),
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
            href=entry.out or local(entry.path),
            iso=local_iso(entry.published, site.timezone),
            date=long_date(entry.published, site),
            categories=comma(looks.said(settings)).join(names(settings, entry.categories)),
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
    crumbs = [(name, absolute(site.url, path)) for name, path in _trail(settings, view)]
    crumbs.append((view.headline, address))
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
        "author": _authors(settings, view) or _author(view),
        "sourceOrganization": {"@type": "Organization", "name": view.source} if view.source else "",
        "isBasedOn": view.link if is_web(view.link) else "",
        "correction": corrections,
        "publisher": _organization(settings),
    }
    return _in_script({key: value for key, value in data.items() if value})


def _trail(settings: Settings, view: Shown) -> list[tuple[str, str]]:
    """(name, path) of the pages that lead from the front page to a story."""
    section = [(name_of(settings, slug), pages.front(slug).path) for slug in view.categories[:1]]
    return [(settings.site.name, "/"), *section]


def _byline(view: Shown) -> list[tuple[str, str]]:
    """The byline in pieces: (text, path of the author's page whom it names or "")."""
    return [
        (text, pages.author(list_of(name)).path if name else "")
        for text, name in pieces(view.byline, view.authors)
    ]


def _authors(settings: Settings, view: Shown) -> list[dict[str, str]]:
    """The authors who have pages."""
    return [
        _person(settings, spelled(name), pages.author(list_of(name)).path) for name in view.authors
    ]


def _person(settings: Settings, name: str, path: str) -> dict[str, str]:
    return {"@type": "Person", "name": name, "url": absolute(settings.site.url, path)}


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


def _author_json_ld(settings: Settings, name: str, path: str) -> str:
    """Google's document on it:
    https://developers.google.com/search/docs/appearance/structured-data/profile-page"""
    person = _person(settings, name, path)
    return _in_script(
        {"@context": "https://schema.org", "@type": "ProfilePage", "mainEntity": person}
    )


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
