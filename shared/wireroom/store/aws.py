"""botocore's errors → Wireroom's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from wireroom.errors import Conflict, TooMuch, Unavailable

# Fail fast and let the queue or the stream retry: while they wait nobody pays for a function.
CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=16,
)

_CONFLICTS = {
    "ConditionalCheckFailedException",
    "TransactionInProgressException",
    "PreconditionFailed",
    "ConditionalRequestConflict",
}
_PASSING = {
    "InternalError",
    "InternalServerError",
    "InternalFailure",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottlingException",
    "Throttling",
    # A single write while a transaction on the same row was under way. Not a Conflict: no condition
    # failed, so nobody else has done this work.
    "TransactionConflictException",
    "TooManyRequestsException",
}
# Refused for its size: a row of more than 400 KB, a transaction of more than 100 changes or 4 MB, a
# key or a message that is too long.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
_TOO_MUCH = {
    "ValidationException",
    "EntityTooLarge",
    "KeyTooLongError",
    "MetadataTooLarge",
    "InvalidMessageContents",
    "AWS.SimpleQueueService.BatchRequestTooLong",
    "BatchRequestTooLong",
}


def code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def cancellations(error: ClientError) -> list[str]:
    """The reason for each item of a cancelled transaction, in order ("None" for the others)."""
    reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])
    return [str(reason.get("Code")) for reason in reasons]


def _refused(error: ClientError) -> str:
    """AWS's message about a call that it refuses, or about the first change of a transaction that
    it refuses."""
    for reason in error.response.get("CancellationReasons", []):
        if reason.get("Code") == "ValidationError":
            return str(reason.get("Message"))
    return str(error.response.get("Error", {}).get("Message", ""))


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn botocore's errors inside the block into Conflict, Unavailable or TooMuch. `what` is what
    was being done, for their messages.

    Any other error (a missing permission, a missing bucket) is a mistake in the deployment and
    stays as it is. It is handled like any unforeseen error: retried, then sent to a dead-letter
    queue.
    """
    try:
        yield
    except ClientError as error:
        name = code(error)
        if name == "TransactionCanceledException":
            reasons = cancellations(error)
            message = f"{what}: {', '.join(reasons)}"
            if {"ConditionalCheckFailed", "TransactionConflict"} & set(reasons):
                raise Conflict(message) from error
            if {"ThrottlingError", "ProvisionedThroughputExceeded"} & set(reasons):
                raise Unavailable(message) from error
            if "ValidationError" in reasons:
                raise TooMuch(f"{what}: {_refused(error)[:300]}") from error
            raise
        if name in _CONFLICTS or status(error) == 412:
            raise Conflict(f"{what}: {name}") from error
        if name in _PASSING or status(error) >= 500:
            raise Unavailable(f"{what}: {name}") from error
        if name in _TOO_MUCH:
            raise TooMuch(f"{what}: {_refused(error)[:300]}") from error
        raise
    except BotoCoreError as error:
        raise Unavailable(f"{what}: {error}") from error
