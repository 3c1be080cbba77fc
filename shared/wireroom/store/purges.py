"""The table's rows of purges: what the CDN has to forget, and whether it has.

purge    purge#<id>    purge
"""

from __future__ import annotations

from typing import Any

from wireroom.model import Purge
from wireroom.newsroom.listing import stamp
from wireroom.site.affected import unlisting_id
from wireroom.store.aws import translated
from wireroom.store.items import Item, batch_get, item, struct, unchanged
from wireroom.store.queries import due, due_key

MOST = 100  # purges that are not done, of which those of one change are looked for
_CONDITION = ("state", "reference", "invalidation")


class Purges:
    """`client`: a boto3 DynamoDB client; `name`: the table's."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def read(self, ids: list[str]) -> list[Purge]:
        """The purges `ids` that exist, the oldest first."""
        keys = [_key(identity) for identity in dict.fromkeys(ids)]
        rows = batch_get(self._client, self._name, keys, "read purges")
        found = [struct(row, Purge) for row in rows]
        return sorted(found, key=lambda purge: (purge.requested, purge.id))

    def put(self, old: Purge | None, new: Purge) -> None:
        """Write `new` over `old` (None: there is none yet). Raises Conflict if the purge in the
        table has another state, reference or invalidation than `old`."""
        condition = unchanged(item(old) if old else None, _CONDITION)
        with translated(f"write purge {new.id}"):
            self._client.put_item(TableName=self._name, Item=_row(new), **condition)

    def of_withdrawal(self, change: str) -> list[Purge]:
        """The purges of the change `change` (`change_id`), by which a story left the site: its own,
        and those that are not done of the other stories' pages that named it; none before its own
        is ordered."""
        own = self.read([change])
        others = self.open(MOST) if own else []
        return own + [each for each in others if each.id.startswith(f"{unlisting_id(change)}-")]

    def open(self, most: int) -> list[Purge]:
        """Up to `most` purges that are not done, the oldest first. An index read, so it may lag
        behind the table."""
        found = due(self._client, self._name, "purge", "look for purges")
        purges = self.read([pk.removeprefix("purge#") for pk in found[:most]])
        return [purge for purge in purges if purge.state != "done"]


def _row(purge: Purge) -> Item:
    """Until the purge is done, its row is in the index `due`."""
    keys = {"pk": f"purge#{purge.id}", "sk": "purge"}
    if purge.state != "done":
        keys |= {"due_pk": due_key("purge"), "due_sk": stamp(purge.requested)}
    return item(purge, **keys)


def _key(identity: str) -> Item:
    return {"pk": {"S": f"purge#{identity}"}, "sk": {"S": "purge"}}
