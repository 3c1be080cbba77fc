"""edit: apply editors' events to articles."""

from __future__ import annotations

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from wireroom.measure import measure
from wireroom.pipeline.edit import Edit
from wireroom.pipeline.messages import messages
from wireroom.store.aws import CONFIG
from wireroom.store.bodies import Bodies
from wireroom.store.queues import Queue
from wireroom.store.table import Table

logger = Logger()

_edit = Edit(
    Table(boto3.client("dynamodb", config=CONFIG), os.environ["TABLE_NAME"]),
    Bodies(boto3.client("s3", config=CONFIG), os.environ["CONTENT_BUCKET"]),
    Queue(boto3.client("sqs", config=CONFIG), os.environ["EDIT_DEAD_LETTERS_URL"]),
)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    result = _edit.run(messages(event))
    measure(result.counts, prefix="edits_")
    return {"batchItemFailures": [{"itemIdentifier": name} for name in result.failed]}
