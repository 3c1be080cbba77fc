"""What one round of render reads: the settings, articles, bodies, lists and days of its pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from wireroom.errors import Conflict
from wireroom.model import HOME, ListingEntry, Page
from wireroom.newsroom.shown import shown
from wireroom.site.build import LATEST
from wireroom.site.dates import bounds, day_of
from wireroom.site.kinds import Day
from wireroom.store import pool
from wireroom.store.bodies import Bodies
from wireroom.store.listings import Window
from wireroom.store.table import Table

FRONT = 30  # entries on a front and in its feed
WINDOW = 60  # newest rows read of a list: enough for its front, its pins and most day pages
ARTICLES = 99  # in one call, beside the settings


def front_entries(window: Window) -> list[ListingEntry]:
    """What a front shows, at most FRONT: the pinned entries, then the newest of the others."""
    pins = {entry.id for entry in window.pins}
    newest = [entry for entry in window.entries if entry.id not in pins]
    return [*window.pins, *newest][:FRONT]


class Reads:
    """Reads all that `wanted` pages need, each row once, when it is made.

    Make it after the ETags of the round have been read; `pipeline.render` says why.
    """

    def __init__(self, table: Table, bodies: Bodies, wanted: Sequence[Page]) -> None:
        self._table = table
        self._bodies = bodies
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
        days = sorted({(page.list, page.day) for page in wanted if page.day})
        self._days = dict(zip(days, pool.each(self._read_day, days), strict=True))

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

    def body(self, key: str) -> str:
        """The body under `key`. Raises Conflict if it is no longer there."""
        text = self._texts[key]
        if isinstance(text, Conflict):
            raise text
        return text

    def _try_body(self, key: str) -> str | Conflict:
        try:
            return self._bodies.get(key)
        except Conflict as error:
            return error

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
