"""Messages of a queue: how SQS delivers them to a function, and what becomes of each.

    event ─► Message ─► done                                      deleted from its queue
                     ├► Retryable, or an unforeseen error         its queue delivers it again
                     └► Permanent, or any error at the last try   dead-letter queue, with the reason

So a bad message never holds up the others of its batch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from msgspec import Struct
from msgspec.structs import replace

from wireroom.errors import Permanent
from wireroom.model import Arrival
from wireroom.pipeline.dead_letters import send_dead_letter
from wireroom.store.bodies import Bodies
from wireroom.store.queues import MESSAGE_BYTES, Queue, encode
from wireroom.unforeseen import reason_of

logger = Logger(child=True)

LAST_RECEIVE = 5  # maxReceiveCount in template.yaml; SQS itself would move it without a reason


class Message(Struct, frozen=True):
    """A queue message: `receives` counts its deliveries, this one included."""

    id: str
    body: str
    receives: int


class Result(Struct):
    """`failed`: ids of messages for the queue to deliver again. `counts`: outcome → messages."""

    failed: list[str]
    counts: Counter[str]


def body_of(arrival: Arrival, bodies: Bodies) -> str:
    """The body of the message that brings `arrival`. A large entry is put into the content bucket,
    before the message that names it. Raises Unavailable."""
    message = encode(arrival)
    if arrival.entry is None or len(message) <= MESSAGE_BYTES:
        return message
    return encode(replace(arrival, entry=None, entry_key=bodies.put_entry(arrival.entry)))


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
    """Send `message` to the dead-letter queue or let its queue deliver it again, by the rule above.
    Adds to `result`.

    `about`: what the message is about, such as feed and entry; it begins the reason. `outcome`: the
    name under which a dead letter is counted.
    """
    reason = f"{about}: {reason_of(error)}" if about else reason_of(error)
    final = isinstance(error, Permanent) or message.receives >= LAST_RECEIVE
    if final and send_dead_letter(dead_letters, message.body, reason):
        result.counts[outcome] += 1
        return
    logger.warning("message goes back to its queue", id=message.id, reason=reason)
    result.failed.append(message.id)
