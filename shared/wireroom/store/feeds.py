"""The feeds' rows: what site.toml says of each feed, and the state of fetching it.

    feed#<id>    feed    config, state, due_pk `due#feed`, due_sk: when it is due next

Taking a feed moves its due time ahead, as far as a run may need: that is its lease. A run that dies
leaves the feed to be due again when the lease is over. Saving its state needs the lease's token, so
a run that overstayed cannot undo what a later one saved.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from uuid import uuid4

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from wireroom.errors import Conflict
from wireroom.model import Feed, Job, Settings
from wireroom.newsroom.shown import stamp
from wireroom.store.aws import translated
from wireroom.store.items import Item, item, struct
from wireroom.store.table import job_item
from wireroom.wire.polling import FeedState

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
BATCH = 100  # keys in one BatchGetItem


class FeedRow(Struct, frozen=True):
    """`settings`: the version of the settings that were last applied. `lease`: the token under
    which this run holds the feed, or "" when it is only read."""

    config: Feed
    state: FeedState
    settings: str
    lease: str = ""


class Feeds:
    """`client`: a boto3 DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def due(self, now: datetime, limit: int) -> list[str]:
        """Ids of feeds that are due at `now`, the longest due first."""
        return [identity for identity, _ in self._index(now, limit)]

    def take(self, identity: str, now: datetime, until: datetime) -> FeedRow | None:
        """Lease the feed until `until`; None when another run has it, or it is gone."""
        token = uuid4().hex
        try:
            with translated(f"take feed {identity}"):
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=_key(identity),
                    UpdateExpression="SET due_sk = :until, lease = :token",
                    ConditionExpression="due_sk <= :now",
                    ExpressionAttributeValues={
                        ":until": {"S": stamp(until)},
                        ":now": {"S": stamp(now)},
                        ":token": {"S": token},
                    },
                    ReturnValues="ALL_NEW",
                )
        except Conflict:
            return None
        return _row(answer["Attributes"], token)

    def save(self, row: FeedRow, state: FeedState) -> None:
        """Save the state that a fetch ended in, and give the lease back.

        Raises Conflict when the lease was over and another run has taken the feed.
        """
        identity = row.config.id
        with translated(f"save feed {identity}"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(identity),
                UpdateExpression="SET #state = :state, due_sk = :due REMOVE lease",
                ConditionExpression="lease = :token",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={
                    ":state": {"M": item(state)},
                    ":due": {"S": stamp(state.due or NEVER)},
                    ":token": {"S": row.lease},
                },
            )

    def all(self) -> list[FeedRow]:
        """Every feed, by id."""
        ids = sorted(identity for identity, _ in self._index(NEVER, None))
        rows: list[FeedRow] = []
        for start in range(0, len(ids), BATCH):
            wanted: dict[str, Any] = {
                self._table: {
                    "Keys": [_key(identity) for identity in ids[start : start + BATCH]],
                    "ConsistentRead": True,
                }
            }
            while wanted:
                with translated("read feeds"):
                    answer = self._client.batch_get_item(RequestItems=wanted)
                rows += [_row(row) for row in answer["Responses"].get(self._table, [])]
                wanted = answer.get("UnprocessedKeys", {})
        return sorted(rows, key=lambda row: row.config.id)

    def apply(self, settings: Settings, feeds: Iterable[Feed], job: Job) -> None:
        """Make the table say what site.toml says, and order every page to be made again.

        A feed whose address changed starts anew and is due at once; the others keep their state.
        Feeds that site.toml no longer names are deleted; their articles stay.
        """
        settings = replace(settings, version=_version(settings))
        existing = {row.config.id: row for row in self.all()}
        wanted = {feed.id: feed for feed in feeds}
        for identity, feed in wanted.items():
            row = existing.get(identity)
            anew = row is None or _source(row.config) != _source(feed)
            if anew or row is None or (row.config, row.settings) != (feed, settings.version):
                self._configure(feed, settings.version, anew=anew)
        for identity in existing.keys() - wanted.keys():
            with translated(f"delete feed {identity}"):
                self._client.delete_item(TableName=self._table, Key=_key(identity))
        puts = [item(settings, pk="settings", sk="settings"), job_item(job)]
        with translated("apply settings"):
            self._client.transact_write_items(
                TransactItems=[{"Put": {"TableName": self._table, "Item": put}} for put in puts]
            )

    def _configure(self, feed: Feed, settings: str, *, anew: bool) -> None:
        changes = "SET config = :config, settings = :settings"
        names: dict[str, Any] = {}
        values: Item = {":config": {"M": item(feed)}, ":settings": {"S": settings}}
        if anew:
            changes += ", #state = :state, due_pk = :pk, due_sk = :now REMOVE lease"
            names = {"ExpressionAttributeNames": {"#state": "state"}}
            values |= {
                ":state": {"M": item(FeedState())},
                ":pk": {"S": "due#feed"},
                ":now": {"S": "0"},  # before every time: due at once
            }
        with translated(f"configure feed {feed.id}"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(feed.id),
                UpdateExpression=changes,
                ExpressionAttributeValues=values,
                **names,
            )

    def _index(self, now: datetime, limit: int | None) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        more: dict[str, Any] = {"Limit": limit} if limit else {}
        while True:
            with translated("look for due feeds"):
                answer = self._client.query(
                    TableName=self._table,
                    IndexName="due",
                    KeyConditionExpression="due_pk = :pk AND due_sk <= :now",
                    ExpressionAttributeValues={
                        ":pk": {"S": "due#feed"},
                        ":now": {"S": stamp(now)},
                    },
                    **more,
                )
            found += [
                (row["pk"]["S"].removeprefix("feed#"), row["due_sk"]["S"])
                for row in answer["Items"]
            ]
            if limit or "LastEvaluatedKey" not in answer:
                return found
            more["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _source(feed: Feed) -> tuple[str, str, str]:
    return feed.url, feed.provider, feed.identity


def _version(settings: Settings) -> str:
    content = msgspec.json.encode(replace(settings, version=""))
    return blake2b(content, digest_size=8).hexdigest()


def _row(row: Item, lease: str = "") -> FeedRow:
    return FeedRow(
        struct(row["config"]["M"], Feed),
        struct(row["state"]["M"], FeedState),
        row["settings"]["S"],
        lease,
    )


def _key(identity: str) -> Item:
    return {"pk": {"S": f"feed#{identity}"}, "sk": {"S": "feed"}}
