"""inbox: queue what is new in the files that agencies put into the inbox bucket."""

from __future__ import annotations

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from wireroom.measure import measure
from wireroom.pipeline.inbox import Inbox
from wireroom.pipeline.messages import messages
from wireroom.store.aws import CONFIG
from wireroom.store.bodies import Bodies
from wireroom.store.drops import Drops
from wireroom.store.feeds import Feeds
from wireroom.store.queues import Queue

logger = Logger()

_s3, _sqs = boto3.client("s3", config=CONFIG), boto3.client("sqs", config=CONFIG)
_inbox = Inbox(
    Feeds(boto3.client("dynamodb", config=CONFIG), os.environ["TABLE_NAME"]),
    Drops(_s3, os.environ["INBOX_BUCKET"]),
    Bodies(_s3, os.environ["CONTENT_BUCKET"]),
    Queue(_sqs, os.environ["WIRE_QUEUE_URL"]),
    rejected=Queue(_sqs, os.environ["WIRE_DEAD_LETTERS_URL"]),
    failed=Queue(_sqs, os.environ["INBOX_DEAD_LETTERS_URL"]),
)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    result = _inbox.run(messages(event))
    measure(result.counts)
    return {"batchItemFailures": [{"itemIdentifier": name} for name in result.failed]}
