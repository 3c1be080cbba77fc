"""sweep: every hour, start the jobs that compare the site with the table."""

from __future__ import annotations

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from wireroom.pipeline.sweep import Sweep
from wireroom.store.aws import CONFIG
from wireroom.store.table import Table

logger = Logger()

_sweep = Sweep(Table(boto3.client("dynamodb", config=CONFIG), os.environ["TABLE_NAME"]))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> list[str]:
    return _sweep.run()
