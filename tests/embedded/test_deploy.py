"""A mistake in the template fails when it is deployed; schedules, filters, ports and resets."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from wireroom import clock
from wireroom_infra.embedded import (
    DeployError,
    EmbeddedAWS,
    EmbeddedError,
    NotAllowed,
    VirtualClock,
)
from wireroom_infra.embedded.filters import event_filter
from wireroom_infra.embedded.schedules import rate

NO_QUEUE = "arn:aws:sqs:eu-west-1:123456789012:none"
NOTHING = "def handler(event, context): pass"
RECORDING = "seen = []\ndef handler(event, context):\n    seen.append(event)\n"


@pytest.mark.parametrize(
    "change",
    [
        ("  Queue: !GetAtt Queue.Arn", f"  Queue: {NO_QUEUE}"),
        ("            Stream: !GetAtt Table.StreamArn", "            Stream: !GetAtt Table.Arn"),
        ("Destination: !GetAtt DeadLetters.Arn", f"Destination: {NO_QUEUE}"),
        ("StartingPosition: TRIM_HORIZON", "StartingPosition: LATEST"),
        ("Type: AWS::S3::Bucket", "Type: AWS::S3::Bukcet"),
        ("ScheduleExpression: rate(1 minute)", "ScheduleExpression: 'cron(0 12 * * ? *)'"),
        ('"S":["seen"]', '"S":[{"anything-but":"seen"}]'),
        ("Role: !GetAtt WorkerRole.Arn", "Role: arn:aws:iam::123456789012:role/nobody"),
        ("CodeUri: worker/", "CodeUri: worker/\\n      Nonsense: true"),
    ],
    ids=["queue", "stream", "destination", "position", "type", "schedule", "filter", "role", "sam"],
)
def test_a_wrong_template_is_refused(deploy: Any, change: tuple[str, str]) -> None:
    change = (change[0], change[1].replace("\\n", "\n"))
    with pytest.raises(DeployError):
        deploy(NOTHING, change)


def test_a_rule_needs_the_leave_of_its_queue(deploy: Any) -> None:
    rule = """
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { source: [desk] }
      Targets: [{ Id: work, Arn: !GetAtt Queue.Arn }]
  Bucket:
"""
    with pytest.raises(NotAllowed, match="sqs:SendMessage"):
        deploy(NOTHING, ("\n  Bucket:\n", rule))


def test_there_is_one_at_a_time(deploy: Any, tmp_path: Any) -> None:
    deploy(NOTHING)
    with (
        pytest.raises(EmbeddedError, match="already running"),
        EmbeddedAWS(tmp_path / "template.yaml"),
    ):
        pass


def test_nothing_leaves_for_the_network(deploy: Any) -> None:
    aws = deploy(NOTHING)
    elsewhere = boto3.client("s3", endpoint_url="http://192.0.2.1:1")
    with pytest.raises(Exception, match="does not answer for http://192"):
        elsewhere.list_buckets()
    assert aws.client("sts").get_caller_identity()["Account"] == "123456789012"


# --- schedules ----------------------------------------------------------------------------------


def test_a_schedule_fires_at_once_and_then_at_its_rate(deploy: Any) -> None:
    aws = deploy(RECORDING)
    assert aws.tick()
    assert not aws.tick()
    aws.clock.advance(59)
    assert not aws.tick()
    aws.clock.advance(1)
    assert aws.tick()
    times = [event["time"] for event in aws.functions["Worker"].module.seen]
    assert times == ["2026-02-11T09:00:00Z", "2026-02-11T09:01:00Z"]


def test_minutes_that_nobody_ticked_fire_once(deploy: Any) -> None:
    aws = deploy(RECORDING)
    aws.clock.advance(605)
    assert aws.tick()
    assert not aws.tick()
    (event,) = aws.functions["Worker"].module.seen
    assert event["time"] == "2026-02-11T09:10:00Z"


def test_a_scheduled_event_has_the_shape_that_scheduler_gives_it(deploy: Any) -> None:
    aws = deploy(RECORDING)
    aws.tick()
    (event,) = aws.functions["Worker"].module.seen
    assert event["source"] == "aws.scheduler"
    assert event["detail-type"] == "Scheduled Event"
    assert event["resources"] == [aws.schedules[0].arn]
    assert event["detail"] == "{}"
    assert event["account"] == "123456789012"


def test_a_scheduled_function_that_fails_is_tried_again_as_its_configuration_says(
    deploy: Any,
) -> None:
    aws = deploy(RECORDING + "    raise RuntimeError('no')", ("rate(1 minute)", "rate(1 hour)"))
    for _ in range(10):
        aws.tick()
        aws.clock.advance(60)
    first, again = aws.functions["Worker"].module.seen
    assert again == first
    assert len(aws.failures) == 2


@pytest.mark.parametrize("text", ["rate(5 minutes)", "rate(1 hour)", "rate(2 days)"])
def test_rates_are_read(text: str) -> None:
    assert rate(text).total_seconds() in (300, 3600, 172800)


# --- filters ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "record", "passes"),
    [
        ('{"a":["x","y"]}', {"a": "y"}, True),
        ('{"a":["x"]}', {"a": "z"}, False),
        ('{"a":["x"]}', {}, False),
        ('{"a":{"b":["x"]}}', {"a": "x"}, False),
        ('{"a":[null]}', {"a": None}, True),
        ('{"a":[{"prefix":"ab"}]}', {"a": "abc"}, True),
        ('{"a":[{"prefix":"ab"}]}', {"a": 1}, False),
        ('{"a":[{"exists":true}]}', {"a": None}, True),
        ('{"a":[{"exists":false}]}', {}, True),
        ('{"a":[{"exists":false}]}', {"a": 0}, False),
        ('{"a":["x"],"b":[1]}', {"a": "x", "b": 1}, True),
        ('{"a":["x"],"b":[1]}', {"a": "x", "b": 2}, False),
    ],
)
def test_a_filter_lets_through_what_lambda_would(
    pattern: str, record: dict[str, Any], passes: bool
) -> None:
    assert event_filter({"Filters": [{"Pattern": pattern}]})(record) is passes


def test_any_of_several_filters_is_enough() -> None:
    found = event_filter({"Filters": [{"Pattern": '{"a":[1]}'}, {"Pattern": '{"a":[2]}'}]})
    assert [found({"a": n}) for n in (1, 2, 3)] == [True, True, False]
    assert event_filter(None)({})


# --- containers, clock, reset, port -------------------------------------------------------------


def test_a_container_keeps_its_module_until_a_cold_start(deploy: Any) -> None:
    aws = deploy("n = 0\ndef handler(event, context):\n    global n\n    n += 1\n    return n")
    assert [aws.invoke("Worker", {}) for _ in range(2)] == [1, 2]
    aws.cold_start()
    assert aws.invoke("Worker", {}) == 1


def test_the_environment_is_the_functions_own_and_is_put_back(
    deploy: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    aws = deploy("import os\ndef handler(event, context): return dict(os.environ)")
    found = aws.invoke("Worker", {})
    assert found["TABLE_NAME"] == aws.outputs["Table"]
    assert found["AWS_REGION"] == aws.region
    assert "AWS_PROFILE" not in found
    aws.__exit__()
    import os

    assert os.environ["AWS_PROFILE"] == "somebody"
    assert "TABLE_NAME" not in os.environ
    assert clock.now().year != 2026 or clock.now() != aws.clock.now()


def test_the_context_tells_the_function_about_itself(deploy: Any) -> None:
    aws = deploy(
        "def handler(event, context):\n"
        "    return [context.function_name, context.memory_limit_in_mb, context.aws_request_id,\n"
        "            context.invoked_function_arn, context.get_remaining_time_in_millis()]\n"
    )
    name, memory, request, arn, left = aws.invoke("Worker", {})
    assert name == aws.stack.ids["Worker"]
    assert arn.endswith(f":function:{name}")
    assert (memory, left) == ("128", 10_000)
    assert len(request) == 36


def test_an_event_or_response_that_json_can_not_carry_fails(deploy: Any) -> None:
    aws = deploy("def handler(event, context): return {1, 2}")
    with pytest.raises(TypeError):
        aws.invoke("Worker", {})
    with pytest.raises(TypeError):
        aws.invoke("Worker", {"at": datetime.now(UTC)})


def test_a_virtual_clock_is_moto_s_and_wireroom_s(deploy: Any) -> None:
    aws = deploy(NOTHING)
    aws.clock.advance(3600)
    s3 = aws.client("s3")
    s3.put_object(Bucket=aws.outputs["Bucket"], Key="a", Body=b"")
    at = s3.head_object(Bucket=aws.outputs["Bucket"], Key="a")["LastModified"]
    assert at == clock.now() == datetime(2026, 2, 11, 10, tzinfo=UTC)
    with pytest.raises(ValueError, match="go back"):
        aws.clock.advance(-1)


def test_a_reset_empties_everything_and_starts_the_clock_again(deploy: Any) -> None:
    aws = deploy(RECORDING)
    assert isinstance(aws.clock, VirtualClock)
    aws.tick()
    aws.client("sqs").send_message(QueueUrl=aws.outputs["Queue"], MessageBody="x")
    aws.client("sqs").send_message(QueueUrl=aws.outputs["DeadLetters"], MessageBody="x")
    aws.client("s3").put_object(Bucket=aws.outputs["Bucket"], Key="a", Body=b"")
    item = {"pk": {"S": "a"}, "sk": {"S": "seen"}}
    aws.client("dynamodb").put_item(TableName=aws.outputs["Table"], Item=item)
    aws.clock.advance(10)
    aws.reset()
    assert not aws.poll()
    assert aws.dead_letters() == []
    assert aws.clock.now() == aws.clock.start
    assert aws.client("s3").list_objects_v2(Bucket=aws.outputs["Bucket"])["KeyCount"] == 0
    assert aws.client("dynamodb").scan(TableName=aws.outputs["Table"])["Count"] == 0
    assert aws.functions["Worker"].module.seen == []
    assert aws.tick()


def test_the_same_aws_answers_on_a_port(deploy: Any) -> None:
    aws = deploy(RECORDING, port=0)
    aws.client("s3").put_object(Bucket=aws.outputs["Bucket"], Key="a", Body=b"inside")
    bucket = boto3.client("s3", endpoint_url=aws.endpoint)
    answer = bucket.get_object(Bucket=aws.outputs["Bucket"], Key="a")
    assert answer["Body"].read() == b"inside"
    outside = boto3.client("sqs", endpoint_url=aws.endpoint)
    queue = outside.get_queue_url(QueueName=aws.outputs["Queue"].rsplit("/", 1)[-1])["QueueUrl"]
    outside.send_message(QueueUrl=queue, MessageBody="from outside")
    aws.drain()
    assert aws.functions["Worker"].module.seen[0]["Records"][0]["body"] == "from outside"


def test_of_writers_side_by_side_one_swap_wins(deploy: Any) -> None:
    aws = deploy(NOTHING)
    s3, bucket = aws.client("s3"), aws.outputs["Bucket"]
    tag = s3.put_object(Bucket=bucket, Key="page", Body=b"0")["ETag"]
    outcomes: list[str] = []

    def swap(body: bytes) -> None:
        try:
            s3.put_object(Bucket=bucket, Key="page", Body=body, IfMatch=tag)
            outcomes.append("won")
        except ClientError as error:
            outcomes.append(error.response["Error"]["Code"])

    threads = [threading.Thread(target=swap, args=(str(n + 1).encode(),)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["PreconditionFailed"] * 15 + ["won"]


def test_run_forever_drives_on_real_time_until_it_is_stopped(deploy: Any) -> None:
    aws = deploy(
        "import threading\nseen = []\nboth = threading.Event()\n"
        "def handler(event, context):\n"
        "    seen.append(event)\n"
        "    if len(seen) == 2:\n        both.set()\n"
    )
    aws.client("sqs").send_message(QueueUrl=aws.outputs["Queue"], MessageBody="x")
    stop = threading.Event()
    driver = threading.Thread(target=aws.run_forever, args=(stop, 0.01))
    driver.start()
    arrived = aws.functions["Worker"].module.both.wait(30)
    stop.set()
    driver.join(30)
    assert arrived
    assert not driver.is_alive()


def test_what_breaks_the_embedded_aws_itself_ends_run_forever(deploy: Any) -> None:
    aws = deploy("def handler(event, context): pass", ('"logs:*"', "logs:GetLogEvents"))
    stop = threading.Event()
    with pytest.raises(NotAllowed, match="logs:CreateLogStream"):
        aws.run_forever(stop, 0.01)
    assert stop.is_set()


def test_a_restored_stack_holds_what_the_snapshot_saw_at_its_time_and_nothing_since(
    deploy: Any,
) -> None:
    aws = deploy("def handler(event, context): return {}")
    table, bucket = aws.outputs["Table"], aws.outputs["Bucket"]
    dynamodb, s3 = aws.client("dynamodb"), aws.client("s3")

    def write(value: str) -> None:
        item = {"pk": {"S": "a"}, "sk": {"S": "a"}, "value": {"S": value}}
        dynamodb.put_item(TableName=table, Item=item)
        s3.put_object(Bucket=bucket, Key="page", Body=value.encode())
        aws.drain()

    write("old")
    aws.clock.advance(90)
    moment = aws.clock.now()
    snapshot = aws.snapshot()
    for again in range(2):
        write(f"new {again}")
        s3.put_object(Bucket=bucket, Key="later", Body=b"x")
        aws.clock.advance(90)
        aws.restore(snapshot)
        assert [row["value"]["S"] for row in dynamodb.scan(TableName=table)["Items"]] == ["old"]
        assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["page"]
        assert s3.get_object(Bucket=bucket, Key="page")["Body"].read() == b"old"
        assert aws.clock.now() == moment
        assert not aws.poll()
