"""A stack's dead letters, to be redriven."""

from __future__ import annotations

from typing import Any

from wireroom.pipeline.redrive import Failed, Redrive
from wireroom.store.drops import Drops
from wireroom.store.feeds import Feeds
from wireroom.store.letters import DeadLetters
from wireroom.store.queues import Queue
from wireroom.store.stream import Stream
from wireroom.store.table import Table
from wireroom_infra.operate.queues import DEAD_LETTERS, WORK


def redrive_of(reached: Any) -> Redrive:
    """`reached`: has `client` and `outputs`, as `wireroom_infra.cli.reach.Reached` does."""
    sqs, dynamodb, outputs = reached.client("sqs"), reached.client("dynamodb"), reached.outputs
    failed = {
        str(name): Failed(
            DeadLetters(sqs, outputs[dead]),
            Queue(sqs, outputs[WORK[name]]) if name in WORK else None,
        )
        for name, dead in DEAD_LETTERS.items()
    }
    table = outputs["TableName"]
    stream = Stream(reached.client("dynamodbstreams"))
    drops = Drops(reached.client("s3"), outputs["InboxBucket"])
    return Redrive(Table(dynamodb, table), Feeds(dynamodb, table), drops, stream, failed)
