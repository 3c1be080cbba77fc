"""The AWS of the simulation: answers the calls that Wireroom makes from dictionaries.

moto takes 2 to 100 milliseconds for a call, which allows a few dozen runs a minute. Here a call
takes microseconds, which allows thousands. Only the operations and options that the handlers use
are known; any other raises an error. `test_harness.py` compares it with moto, and
`make parity` with DynamoDB Local, call by call.

    S3        whole objects, ETags, If-Match and If-None-Match (412, and 404 for a missing key), and
              what a bucket tells a queue
    DynamoDB  one table with its indexes, conditions, transactions, the stream's records
    streams   the records of a shard, for a day
    CloudFront  invalidations, and what the edges may hold: `cdn.py`
    SQS       messages with receive counts and visibility; functions get theirs from `simulation.py`

Reads that do not ask for consistency, and those of the index, may see the table as it was a few
writes ago: `lag` says how many.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from datetime import datetime, timedelta
from hashlib import md5
from typing import Any
from urllib.parse import quote_plus

from botocore.exceptions import ClientError
from msgspec import Struct

from tests.simulation import cdn, expressions

Item = dict[str, Any]
Key = tuple[str, str]
Params = Mapping[str, Any]
REMEMBERED = 6  # writes that a stale read may be behind
KEPT = timedelta(hours=24)  # for which a stream has its records
SECRET = "the master key"
PUSH_SECRET = "wireroom/push"  # the name of the secret of the feed that is pushed
PUSH_TOKEN = '{"type": "push", "token": "what its sender knows"}'
RECORDS = 4  # of a stream in one answer


class Object(Struct, frozen=True):
    body: bytes
    etag: str
    at: datetime
    redirect: str = ""
    cache: str = ""
    status: str = ""


class Message(Struct):
    """A message of a queue. `visible`: the time from which it can be received. `excuse`: why its
    dead letter may lack a reason."""

    id: str
    body: str
    sent: datetime
    visible: datetime
    reason: str = ""
    receives: int = 0
    excuse: str = ""


class Record(Struct, frozen=True):
    """One record of the table's stream."""

    number: int
    at: datetime
    key: Key
    old: Item | None
    new: Item | None


class Told(Struct, frozen=True):
    """A bucket tells `queue` of each object that is put under a key with `prefix`."""

    bucket: str
    prefix: str
    queue: str


class Index(Struct, frozen=True):
    """`keys`: the attributes that are its partition and its sort key. `held`: all that it holds."""

    keys: tuple[str, str]
    held: frozenset[str]


class Cloud:
    """`now` tells the time; `lag` how many writes a stale read is behind; `cut` after how many rows
    a scan, or a query that has no limit of its own, ends a page as if it had read 1 MB (0: never).

    `indexes`: those of the table, by name. `told`: what buckets tell queues.

    `place`: orders keys for which DynamoDB promises no order: partitions in a scan (whose rows must
    stay together, by their sort keys), and an index's entries of equal sort key.

    `shard`: a record → the number of its shard. `replaced`: the former version of each object.

    `wrote(key, old, new)`, `put(bucket, key, object)` and `gone(bucket, key)` are called after each
    write.
    """

    def __init__(
        self,
        buckets: list[str],
        queues: list[str],
        indexes: Mapping[str, Index],
        told: tuple[Told, ...] = (),
    ) -> None:
        self._indexes = indexes
        self._told = told
        self.table: dict[str, dict[str, Item]] = {}
        self.objects: dict[str, dict[str, Object]] = {name: {} for name in buckets}
        self.replaced: dict[tuple[str, str], Object] = {}
        self.queues: dict[str, list[Message]] = {name: [] for name in queues}
        self.records: list[Record] = []
        self.copies: tuple[cdn.Copy, ...] = ()  # what the CDN's edges may hold
        self.purges: tuple[cdn.Invalidation, ...] = ()
        self.wildcards = 15  # of invalidations that are under way at a time
        self._site = buckets[1]
        self.messages_sent = 0
        self._undo: list[list[tuple[Key, Item | None]]] = []
        self.now: Callable[[], datetime]
        self.lag: Callable[[], int] = lambda: 0
        self.cut: Callable[[], int] = lambda: 0
        self.place: Callable[[Key], Any] = lambda key: key
        self.shard: Callable[[Record], int] = lambda _: 0
        self.wrote: Callable[[Key, Item | None, Item | None], None] = lambda *_: None
        self.put: Callable[[str, str, Object], None] = lambda *_: None
        self.gone: Callable[[str, str], None] = lambda *_: None

    def snapshot(self) -> Cloud:
        """A copy that later calls on this cloud do not change."""
        kept = copy(self)
        kept.table = {pk: dict(rows) for pk, rows in self.table.items()}
        kept.objects = {name: dict(held) for name, held in self.objects.items()}
        kept.replaced = dict(self.replaced)
        kept.queues = {name: [copy(m) for m in held] for name, held in self.queues.items()}
        kept.records, kept._undo = list(self.records), list(self._undo)
        return kept

    def answer(self, service: str, operation: str, params: Params) -> dict[str, Any]:
        """Do one call. Raises ClientError as botocore would."""
        method = getattr(self, f"_{service}_{operation}", None)
        if method is None:
            raise NotImplementedError(f"the simulated cloud does not know {service} {operation}")
        answer: dict[str, Any] = method(params)
        return answer

    # --- S3 ---

    def _s3_HeadObject(self, params: Params) -> dict[str, Any]:
        _only(params, "Bucket", "Key")
        found = self.objects[params["Bucket"]].get(params["Key"])
        if found is None:
            raise failure("HeadObject", "404", 404)
        metadata = {"status": found.status} if found.status else {}
        answer = {"ETag": found.etag, "ContentLength": len(found.body), "LastModified": found.at}
        answer["Metadata"] = metadata
        return answer | ({"WebsiteRedirectLocation": found.redirect} if found.redirect else {})

    def _s3_GetObject(self, params: Params) -> dict[str, Any]:
        _only(params, "Bucket", "Key")
        found = self.objects[params["Bucket"]].get(params["Key"])
        if found is None:
            raise failure("GetObject", "NoSuchKey", 404)
        metadata = {"status": found.status} if found.status else {}
        answer = {"Body": io.BytesIO(found.body), "ETag": found.etag, "Metadata": metadata}
        answer |= {"ContentLength": len(found.body), "LastModified": found.at}
        answer |= {"CacheControl": found.cache} if found.cache else {}
        return answer | ({"WebsiteRedirectLocation": found.redirect} if found.redirect else {})

    def _s3_PutObject(self, params: Params) -> dict[str, Any]:
        _only(
            params, "Bucket", "Key", "Body", "ContentType", "CacheControl", "IfMatch",
            "IfNoneMatch", "WebsiteRedirectLocation", "Metadata",
        )  # fmt: skip
        bucket, key, body = params["Bucket"], params["Key"], params["Body"]
        found = self.objects[bucket].get(key)
        if "IfMatch" in params and found is None:
            raise failure("PutObject", "NoSuchKey", 404)
        if "IfMatch" in params and found and found.etag != params["IfMatch"]:
            raise failure("PutObject", "PreconditionFailed", 412)
        if "IfNoneMatch" in params and found:
            raise failure("PutObject", "PreconditionFailed", 412)
        etag = f'"{md5(body, usedforsecurity=False).hexdigest()}"'
        at = self.now().replace(microsecond=0)  # S3 tells whole seconds
        redirect = params.get("WebsiteRedirectLocation", "")
        status = params.get("Metadata", {}).get("status", "")
        written = Object(body, etag, at, redirect, params.get("CacheControl", ""), status)
        if found:
            self.replaced[bucket, key] = found
            self._keep(bucket, key, found)
        self._write(bucket, key, written)
        return {"ETag": etag}

    def _write(self, bucket: str, key: str, written: Object) -> None:
        self.objects[bucket][key] = written
        self.put(bucket, key, written)
        for each in self._told:
            if each.bucket == bucket and key.startswith(each.prefix):
                about = {"bucket": {"name": bucket}, "object": {"key": quote_plus(key)}}
                body = {"Records": [{"eventSource": "aws:s3", "s3": about}]}
                self.send(each.queue, json.dumps(body))

    def _s3_CopyObject(self, params: Params) -> dict[str, Any]:
        _only(params, "Bucket", "Key", "CopySource", "CopySourceIfMatch", "TaggingDirective")
        source = params["CopySource"]
        found = self.objects[source["Bucket"]].get(source["Key"])
        if found is None:
            raise failure("CopyObject", "NoSuchKey", 404)
        if found.etag != params.get("CopySourceIfMatch", found.etag):
            raise failure("CopyObject", "PreconditionFailed", 412)
        at = self.now().replace(microsecond=0)
        self._write(params["Bucket"], params["Key"], Object(found.body, found.etag, at))
        return {"CopyObjectResult": {"ETag": found.etag}}

    def _s3_DeleteObject(self, params: Params) -> dict[str, Any]:
        _only(params, "Bucket", "Key", "IfMatch")
        bucket, key = params["Bucket"], params["Key"]
        found = self.objects[bucket].get(key)
        if "IfMatch" in params and found is None:
            raise failure("DeleteObject", "NoSuchKey", 404)
        if found and found.etag != params.get("IfMatch", found.etag):
            raise failure("DeleteObject", "PreconditionFailed", 412)
        if found:
            del self.objects[bucket][key]
            self.gone(bucket, key)
        return {}

    def _s3_ListObjectsV2(self, params: Params) -> dict[str, Any]:
        _only(params, "Bucket", "StartAfter", "MaxKeys", "Prefix")
        held, prefix = self.objects[params["Bucket"]], params.get("Prefix", "")
        after = params.get("StartAfter", "")
        keys = sorted(key for key in held if key > after and key.startswith(prefix))
        most = params.get("MaxKeys", 1000)
        rows = [{"Key": key, "LastModified": held[key].at} for key in keys[:most]]
        return {"IsTruncated": len(keys) > most} | ({"Contents": rows} if rows else {})

    def _s3_DeleteObjects(self, params: Params) -> dict[str, Any]:
        _only(params, "Bucket", "Delete")
        _only(params["Delete"], "Objects", "Quiet")
        for named in params["Delete"]["Objects"]:
            self.objects[params["Bucket"]].pop(named["Key"], None)
            self.gone(params["Bucket"], named["Key"])
        return {}

    # --- DynamoDB ---

    def item(self, key: Key) -> Item | None:
        return self.table.get(key[0], {}).get(key[1])

    def rows(self) -> Iterator[tuple[Key, Item]]:
        for pk, held in self.table.items():
            for sk, row in held.items():
                yield (pk, sk), row

    def _dynamodb_GetItem(self, params: Params) -> dict[str, Any]:
        _only(params, "TableName", "Key", "ConsistentRead")
        row = self._view(params).get(_key(params["Key"]))
        return {"Item": row} if row is not None else {}

    def _dynamodb_BatchGetItem(self, params: Params) -> dict[str, Any]:
        ((table, wanted),) = params["RequestItems"].items()
        _only(wanted, "Keys", "ConsistentRead")
        keys = [_key(key) for key in wanted["Keys"]]
        if not 0 < len(keys) <= 100 or len(set(keys)) != len(keys):
            raise failure("BatchGetItem", "ValidationException", 400)
        view = self._view(wanted)
        found = [row for key in keys if (row := view.get(key)) is not None]
        return {"Responses": {table: found}, "UnprocessedKeys": {}}

    def _dynamodb_Query(self, params: Params) -> dict[str, Any]:
        _only(
            params, "TableName", "IndexName", "KeyConditionExpression", "ConsistentRead", "Limit",
            "ExpressionAttributeValues", "ScanIndexForward", "ExclusiveStartKey", "Select",
            "ProjectionExpression", "ExpressionAttributeNames",
        )  # fmt: skip
        index = self._indexes[params["IndexName"]] if "IndexName" in params else None
        names = index.keys if index else ("pk", "sk")
        fits, values = (
            expressions.condition(params["KeyConditionExpression"]),
            params["ExpressionAttributeValues"],
        )
        view = self._view(params)
        partition = values[":pk"]["S"]
        rows = [
            row
            for row in (view.values() if index else view.partition(partition))
            if names[0] in row and row[names[0]]["S"] == partition and fits(row, {}, values)
        ]
        forward = params.get("ScanIndexForward", True)
        order: Callable[[Item], Any] = lambda row: (  # noqa: E731
            row[names[1]]["S"],
            self.place(_key(row)) if index else None,
        )
        rows.sort(key=order, reverse=not forward)
        if "ExclusiveStartKey" in params:
            start = order(params["ExclusiveStartKey"])
            rows = [r for r in rows if (order(r) > start if forward else order(r) < start)]
        limit = params.get("Limit") or self.cut()
        if index:
            rows = [{k: v for k, v in row.items() if k in index.held} for row in rows]
        page = self._page(rows, limit, [*names, "pk", "sk"])
        if "ProjectionExpression" in params:
            given = params.get("ExpressionAttributeNames", {})
            asked = [
                expressions.named(name.strip(), given)
                for name in params["ProjectionExpression"].split(",")
            ]
            page["Items"] = [
                {name: row[name] for name in asked if name in row} for row in page["Items"]
            ]
        if params.get("Select") == "COUNT":
            page["Count"] = len(page.pop("Items"))
        return page

    def _dynamodb_Scan(self, params: Params) -> dict[str, Any]:
        _only(
            params, "TableName", "ConsistentRead", "FilterExpression", "Limit",
            "ExpressionAttributeValues", "ExclusiveStartKey",
        )  # fmt: skip
        order: Callable[[Item], Any] = lambda row: self.place(_key(row))  # noqa: E731
        rows = sorted(self._view(params).values(), key=order)
        if "ExclusiveStartKey" in params:
            rows = [row for row in rows if order(row) > order(params["ExclusiveStartKey"])]
        limits = [limit for limit in (params.get("Limit"), self.cut()) if limit]
        page = self._page(rows, min(limits, default=0), ["pk", "sk"])
        fits = expressions.condition(params["FilterExpression"])
        values = params["ExpressionAttributeValues"]
        return page | {"Items": [row for row in page["Items"] if fits(row, {}, values)]}

    def _page(self, rows: list[Item], limit: int, keys: list[str]) -> dict[str, Any]:
        if not limit or len(rows) < limit:
            return {"Items": rows}
        last = rows[limit - 1]  # also at the very end, as in AWS: it does not look further
        return {"Items": rows[:limit], "LastEvaluatedKey": {name: last[name] for name in keys}}

    def _dynamodb_PutItem(self, params: Params) -> dict[str, Any]:
        _only(params, "TableName", "Item", *_CONDITIONAL)
        key = _key(params["Item"])
        if not self._holds(key, params):
            raise failure("PutItem", "ConditionalCheckFailedException", 400)
        self._commit([(key, params["Item"])])
        return {}

    def _dynamodb_DeleteItem(self, params: Params) -> dict[str, Any]:
        _only(params, "TableName", "Key", *_CONDITIONAL)
        key = _key(params["Key"])
        if not self._holds(key, params):
            raise failure("DeleteItem", "ConditionalCheckFailedException", 400)
        self._commit([(key, None)])
        return {}

    def _dynamodb_UpdateItem(self, params: Params) -> dict[str, Any]:
        _only(params, "TableName", "Key", "UpdateExpression", "ReturnValues", *_CONDITIONAL)
        key = _key(params["Key"])
        if not self._holds(key, params):
            raise failure("UpdateItem", "ConditionalCheckFailedException", 400)
        names = params.get("ExpressionAttributeNames", {})
        values = params["ExpressionAttributeValues"]
        row = {**params["Key"], **(self.item(key) or {})}
        pairs, removed = expressions.update(params["UpdateExpression"])
        row |= {expressions.named(name, names): values[value] for name, value in pairs}
        for name in removed:
            row.pop(expressions.named(name, names), None)
        self._commit([(key, row)])
        return {"Attributes": row} if params.get("ReturnValues") == "ALL_NEW" else {}

    def _dynamodb_TransactWriteItems(self, params: Params) -> dict[str, Any]:
        _only(params, "TransactItems")
        changes: list[tuple[Key, Item | None]] = []
        reasons = []
        for entry in params["TransactItems"]:
            ((kind, what),) = entry.items()
            if kind == "Put":
                _only(what, "TableName", "Item", *_CONDITIONAL)
                changes.append((_key(what["Item"]), what["Item"]))
            elif kind == "Delete":
                _only(what, "TableName", "Key")
                changes.append((_key(what["Key"]), None))
            elif kind == "ConditionCheck":
                _only(what, "TableName", "Key", *_CONDITIONAL)
                key = _key(what["Key"])
                changes.append((key, self.item(key)))  # as it is
            else:
                raise NotImplementedError(f"{kind} in a transaction")
            held = self._holds(changes[-1][0], what)
            reasons.append("None" if held else "ConditionalCheckFailed")
        keys = {key for key, _ in changes}
        if len(keys) != len(changes) or len(changes) > 100:
            raise failure("TransactWriteItems", "ValidationException", 400)
        if set(reasons) - {"None"}:
            raise cancelled(reasons)
        self._commit(changes)
        return {}

    def _holds(self, key: Key, params: Params) -> bool:
        if "ConditionExpression" not in params:
            return True
        return expressions.condition(params["ConditionExpression"])(
            self.item(key) or {},
            params.get("ExpressionAttributeNames", {}),
            params.get("ExpressionAttributeValues", {}),
        )

    def _commit(self, changes: list[tuple[Key, Item | None]]) -> None:
        undo = []
        for key, new in changes:
            old = self.item(key)
            undo.append((key, old))
            if old == new:
                continue  # a write that changes nothing leaves no record in the stream
            rows = self.table.setdefault(key[0], {})
            if new is None:
                del rows[key[1]]
            else:
                rows[key[1]] = new
            self.records.append(Record(len(self.records) + 1, self.now(), key, old, new))
            self.wrote(key, old, new)
        self._undo = [*self._undo[-REMEMBERED:], undo]

    def _view(self, params: Params) -> _View:
        lag = 0 if params.get("ConsistentRead") else self.lag()
        stale = (
            {
                key: old
                for undo in reversed(self._undo[len(self._undo) - lag :])
                for key, old in undo
            }
            if lag
            else {}
        )
        return _View(self.table, stale)

    # --- CloudFront ---

    def _keep(self, bucket: str, key: str, old: Object) -> None:
        """Some edge has asked for a page just before it was replaced."""
        now = self.now()
        made = cdn.replaced(key, old.body, old.cache, now) if bucket == self._site else None
        if made:
            self.copies = (*cdn.held(self.copies, self.purges, now), made)

    def held(self) -> tuple[cdn.Copy, ...]:
        """What the edges hold now, at worst."""
        self.copies = cdn.held(self.copies, self.purges, self.now())
        return self.copies

    def _cloudfront_CreateInvalidation(self, params: Params) -> dict[str, Any]:
        _only(params, "DistributionId", "InvalidationBatch")
        batch = params["InvalidationBatch"]
        reference, paths = batch["CallerReference"], tuple(batch["Paths"]["Items"])
        assert batch["Paths"]["Quantity"] == len(set(paths)) == len(paths) > 0
        found = next((each for each in self.purges if each.reference == reference), None)
        if found is None:
            under_way = [p for each in self.purges if not each.over(self.now()) for p in each.paths]
            if sum(path.endswith("*") for path in (*under_way, *paths)) > self.wildcards:
                raise failure("CreateInvalidation", "TooManyInvalidationsInProgress", 400)
            self.purges = (*self.purges, cdn.Invalidation(reference, paths, self.now()))
            found = self.purges[-1]
        elif found.paths != paths:
            raise failure("CreateInvalidation", "InvalidationBatchAlreadyExists", 400)
        return {"Invalidation": {"Id": f"I{self.purges.index(found)}"}}

    def _cloudfront_GetInvalidation(self, params: Params) -> dict[str, Any]:
        _only(params, "DistributionId", "Id")
        found = self.purges[int(params["Id"][1:])]
        status = "Completed" if found.over(self.now()) else "InProgress"
        return {"Invalidation": {"Status": status}}

    # --- secrets ---

    def _secretsmanager_GetSecretValue(self, params: Params) -> dict[str, Any]:
        _only(params, "SecretId")
        return {"SecretString": SECRET if params["SecretId"] != PUSH_SECRET else PUSH_TOKEN}

    # --- the stream ---

    def _dynamodbstreams_GetShardIterator(self, params: Params) -> dict[str, Any]:
        _only(params, "StreamArn", "ShardId", "ShardIteratorType", "SequenceNumber")
        if params["ShardIteratorType"] != "AT_SEQUENCE_NUMBER":
            raise NotImplementedError(params["ShardIteratorType"])
        first = int(params["SequenceNumber"])
        if self.records[first - 1].at < self.now() - KEPT:
            raise failure("GetShardIterator", "TrimmedDataAccessException", 400)
        return {"ShardIterator": f"{params['ShardId']} {first}"}

    def _dynamodbstreams_GetRecords(self, params: Params) -> dict[str, Any]:
        _only(params, "ShardIterator")
        shard, _, first = params["ShardIterator"].partition(" ")
        found = [r for r in self.records[int(first) - 1 :] if str(self.shard(r)) == shard]
        found = found[:RECORDS]
        following = found[-1].number + 1 if found else first
        return {
            "Records": [stream_event(record) for record in found],
            "NextShardIterator": f"{shard} {following}",
        }

    # --- SQS ---

    def _sqs_ReceiveMessage(self, params: Params) -> dict[str, Any]:
        _only(
            params, "QueueUrl", "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds",
            "MessageAttributeNames", "MessageSystemAttributeNames",
        )  # fmt: skip
        now = self.now()
        ready = [m for m in self.queues[_queue(params)] if m.visible <= now]
        received = []
        for message in ready[: params["MaxNumberOfMessages"]]:
            message.visible = now + timedelta(seconds=params["VisibilityTimeout"])
            said = {"DataType": "String", "StringValue": message.reason}
            received.append(
                {
                    "MessageId": message.id,
                    "ReceiptHandle": f"receipt {message.id}",
                    "Body": message.body,
                    "MessageAttributes": {"reason": said} if message.reason else {},
                }
            )
        return {"Messages": received} if received else {}

    def _sqs_DeleteMessageBatch(self, params: Params) -> dict[str, Any]:
        _only(params, "QueueUrl", "Entries")
        held = self.queues[_queue(params)]
        gone = {entry["ReceiptHandle"].removeprefix("receipt ") for entry in params["Entries"]}
        held[:] = [message for message in held if message.id not in gone]
        return {"Successful": [{"Id": entry["Id"]} for entry in params["Entries"]]}

    def _sqs_ChangeMessageVisibilityBatch(self, params: Params) -> dict[str, Any]:
        _only(params, "QueueUrl", "Entries")
        for entry in params["Entries"]:
            for message in self.queues[_queue(params)]:
                if message.id == entry["ReceiptHandle"].removeprefix("receipt "):
                    message.visible = self.now() + timedelta(seconds=entry["VisibilityTimeout"])
        return {"Successful": [{"Id": entry["Id"]} for entry in params["Entries"]]}

    def _sqs_SendMessageBatch(self, params: Params) -> dict[str, Any]:
        _only(params, "QueueUrl", "Entries")
        for entry in params["Entries"]:
            _only(entry, "Id", "MessageBody", "MessageAttributes")
            reason = entry.get("MessageAttributes", {}).get("reason", {}).get("StringValue", "")
            self.send(_queue(params), entry["MessageBody"], reason)
        return {"Successful": [{"Id": entry["Id"]} for entry in params["Entries"]]}

    def send(self, queue: str, body: str, reason: str = "") -> Message:
        self.messages_sent += 1
        now = self.now()
        message = Message(f"m{self.messages_sent}", body, now, now, reason)
        self.queues[queue].append(message)
        return message


class _View:
    """The table, with some rows in an earlier version."""

    def __init__(self, table: dict[str, dict[str, Item]], stale: dict[Key, Item | None]) -> None:
        self._table, self._stale = table, stale

    def get(self, key: Key) -> Item | None:
        if key in self._stale:
            return self._stale[key]
        return self._table.get(key[0], {}).get(key[1])

    def partition(self, pk: str) -> Iterator[Item]:
        if not self._stale:
            yield from self._table.get(pk, {}).values()
            return
        for key in {*((pk, sk) for sk in self._table.get(pk, {})), *self._stale}:
            if key[0] == pk and (row := self.get(key)) is not None:
                yield row

    def values(self) -> Iterator[Item]:
        for pk in dict.fromkeys([*self._table, *(key[0] for key in self._stale)]):
            yield from self.partition(pk)


_CONDITIONAL = ("ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues")


def failure(operation: str, code: str, status: int, **more: Any) -> ClientError:
    """The error that botocore raises for an error answer of AWS."""
    return ClientError(
        {
            "Error": {"Code": code, "Message": f"simulated {code}"},
            "ResponseMetadata": {"HTTPStatusCode": status},
            **more,
        },
        operation,
    )


def cancelled(reasons: list[str]) -> ClientError:
    return failure(
        "TransactWriteItems",
        "TransactionCanceledException",
        400,
        CancellationReasons=[{"Code": reason} for reason in reasons],
    )


def stream_event(record: Record) -> dict[str, Any]:
    """A record as Lambda delivers it from the stream."""
    change: dict[str, Any] = {
        "ApproximateCreationDateTime": int(record.at.timestamp()),
        "Keys": {"pk": {"S": record.key[0]}, "sk": {"S": record.key[1]}},
        "SequenceNumber": str(record.number),
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    change |= {"OldImage": record.old} if record.old else {}
    change |= {"NewImage": record.new} if record.new else {}
    kind = "REMOVE" if not record.new else "MODIFY" if record.old else "INSERT"
    return {
        "eventID": f"{record.number:032x}", "eventName": kind, "eventVersion": "1.1",
        "eventSource": "aws:dynamodb", "awsRegion": "eu-west-1", "dynamodb": change,
    }  # fmt: skip


def _queue(params: Params) -> str:
    return str(params["QueueUrl"]).rpartition("/")[2]


def _key(key: Mapping[str, Any]) -> Key:
    return key["pk"]["S"], key["sk"]["S"]


def _only(params: Params, *known: str) -> None:
    unknown = [name for name in params if name not in known]
    if unknown:
        raise NotImplementedError(f"the simulated cloud does not know {unknown}")
