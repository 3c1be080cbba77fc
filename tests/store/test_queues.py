"""What is sent to a queue arrives, or whoever sent it is told."""

from __future__ import annotations

from typing import Any

import pytest

from wireroom.errors import Unavailable
from wireroom.store.queues import Queue
from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.embedded.moto_gaps.sqs import messages


class Picky:
    """The queue's client, which does not take the message `refused` of a batch."""

    def __init__(self, client: Any, refused: str) -> None:
        self._client = client
        self._refused = refused

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        taken = [entry for entry in Entries if entry["MessageBody"] != self._refused]
        failed = [
            {"Id": entry["Id"], "Code": "InternalError", "SenderFault": False}
            for entry in Entries
            if entry not in taken
        ]
        answer: dict[str, Any] = self._client.send_message_batch(QueueUrl=QueueUrl, Entries=taken)
        return answer | ({"Failed": failed} if failed else {})


def arrived(aws: EmbeddedAWS) -> list[str]:
    (arn,) = {source.arn for source in aws.queues if "Wire" in source.arn}
    return [message.body for message in messages(arn)]


def test_entries_that_are_too_much_for_one_request_together_go_in_several(
    aws: EmbeddedAWS,
) -> None:
    """SQS takes ten messages and 1 MiB in one request, and refuses it as a whole beyond that."""
    long = [f"{number:03}".ljust(150_000, ".") for number in range(9)]
    short = [f"short {number}" for number in range(25)]
    queue = Queue(aws.client("sqs"), aws.outputs["WireQueueUrl"])
    queue.send([*long, *short])
    assert arrived(aws) == [*long, *short]


def test_a_request_is_measured_in_bytes(aws: EmbeddedAWS, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto measures characters; SQS refuses a batch of more than 1 MiB (SendMessageBatch)."""
    client, sizes = aws.client("sqs"), []
    send = client.send_message_batch

    def measured(**request: Any) -> Any:
        sizes.append(sum(len(entry["MessageBody"].encode()) for entry in request["Entries"]))
        return send(**request)

    monkeypatch.setattr(client, "send_message_batch", measured)
    Queue(client, aws.outputs["WireQueueUrl"]).send(["क" * 60_000] * 9)
    assert sum(sizes) == 9 * 180_000
    assert max(sizes) <= 1 << 20


@pytest.mark.parametrize("reason", ["", "feed ptn-top, entry 2: no title"])
def test_a_message_that_was_not_taken_is_told_of_and_not_taken_for_sent(
    aws: EmbeddedAWS, reason: str
) -> None:
    queue = Queue(Picky(aws.client("sqs"), "2"), aws.outputs["WireQueueUrl"])
    with pytest.raises(Unavailable, match="SQS did not accept 1 messages"):
        queue.send(["1", "2", "3"], reason)
    assert arrived(aws) == ["1", "3"]


def test_of_several_messages_those_that_were_not_taken_say_why(aws: EmbeddedAWS) -> None:
    queue = Queue(Picky(aws.client("sqs"), "2"), aws.outputs["WireQueueUrl"])
    assert queue.offer(["1", "2", "3"]) == ["", "InternalError", ""]
    assert arrived(aws) == ["1", "3"]
