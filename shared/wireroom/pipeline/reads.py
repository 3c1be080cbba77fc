"""What one round of render reads: the settings, articles, bodies, lists, days and months of its
pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from wireroom import clock
from wireroom.errors import Conflict
from wireroom.model import HOME, Article, ListingEntry, Located, Page
from wireroom.newsroom.authors import authors, list_of
from wireroom.newsroom.listing import row, sort_key
from wireroom.newsroom.shown import shown
from wireroom.site import kinds, pages, search, sitemaps
from wireroom.site.affected import Renamed
from wireroom.site.build import LATEST, RECURS
from wireroom.site.dates import bounds, day_of, month_bounds
from wireroom.site.feeds import Item, items
from wireroom.site.kinds import KINDS, Calendar, Day
from wireroom.site.more import NEAR, Near, naming, section
from wireroom.store import pool
from wireroom.store.bodies import Bodies
from wireroom.store.listings import Window
from wireroom.store.pages import Pages
from wireroom.store.table import Table

FRONT = 30  # entries on a front and in its feed
WINDOW = 60  # newest rows read of a list: enough for its front, its pins and most day pages
ARTICLES = 99  # in one call, beside the settings
OBJECTS = 1000  # of the site bucket, in one call
HOUR = timedelta(hours=1)  # until the news sitemap is made again, if no story comes
LAST = datetime.max.replace(tzinfo=UTC)


def front_entries(window: Window) -> list[ListingEntry]:
    """What a front shows, at most FRONT: the pinned entries, then the newest of the others."""
    pins = {entry.id for entry in window.pins}
    newest = [entry for entry in window.entries if entry.id not in pins]
    return [*window.pins, *newest][:FRONT]


def front_of(window: Window, timezone: str) -> tuple[list[ListingEntry], str]:
    """What a front shows, and the day (ISO date) of its oldest entry, where older stories follow,
    or "" if there are none."""
    entries = front_entries(window)
    if window.whole and len(window.entries) <= FRONT:
        return entries, ""
    return entries, day_of(entries[-1].published, timezone)


def shards(site: Pages) -> list[int]:
    """The numbers of the shards of readers' search that are in the bucket."""
    objects, _ = site.objects(pages.SHARDS.removeprefix("/"), OBJECTS)
    numbers = (pages.shard_of(key) for key, _ in objects)
    return [number for number in numbers if number is not None]


def naming_pages(table: Table, renamed: Iterable[Renamed]) -> set[Page]:
    """The pages of other stories that name one which is `renamed`: by two queries for each list.
    Besides those of `naming`, the stories that came after it, which have it in their Latest
    Posts."""
    found: set[Page] = set()
    for each in sorted(renamed, key=lambda each: (each.list, each.now.id)):
        newer, older = table.listings.around(each.list, sort_key(each.now), 2 * NEAR)
        entries = naming(each.list, newer, older, (each.was, each.now))
        entries += newer[: LATEST - 1] if each.list == HOME else []
        found |= {pages.article(entry.id, entry.path) for entry in entries}
    return found


class Reads:
    """Reads all that `wanted` pages need, each row once, when it is made.

    Make it after the ETags of the round have been read; `pipeline.render` says why.
    """

    def __init__(self, table: Table, bodies: Bodies, site: Pages, wanted: Sequence[Page]) -> None:
        self._table = table
        self._bodies = bodies
        self._site = site
        ids = sorted({page.article for page in wanted if page.article})
        batches = [ids[start : start + ARTICLES] for start in range(0, len(ids), ARTICLES)]
        readings = pool.each(table.read, batches or [[]])
        self.settings = readings[0].settings
        self.articles = {
            identity: article
            for reading in readings
            for identity, article in reading.articles.items()
        }
        found = (self.articles.get(identity) for identity in ids)
        live = [article for article in found if article and article.state == "live"]
        keys = sorted({shown(article).body for article in live})
        self._texts = dict(zip(keys, pool.each(self._try_body, keys), strict=True))
        lists = {page.list for page in wanted if page.list}
        if live:
            lists |= {HOME, *(section(each.categories) for each in live)}
        names = sorted(lists)
        windows = pool.each(partial(table.listings.newest, limit=WINDOW), names)
        self._windows = dict(zip(names, windows, strict=True))
        full = self.settings.site.feed_text == "full"
        feeds = {page.list for page in wanted if full and page.list and KINDS[page.kind].whole}
        newest = {each.id for name in feeds for each in self._newest(name)}
        self._whole = self._read_whole(newest)
        self._items: dict[str, list[Item]] = {}
        self._near = {
            article.id: near
            for article, near in zip(live, pool.each(self._read_near, live), strict=True)
        }
        days = sorted({(page.list, page.day) for page in wanted if page.list and page.day})
        self._dates: dict[str, Sequence[ListingEntry]] = {}
        self._days = dict(zip(days, pool.each(self._read_day, days), strict=True))
        calendars = sorted({(page.list, page.month) for page in wanted if page.list and page.month})
        months_read = pool.each(self._read_calendar, calendars)
        self._calendars = dict(zip(calendars, months_read, strict=True))
        months = sorted({page.month for page in wanted if kinds.has_parts(page)})
        self._months = dict(zip(months, pool.each(self._read_month, months), strict=True))

    def front(self, name: str) -> tuple[list[ListingEntry], str]:
        """What the front of a list shows, and the day (ISO date) of its oldest entry, where older
        stories follow, or "" if there are none."""
        return front_of(self._windows[name], self.settings.site.timezone)

    def items(self, name: str) -> Sequence[Item]:
        """What the feeds of a list hold, newest first; made once for all its formats."""
        if name not in self._items:
            self._items[name] = items(self.settings, self._newest(name), self._whole_of)
        return self._items[name]

    def _newest(self, name: str) -> Sequence[ListingEntry]:
        return self._windows[name].entries[:FRONT]

    def latest(self) -> Sequence[ListingEntry]:
        return self._windows[HOME].entries[:LATEST]

    def near(self, article: Article) -> Near:
        return self._near[article.id]

    def day(self, page: Page) -> Day:
        return self._days[page.list, page.day]

    def calendar(self, page: Page) -> Calendar:
        return self._calendars[page.list, page.month]

    def recent(self) -> Sequence[ListingEntry]:
        """What the news sitemap holds, newest first: the stories that will be no older than it
        allows until it is made again."""
        since = clock.now() - sitemaps.NEWS_AGE + HOUR
        return self._table.listings.since(HOME, since, sitemaps.NEWS)

    def month(self, page: Page) -> Sequence[Located]:
        """What one part of a month's sitemap names: stories, the oldest first, then authors."""
        first = (page.part - 1) * sitemaps.ADDRESSES
        return self._months[page.month][first : first + sitemaps.ADDRESSES]

    def reaches(self, page: Page) -> bool:
        """Whether the pages of the month fill all parts before this one."""
        return len(self._months[page.month]) >= (page.part - 1) * sitemaps.ADDRESSES

    def sitemaps(self) -> Sequence[Page]:
        """The sitemaps, newest first, of the months that have stories. Only those that have been
        written: the first one of a month is written by the hourly job. A further part of a month
        that has become shorter is left out."""
        zone, filled, moment = self.settings.site.timezone, set(), LAST
        while entry := self._table.listings.before(HOME, moment):
            month = day_of(entry.published, zone)[:7]
            filled.add(month)
            moment, _ = month_bounds(month, zone)
        found, after = [], "sitemaps/"
        while after.startswith("sitemaps/"):
            objects, after = self._site.objects(after, OBJECTS)
            found += [kinds.at(f"/{key}") for key, _ in objects]
        named = [
            page
            for page in found
            if page
            and page.month in filled
            and (page.part == 1 or self._site.status(page) != kinds.EMPTY)
        ]
        return sorted(named, key=lambda page: (page.month, page.part), reverse=True)

    def found(self) -> tuple[Sequence[ListingEntry], Sequence[int]]:
        """What readers' search reads first: the newest stories, newest first, and the numbers of
        the shards that are in the bucket."""
        zone = self.settings.site.timezone
        since, _ = bounds(day_of(clock.now() - timedelta(days=search.RECENT_DAYS), zone), zone)
        entries = self._table.listings.since(HOME, since, search.RECENT, unlisted=True)
        return entries, shards(self._site)

    def date(self, page: Page) -> Sequence[ListingEntry]:
        """The stories of one day of the site, newest first."""
        if page.day not in self._dates:
            day = bounds(page.day, self.settings.site.timezone)
            self._dates[page.day] = self._table.listings.between(HOME, *day)
        return self._dates[page.day]

    def body(self, key: str) -> str:
        """The body under `key`. Raises Conflict if it is no longer there."""
        text = self._texts[key]
        if isinstance(text, Conflict):
            raise text
        return text

    def _whole_of(self, identity: str) -> tuple[Article, str] | None:
        """A story of a feed with its body, if feeds have whole stories. None also for one that has
        left the site, or whose body has, since its list was read: that change renders the feed
        again."""
        article = self._whole.get(identity)
        text = self._texts[shown(article).body] if article else None
        return (article, text) if article and isinstance(text, str) else None

    def _read_whole(self, ids: set[str]) -> dict[str, Article]:
        """Those of the articles `ids` that are live; their bodies are read, each once."""
        if not ids:
            return {}
        found = self._table.articles.read(sorted(ids))
        live = {name: article for name, article in found.items() if article.state == "live"}
        keys = sorted({shown(article).body for article in live.values()} - self._texts.keys())
        self._texts |= zip(keys, pool.each(self._try_body, keys), strict=True)
        return live

    def _try_body(self, key: str) -> str | Conflict:
        try:
            return self._bodies.get(key)
        except Conflict as error:
            return error

    def _read_month(self, month: str) -> list[Located]:
        """What the sitemap of a month names: its stories, and those authors of them whose pages
        search engines are shown."""
        start, end = month_bounds(month, self.settings.site.timezone)
        found = self._table.listings.located(HOME, start, end)
        bylines = {each.author for each in found}
        lists = sorted({list_of(name) for byline in bylines for name in authors(byline)})
        recur = pool.each(partial(self._recurs, start=start, end=end), lists)
        signed = [pages.author(name).path for name, yes in zip(lists, recur, strict=True) if yes]
        stories = [each for each in found if not each.unlisted]
        return [*stories, *(Located(path=path) for path in signed)]

    def _recurs(self, name: str, start: datetime, end: datetime) -> bool:
        """Whether the list is an author's who wrote from `start` to `end`, and often enough until
        then. What came later does not count: so a story changes the sitemap of its own month, and
        no month loses an author to another. A byline may also name what is no author (an agency).
        """
        entries = self._table.listings.last(name, end, RECURS)
        return len(entries) == RECURS and entries[0].published >= start

    def _read_near(self, article: Article) -> Near:
        """From the list's newest rows if enough older stories are among them, else by queries."""
        name = section(article.categories)
        entry, key = row(article, name)
        window = self._windows[name]
        older = [each for each in window.entries if sort_key(each) < key]
        if window.whole or len(older) >= NEAR:
            newer = [each for each in window.entries if sort_key(each) > key][::-1]
        else:
            newer, older = self._table.listings.around(name, key, NEAR)
        return Near("" if name == HOME else name, entry, newer[:NEAR], older[:NEAR])

    def _read_calendar(self, wanted: tuple[str, str]) -> Calendar:
        """By one query for each day that has stories, at most 31, and two more."""
        (name, month), zone = wanted, self.settings.site.timezone
        start, end = month_bounds(month, zone)
        days: list[str] = []
        older, newer = self._table.listings.before(name, end), self._table.listings.after(name, end)
        while older and older.published >= start:
            days.insert(0, day_of(older.published, zone))
            older = self._table.listings.before(name, bounds(days[0], zone)[0])
        return Calendar(
            days,
            day_of(older.published, zone) if older else "",
            day_of(newer.published, zone) if newer else "",
        )

    def _read_day(self, wanted: tuple[str, str]) -> Day:
        """From the list's newest rows if they go back further than the day, else by queries."""
        (name, day), zone = wanted, self.settings.site.timezone
        start, end = bounds(day, zone)
        window = self._windows[name]
        if window.whole or (window.entries and window.entries[-1].published < start):
            return _day_in(window.entries, start, end, zone)
        lists = self._table.listings
        older, newer = lists.before(name, start), lists.after(name, end)
        return Day(
            lists.between(name, start, end),
            day_of(older.published, zone) if older else "",
            day_of(newer.published, zone) if newer else "",
        )


def _day_in(entries: Sequence[ListingEntry], start: datetime, end: datetime, zone: str) -> Day:
    newer = [entry for entry in entries if entry.published >= end]
    older = [entry for entry in entries if entry.published < start]
    return Day(
        [entry for entry in entries if start <= entry.published < end],
        day_of(older[0].published, zone) if older else "",
        day_of(newer[-1].published, zone) if newer else "",
    )
