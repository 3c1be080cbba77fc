"""The table's rows of listings: what each list shows, newest first.

    listing    list#<list>    <published>#<first seen>#<id>
                              pin#<id>                         a second row of a pinned story

They are written with their articles, in `store.articles`, and read here.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Any

from msgspec import Struct

from wireroom.model import ListingEntry, Located
from wireroom.newsroom.listing import PIN, sort_key, stamp
from wireroom.store.aws import translated
from wireroom.store.items import struct
from wireroom.store.queries import answers, query


class Window(Struct, frozen=True):
    """The newest entries of a list. `pins`: the pinned ones in their order. `entries`: newest
    first, pinned or not. `whole`: the list has no older entries."""

    pins: tuple[ListingEntry, ...]
    entries: tuple[ListingEntry, ...]
    whole: bool


class Listings:
    """`client`: a boto3 DynamoDB client; `name`: the table's."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def newest(self, name: str, limit: int) -> Window:
        """The newest `limit` rows of the list `name`, with those of pins counted."""
        with translated(f"read list {name}"):
            answer = self._client.query(
                TableName=self._name,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": f"list#{name}"}},
                ConsistentRead=True,
                ScanIndexForward=False,
                Limit=limit,
            )
        entries = [struct(row, ListingEntry) for row in answer["Items"]]
        pins = sorted(
            (entry for entry in entries if entry.pin is not None),
            key=lambda entry: (entry.pin or 0, entry.id),
        )
        return Window(
            tuple(pins),
            tuple(entry for entry in entries if entry.pin is None),
            "LastEvaluatedKey" not in answer,
        )

    def count(self, name: str) -> int:
        """How many rows the list `name` has. For progress only: it reads the whole list."""
        with translated(f"count list {name}"):
            found = answers(
                self._client,
                TableName=self._name,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": f"list#{name}"}},
                Select="COUNT",
            )
            return sum(answer["Count"] for answer in found)

    def between(self, name: str, start: datetime, end: datetime) -> list[ListingEntry]:
        """All entries of the list `name` from `start` until before `end`, newest first."""
        rows = query(
            self._client,
            self._name,
            "pk = :pk AND sk BETWEEN :start AND :end",
            {":pk": f"list#{name}", ":start": stamp(start), ":end": stamp(end)},
            ScanIndexForward=False,
        )
        return [struct(row, ListingEntry) for row in rows]

    def since(
        self, name: str, start: datetime, limit: int, *, unlisted: bool = False
    ) -> list[ListingEntry]:
        """The newest entries of the list `name`, at most `limit`, back to `start`, newest first.
        With `unlisted` those too that sitemaps may not name."""
        rows = query(
            self._client,
            self._name,
            "pk = :pk AND sk BETWEEN :start AND :pin",
            {":pk": f"list#{name}", ":start": stamp(start), ":pin": PIN},
            ScanIndexForward=False,
            Limit=limit,
        )
        entries = (struct(row, ListingEntry) for row in rows)
        return list(islice((entry for entry in entries if unlisted or not entry.unlisted), limit))

    def located(self, name: str, start: datetime, end: datetime) -> list[Located]:
        """All entries of the list `name` from `start` until before `end`, the oldest first."""
        rows = query(
            self._client,
            self._name,
            "pk = :pk AND sk BETWEEN :start AND :end",
            {":pk": f"list#{name}", ":start": stamp(start), ":end": stamp(end)},
            ProjectionExpression="#path, published, updated, author, unlisted",
            ExpressionAttributeNames={"#path": "path"},
        )
        return [struct(row, Located) for row in rows]

    def around(
        self, name: str, key: str, limit: int
    ) -> tuple[list[ListingEntry], list[ListingEntry]]:
        """The `limit` entries of the list `name` on both sides of the sort key `key`: (newer ones,
        older ones), the nearest first."""
        newer = self._nearest(name, key, limit + 1, forward=True)
        others = [entry for entry in newer if sort_key(entry) != key]
        return others[:limit], self._nearest(name, key, limit, forward=False)

    def before(self, name: str, moment: datetime) -> ListingEntry | None:
        """The newest entry of the list `name` that is older than `moment`."""
        return next(iter(self.last(name, moment, 1)), None)

    def last(self, name: str, moment: datetime, limit: int) -> list[ListingEntry]:
        """The `limit` newest entries of the list `name` that are older than `moment`, the newest
        first."""
        return self._nearest(name, stamp(moment), limit, forward=False)

    def after(self, name: str, moment: datetime) -> ListingEntry | None:
        """The oldest entry of the list `name` that is at or after `moment`."""
        return next(iter(self._nearest(name, stamp(moment), 1, forward=True)), None)

    def _nearest(self, name: str, key: str, limit: int, *, forward: bool) -> list[ListingEntry]:
        """The `limit` entries next to `key`: before it, or (`forward`) from it on."""
        values = {":pk": f"list#{name}", ":key": key} | ({":pin": PIN} if forward else {})
        condition = "sk BETWEEN :key AND :pin" if forward else "sk < :key"
        with translated(f"read list {name}"):
            answer = self._client.query(
                TableName=self._name,
                KeyConditionExpression=f"pk = :pk AND {condition}",
                ExpressionAttributeValues={key: {"S": value} for key, value in values.items()},
                ConsistentRead=True,
                ScanIndexForward=forward,
                Limit=limit,
            )
        return [struct(row, ListingEntry) for row in answer["Items"]]
