"""push: a function URL that feeds' senders post entries and pictures to."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from wireroom.measure import measure
from wireroom.pipeline.function_url import request
from wireroom.pipeline.push import Push, response
from wireroom.store.aws import CONFIG
from wireroom.store.bodies import Bodies
from wireroom.store.feeds import Feeds
from wireroom.store.queues import Queue
from wireroom.store.secrets import Secrets

logger = Logger()

_sqs = boto3.client("sqs", config=CONFIG)
_push = Push(
    Feeds(boto3.client("dynamodb", config=CONFIG), os.environ["TABLE_NAME"]),
    Bodies(boto3.client("s3", config=CONFIG), os.environ["CONTENT_BUCKET"]),
    Queue(_sqs, os.environ["WIRE_QUEUE_URL"]),
    Queue(_sqs, os.environ["WIRE_DEAD_LETTERS_URL"]),
    Secrets(partial(boto3.client, config=CONFIG)),
)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    reply = _push.answer(request(event))
    measure(reply.counts)
    return response(reply)
