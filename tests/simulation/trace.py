"""The story of a run, one line for each call and event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError


class Trace:
    """`kept`: whether it keeps lines at all."""

    def __init__(self, kept: bool = True) -> None:
        self.kept = kept
        # Written out only if somebody reads them.
        self._lines: list[tuple[datetime, str | Callable[[], str]]] = []

    def snapshot(self) -> Trace:
        copied = Trace(self.kept)
        copied._lines = list(self._lines)
        return copied

    def say(self, at: datetime, text: str) -> None:
        if self.kept:
            self._lines.append((at, text))

    def clear(self) -> None:
        self._lines.clear()

    def lines(self) -> Iterator[tuple[datetime, str]]:
        """When each happened, and what."""
        for at, text in self._lines:
            yield at, text if isinstance(text, str) else text()

    def call(
        self, at: datetime, who: str, service: str, operation: str, params: Mapping[str, Any]
    ) -> Callable[[str, object], None]:
        """Begin the line of a call. Gives a function that ends it with what came of the call, and
        its answer or error."""
        if not self.kept:
            return _unheard

        def end(outcome: str, result: object = None) -> None:
            self._lines.append(
                (
                    at,
                    lambda: (
                        f"  {who:<12} {operation} {_object(service, operation, params)}"
                        f" -> {_outcome(result)}{outcome}"
                    ),
                )
            )

        return end

    def __str__(self) -> str:
        return "\n".join(f"{_time(at)}  {text}" for at, text in self.lines())


def _unheard(outcome: str, result: object = None) -> None:
    """The end of a line that is not kept."""


def _outcome(result: Any) -> str:
    if result is None:
        return ""
    if isinstance(result, ClientError):
        reasons = [each["Code"] for each in result.response.get("CancellationReasons", [])]
        return " ".join([result.response["Error"]["Code"], *reasons])
    if isinstance(result, Exception):
        return repr(result)
    if isinstance(result, dict):
        return str(result.get("ETag") or _rows(result) or "ok")
    return f"{result.status}"


def queue(name: str) -> str:
    """The logical name of a queue, from its name or URL."""
    return name.rpartition("/")[2].split("-")[1]


def _time(at: datetime) -> str:
    return f"{at:%d %H:%M:%S}.{at.microsecond // 1000:03d}"


def _rows(result: Mapping[str, Any]) -> str:
    rows = result.get("Items")
    if rows is None:
        rows = [row for found in result.get("Responses", {}).values() for row in found]
    more = " and more" if "LastEvaluatedKey" in result or result.get("UnprocessedKeys") else ""
    return f"{len(rows)} rows{more}" if rows or more else ""


def _object(service: str, operation: str, params: Mapping[str, Any]) -> str:
    if operation == "ListObjectsV2":
        return str(params.get("Prefix") or params.get("StartAfter", ""))
    if operation == "DeleteObjects":
        return " ".join(each["Key"] for each in params["Delete"]["Objects"])
    if service == "s3":
        condition = params.get("IfMatch") or params.get("IfNoneMatch", "")
        return params["Key"] + (f" if {condition}" if condition else "")
    if service == "sqs":
        entries = params.get("Entries")
        return queue(params["QueueUrl"]) + (f" x{len(entries)}" if entries else "")
    if service == "dynamodbstreams":
        return str(params.get("ShardIterator") or params["SequenceNumber"])
    if service == "cloudfront":
        return str(params.get("Id") or params["InvalidationBatch"]["CallerReference"])
    if service == "http":
        return str(params["Url"])
    if operation == "BatchGetItem":
        keys = [key for wanted in params["RequestItems"].values() for key in wanted["Keys"]]
        return " ".join(sorted(key["pk"]["S"] for key in keys))
    if operation == "TransactWriteItems":
        changes = [next(iter(each.values())) for each in params["TransactItems"]]
        rows = [each.get("Item") or each["Key"] for each in changes]
        return " ".join(sorted(f"{row['pk']['S']}/{row['sk']['S']}" for row in rows))
    if "KeyConditionExpression" in params:
        values = params["ExpressionAttributeValues"].values()
        consistent = "" if params.get("ConsistentRead") else " (maybe stale)"
        return " ".join(value["S"] for value in values) + consistent
    row = params.get("Item") or params.get("Key") or {}
    return "/".join(row[name]["S"] for name in ("pk", "sk") if name in row)
