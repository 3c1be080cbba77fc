"""ingest: every minute, poll the feeds that are due, and tell the site's own hub what changed."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from wireroom.measure import measure
from wireroom.pipeline.announce import Announcer
from wireroom.pipeline.ingest import Ingest
from wireroom.pipeline.subscribe import Subscriber
from wireroom.store.aws import CONFIG
from wireroom.store.bodies import Bodies
from wireroom.store.feeds import Feeds
from wireroom.store.pages import Pages
from wireroom.store.queues import Queue
from wireroom.store.secrets import Secrets
from wireroom.store.table import Table

logger = Logger()

_dynamodb = boto3.client("dynamodb", config=CONFIG)
_s3 = boto3.client("s3", config=CONFIG)
_sqs = boto3.client("sqs", config=CONFIG)
_table = Table(_dynamodb, os.environ["TABLE_NAME"])
_feeds = Feeds(_dynamodb, os.environ["TABLE_NAME"])
_secrets = Secrets(partial(boto3.client, config=CONFIG))
_ingest = Ingest(
    _table,
    _feeds,
    Bodies(_s3, os.environ["CONTENT_BUCKET"]),
    Queue(_sqs, os.environ["WIRE_QUEUE_URL"]),
    Queue(_sqs, os.environ["WIRE_DEAD_LETTERS_URL"]),
    secrets=_secrets,
    subscriber=Subscriber(
        _feeds, _secrets, url=os.environ["HUB_URL"], master=os.environ["HUB_SECRET"]
    ),
)
_announcer = Announcer(_table, Pages(_s3, os.environ["SITE_BUCKET"]))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    counts = _ingest.run() + _announcer.run(_ingest.settings)
    measure(counts)
    return dict(counts)
