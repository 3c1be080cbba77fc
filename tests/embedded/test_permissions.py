"""What a role does not grant is refused, here as in AWS."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from wireroom_infra.embedded import DeployError, EmbeddedAWS, NotAllowed
from wireroom_infra.embedded.calls import Running, running
from wireroom_infra.embedded.permissions import Role, matches, resource_policy_allows

CALLS = """
import boto3, os, threading
from concurrent.futures import ThreadPoolExecutor
from botocore.exceptions import ClientError

s3 = boto3.client("s3")
BUCKET = os.environ["BUCKET"]

def tried(call, **arguments):
    try:
        call(Bucket=BUCKET, **arguments)
        return "ok"
    except ClientError as error:
        return error.response["Error"]["Code"]
"""


def test_a_call_that_the_role_grants_works_and_one_beside_it_is_refused(deploy: Any) -> None:
    aws = deploy(
        CALLS
        + """
def handler(event, context):
    return [tried(s3.put_object, Key=key, Body=b"x") for key in ("ours/a", "theirs/a")]
"""
    )
    assert aws.invoke("Worker", {}) == ["ok", "AccessDenied"]
    listed = aws.client("s3").list_objects_v2(Bucket=aws.outputs["Bucket"])
    assert [o["Key"] for o in listed["Contents"]] == ["ours/a"]


def test_calls_of_threads_that_a_handler_starts_are_its_own(deploy: Any) -> None:
    aws = deploy(
        CALLS
        + """
pool = ThreadPoolExecutor(4)

def handler(event, context):
    results = list(pool.map(lambda key: tried(s3.put_object, Key=key, Body=b"x"),
                            ["ours/a", "theirs/a"] * 4))
    thread = threading.Thread(
        target=lambda: results.append(tried(s3.put_object, Key="theirs/b", Body=b"x")))
    thread.start()
    thread.join()
    return results
"""
    )
    expected = ["ok", "AccessDenied"] * 4 + ["AccessDenied"]
    assert [aws.invoke("Worker", {}) for _ in range(2)] == [expected, expected]
    assert aws.calls.count("Worker") == {("s3", "PutObject"): 18}


def test_a_missing_key_is_denied_to_whom_may_not_list_the_bucket(deploy: Any) -> None:
    handler = CALLS + "def handler(event, context): return tried(s3.get_object, Key='ours/none')"
    assert deploy(handler).invoke("Worker", {}) == "AccessDenied"


def test_a_missing_key_is_missing_to_whom_may_list_the_bucket(deploy: Any) -> None:
    grant = "- { Effect: Allow, Action: s3:ListBucket, Resource: !GetAtt Bucket.Arn }\n"
    aws = deploy(
        CALLS + "def handler(event, context): return tried(s3.get_object, Key='ours/none')",
        (
            "              - { Effect: Allow, Action: dynamodb:ListStreams",
            f"              {grant}              - {{ Effect: Allow, Action: dynamodb:ListStreams",
        ),
    )
    assert aws.invoke("Worker", {}) == "NoSuchKey"


def test_a_put_that_matches_an_etag_needs_to_read_as_well(deploy: Any) -> None:
    aws = deploy(
        CALLS
        + "def handler(event, context):\n"
        + "    return tried(s3.put_object, Key='ours/a', Body=b'x', IfMatch='e')",
        ("Action: [s3:GetObject, s3:PutObject]", "Action: s3:PutObject"),
    )
    assert aws.invoke("Worker", {}) == "AccessDenied"


def test_each_item_of_a_transaction_needs_its_own_action(deploy: Any) -> None:
    aws = deploy(
        """
import boto3, os
from botocore.exceptions import ClientError

def handler(event, context):
    table = os.environ["TABLE_NAME"]
    row = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    put = {"Put": {"TableName": table, "Item": row}}
    delete = {"Delete": {"TableName": table, "Key": {"pk": {"S": "x"}, "sk": {"S": "y"}}}}
    for items in ([put], [put, delete]):
        try:
            boto3.client("dynamodb").transact_write_items(TransactItems=items)
        except ClientError as error:
            return str(error)
"""
    )
    assert "not authorized to perform: dynamodb:DeleteItem" in aws.invoke("Worker", {})


def test_calls_are_recorded_with_what_they_name(deploy: Any) -> None:
    aws = deploy(
        CALLS + "def handler(event, context): tried(s3.put_object, Key='ours/a', Body=b'')"
    )
    aws.invoke("Worker", {})
    (call,) = aws.calls
    assert (call.function, call.service, call.operation) == ("Worker", "s3", "PutObject")
    assert call.resource == f"arn:aws:s3:::{aws.outputs['Bucket']}/ours/a"
    aws.client("s3").list_buckets()  # the test's own calls are nobody's
    assert len(aws.calls) == 1


def test_grants_that_nothing_needed_can_be_told(deploy: Any) -> None:
    aws = deploy(
        CALLS + "def handler(event, context): tried(s3.put_object, Key='ours/a', Body=b'')"
    )
    aws.invoke("Worker", {})
    assert {a for a, _ in aws.unused_grants("Worker")} == {"s3:GetObject", "dynamodb:PutItem"}
    assert "s3:PutObject" in aws.used_actions("Worker")


@pytest.mark.parametrize(
    ("change", "action"),
    [
        (("[sqs:ReceiveMessage, sqs:DeleteMessage,", "[sqs:DeleteMessage,"), "sqs:ReceiveMessage"),
        (("sqs:DeleteMessage, ", ""), "sqs:DeleteMessage"),
        ((", sqs:GetQueueAttributes", ""), "sqs:GetQueueAttributes"),
        ((", dynamodb:GetRecords", ""), "dynamodb:GetRecords"),
        (("Action: dynamodb:ListStreams", "Action: dynamodb:ListTables"), "dynamodb:ListStreams"),
        (("Action: sqs:SendMessage", "Action: sqs:PurgeQueue"), "sqs:SendMessage"),
        (("Resource: !GetAtt Table.StreamArn", "Resource: !GetAtt Table.Arn"), "DescribeStream"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_event_source_needs_its_role_to_grant_it(
    deploy: Any, change: tuple[str, str], action: str
) -> None:
    with pytest.raises(NotAllowed, match=action):
        deploy("def handler(event, context): pass", change)


def test_a_role_that_lambda_may_not_assume_is_refused(deploy: Any) -> None:
    with pytest.raises(NotAllowed, match="sts:AssumeRole"):
        deploy("", ("Service: lambda.amazonaws.com", "Service: ec2.amazonaws.com"))


def test_a_function_that_may_not_log_is_refused(deploy: Any) -> None:
    aws = deploy("def handler(event, context): pass", ('"logs:*"', "logs:GetLogEvents"))
    with pytest.raises(NotAllowed, match="logs:CreateLogStream"):
        aws.invoke("Worker", {})


def test_a_condition_that_is_not_understood_is_refused_at_deployment(deploy: Any) -> None:
    change = (
        "Resource: !Sub ${Bucket.Arn}/ours/*",
        "Resource: !Sub ${Bucket.Arn}/ours/*\n"
        "                Condition: { Bool: { aws:SecureTransport: true } }",
    )
    with pytest.raises(DeployError, match="Condition"):
        deploy("", change)


# --- the evaluator by itself --------------------------------------------------------------------


def role(*statements: dict[str, Any]) -> Role:
    return Role("r", (), [{"Statement": list(statements)}])


def test_a_deny_wins_over_every_allow() -> None:
    found = role(
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/secret/*"},
    )
    assert found.allows("s3:PutObject", "arn:aws:s3:::b/open/x")
    assert not found.allows("s3:PutObject", "arn:aws:s3:::b/secret/x")


def test_actions_are_compared_without_case_and_resources_with_it() -> None:
    found = role({"Effect": "Allow", "Action": "S3:getobject", "Resource": "arn:aws:s3:::b/A"})
    assert found.allows("s3:GetObject", "arn:aws:s3:::b/A")
    assert not found.allows("s3:GetObject", "arn:aws:s3:::b/a")


def test_rows_are_told_apart_by_their_partition_keys() -> None:
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["job#*"]}}
    put = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "t"}
    found = role(put | {"Condition": condition})
    assert found.allows("dynamodb:PutItem", "t", "job#1")
    assert not found.allows("dynamodb:PutItem", "t", "article#1")
    assert not found.allows("dynamodb:PutItem", "t")
    other = {"ForAllValues:StringLike": {"dynamodb:Attributes": ["pk"]}}
    with pytest.raises(DeployError, match="Condition"):
        role(put | {"Condition": other})


def test_a_transaction_needs_each_of_its_rows_to_be_granted(aws: EmbeddedAWS) -> None:
    table, role = aws.outputs["TableName"], aws.functions["DeskFunction"].role
    client = aws.client("dynamodb")
    own = ("DeskFunction", "1", role, aws.calls, client.meta.region_name, "123456789012")
    token = running.set(Running(*own))
    try:
        for granted, keys in ((True, ("settings", "job#1")), (False, ("settings", "article#1"))):
            puts = [
                {"Put": {"TableName": table, "Item": {"pk": {"S": key}, "sk": {"S": "test"}}}}
                for key in keys
            ]
            with nullcontext() if granted else pytest.raises(ClientError, match="PutItem"):
                client.transact_write_items(TransactItems=puts)
    finally:
        running.reset(token)


@given(st.text(alphabet="ab/:.*?[", max_size=8), st.text(alphabet="ab/:.[", max_size=8))
def test_a_pattern_without_wildcards_matches_itself_only(pattern: str, text: str) -> None:
    if "*" not in pattern and "?" not in pattern:
        assert matches(pattern, text) == (pattern == text)
    assert matches("*", text)
    assert matches(text + "*", text + pattern)


def test_a_queue_policy_is_for_its_source_only() -> None:
    policy = (
        '{"Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},'
        '"Action":"sqs:SendMessage","Resource":"q",'
        '"Condition":{"ArnEquals":{"aws:SourceArn":"rule"}}}]}'
    )
    ask = ("events.amazonaws.com", "sqs:SendMessage", "q")
    assert resource_policy_allows(policy, *ask, "rule")
    assert not resource_policy_allows(policy, *ask, "another rule")
    assert not resource_policy_allows(policy, "sns.amazonaws.com", *ask[1:], "rule")
    assert not resource_policy_allows(None, *ask, "rule")
