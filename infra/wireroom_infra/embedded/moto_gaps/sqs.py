"""moto's SQS: its policies, its time, and what is in its queues."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import moto.sqs.models as sqs_models
from moto.sqs.exceptions import ReceiptHandleIsInvalid

from wireroom_infra.embedded.errors import DeployError
from wireroom_infra.embedded.moto_gaps.cloudformation import register
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT, REGION, lock


def apply() -> None:
    """Correct moto; called once per process."""
    register("AWS::SQS::QueuePolicy", _create_queue_policy)
    receive = sqs_models.SQSBackend.receive_message

    # A receive that waits would hold the lock that everything else needs.
    def receive_message(self: Any, queue: str, count: int, _wait: int, *rest: Any) -> Any:
        return receive(self, queue, count, 0, *rest)

    sqs_models.SQSBackend.receive_message = receive_message
    # moto has a message visible only after its time: with a clock that stands still, never.
    sqs_models.Message.visible = property(
        lambda self: sqs_models.unix_time_millis() >= self.visible_at
    )
    sqs_models.SQSBackend.change_message_visibility = _change_message_visibility


def _change_message_visibility(
    self: Any, queue_name: str, receipt_handle: str, visibility_timeout: int
) -> None:
    """AWS counts its twelve hours from the receive; moto's own counts from when the message was
    sent, so that an old dead letter which was looked at could not be given back."""
    queue = self.get_queue(queue_name)
    for message in queue._messages:
        if message.had_receipt_handle(receipt_handle):
            message.change_visibility(visibility_timeout)
            if message.visible:
                queue.pending_messages.discard(message)
            return
    raise ReceiptHandleIsInvalid


def messages(queue_arn: str) -> list[Any]:
    """All messages of a queue, visible or not, without receiving them."""
    with lock:
        return list(_queue(queue_arn)._messages)


def anything_visible(queue_arn: str) -> bool:
    """Whether a receive would find a message, or move one to the dead-letter queue."""
    return any(m.visible and not m.delayed for m in messages(queue_arn))


def next_visible(queue_arn: str) -> datetime | None:
    """When the first message that is now invisible or delayed can be received."""
    times = [
        max(m.visible_at, m.delayed_until)
        for m in messages(queue_arn)
        if m.delayed or not m.visible
    ]
    # visible_at is in float milliseconds: round up, so that the message really is visible then.
    return datetime.fromtimestamp(math.ceil(min(times)) / 1000, UTC) if times else None


def queue_policy(queue_arn: str) -> str | None:
    """The queue's own policy, as JSON. Raises DeployError when there is no such queue."""
    policy: str | None = _queue(queue_arn).policy
    return policy


def empty() -> None:
    """No message in any queue."""
    for queue in sqs_models.sqs_backends[ACCOUNT][REGION].queues.values():
        queue._messages.clear()
        queue._pending_messages.clear()
        queue.deleted_messages.clear()


def _create_queue_policy(_name: str, properties: dict[str, Any]) -> None:
    for url in properties["Queues"]:
        queue = sqs_models.sqs_backends[ACCOUNT][REGION].get_queue(url.rsplit("/", 1)[-1])
        queue.policy = json.dumps(properties["PolicyDocument"])


def _queue(queue_arn: str) -> Any:
    name = queue_arn.rsplit(":", 1)[-1]
    queue = sqs_models.sqs_backends[ACCOUNT][REGION].queues.get(name)
    if queue is None:
        raise DeployError(f"no queue has the ARN {queue_arn}")
    return queue
