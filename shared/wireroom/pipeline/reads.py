"""What one round of render reads: the settings, articles, bodies, lists, days and months of its
pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from wireroom import clock
from wireroom.errors import Conflict
from wireroom.model import HOME, Article, ListingEntry, Page
from wireroom.newsroom.shown import shown
from wireroom.site import kinds, sitemaps
from wireroom.site.build import LATEST
from wireroom.site.dates import bounds, day_of, month_bounds
from wireroom.site.kinds import KINDS, Day
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
        live = [
            article
            for page in wanted
            if (article := self.articles.get(page.article)) and article.state == "live"
        ]
        keys = sorted({shown(article).body for article in live})
        self._texts = dict(zip(keys, pool.each(self._try_body, keys), strict=True))
        lists = {page.list for page in wanted if page.list}
        if live:
            lists.add(HOME)
        names = sorted(lists)
        windows = pool.each(partial(table.listings.newest, limit=WINDOW), names)
        self._windows = dict(zip(names, windows, strict=True))
        full = self.settings.site.feed_text == "full"
        feeds = {page.list for page in wanted if full and page.list and KINDS[page.kind].whole}
        self._whole = self._read_whole({each.id for name in feeds for each in self.newest(name)})
        days = sorted({(page.list, page.day) for page in wanted if page.day})
        self._days = dict(zip(days, pool.each(self._read_day, days), strict=True))
        months = sorted({page.month for page in wanted if page.month})
        self._months = dict(zip(months, pool.each(self._read_month, months), strict=True))

    def front(self, name: str) -> tuple[list[ListingEntry], str]:
        """What the front of a list shows, and the day (ISO date) of its oldest entry, where older
        stories follow, or "" if there are none."""
        window = self._windows[name]
        entries = front_entries(window)
        if window.whole and len(window.entries) <= FRONT:
            return entries, ""
        return entries, day_of(entries[-1].published, self.settings.site.timezone)

    def newest(self, name: str) -> Sequence[ListingEntry]:
        """What the feed of a list holds, newest first."""
        return self._windows[name].entries[:FRONT]

    def latest(self) -> Sequence[ListingEntry]:
        return self._windows[HOME].entries[:LATEST]

    def day(self, page: Page) -> Day:
        return self._days[page.list, page.day]

    def recent(self) -> Sequence[ListingEntry]:
        """What the news sitemap holds, newest first: the stories that will be no older than it
        allows until it is made again."""
        since = clock.now() - sitemaps.NEWS_AGE + HOUR
        return self._table.listings.since(HOME, since, sitemaps.NEWS)

    def month(self, page: Page) -> Sequence[str]:
        """The addresses that one part of a month's sitemap holds, the oldest story first."""
        first = (page.part - 1) * sitemaps.ADDRESSES
        return self._months[page.month][first : first + sitemaps.ADDRESSES]

    def reaches(self, page: Page) -> bool:
        """Whether the stories of the month fill all parts before this one."""
        return len(self._months[page.month]) >= (page.part - 1) * sitemaps.ADDRESSES

    def sitemaps(self) -> Sequence[Page]:
        """The sitemaps, newest first, of the months that have stories. Only those that have been
        written: the first one of a month is written by the hourly job."""
        zone, filled, moment = self.settings.site.timezone, set(), LAST
        while entry := self._table.listings.before(HOME, moment):
            month = day_of(entry.published, zone)[:7]
            filled.add(month)
            moment, _ = month_bounds(month, zone)
        found, after = [], "sitemaps/"
        while after.startswith("sitemaps/"):
            objects, after = self._site.objects(after, OBJECTS)
            found += [kinds.at(f"/{key}") for key, _ in objects]
        named = [page for page in found if page and page.month in filled]
        return sorted(named, key=lambda page: (page.month, page.part), reverse=True)

    def body(self, key: str) -> str:
        """The body under `key`. Raises Conflict if it is no longer there."""
        text = self._texts[key]
        if isinstance(text, Conflict):
            raise text
        return text

    def whole(self, identity: str) -> tuple[Article, str] | None:
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

    def _read_month(self, month: str) -> list[str]:
        return self._table.listings.paths(HOME, *month_bounds(month, self.settings.site.timezone))

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
