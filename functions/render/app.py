"""render: write the pages that changes in the table's stream affect."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from wireroom.measure import measure
from wireroom.pipeline.changes import records
from wireroom.pipeline.purge import Purging, ordered
from wireroom.pipeline.render import Render
from wireroom.pipeline.republish import Republish
from wireroom.store.aws import CONFIG
from wireroom.store.bodies import Bodies
from wireroom.store.cdn import Cdn
from wireroom.store.pages import Pages
from wireroom.store.queues import Queue
from wireroom.store.table import Table

logger = Logger()

_s3 = boto3.client("s3", config=CONFIG)
_table = Table(boto3.client("dynamodb", config=CONFIG), os.environ["TABLE_NAME"])
_site = Pages(_s3, os.environ["SITE_BUCKET"])
_dead_letters = Queue(boto3.client("sqs", config=CONFIG), os.environ["RENDER_DEAD_LETTERS_URL"])
_bodies = Bodies(_s3, os.environ["CONTENT_BUCKET"])
_cdn = Cdn(partial(boto3.client, config=CONFIG), os.environ["DISTRIBUTION_ID"])
_render = Render(_table, _bodies, _site, _dead_letters, cdn=bool(_cdn.distribution))
_republish = Republish(_table, _site, _render, _dead_letters)
_purging = Purging(_table.purges, _cdn)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    changes, jobs, unread = records(event["Records"])
    result = _render.run(changes)
    _render.give_up(unread, result)
    purges = _purging.send(ordered(event["Records"]))
    _republish.run(jobs, result)
    measure(result.counts + _render.theme_failures(), late=result.late)
    measure(purges, prefix="purges_")
    return {"batchItemFailures": [{"itemIdentifier": number} for number in sorted(result.failed)]}
