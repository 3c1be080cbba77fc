"""Queries of the table that more than one kind of row needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from wireroom.newsroom.listing import stamp
from wireroom.store.aws import translated
from wireroom.store.items import Item

# The rows in the index `due`: feeds to poll; articles that wait for a time, that are held, or that
# were killed before they came; running jobs; purges that are not done; work on pictures.
DueKind = Literal["feed", "release", "held", "unseen", "job", "purge", "picture"]


def due_key(kind: DueKind) -> str:
    """The partition key of one kind of row in the index `due`."""
    return f"due#{kind}"


def answers(client: Any, **asked: Any) -> Iterator[dict[str, Any]]:
    """The answers to a query, one for each call, until no row is left."""
    while True:
        answer = client.query(**asked)
        yield answer
        if "LastEvaluatedKey" not in answer:
            return
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def query(
    client: Any, table: str, condition: str, values: dict[str, str], **more: Any
) -> Iterator[Item]:
    """All rows that meet `condition`, read consistently. `values`: placeholder → text."""
    with translated("query"):
        for answer in answers(
            client,
            TableName=table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues={key: {"S": value} for key, value in values.items()},
            ConsistentRead=True,
            **more,
        ):
            yield from answer["Items"]


def due(client: Any, table: str, kind: DueKind, what: str) -> list[str]:
    """The partition keys of all rows of one kind in the index `due`, the longest due first. The
    index may lag behind the table. `what`: for errors."""
    with translated(what):
        found = answers(
            client,
            TableName=table,
            IndexName="due",
            KeyConditionExpression="due_pk = :pk",
            ExpressionAttributeValues={":pk": {"S": due_key(kind)}},
        )
        return [row["pk"]["S"] for answer in found for row in answer["Items"]]


def due_by(
    client: Any, table: str, kind: DueKind, now: datetime, size: int, *, what: str
) -> Iterator[Item]:
    """The rows of one kind in the index `due` that are due at `now`, the longest due first; one
    call for each `size` of them. The index may lag behind the table. `what`: for errors."""
    with translated(what):
        for answer in answers(
            client,
            TableName=table,
            IndexName="due",
            KeyConditionExpression="due_pk = :pk AND due_sk <= :now",
            ExpressionAttributeValues={":pk": {"S": due_key(kind)}, ":now": {"S": stamp(now)}},
            Limit=size,
        ):
            yield from answer["Items"]
