"""Where moto is not AWS, corrected in this one place, a module for each service.

Each correction says why it is needed. What a module changes holds for the process: moto's state is
one per process as well.
"""

from __future__ import annotations

import functools
from typing import Any

from wireroom_infra.embedded.clock import patch_moto
from wireroom_infra.embedded.moto_gaps import (
    attribute_values,
    awslambda,
    cloudformation,
    cloudfront,
    cloudwatch,
    core,
    dynamodb,
    events,
    quick_calls,
    s3,
    secrets,
    sqs,
)


@functools.cache
def apply() -> None:
    """Correct moto, before the first deployment. Idempotent."""
    patch_moto()
    # The shortcut first: core has one call at a time, whichever way it goes.
    for part in (quick_calls, core, attribute_values):
        part.apply()
    for service in (
        cloudformation,
        cloudfront,
        cloudwatch,
        awslambda,
        dynamodb,
        events,
        s3,
        secrets,
        sqs,
    ):
        service.apply()


def empty() -> None:
    """Empty every table, bucket, queue and stream; what was deployed stays."""
    with core.lock:
        for service in (cloudfront, cloudwatch, dynamodb, s3, secrets, sqs):
            service.empty()


def stored() -> tuple[Any, Any]:
    """What is in tables and in buckets, as `put_back` takes it."""
    with core.lock:
        return dynamodb.items(), s3.objects()


def put_back(kept: tuple[Any, Any]) -> None:
    """As `empty`, with those items and objects; the streams are empty."""
    with core.lock:
        empty()
        dynamodb.put_back(kept[0])
        s3.put_back(kept[1])
