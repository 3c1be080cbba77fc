"""purge: every minute, bring the purges of the CDN that are not done to their end."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from wireroom.measure import measure
from wireroom.pipeline.purge import Purging
from wireroom.store.aws import CONFIG
from wireroom.store.cdn import Cdn
from wireroom.store.purges import Purges

logger = Logger()

_purging = Purging(
    Purges(boto3.client("dynamodb", config=CONFIG), os.environ["TABLE_NAME"]),
    Cdn(partial(boto3.client, config=CONFIG), os.environ["DISTRIBUTION_ID"]),
)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    counts = _purging.run()
    measure(counts, prefix="purges_")
    return dict(counts)
