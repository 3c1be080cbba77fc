"""What S3 tells queues, and what it moves and deletes on condition only."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_plus

import pytest
from botocore.exceptions import ClientError

from wireroom_infra.embedded import DeployError, NotAllowed

NOTHING = "def handler(event, context): pass"
TELLS = """
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        QueueConfigurations:
          - Event: s3:ObjectCreated:*
            Queue: !GetAtt Queue.Arn
            Filter: { S3Key: { Rules: [{ Name: prefix, Value: in/ }] } }
"""
LEAVE = """
  Leave:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { Service: s3.amazonaws.com }
            Action: sqs:SendMessage
            Resource: !GetAtt Queue.Arn
            Condition: { StringEquals: { aws:SourceAccount: !Ref AWS::AccountId } }
"""
BUCKET = "\n  Bucket:\n    Type: AWS::S3::Bucket\n"


def told(aws: Any) -> list[str]:
    """The keys that the queue was told of, as in the messages."""
    answer = aws.client("sqs").receive_message(
        QueueUrl=aws.outputs["Queue"], MaxNumberOfMessages=10
    )
    bodies = [json.loads(each["Body"]) for each in answer.get("Messages", [])]
    return [each["s3"]["object"]["key"] for body in bodies for each in body.get("Records", [])]


def test_a_queue_is_told_of_what_is_put_under_a_prefix(deploy: Any) -> None:
    aws = deploy(NOTHING, (BUCKET, TELLS + LEAVE))
    s3, bucket = aws.client("s3"), aws.outputs["Bucket"]
    keys = ["in/a b+c%.xml", "in/é"]
    for key in (*keys, "out/d"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    s3.copy_object(Bucket=bucket, Key="in/copy", CopySource={"Bucket": bucket, "Key": "out/d"})
    found = told(aws)
    assert sorted(found) == sorted(["in%2Fa+b%2Bc%25.xml", "in%2F%C3%A9", "in%2Fcopy"])
    assert sorted(map(unquote_plus, found)) == sorted([*keys, "in/copy"])


def test_a_bucket_needs_the_leave_of_the_queue_that_it_tells(deploy: Any) -> None:
    with pytest.raises(NotAllowed, match="sqs:SendMessage"):
        deploy(NOTHING, (BUCKET, TELLS))


@pytest.mark.parametrize(
    "change",
    [("s3.amazonaws.com", "sns.amazonaws.com"), ("!Ref AWS::AccountId", '"999999999999"')],
)
def test_leave_for_another_is_none(deploy: Any, change: tuple[str, str]) -> None:
    with pytest.raises(NotAllowed, match="sqs:SendMessage"):
        deploy(NOTHING, (BUCKET, TELLS + LEAVE.replace(*change)))


def test_what_a_bucket_can_not_tell_here_is_refused(deploy: Any) -> None:
    other = TELLS.replace("QueueConfigurations", "TopicConfigurations")
    with pytest.raises(DeployError, match="TopicConfigurations"):
        deploy(NOTHING, (BUCKET, other))


def test_a_copy_and_a_delete_may_be_of_one_version_only(deploy: Any) -> None:
    aws = deploy(NOTHING)
    s3, bucket = aws.client("s3"), aws.outputs["Bucket"]
    first = s3.put_object(Bucket=bucket, Key="a b", Body=b"1")["ETag"]
    second = s3.put_object(Bucket=bucket, Key="a b", Body=b"2")["ETag"]
    source = {"Bucket": bucket, "Key": "a b"}
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.copy_object(Bucket=bucket, Key="c", CopySource=source, CopySourceIfMatch=first)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.delete_object(Bucket=bucket, Key="a b", IfMatch=first)
    assert sorted(aws.contents(bucket)) == ["a b"]
    s3.copy_object(Bucket=bucket, Key="c", CopySource=source, CopySourceIfMatch=second)
    s3.delete_object(Bucket=bucket, Key="a b", IfMatch=second)
    assert aws.contents(bucket) == {"c": b"2"}
