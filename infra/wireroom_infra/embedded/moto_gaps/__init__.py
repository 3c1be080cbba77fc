"""Where moto is not AWS, corrected in this one place, a module for each service.

Each correction says why it is needed. What a module changes holds for the process: moto's state is
one per process as well.
"""

from __future__ import annotations

import functools

from wireroom_infra.embedded.clock import patch_moto
from wireroom_infra.embedded.moto_gaps import (
    awslambda,
    cloudformation,
    core,
    dynamodb,
    events,
    s3,
    secrets,
    sqs,
)


@functools.cache
def apply() -> None:
    """Correct moto, before the first deployment. Idempotent."""
    patch_moto()
    for service in (core, cloudformation, awslambda, dynamodb, events, s3, secrets, sqs):
        service.apply()


def empty() -> None:
    """Empty every table, bucket, queue and stream; what was deployed stays."""
    with core.lock:
        for service in (dynamodb, s3, secrets, sqs):
            service.empty()
