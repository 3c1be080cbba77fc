"""What of two DynamoDBs' answers to one request must be the same, and what differed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

COMPARED = {
    "GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem",
    "TransactWriteItems",
}  # fmt: skip
# What a call asks of the table itself, and not of its items: the deployment is moto's matter.
OF_THE_TABLE = {"DescribeTable", "DescribeTimeToLive", "DescribeContinuousBackups"}
PAGED = {"Query", "Scan"}
NOT_COMPARED = {"ConsumedCapacity", "ItemCollectionMetrics"}


class Comparison:
    """`calls`: how many of each operation were compared; `differing`: which, and both answers."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.differing: list[str] = []

    def compare(self, operation: str, asked: Any, ours: Any, local: Any) -> None:
        """`ours` and `local`: (status, answer) as they went over the wire."""
        if operation not in COMPARED:
            self.differing.append(f"no rule says how to compare {operation}")
            return
        self.calls[operation] += 1
        found, wanted = told(operation, asked, *ours), told(operation, asked, *local)
        if found != wanted:
            self.differing.append(
                f"{operation} {short(asked)}\n  was answered  {short(found)}\n"
                f"  by DynamoDB   {short(wanted)}"
            )


def told(operation: str, asked: Any, status: int, answer: Any) -> Any:
    """What of an answer must be the same, in a form that can be compared.

    An error is its status, its code and, of a cancelled transaction, the code of each reason; the
    sentences are each AWS's own.
    """
    if status != 200:
        code = answer["__type"].rpartition("#")[2]
        return status, code, [reason["Code"] for reason in answer.get("CancellationReasons") or []]
    found = {name: value for name, value in answer.items() if name not in NOT_COMPARED}
    if operation == "Scan":  # partitions lie in each AWS's own order
        found["Items"] = sorted(found["Items"], key=_keys)
    if operation == "BatchGetItem":
        found["Responses"] = {
            table: sorted(rows, key=_keys) for table, rows in answer["Responses"].items()
        }
    if "IndexName" in asked and "Items" in found:
        # Those of equal sort key lie in any order.
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
        found["Items"] = sorted(found["Items"], key=_keys)
        found["order"] = [row["due_sk"] for row in answer["Items"]]
    return found


def places(
    read: Callable[[str, dict[str, Any]], Any], operation: str, asked: Mapping[str, Any]
) -> dict[tuple[str, str], int]:
    """Where each row lies that a Query or Scan of all pages gives: key → its number in that order.

    DynamoDB leaves open how partitions lie in a scan, and an index's entries of equal sort key.
    `read(operation, params)` makes a call and gives its answer.
    """
    found: dict[tuple[str, str], int] = {}
    if operation not in PAGED:
        return found
    values = {} if operation == "Scan" else {"ExpressionAttributeValues"}
    wanted = {"TableName", "IndexName", "KeyConditionExpression", "ScanIndexForward", *values}
    every = {name: value for name, value in asked.items() if name in wanted}
    while True:
        answer = read(operation, every)
        for row in answer["Items"]:
            found[_keys(row)] = len(found)
        if "LastEvaluatedKey" not in answer:
            return found
        every["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def short(value: Any) -> str:
    """For people to read: long texts in it by their beginnings."""
    return re.sub(r"(\S{60})\S{40,}", r"\1…", json.dumps(value, ensure_ascii=False))


def _keys(row: Any) -> tuple[str, str]:
    return row["pk"]["S"], row["sk"]["S"]
