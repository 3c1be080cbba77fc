"""release: every minute, publish and take down the articles whose time has come."""

from __future__ import annotations

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from wireroom.measure import measure
from wireroom.pipeline.release import Release
from wireroom.store.aws import CONFIG
from wireroom.store.table import Table

logger = Logger()

_release = Release(Table(boto3.client("dynamodb", config=CONFIG), os.environ["TABLE_NAME"]))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    counts = _release.run()
    measure(counts, prefix="articles_")
    return dict(counts)
