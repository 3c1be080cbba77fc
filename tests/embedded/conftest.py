"""A stack of one function with one queue and one stream, small enough to change in a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wireroom_infra.embedded import EmbeddedAWS, VirtualClock

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.13
    Handler: app.handler
    Timeout: 10
    Environment:
      Variables:
        TABLE_NAME: !Ref Table
        BUCKET: !Ref Bucket
        QUEUE_URL: !Ref Queue
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: worker/
      Role: !GetAtt WorkerRole.Arn
      EventInvokeConfig: { MaximumRetryAttempts: 1 }
      Events:
        Minute:
          Type: ScheduleV2
          Properties: { ScheduleExpression: rate(1 minute) }
        Work:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue.Arn
            BatchSize: 10
            FunctionResponseTypes: [ReportBatchItemFailures]
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Table.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 8
            FunctionResponseTypes: [ReportBatchItemFailures]
            BisectBatchOnFunctionError: true
            MaximumRetryAttempts: 2
            MaximumRecordAgeInSeconds: 3600
            DestinationConfig:
              OnFailure: { Type: SQS, Destination: !GetAtt DeadLetters.Arn }
            FilterCriteria:
              Filters: [{ Pattern: '{"dynamodb":{"Keys":{"sk":{"S":["seen"]}}}}' }]
  WorkerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }
      Policies:
        - PolicyName: worker
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: "logs:*", Resource: "*" }
              - Effect: Allow
                Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]
                Resource: !GetAtt Queue.Arn
              - Effect: Allow
                Action: sqs:SendMessage
                Resource: !GetAtt DeadLetters.Arn
              - Effect: Allow
                Action: [dynamodb:DescribeStream, dynamodb:GetRecords, dynamodb:GetShardIterator]
                Resource: !GetAtt Table.StreamArn
              - { Effect: Allow, Action: dynamodb:ListStreams, Resource: "*" }
              - { Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Table.Arn }
              - Effect: Allow
                Action: [s3:GetObject, s3:PutObject]
                Resource: !Sub ${Bucket.Arn}/ours/*
  Bucket:
    Type: AWS::S3::Bucket
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
      RedrivePolicy: { deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 3 }
  DeadLetters:
    Type: AWS::SQS::Queue
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: pk, AttributeType: S }
        - { AttributeName: sk, AttributeType: S }
      KeySchema:
        - { AttributeName: pk, KeyType: HASH }
        - { AttributeName: sk, KeyType: RANGE }
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
Outputs:
  Table: { Value: !Ref Table }
  Bucket: { Value: !Ref Bucket }
  Queue: { Value: !Ref Queue }
  DeadLetters: { Value: !Ref DeadLetters }
"""

Deploy = Callable[..., EmbeddedAWS]


@pytest.fixture
def deploy(no_aws: None, tmp_path: Path) -> Iterator[Deploy]:
    """Deploys the small stack with the given handler source; `change`: replacements in it.

    A handler has `seen`, a list that the test can read as `aws.seen`.
    """
    with ExitStack() as stack:

        def deploy(handler: str, *change: tuple[str, str], port: int | None = None) -> EmbeddedAWS:
            template = TEMPLATE
            for old, new in change:
                assert old in template
                template = template.replace(old, new)
            (tmp_path / "worker").mkdir()
            (tmp_path / "worker" / "app.py").write_text(handler)
            (tmp_path / "template.yaml").write_text(template)
            clock = VirtualClock(datetime(2026, 2, 11, 9, tzinfo=UTC))
            return stack.enter_context(
                EmbeddedAWS(tmp_path / "template.yaml", clock=clock, port=port)
            )

        yield deploy
