"""The table: articles with their history, listing entries, addresses, settings, jobs and purges.

    articles   store.articles    listings   store.listings    jobs   store.jobs
    purges     store.purges      settings   the site and its categories

Reads are strongly consistent, except those of the index `due`: a page that was built from a lagging
read would stay wrong, as nothing would start its rendering again. For feeds see `store.feeds`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from wireroom.errors import Retryable
from wireroom.model import Article, Settings
from wireroom.store.articles import Articles, article_key
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
        self.articles = Articles(client, name)
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

    def settings(self) -> Settings:
        """The settings. Raises Retryable before the first `wireroom apply`."""
        return self.read([]).settings
