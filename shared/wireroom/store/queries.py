"""Queries of the table that more than one kind of row needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wireroom.store.aws import translated
from wireroom.store.items import Item


def query(
    client: Any, table: str, condition: str, values: dict[str, str], **more: Any
) -> Iterator[Item]:
    """All rows that meet `condition` (values are text), read consistently."""
    with translated("query"):
        for answer in client.get_paginator("query").paginate(
            TableName=table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues={key: {"S": value} for key, value in values.items()},
            ConsistentRead=True,
            **more,
        ):
            yield from answer["Items"]


def due(client: Any, table: str, kind: str, what: str) -> list[str]:
    """The partition keys of all rows that the index `due` has of one kind (`release`, `held`,
    `unseen`, `job`), the longest due first; an index read, so a little late."""
    with translated(what):
        answers = client.get_paginator("query").paginate(
            TableName=table,
            IndexName="due",
            KeyConditionExpression="due_pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"due#{kind}"}},
        )
        return [row["pk"]["S"] for page in answers for row in page["Items"]]
