"""The kinds of page that the site has: KINDS has a row for each.

The rows decide which pages a story changes (`site.affected`), which pages a republish renders
(`pipeline.republish`), how a page is built (`pipeline.render`), the headers of its object
(`store.pages`), which page is at an address, and the slugs that no category may have.

docs/architecture.md ("Where to look") lists what a new kind touches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Literal, Protocol

from msgspec import Struct

from wireroom.model import HOME, Article, ListingEntry, Page, Settings
from wireroom.site import build, caching, notices, pages


class Day(Struct, frozen=True):
    """A day of a list: `entries` newest first, and the neighbouring days (ISO dates) that have
    stories, or ""."""

    entries: Sequence[ListingEntry]
    previous: str
    following: str


class Rows(Protocol):
    """What render has read for its pages, as `pipeline.reads.Reads` gives it to a builder."""

    @property
    def articles(self) -> Mapping[str, Article]: ...

    def front(self, name: str, /) -> tuple[Sequence[ListingEntry], str]: ...

    def newest(self, name: str, /) -> Sequence[ListingEntry]: ...

    def latest(self) -> Sequence[ListingEntry]: ...

    def day(self, page: Page, /) -> Day: ...

    def body(self, key: str, /) -> str: ...


# Settings, page, rows → the page's text, and the path that it redirects to or "".
Builder = Callable[[Settings, Page, Rows], tuple[str, str]]
Notice = Callable[[Settings, Page], str]


class Kind(Struct, frozen=True, kw_only=True):
    """One kind of page.

    `of`: what has such a page. `article`: each article, at each of its addresses; `list`: each
    list; `day`: each day of a list; `home`: the list `home` only, with its newest stories; `site`:
    the site, without any story. `address`: `{root}` is `/` or `/{category}/`; `{day}` is
    `yyyy/mm/dd`; "" if the article's row has it. `moved`: builds the page at the address of a list
    that was renamed, from the page where it is now; `closed`: of a section that has closed.
    `content_type` and `cache`: HTTP headers of the page; those of an article are kept longer as it
    ages (`site.caching`).
    """

    of: Literal["article", "list", "day", "home", "site"]
    address: str
    builder: Builder
    moved: Notice = notices.moved
    closed: Notice = notices.closed
    content_type: str = "text/html; charset=utf-8"
    cache: str = caching.SHORT


def _article(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    article = rows.articles.get(page.article)
    return build.at_address(settings, page, article, rows.body, rows.latest)


def _front(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    entries, older = rows.front(page.list)
    return build.front(settings, page.list, entries, older), ""


def _feed(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    return build.feed(settings, page.list, rows.newest(page.list)), ""


def _day(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    day = rows.day(page)
    text = build.day(settings, page.list, page.day, day.entries, day.previous, day.following)
    return text, ""


def _latest(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    return build.latest(settings, rows.latest()), ""


def _missing(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    return notices.missing(settings), ""


KINDS: Mapping[str, Kind] = {
    "article": Kind(of="article", address="", builder=_article),
    "front": Kind(of="list", address=pages.FRONT, builder=_front),
    "feed": Kind(
        of="list",
        address=pages.FEED,
        builder=_feed,
        moved=build.moved_feed,
        closed=build.closed_feed,
        content_type="application/rss+xml; charset=utf-8",
    ),
    "day": Kind(of="day", address=pages.DAY, builder=_day),
    "latest": Kind(of="home", address=pages.LATEST.path, builder=_latest),
    "missing": Kind(of="site", address=pages.MISSING.path, builder=_missing),
}


def page(kind: str, name: str = HOME, day: str = "") -> Page:
    """The page of a `kind` other than `article`: of the list `name`, and of its `day` (ISO)."""
    row = KINDS[kind]
    return pages.listing(kind, row.address, "" if row.of == "site" else name, day)


def of_list(name: str) -> set[Page]:
    """The pages that show the newest stories of the list `name`."""
    kinds = {"list", "home"} if name == HOME else {"list"}
    return {page(kind, name) for kind, row in KINDS.items() if row.of in kinds}


def of_day(name: str, day: str) -> set[Page]:
    """The pages of one `day` (ISO date, in the site's time zone) of the list `name`."""
    return {page(kind, name, day) for kind, row in KINDS.items() if row.of == "day"}


def of_site() -> set[Page]:
    """The pages that no story changes."""
    return {page(kind) for kind, row in KINDS.items() if row.of == "site"}


def at(path: str) -> Page | None:
    """The page at `path`, whether or not it has been written. None for a path that no page but an
    article's can have."""
    for kind, row in KINDS.items():
        found = _pattern(row.address).fullmatch(path) if row.address else None
        if found:
            named = found.groupdict("")
            day = named.get("day", "").replace("/", "-")
            return page(kind, named.get("list") or HOME, day)
    return None


def reserved() -> frozenset[str]:
    """The slugs that no category may have, as the addresses of other pages begin with them."""
    parts = (row.address.removeprefix("{root}").lstrip("/") for row in KINDS.values())
    first = {re.split(r"[/.]", part)[0] for part in parts}
    return frozenset(name for name in first if name and not name.startswith("{"))


@cache
def _pattern(address: str) -> re.Pattern[str]:
    # No category's slug looks like a year, so an article's address does not match.
    root, day = r"/(?:(?P<list>(?!\d{4}/)[a-z0-9-]+)/)?", r"(?P<day>\d{4}/\d{2}/\d{2})"
    text = re.escape(address)
    return re.compile(text.replace(r"\{root\}", root).replace(r"\{day\}", day))
