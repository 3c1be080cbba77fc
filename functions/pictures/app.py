"""pictures: copy the pictures of stories to the site, and take them off it again."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from renditions import renditions
from wireroom.measure import measure
from wireroom.pipeline.pictures import Pictures, ordered
from wireroom.store.aws import CONFIG
from wireroom.store.bodies import Bodies
from wireroom.store.renditions import RenditionsBucket
from wireroom.store.table import Table

logger = Logger()

_s3 = boto3.client("s3", config=CONFIG)
_pictures = Pictures(
    Table(boto3.client("dynamodb", config=CONFIG), os.environ["TABLE_NAME"]),
    Bodies(_s3, os.environ["CONTENT_BUCKET"]),
    RenditionsBucket(_s3, os.environ["SITE_BUCKET"]),
    # A picture often comes with several stories at a time.
    lru_cache(maxsize=8)(renditions),
)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    # From the table's stream, or from the schedule, which brings what is due again.
    places = ordered(event) if "Records" in event else _pictures.due()
    counts = _pictures.run(places)
    measure(counts, prefix="pictures_")
    return {"batchItemFailures": []}  # what failed is due again by itself
