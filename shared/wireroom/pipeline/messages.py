"""Messages of a queue, as SQS hands them to a function, and what the function says of each.

    event ─► Message ─► done                                  deleted from its queue
                     ├► Retryable, or an unforeseen error     its queue delivers it again
                     └► Permanent, or any on its last receive a dead letter, with the reason

So one message never holds up the others of its batch, whatever is wrong with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from msgspec import Struct

from wireroom.errors import Permanent
from wireroom.pipeline.dead_letters import send_dead_letter
from wireroom.store.queues import Queue
from wireroom.unforeseen import reason_of

logger = Logger(child=True)

LAST_RECEIVE = 5  # maxReceiveCount: after this the queue gives up, so we say why ourselves


class Message(Struct, frozen=True):
    """A queue message: `receives` counts its deliveries, this one included."""

    id: str
    body: str
    receives: int


class Result(Struct):
    """`failed`: ids of messages for the queue to deliver again. `counts`: outcome → messages."""

    failed: list[str]
    counts: Counter[str]


def messages(event: Mapping[str, Any]) -> list[Message]:
    """The messages of the event with which SQS invokes a function."""
    return [
        Message(
            record["messageId"],
            record["body"],
            int(record["attributes"]["ApproximateReceiveCount"]),
        )
        for record in event["Records"]
    ]


def give_up(
    message: Message,
    error: Exception,
    result: Result,
    *,
    dead_letters: Queue,
    outcome: str,
    about: str = "",
) -> None:
    """Bury `message`, or leave it to its queue, as the module says; `result` tells which.

    `about`: whose message it is, which begins the reason; `outcome`: how a buried one is counted.
    """
    reason = f"{about}: {reason_of(error)}" if about else reason_of(error)
    final = isinstance(error, Permanent) or message.receives >= LAST_RECEIVE
    if final and send_dead_letter(dead_letters, message.body, reason):
        result.counts[outcome] += 1
        return
    logger.warning("message goes back to its queue", id=message.id, reason=reason)
    result.failed.append(message.id)
