"""What of two DynamoDBs' answers to one request must be the same, and what differed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
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
        found["order"] = [row[f"{asked['IndexName']}_sk"] for row in answer["Items"]]
    return found


Read = Callable[[str, dict[str, Any]], Any]  # (operation, params) → answer


def every(read: Read, operation: str, asked: Mapping[str, Any], *names: str) -> Iterator[Any]:
    """The rows of all pages of a Scan or Query; `names`: those of its params that count."""
    params = {name: asked[name] for name in ("TableName", *names) if name in asked}
    while True:
        answer = read(operation, params)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        params["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def places(read: Read, operation: str, asked: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    """Where each row lies that all pages of a Scan or Query give: key → its number in that order.

    DynamoDB leaves open how partitions lie in a scan, and an index's entries of equal sort key.
    """
    if operation not in PAGED:
        return {}
    query = ("IndexName", "KeyConditionExpression", "ScanIndexForward", "ExpressionAttributeValues")
    rows = every(read, operation, asked, *(query if operation == "Query" else ()))
    return {_keys(row): number for number, row in enumerate(rows)}


def page_by_keys(read: Read, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a page of a scan must be where partitions lie in the order of their keys, as moto's do:
    put together from all pages of a DynamoDB whose partitions lie otherwise."""
    start = _keys(asked["ExclusiveStartKey"]) if "ExclusiveStartKey" in asked else ("", "")
    limit = asked.get("Limit")
    looked_at = sorted(key for key in places(read, "Scan", asked) if key > start)[:limit]
    fitting = {
        _keys(row): row
        for row in every(read, "Scan", asked, "FilterExpression", "ExpressionAttributeValues")
    }
    items = [fitting[key] for key in looked_at if key in fitting]
    answer = {"Items": items, "Count": len(items), "ScannedCount": len(looked_at)}
    if len(looked_at) == limit:
        pk, sk = looked_at[-1]
        answer["LastEvaluatedKey"] = {"pk": {"S": pk}, "sk": {"S": sk}}
    return answer


def short(value: Any) -> str:
    """For people to read: long texts in it by their beginnings."""
    return re.sub(r"(\S{60})\S{40,}", r"\1…", json.dumps(value, ensure_ascii=False))


def _keys(row: Any) -> tuple[str, str]:
    return row["pk"]["S"], row["sk"]["S"]
