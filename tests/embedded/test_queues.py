"""What Lambda does with a queue."""

from __future__ import annotations

from typing import Any

import pytest

from wireroom_infra.embedded import EmbeddedAWS

RECORDING = """
seen = []

def handler(event, context):
    seen.append(event)
    return respond(event)
"""


def send(aws: EmbeddedAWS, *bodies: str) -> None:
    for body in bodies:
        aws.client("sqs").send_message(QueueUrl=aws.outputs["Queue"], MessageBody=body)


def bodies_of(batches: list[Any]) -> list[list[str]]:
    return [[r["body"] for r in event["Records"]] for event in batches]


def seen(aws: EmbeddedAWS) -> list[Any]:
    return aws.functions["Worker"].module.seen


def test_a_batch_is_delivered_once_and_deleted(deploy: Any) -> None:
    aws = deploy(RECORDING + "def respond(event): return {'batchItemFailures': []}")
    send(aws, *map(str, range(12)))
    aws.drain()
    assert sorted(body for batch in bodies_of(seen(aws)) for body in batch) == sorted(
        map(str, range(12))
    )
    assert [len(b) for b in bodies_of(seen(aws))] == [10, 2]
    assert not aws.poll()


def test_a_record_has_the_shape_that_lambda_gives_it(deploy: Any) -> None:
    aws = deploy(RECORDING + "def respond(event): return None")
    aws.client("sqs").send_message(
        QueueUrl=aws.outputs["Queue"],
        MessageBody="{}",
        MessageAttributes={"reason": {"DataType": "String", "StringValue": "why"}},
    )
    aws.drain()
    (record,) = seen(aws)[0]["Records"]
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["attributes"]["SentTimestamp"] == "1770800400000"
    assert record["messageAttributes"]["reason"]["stringValue"] == "why"
    assert record["eventSource"] == "aws:sqs"
    assert record["awsRegion"] == aws.region
    assert record["eventSourceARN"] == aws.queues[0].arn
    assert record["messageId"]
    assert record["receiptHandle"]


def test_only_what_the_response_names_comes_back(deploy: Any) -> None:
    aws = deploy(
        RECORDING
        + """
def respond(event):
    return {"batchItemFailures": [
        {"itemIdentifier": r["messageId"]} for r in event["Records"]
        if r["body"] == "bad" and r["attributes"]["ApproximateReceiveCount"] == "1"
    ]}
"""
    )
    send(aws, "good", "bad")
    aws.drain()
    assert bodies_of(seen(aws)) == [["good", "bad"], ["bad"]]
    assert aws.dead_letters() == []


def test_a_message_that_always_fails_ends_in_the_dead_letters_after_its_receives(
    deploy: Any,
) -> None:
    aws = deploy(
        RECORDING
        + """
def respond(event):
    return {"batchItemFailures": [
        {"itemIdentifier": r["messageId"]} for r in event["Records"] if r["body"] == "bad"
    ]}
"""
    )
    send(aws, "good", "bad")
    aws.drain()
    assert bodies_of(seen(aws)) == [["good", "bad"], ["bad"], ["bad"]]
    (dead,) = aws.dead_letters()
    assert (dead.queue, dead.body) == ("DeadLetters", "bad")
    assert dead.reason == "received 3 times without success"
    assert aws.dead_letters() == [dead]  # looking takes nothing away


def test_a_failed_message_stays_invisible_until_its_time(deploy: Any) -> None:
    aws = deploy(RECORDING + "def respond(event): raise RuntimeError('not today')")
    send(aws, "one")
    assert aws.poll()
    aws.clock.advance(59)
    assert not aws.poll()
    aws.clock.advance(1)
    assert aws.poll()
    assert len(seen(aws)) == 2


def test_a_message_that_was_sent_long_ago_is_given_back(deploy: Any) -> None:
    aws = deploy(RECORDING + "def respond(event): return None")
    send(aws, "one")
    aws.clock.advance(13 * 3600)
    sqs, queue = aws.client("sqs"), {"QueueUrl": aws.outputs["Queue"]}
    (message,) = sqs.receive_message(**queue)["Messages"]
    sqs.change_message_visibility(
        **queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
    )
    assert len(sqs.receive_message(**queue)["Messages"]) == 1


@pytest.mark.parametrize(
    "respond",
    [
        "def respond(event): raise RuntimeError('all of them')",
        "def respond(event): return {'batchItemFailures': [{'itemIdentifier': 'who?'}]}",
        "def respond(event): return {'batchItemFailures': [{'itemIdentifier': None}]}",
        "def respond(event): return {'batchItemFailures': [{}]}",
    ],
    ids=["exception", "unknown", "null", "without identifier"],
)
def test_the_whole_batch_fails(deploy: Any, respond: str) -> None:
    aws = deploy(RECORDING + respond)
    send(aws, "one", "two")
    aws.drain()
    assert bodies_of(seen(aws)) == [["one", "two"]] * 3
    assert sorted(d.body for d in aws.dead_letters()) == ["one", "two"]


def test_without_partial_responses_a_batch_succeeds_when_the_handler_returns(deploy: Any) -> None:
    aws = deploy(
        RECORDING + "def respond(event): return {'batchItemFailures': [{'itemIdentifier': '?'}]}",
        (
            "BatchSize: 10\n            FunctionResponseTypes: [ReportBatchItemFailures]\n",
            "BatchSize: 10\n",
        ),
    )
    send(aws, "one")
    aws.drain()
    assert len(seen(aws)) == 1
    assert aws.dead_letters() == []


def test_failures_are_kept_with_the_function_and_the_error(deploy: Any) -> None:
    aws = deploy(RECORDING + "def respond(event): raise RuntimeError('not today')")
    send(aws, "one")
    aws.poll()
    (failure,) = aws.failures
    assert failure.function == "Worker"
    assert str(failure.error) == "not today"


def test_what_takes_longer_than_the_timeout_fails(deploy: Any) -> None:
    aws = deploy(
        "from wireroom import clock\nseen = []\n"
        "def handler(event, context):\n"
        "    seen.append(context.get_remaining_time_in_millis())\n"
        "    clock.now.__self__.advance(11)\n"
    )
    send(aws, "slow")
    aws.poll()
    assert seen(aws) == [10_000]
    assert str(aws.failures[0].error) == "Worker timed out after 10 s"


def test_drain_says_what_still_moves(deploy: Any) -> None:
    aws = deploy(
        "import boto3, os\nseen = []\n"
        "def handler(event, context):\n"
        "    boto3.client('sqs').send_message(QueueUrl=os.environ['QUEUE_URL'], MessageBody='x')\n",
        ("Resource: !GetAtt DeadLetters.Arn\n", "Resource: '*'\n"),
    )
    send(aws, "x")
    with pytest.raises(Exception, match="after 5 rounds there is still work for Worker"):
        aws.drain(limit=5)
