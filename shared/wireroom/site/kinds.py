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

from wireroom.errors import PageFailed
from wireroom.model import HOME, Article, ListingEntry, Located, Page, Settings
from wireroom.newsroom.authors import LISTS, is_authors
from wireroom.site import build, caching, feeds, notices, pages, search, sitemaps
from wireroom.site.more import Near, more


class Day(Struct, frozen=True):
    """A day of a list: `entries` newest first, and the neighbouring days (ISO dates) that have
    stories, or ""."""

    entries: Sequence[ListingEntry]
    previous: str
    following: str


class Calendar(Struct, frozen=True):
    """A month of a list: its `days` (ISO dates) that have stories, oldest first, and the nearest
    such days before and after the month, or ""."""

    days: Sequence[str]
    previous: str
    following: str


class Rows(Protocol):
    """What render has read for its pages, as `pipeline.reads.Reads` gives it to a builder."""

    @property
    def articles(self) -> Mapping[str, Article]: ...

    def front(self, name: str, /) -> tuple[Sequence[ListingEntry], str]: ...

    def items(self, name: str, /) -> Sequence[feeds.Item]: ...

    def latest(self) -> Sequence[ListingEntry]: ...

    def near(self, article: Article, /) -> Near: ...

    def day(self, page: Page, /) -> Day: ...

    def calendar(self, page: Page, /) -> Calendar: ...

    def body(self, key: str, /) -> str: ...

    def recent(self) -> Sequence[ListingEntry]: ...

    def month(self, page: Page, /) -> Sequence[Located]: ...

    def sitemaps(self) -> Sequence[Page]: ...

    def found(self) -> tuple[Sequence[ListingEntry], Sequence[int]]: ...

    def date(self, page: Page, /) -> Sequence[ListingEntry]: ...


# Settings, page, rows → the page's text, and the path that it redirects to or "".
Builder = Callable[[Settings, Page, Rows], tuple[str, str]]
Notice = Callable[[Settings, Page], str]


class Kind(Struct, frozen=True, kw_only=True):
    """One kind of page.

    `of`: what has such a page. `article`: each article, at each of its addresses; `list`: each list
    but authors'; `author`: each author's list; `day`: each day of a list; `calendar`: each month of
    a list in which two days have stories; `home`: the list `home` only, with its newest stories;
    `month`: each month of the site; `months`: the site, with its months; `site`: the site, without
    any story; `theme`: each slug of `Settings.pages`; `hour`: the site, with its newest stories,
    made each hour and not with each story; `date`: each day of the site, in parts, likewise;
    `words`: see `pipeline.indexing`.
    `address`: `{root}` is `/` or `/{category}/`; `{author}` is a slug; `{day}` is `yyyy/mm/dd`;
    `{calendar}` is `yyyy/mm`; `{month}` is `yyyy-mm`; "" if the article's row or the settings have
    it, or nobody asks for the page. `moved`: builds the page at the address of a list that was
    renamed, from the page where it is now; `closed`: of a section that has closed.
    `content_type` and `cache`: HTTP headers of the page; those of an article are kept longer as it
    ages (`site.caching`). `mark`: how a page ends, with its render id for `{}`: a comment in its
    format, or in JSON a last member of the object (`store.pages`). `whole`: the page shows more of
    a story than lists do, so each change that readers see changes it. `hourly`: the page is made
    again each hour, as time changes it, or as it is too big to be made with each story. `status`:
    the HTTP status of the page; those of an article have that of `notices.status`.
    """

    of: Literal[
        "article",
        "list",
        "author",
        "day",
        "calendar",
        "home",
        "month",
        "months",
        "site",
        "theme",
        "hour",
        "date",
        "words",
    ]
    address: str
    builder: Builder
    moved: Notice = notices.moved
    closed: Notice = notices.closed
    content_type: str = "text/html; charset=utf-8"
    cache: str = caching.SHORT
    mark: str = "<!-- {} -->"
    whole: bool = False
    hourly: bool = False
    status: int = 200


def _article(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    article = rows.articles.get(page.article)
    return build.at_address(
        settings, page, article, rows.body, rows.latest, lambda live: more(rows.near(live))
    )


def _front(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    entries, older = rows.front(page.list)
    return build.front(settings, page.list, entries, older), ""


def _author(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    entries, older = rows.front(page.list)
    if not entries:
        return notices.without_stories(settings), ""
    return build.author(settings, page.list, entries, more=bool(older)), ""


def _day(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    day = rows.day(page)
    text = build.day(settings, page.list, page.day, day.entries, day.previous, day.following)
    return text, ""


def _calendar(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    month = rows.calendar(page)
    text = build.calendar(
        settings, page.list, page.month, month.days, month.previous, month.following
    )
    return text, ""


def _latest(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    return build.latest(settings, rows.latest()), ""


def _missing(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    return notices.missing(settings), ""


def _text(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    if page not in of_theme(settings):
        return notices.missing(settings), ""
    return build.text(settings, _slug(page)), ""


def _news(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    return sitemaps.news(settings, rows.recent()), ""


def _month(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    return sitemaps.month(settings, rows.month(page)), ""


def _sections(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    return sitemaps.sections(settings), ""


def _sitemaps(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    return sitemaps.index(settings, rows.sitemaps()), ""


def _search(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    return build.search(settings), ""


def _recent(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    return search.recent(*rows.found()), ""


def _documents(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    return search.documents(rows.date(page), page.part), ""


def _words(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    raise PageFailed(page.path, "is made from the shard before it, by a job")


def _robots(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
    return sitemaps.robots(settings), ""


def _feed(
    address: str,
    content_type: str,
    printed: Callable[[Settings, feeds.Channel], str],
    mark: str = "<!-- {} -->",
) -> Kind:
    """A kind of feed. `printed`: a channel → the feed in its format."""

    def builder(settings: Settings, page: Page, rows: Rows) -> tuple[str, str]:
        found = feeds.channel(settings, page, rows.items(page.list))
        return printed(settings, found), ""

    def moved(settings: Settings, to: Page) -> str:
        return printed(settings, feeds.channel(settings, to, []))

    def closed(settings: Settings, page: Page) -> str:
        return printed(settings, feeds.closed(settings, page))

    return Kind(
        of="list",
        address=address,
        builder=builder,
        moved=moved,
        closed=closed,
        content_type=f"{content_type}; charset=utf-8",
        mark=mark,
        whole=True,
    )


_XML, _JSON = "application/xml; charset=utf-8", "application/json; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"
_MEMBER = ',"_render": {{"id": "{}"}}}}'
KINDS: Mapping[str, Kind] = {
    "article": Kind(of="article", address="", builder=_article),
    "front": Kind(of="list", address=pages.FRONT, builder=_front),
    "author": Kind(of="author", address=pages.AUTHOR, builder=_author),
    "feed": _feed(pages.FEED, "application/rss+xml", feeds.rss),
    "atom": _feed(pages.ATOM, "application/atom+xml", feeds.atom),
    "json": _feed(
        pages.JSON_FEED,
        "application/feed+json",
        feeds.json_feed,
        mark=_MEMBER,
    ),
    "day": Kind(of="day", address=pages.DAY, builder=_day),
    "calendar": Kind(of="calendar", address=pages.CALENDAR, builder=_calendar),
    "latest": Kind(of="home", address=pages.LATEST.path, builder=_latest),
    "missing": Kind(of="site", address=pages.MISSING.path, builder=_missing, status=404),
    "page": Kind(of="theme", address="", builder=_text),
    "news": Kind(of="home", address=pages.NEWS, builder=_news, content_type=_XML, hourly=True),
    "sitemap": Kind(
        of="month", address=pages.SITEMAP, builder=_month, content_type=_XML, hourly=True
    ),
    "sections": Kind(of="site", address=pages.SECTIONS, builder=_sections, content_type=_XML),
    "sitemaps": Kind(
        of="months", address=pages.SITEMAPS, builder=_sitemaps, content_type=_XML, hourly=True
    ),
    "robots": Kind(
        of="site",
        address="/robots.txt",
        builder=_robots,
        content_type=_TEXT,
        mark="# {}",
    ),
    "search": Kind(of="site", address=pages.SEARCH, builder=_search),
    "recent": Kind(
        of="hour",
        address=pages.RECENT,
        builder=_recent,
        content_type=_JSON,
        mark=_MEMBER,
        hourly=True,
    ),
    "documents": Kind(
        of="date",
        address=pages.DOCUMENTS,
        builder=_documents,
        content_type=_JSON,
        mark=_MEMBER,
        hourly=True,
    ),
    "words": Kind(of="words", address="", builder=_words, content_type=_TEXT, mark="# {}"),
}


def page(kind: str, name: str = HOME, day: str = "") -> Page:
    """The page of a `kind` of a list, of a day or of the site: of the list `name`, and of its `day`
    (ISO)."""
    row = KINDS[kind]
    of_site = row.of in {"site", "months", "hour"}
    return pages.listing(kind, row.address, "" if of_site else name, day)


def of_list(name: str, *, whole: bool = False) -> set[Page]:
    """The pages that show the newest stories of the list `name`; with `whole` those of them that
    show more of a story than lists do."""
    kinds = {"list", "home"} if name == HOME else {"list"}
    if is_authors(name):
        kinds = {"author"}
    found = {page(kind, name) for kind, row in KINDS.items() if row.of in kinds}
    return {each for each in found if KINDS[each.kind].whole} if whole else found


def of_day(name: str, day: str) -> set[Page]:
    """The pages of one `day` (ISO date, in the site's time zone) of the list `name`; none of an
    author's."""
    if is_authors(name):
        return set()
    return {page(kind, name, day) for kind, row in KINDS.items() if row.of == "day"}


def of_calendar(name: str, month: str) -> set[Page]:
    """The pages of a `month` (`yyyy-mm`, in the site's time zone) of the list `name`; none of an
    author's."""
    if is_authors(name):
        return set()
    rows = ((kind, row) for kind, row in KINDS.items() if row.of == "calendar")
    return {pages.listing(kind, row.address, name, month=month) for kind, row in rows}


def in_list(page: Page, name: str) -> Page:
    """What `page`, a page of a list, is in the list `name`."""
    return pages.listing(page.kind, KINDS[page.kind].address, name, page.day, page.month)


def of_month(month: str) -> set[Page]:
    """The first part of each page of a `month` (`yyyy-mm`, in the site's time zone)."""
    rows = ((kind, row) for kind, row in KINDS.items() if row.of == "month")
    return {pages.month(kind, row.address, month) for kind, row in rows}


def of_months() -> set[Page]:
    """The pages of the site that name its months."""
    return {page(kind) for kind, row in KINDS.items() if row.of == "months"}


def of_hour() -> set[Page]:
    """The pages with the newest stories of the site that time alone changes."""
    rows = (
        (kind, row.of == "hour" or (row.of == "home" and row.hourly)) for kind, row in KINDS.items()
    )
    return {page(kind) for kind, wanted in rows if wanted}


def of_date(day: str, identity: str = "") -> set[Page]:
    """The pages of one `day` (ISO date, in the site's time zone) that readers' search reads; with
    `identity` (an article's) those of them that have the article."""
    parts = [search.part(identity)] if identity else range(1, search.PARTS + 1)
    rows = [(kind, row) for kind, row in KINDS.items() if row.of == "date"]
    return {pages.documents(kind, row.address, day, part) for kind, row in rows for part in parts}


def of_search(day: str, identity: str) -> set[Page]:
    """The pages that readers' search reads and that have the article `identity` of a `day`."""
    newest = {page(kind) for kind, row in KINDS.items() if row.of == "hour"}
    return newest | of_date(day, identity)


def has_parts(page: Page) -> bool:
    """Whether the page may go on in a further part."""
    return KINDS[page.kind].of == "month"


EMPTY = 404  # HTTP status of a further part of a month that has become shorter


def part_after(page: Page) -> Page:
    """The next part of a page of a month of the site."""
    return pages.month(page.kind, KINDS[page.kind].address, page.month, page.part + 1)


def of_site() -> set[Page]:
    """The pages that no story changes."""
    return {page(kind) for kind, row in KINDS.items() if row.of == "site"}


def of_theme(settings: Settings) -> set[Page]:
    """The theme's own pages."""
    return {Page(path=f"/{slug}/", kind="page") for slug in settings.pages}


def at(path: str, settings: Settings | None = None) -> Page | None:
    """The page at `path`, whether or not it has been written. None for a path that no page but an
    article's can have.

    `settings`: tell the front of a list, which the site has or had, from the page of a theme."""
    found = _at(path)
    if settings and found and found.kind == "front" and found.list != HOME:
        lists = {*(category.slug for category in settings.categories), *settings.former}
        if found.list not in lists:
            return Page(path=path, kind="page")
    return found


def status(page: Page, settings: Settings) -> int:
    """The HTTP status with which a page is answered that is no article's."""
    gone = KINDS[page.kind].of == "theme" and page not in of_theme(settings)
    return 404 if gone else KINDS[page.kind].status


def _slug(page: Page) -> str:
    return page.path.strip("/")


def _at(path: str) -> Page | None:
    fixed_first = sorted(KINDS.items(), key=lambda each: "{" in each[1].address)
    for kind, row in fixed_first:
        found = _pattern(row.address).fullmatch(path) if row.address else None
        if found:
            named = found.groupdict("")
            if named.get("month"):
                return pages.month(kind, row.address, named["month"], int(named["part"] or 1))
            day, month = (named.get(name, "").replace("/", "-") for name in ("day", "calendar"))
            if month:
                return pages.listing(kind, row.address, named["list"] or HOME, month=month)
            if named.get("author"):
                return pages.author(f"{LISTS}{named['author']}")
            if row.of == "date":
                return pages.documents(kind, row.address, day, int(named["part"]))
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
    month = r"(?P<month>\d{4}-\d{2})(?:-(?P<part>[2-9]|[1-9]\d{1,3}))?"
    text = re.escape(address)
    part = r"(?P<part>[1-9])"
    calendar = r"(?P<calendar>\d{4}/(?:0[1-9]|1[0-2]))"
    patterns = (
        ("root", root),
        ("day", day),
        ("calendar", calendar),
        ("month", month),
        ("part", part),
        ("author", r"(?P<author>[a-z0-9-]+)"),
    )
    for name, pattern in patterns:
        text = text.replace(rf"\{{{name}\}}", pattern)
    return re.compile(text)
