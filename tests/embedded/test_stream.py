"""What Lambda does with a table's stream."""

from __future__ import annotations

import json
from typing import Any

from wireroom_infra.embedded import EmbeddedAWS

RECORDING = """
seen = []

def names(event):
    return [r["dynamodb"]["Keys"]["pk"]["S"] for r in event["Records"]]

def number(record):
    return {"itemIdentifier": record["dynamodb"]["SequenceNumber"]}

def handler(event, context):
    seen.append(event)
    return respond(event)
"""
POISON_RAISES = """
def respond(event):
    if "poison" in names(event):
        raise RuntimeError("poison")
"""
POISON_REPORTED = """
def respond(event):
    return {"batchItemFailures": [
        number(r) for r in event["Records"] if r["dynamodb"]["Keys"]["pk"]["S"] == "poison"
    ]}
"""


def put(aws: EmbeddedAWS, *names: str, sk: str = "seen", **more: Any) -> None:
    for name in names:
        item = {"pk": {"S": name}, "sk": {"S": sk}, **more}
        aws.client("dynamodb").put_item(TableName=aws.outputs["Table"], Item=item)


def batches(aws: EmbeddedAWS) -> list[list[str]]:
    return [
        [r["dynamodb"]["Keys"]["pk"]["S"] for r in event["Records"]]
        for event in aws.functions["Worker"].module.seen
    ]


def test_records_come_in_order_in_batches(deploy: Any) -> None:
    aws = deploy(RECORDING + "def respond(event): return None")
    put(aws, *"abcdefghij")
    aws.drain()
    assert batches(aws) == [list("abcdefgh"), list("ij")]
    assert not aws.poll()


def test_a_record_has_both_images_in_the_shape_that_lambda_gives_it(deploy: Any) -> None:
    aws = deploy(RECORDING + "def respond(event): return None")
    put(aws, "a", n={"N": "1"}, b={"B": b"\x00\xff"})
    put(aws, "a", n={"N": "2"}, m={"M": {"x": {"L": [{"B": b"\x01"}, {"NULL": True}]}}})
    aws.client("dynamodb").delete_item(
        TableName=aws.outputs["Table"], Key={"pk": {"S": "a"}, "sk": {"S": "seen"}}
    )
    aws.drain()
    (event,) = aws.functions["Worker"].module.seen
    first, second, third = event["Records"]
    assert [r["eventName"] for r in event["Records"]] == ["INSERT", "MODIFY", "REMOVE"]
    assert first["eventSource"] == "aws:dynamodb"
    assert first["awsRegion"] == aws.region
    assert first["eventSourceARN"] == aws.streams[0].arn
    assert first["dynamodb"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert first["dynamodb"]["ApproximateCreationDateTime"] == 1770800400
    assert first["dynamodb"]["NewImage"]["b"] == {"B": "AP8="}
    assert "OldImage" not in first["dynamodb"]
    assert second["dynamodb"]["OldImage"]["n"] == {"N": "1"}
    assert second["dynamodb"]["NewImage"]["m"] == {
        "M": {"x": {"L": [{"B": "AQ=="}, {"NULL": True}]}}
    }
    assert third["dynamodb"]["OldImage"]["n"] == {"N": "2"}
    assert "NewImage" not in third["dynamodb"]
    numbers = [int(r["dynamodb"]["SequenceNumber"]) for r in event["Records"]]
    assert numbers == sorted(set(numbers))


def test_records_that_the_filter_turns_away_invoke_nothing_and_are_passed_over(
    deploy: Any,
) -> None:
    aws = deploy(RECORDING + "def respond(event): return None")
    put(aws, *"abc", sk="other")
    aws.drain()
    assert batches(aws) == []
    put(aws, "x")
    put(aws, *"abc", sk="other")
    put(aws, "y")
    aws.drain()
    assert batches(aws) == [["x", "y"]]


def test_one_poison_record_that_raises_is_cut_out_and_the_others_pass(deploy: Any) -> None:
    aws = deploy(RECORDING + POISON_RAISES)
    put(aws, "a", "b", "poison", "c", "d")
    aws.drain()
    passed = [name for batch in batches(aws) if "poison" not in batch for name in batch]
    assert passed == ["a", "b", "c", "d"]
    (dead,) = aws.dead_letters()
    described = json.loads(dead.body)
    assert dead.reason == "RetryAttemptsExhausted"
    assert described["DDBStreamBatchInfo"]["batchSize"] == 1
    assert described["DDBStreamBatchInfo"]["streamArn"] == aws.streams[0].arn
    assert described["requestContext"]["functionArn"] == aws.functions["Worker"].arn
    assert described["requestContext"]["approximateInvokeCount"] == 3


def test_a_reported_record_is_where_it_goes_on_from(deploy: Any) -> None:
    aws = deploy(RECORDING + POISON_REPORTED)
    put(aws, "a", "b", "poison", "c")
    aws.drain()
    assert batches(aws)[:2] == [["a", "b", "poison", "c"], ["poison", "c"]]
    assert batches(aws)[-1] == ["c"]
    start = json.loads(aws.dead_letters()[0].body)["DDBStreamBatchInfo"]["startSequenceNumber"]
    records = aws.functions["Worker"].module.seen[0]["Records"]
    assert start == records[2]["dynamodb"]["SequenceNumber"]


def test_a_failure_that_passes_is_retried_and_loses_nothing(deploy: Any) -> None:
    aws = deploy(
        RECORDING
        + """
def respond(event):
    if len(seen) < 3:
        raise RuntimeError("not yet")
"""
    )
    put(aws, "a")
    aws.drain()
    assert batches(aws) == [["a"]] * 3
    assert aws.dead_letters() == []


def test_an_unknown_sequence_number_fails_the_whole_batch(deploy: Any) -> None:
    aws = deploy(
        RECORDING + "def respond(event): return {'batchItemFailures': [{'itemIdentifier': '7'}]}",
        ("            BisectBatchOnFunctionError: true\n", ""),
    )
    put(aws, "a", "b")
    aws.drain()
    assert batches(aws) == [["a", "b"]] * 3
    assert json.loads(aws.dead_letters()[0].body)["DDBStreamBatchInfo"]["batchSize"] == 2


def test_records_older_than_the_limit_are_left_behind(deploy: Any) -> None:
    aws = deploy(RECORDING + "def respond(event): return None")
    put(aws, "old")
    aws.clock.advance(3601)
    put(aws, "new")
    aws.drain()
    assert batches(aws) == [["new"]]
    assert aws.dead_letters()[0].reason == "RecordAgeExceeded"


def test_a_reset_leaves_no_record_of_before(deploy: Any) -> None:
    aws = deploy(RECORDING + "def respond(event): return None")
    put(aws, "before")
    aws.reset()
    put(aws, "after")
    aws.drain()
    assert batches(aws) == [["after"]]
