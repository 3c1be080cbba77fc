"""announce: tells the site's own WebSub hub which of the site's feeds have changed.

    every minute: the feeds in the bucket ─► those with another ETag than last time
                                            ─► one POST to the hub ─► their ETags are kept

Render has no part in it, so a slow hub delays no page. What the hub refuses is told again in the
next minute, as the ETags are kept only when it has taken them. To tell it twice does no harm: it
fetches a feed that has not changed.

https://www.w3.org/TR/websub/#publishing leaves the form to the hub. Hubs take that of
PubSubHubbub 0.4 (7.1), with `hub.url` once for each feed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from wireroom.errors import FetchError, Retryable
from wireroom.model import HOME, Settings
from wireroom.pipeline.ingest import fetcher
from wireroom.pipeline.subscribe import NETWORK
from wireroom.site import pages
from wireroom.site.templating import absolute
from wireroom.store import pool
from wireroom.store.pages import Pages
from wireroom.store.table import Table

logger = Logger(child=True)


class Announcer:
    """What announce needs, kept for the container's life."""

    def __init__(self, table: Table, site: Pages) -> None:
        self._table = table
        self._site = site

    def run(self, settings: Callable[[], Settings]) -> Counter[str]:
        """Tell the hub, if site.toml names one; gives metric → how often. Never raises what may
        pass: the next minute tries again."""
        try:
            return self._run(settings())
        except (FetchError, Retryable) as error:
            logger.warning("hub was not told", reason=str(error))
            return Counter(hub_pings_failed=1)

    def _run(self, settings: Settings) -> Counter[str]:
        site = settings.site
        if not site.hub:
            return Counter()
        # All formats of a list are written together, so one of them tells.
        names = (HOME, *(category.slug for category in settings.categories))
        found = pool.each(self._site.etag, [pages.feed(name) for name in names])
        etags = {name: etag for name, etag in zip(names, found, strict=True) if etag}
        known = self._table.announced.read()
        changed = [name for name, etag in etags.items() if known.get(name) != etag]
        if not changed:
            return Counter()
        urls = [absolute(site.url, path) for name in changed for path, _, _ in pages.feeds(name)]
        asker = replace(fetcher(site), network=NETWORK)
        asker.post(site.hub, {"hub.mode": "publish", "hub.url": urls})
        self._table.announced.write(etags)
        logger.info("hub told", hub=site.hub, feeds=len(urls))
        return Counter(feeds_announced=len(urls))
