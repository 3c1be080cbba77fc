"""The table: articles with their history, listing entries, addresses, settings, jobs and purges.

    articles   store.articles    listings   store.listings    jobs   store.jobs
    purges     store.purges      settings   the site and its categories
    announced  store.announced   desk       store.desk
    applied    store.applied

Reads are strongly consistent, except those of the indexes `due` and `desk`: a page that was built
from a lagging read would stay wrong, as nothing would start its rendering again. For feeds see
`store.feeds`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wireroom.errors import Retryable
from wireroom.model import Article, Settings
from wireroom.newsroom.desk import desk_entry
from wireroom.newsroom.references import pasted
from wireroom.store.announced import Announced
from wireroom.store.applied import LastApplied
from wireroom.store.articles import Articles, article_key
from wireroom.store.desk import EVERYTHING, DeskList, Found, Sought
from wireroom.store.items import SETTINGS, batch_get, struct
from wireroom.store.jobs import Jobs
from wireroom.store.listings import Listings
from wireroom.store.orders import Orders
from wireroom.store.purges import Purges


class Reading(Struct, frozen=True):
    """What one consistent read found."""

    found: Settings | None
    articles: dict[str, Article]

    @property
    def settings(self) -> Settings:
        """The settings. Raises Retryable before the first `wireroom apply`."""
        if self.found is None:
            raise Retryable("the site has no settings yet: `wireroom apply site.toml`")
        return self.found


class Table:
    """`client`: a boto3 DynamoDB client."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name
        self.announced = Announced(client, name)
        self.applied = LastApplied(client, name)
        self.articles = Articles(client, name)
        self.desk = DeskList(client, name)
        self.listings = Listings(client, name)
        self.jobs = Jobs(client, name)
        self.orders = Orders(client, name)
        self.purges = Purges(client, name)

    def read(self, ids: Iterable[str]) -> Reading:
        """The settings, and those of the articles `ids` that exist: one call for each 100 rows."""
        keys = [*map(article_key, dict.fromkeys(ids)), SETTINGS]
        found: Settings | None = None
        articles: dict[str, Article] = {}
        for row in batch_get(self._client, self._name, keys, "read articles"):
            if row["sk"]["S"] == "settings":
                found = struct(row, Settings)
            else:
                article = struct(row, Article)
                articles[article.id] = article
        return Reading(found, articles)

    def search(
        self,
        text: str,
        settings: Settings,
        limit: int,
        *,
        sites: Sequence[str] = (),
        sought: Sought = EVERYTHING,
        **more: Any,
    ) -> Found:
        """What somebody looks for who types `text`: the stories of the desk's list that have its
        words and fit `sought`; or the one story whose id, address or address at the agency it is,
        whatever else is asked. `sites`: where the site is served now, but for its own address.
        `more`: as `DeskList.newest` takes it."""
        named = pasted(text, (settings.site.url, *sites), settings.providers)
        article = self.articles.find(named) if named else None
        if article:
            return Found((desk_entry(article),))
        if named and named.link:
            where = {name: more[name] for name in ("after", "calls") if name in more}
            found = self.desk.newest(1, Sought(link=named.link), **where)
            return Found(found.entries) if found.entries else found
        return self.desk.newest(limit, replace(sought, words=text), **more)

    def settings(self) -> Settings:
        """The settings. Raises Retryable before the first `wireroom apply`."""
        return self.read([]).settings
