"""render: changes of articles in the table's stream become pages."""

from __future__ import annotations

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from wireroom.errors import Retryable
from wireroom.measure import measure
from wireroom.model import Article, Job
from wireroom.pipeline.render import Change, Render
from wireroom.pipeline.republish import Republish
from wireroom.store.aws import CONFIG
from wireroom.store.bodies import Bodies
from wireroom.store.items import struct
from wireroom.store.pages import Pages
from wireroom.store.queues import Queue
from wireroom.store.table import Table

logger = Logger()

_s3 = boto3.client("s3", config=CONFIG)
_table = Table(boto3.client("dynamodb", config=CONFIG), os.environ["TABLE_NAME"])
_site = Pages(_s3, os.environ["SITE_BUCKET"])
_render = Render(
    _table,
    Bodies(_s3, os.environ["CONTENT_BUCKET"]),
    _site,
    Queue(boto3.client("sqs", config=CONFIG), os.environ["RENDER_DEAD_LETTERS_URL"]),
)
_republish = Republish(_table, _site, _render)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    changes, jobs = [], []
    for record in event["Records"]:
        row = record["dynamodb"]
        number, old, new = row["SequenceNumber"], row.get("OldImage"), row.get("NewImage")
        if row["Keys"]["sk"]["S"] == "article":
            before, after = (struct(image, Article) if image else None for image in (old, new))
            changes.append(Change(number, before, after))
        elif row["Keys"]["sk"]["S"] == "job" and new:
            jobs.append((number, struct(new, Job)))
    result = _render.run(changes)
    for number, job in jobs:
        try:
            kind = "pages_repaired" if job.verify else "pages_written"
            result.counts[kind] += _republish.step(job)
        except Retryable as error:
            logger.warning("republish goes back to the stream", job=job.id, reason=str(error))
            result.failed.add(number)
    measure(result.counts, late=result.late)
    return {"batchItemFailures": [{"itemIdentifier": number} for number in sorted(result.failed)]}
