"""A call that goes to moto directly is answered as the same call over HTTP, to its headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore import parsers
from botocore.exceptions import ClientError, ParamValidationError
from moto.core import parse
from moto.moto_api._internal import mock_random

from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.embedded.moto_gaps import quick_calls, quick_objects

FLAT: dict[str, Any] = {"pk": {"S": "a"}, "sk": {"S": "1"}, "n": {"N": "1"}}
DEEP: dict[str, Any] = {
    "pk": {"S": "a"},
    "sk": {"S": "2"},
    "due_pk": {"S": "feed"},
    "due_sk": {"S": "2026"},
    "bytes": {"B": b"\x00\xff"},
    "each": {"BS": [b"\x01", b"\x02"]},
    "map": {"M": {"l": {"L": [{"S": "é“"}, {"NULL": True}, {"B": b"b"}, {"M": {}}]}}},
    "sets": {"SS": ["x", "y"]},
    "numbers": {"NS": ["1", "2.5"]},
    "no": {"BOOL": False},
    "none": {"S": ""},
}
KEY = {"pk": FLAT["pk"], "sk": FLAT["sk"]}
NOBODY = {"pk": {"S": "nobody"}, "sk": {"S": "1"}}
NEW = "attribute_not_exists(pk)"
A = {":p": {"S": "a"}}
BY_A = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": A}
NAME_OF_NUMBER = {"ExpressionAttributeNames": {"#n": "n"}}


def dynamodb(table: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    def call(operation: str, **params: Any) -> tuple[str, str, dict[str, Any]]:
        return "dynamodb", operation, {"TableName": table, **params}

    def put(item: Any, **more: Any) -> dict[str, Any]:
        return {"Put": {"TableName": table, "Item": item, **more}}

    yield call("put_item", Item=FLAT, ConditionExpression=NEW)
    yield call("put_item", Item=FLAT, ConditionExpression=NEW)
    yield call(
        "put_item",
        Item=FLAT,
        ConditionExpression=NEW,
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    yield call("put_item", Item=DEEP, ReturnConsumedCapacity="TOTAL")
    yield call("put_item", Item=DEEP, ReturnValues="ALL_OLD")
    yield call("put_item", Item={"pk": {"S": "without sk"}})
    yield call("put_item", Item={**KEY, "pk": {"S": ""}})
    yield call("put_item", Item={**KEY, "big": {"S": "x" * 500_000}})
    yield call("put_item", Item={**KEY, "wrong": {"Q": "x"}})
    yield call("put_item", Item="not an item")
    yield "dynamodb", "put_item", {"TableName": "missing", "Item": FLAT}
    yield call("get_item", Key=KEY)
    yield call("get_item", Key={"pk": {"S": "a"}, "sk": {"S": "2"}}, ConsistentRead=True)
    yield call("get_item", Key=NOBODY)
    yield call("get_item", Key=KEY, ProjectionExpression="#n", **NAME_OF_NUMBER)
    yield call("get_item", Key={"pk": {"S": "a"}})
    yield call("get_item", Key={"pk": {"N": "1"}, "sk": {"S": "1"}})
    for names in ([KEY, NOBODY], [KEY, KEY], []):
        yield "dynamodb", "batch_get_item", {"RequestItems": {table: {"Keys": names}}}
    yield "dynamodb", "batch_get_item", {"RequestItems": {"missing": {"Keys": [KEY]}}}
    yield call("query", **BY_A)
    yield call("query", **BY_A, Limit=1)
    yield call("query", **BY_A, Limit=1, ExclusiveStartKey=KEY, ScanIndexForward=False)
    yield call("query", **BY_A, FilterExpression="attribute_exists(n)", Select="COUNT")
    yield call(
        "query",
        IndexName="due",
        KeyConditionExpression="due_pk = :p",
        ExpressionAttributeValues={":p": {"S": "feed"}},
    )
    yield call("query", **BY_A, IndexName="missing")
    yield call("query", KeyConditionExpression="pk = :q", ExpressionAttributeValues=A)
    yield call("query", KeyConditionExpression="pk", ExpressionAttributeValues=A)
    yield call("scan")
    yield call("scan", Limit=2)
    yield call("scan", FilterExpression="")
    yield call(
        "update_item",
        Key=KEY,
        UpdateExpression="SET n = n + :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="ALL_NEW",
    )
    yield call("update_item", Key=NOBODY, UpdateExpression="REMOVE n", ConditionExpression="n = n")
    yield call("update_item", Key=KEY, UpdateExpression="SET")
    transact = "transact_write_items"
    yield "dynamodb", transact, {"TransactItems": [put(NOBODY, ConditionExpression=NEW)]}
    yield "dynamodb", transact, {"TransactItems": [put(FLAT), put(DEEP, ConditionExpression=NEW)]}
    yield "dynamodb", transact, {"TransactItems": [put(FLAT), put(FLAT)]}
    yield "dynamodb", transact, {"TransactItems": [put({**DEEP, "big": {"S": "x" * 500_000}})]}
    yield "dynamodb", transact, {"TransactItems": []}
    yield call("delete_item", Key=KEY, ReturnValues="ALL_OLD")
    yield call("delete_item", Key=KEY)
    yield call("delete_item", Key=KEY, ConditionExpression="attribute_exists(pk)")
    yield call("delete_item", Key={"pk": {"S": "a"}, "other": {"S": "1"}})


def sqs(url: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    def call(operation: str, **params: Any) -> tuple[str, str, dict[str, Any]]:
        return "sqs", operation, {"QueueUrl": url, **params}

    attributes = {
        "reason": {"DataType": "String", "StringValue": "é"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    more: dict[str, Any] = {
        "MessageSystemAttributeNames": ["All"],
        "MessageAttributeNames": ["All"],
        "MaxNumberOfMessages": 10,
    }
    receipt = {"Id": "0", "ReceiptHandle": "nothing"}
    name = url.rsplit("/", 1)[-1]
    yield "sqs", "get_queue_url", {"QueueName": name}
    yield "sqs", "get_queue_url", {"QueueName": "missing"}
    yield call("get_queue_attributes", AttributeNames=["All"])
    yield call("get_queue_attributes", AttributeNames=["Nothing"])
    yield call("receive_message", **more)
    yield call("send_message", MessageBody="é & = <b>")
    yield call("send_message", MessageBody="{}", MessageAttributes=attributes)
    yield call("send_message", MessageBody="later", DelaySeconds=60)
    yield call("send_message", MessageBody="", DelaySeconds=60)
    yield call("send_message", MessageBody="x" * 2_000_000)
    yield call("send_message")
    yield "sqs", "send_message", {"QueueUrl": f"{url}-missing", "MessageBody": "x"}
    yield call(
        "send_message_batch",
        Entries=[
            {"Id": "0", "MessageBody": "0"},
            {"Id": "1", "MessageBody": "1", "MessageAttributes": attributes},
        ],
    )
    yield call("send_message_batch", Entries=[])
    yield call("send_message_batch", Entries=[{"Id": "0", "MessageBody": "0"}] * 2)
    yield call("receive_message", **more)
    yield call("receive_message", **{**more, "MaxNumberOfMessages": 11})
    yield call("change_message_visibility_batch", Entries=[{**receipt, "VisibilityTimeout": 1}])
    yield call("delete_message_batch", Entries=[receipt])
    yield call("delete_message_batch", Entries=[receipt, receipt])
    yield call("delete_message_batch", Entries=[])


def events(bus: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    event = {"EventBusName": bus, "Source": "newsroom", "DetailType": "edit", "Detail": '{"é": 1}'}
    for entries in (
        [event, {**event, "Detail": "not JSON"}, {**event, "Source": ""}],
        [{**event, "EventBusName": "missing"}],
        [event] * 11,
        [{**event, "Detail": f'{{"long": "{"é" * 70_000}"}}'}] * 2,
    ):
        yield "events", "put_events", {"Entries": entries}


def streams(arn: str, shard: str, iterator: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    at = {"StreamArn": arn, "ShardId": shard}
    yield "dynamodbstreams", "describe_stream", {"StreamArn": arn}
    yield "dynamodbstreams", "describe_stream", {"StreamArn": f"{arn}-missing"}
    yield "dynamodbstreams", "get_shard_iterator", {**at, "ShardIteratorType": "TRIM_HORIZON"}
    trimmed = {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": "0" * 21}
    yield "dynamodbstreams", "get_shard_iterator", {**at, **trimmed}
    yield "dynamodbstreams", "get_records", {"ShardIterator": iterator, "Limit": 3}
    yield "dynamodbstreams", "get_records", {"ShardIterator": iterator}
    yield "dynamodbstreams", "get_records", {"ShardIterator": "missing"}


def s3(bucket: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    def call(operation: str, key: str = "a é+b/1 2%.html", **params: Any) -> Any:
        return "s3", operation, {"Bucket": bucket, "Key": key, **params}

    def listed(**params: Any) -> tuple[str, str, dict[str, Any]]:
        return "s3", "list_objects_v2", {"Bucket": bucket, **params}

    page: dict[str, Any] = {
        "Body": b"\x00 page \xff",
        "ContentType": "text/html; charset=utf-8",
        "CacheControl": "max-age=60",
        "WebsiteRedirectLocation": "/elsewhere/",
        "Metadata": {"status": "410", "Two-Words": "a b"},
    }
    yield call("put_object", **page, IfNoneMatch="*")
    yield call("put_object", **page, IfNoneMatch="*")
    yield call("put_object", Body=b"")
    yield call("put_object", Body=b"0", IfMatch='"d41d8cd98f00b204e9800998ecf8427e"')
    yield call("put_object", Body=b"0", IfMatch='"d41d8cd98f00b204e9800998ecf8427e"')
    yield call("put_object", "/", Body=b"a slash")
    yield call("put_object", "index.html", **page)
    yield call("put_object", "index.html", Body="text")
    yield call("put_object", "big", Body=b"x" * 3_000_000)
    yield call("put_object", "tagged", Body=b"x", Tagging="a=b%20c", ACL="public-read")
    yield call("put_object", "none", Body=b"", IfMatch='"none"')
    yield call("put_object", "wrong", Body=b"", ACL="none such")
    for operation in ("head_object", "get_object"):
        for key in ("a é+b/1 2%.html", "/", "index.html", "big", "tagged", "none", "index.html/"):
            yield call(operation, key)
        yield call(operation, "index.html", IfMatch='"none"')
        yield call(operation, "index.html", IfNoneMatch='"1cb251ec0d568de6a929b520c4aed8d1"')
        yield call(operation, "index.html", PartNumber=1)
        yield call(operation, "index.html", VersionId="none")
        yield call(operation, "index.html", Range="bytes=1-2")
        yield call(operation, "index.html", ResponseCacheControl="no-store")
        yield "s3", operation, {"Bucket": "missing", "Key": "index.html"}
    yield "s3", "put_object", {"Bucket": "missing", "Key": "index.html", "Body": b""}
    yield listed()
    yield listed(MaxKeys=2)
    yield listed(MaxKeys=2, StartAfter="a é+b/1 2%.html")
    yield listed(Prefix="a é+", FetchOwner=True)
    yield listed(Delimiter="/")
    yield listed(MaxKeys=1, ContinuationToken="d9e4abca2bc8a7c4dcf8d7d5ed5bbbe9")
    yield listed(ContinuationToken="")
    yield "s3", "list_objects_v2", {"Bucket": "missing"}


def all_answers(aws: EmbeddedAWS) -> list[tuple[Any, Any]]:
    """Each call and what came of it; always the same on the same way."""
    aws.reset()
    mock_random.seed(1)
    table, stream = aws.outputs["TableName"], aws.streams[0]
    calls = [*dynamodb(table), *sqs(aws.outputs["WireQueueUrl"]), *events(aws.outputs["EditorBus"])]
    calls += s3(aws.outputs["SiteBucket"])
    found = [(call, told(aws, *call)) for call in calls]
    described = aws.client("dynamodbstreams").describe_stream(StreamArn=stream.arn)
    shard = described["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = aws.client("dynamodbstreams").get_shard_iterator(
        StreamArn=stream.arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    found += [(call, told(aws, *call)) for call in streams(stream.arn, shard, iterator)]
    return found


def told(aws: EmbeddedAWS, service: str, operation: str, params: dict[str, Any]) -> Any:
    """All that the caller of an operation sees, but for numbers that never come twice."""
    try:
        found = getattr(aws.client(service), operation)(**params)
        if operation == "get_object":
            found["Body"] = found["Body"].read()
    except (ClientError, ParamValidationError) as error:
        found = [type(error).__name__, str(error), getattr(error, "response", None)]
    except Exception as error:  # noqa: BLE001 (moto's own mistakes are its answers, too)
        found = [type(error).__name__, str(error)]
    return without_numbers(found)


ONCE = {"x-amzn-requestid", "RequestId", "SequenceNumber", "StartingSequenceNumber", "eventID"}


def without_numbers(found: Any) -> Any:
    if isinstance(found, dict):
        numbered = "SequenceNumber" in str(found) or "ShardIterator" in str(found)
        left_out = ONCE | {"x-amz-crc32", "content-length"} if numbered else ONCE
        return {k: without_numbers(v) for k, v in found.items() if k not in left_out}
    if isinstance(found, list):
        return [without_numbers(each) for each in found]
    return re.sub(r"\|\d+\|[^|]*$", "", found) if isinstance(found, str) else found


def test_a_quick_call_is_answered_as_over_http(
    aws: EmbeddedAWS, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = set[tuple[str, str]]()

    def counted(answer: Any, told_by: Any) -> Any:
        def count(request: Any) -> Any:
            taken.add(told_by(request))
            return answer(request)

        return count

    json, objects = quick_calls.QuickRequest, quick_objects.ObjectRequest
    target = "X-Amz-Target"
    monkeypatch.setattr(
        json,
        "answer",
        counted(json.answer, lambda r: (r.handler.__name__, r.headers[target].split(".")[-1])),
    )
    monkeypatch.setattr(
        objects, "answer", counted(objects.answer, lambda r: ("S3Response", r.operation))
    )
    quick = all_answers(aws)
    assert taken == {
        (handler.__name__, operation)
        for handler, operations in quick_calls.QUICK.values()
        for operation in operations
    } | {("S3Response", operation) for operation in quick_objects.OPERATIONS}
    taken.clear()
    monkeypatch.setattr(quick_calls, "QUICK", {})
    monkeypatch.setattr(quick_objects, "OPERATIONS", frozenset())
    for kind, method in (
        (parse.BaseJSONParser, "_parse_structure"),
        (parsers.BaseJSONParser, "_handle_structure"),
    ):
        monkeypatch.setattr(kind, method, getattr(kind, method).__wrapped__)
    slow = all_answers(aws)
    assert not taken
    for (call, found), (_, wanted) in zip(quick, slow, strict=True):
        assert found == wanted, call
