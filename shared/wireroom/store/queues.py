"""Sends messages to SQS in batches, and checks the result of each message."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from wireroom.errors import Unavailable
from wireroom.store.aws import translated

T = TypeVar("T")

BATCH = 10  # messages in one SendMessageBatch
BATCH_BYTES = 1_000_000  # in one request; SQS takes 1 MiB
MESSAGE_BYTES = 200_000  # a larger entry is stored in S3 and the message has its key


def encode(value: Struct) -> str:
    """`value` as the body of a message: JSON in ASCII, as SQS silently replaces characters that it
    does not allow."""
    return json.dumps(msgspec.to_builtins(value), separators=(",", ":"))


class Queue:
    """`client`: a boto3 SQS client. Bodies are what `encode` gives."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, bodies: Iterable[str], reason: str = "") -> None:
        """Send all `bodies`. `reason`: why they are dead letters; its first 1,000 characters become
        a message attribute.

        Raises Unavailable if SQS did not take one of them; the caller then sends all again.
        """
        for batch in batches(bodies, lambda body: body):
            entries: list[dict[str, Any]] = [
                {"Id": str(number), "MessageBody": body} for number, body in enumerate(batch)
            ]
            if reason:
                text = reason.encode("ascii", "backslashreplace").decode()[:1000]
                attribute = {"DataType": "String", "StringValue": text}
                for entry in entries:
                    entry["MessageAttributes"] = {"reason": attribute}
            with translated("send messages"):
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            failed = answer.get("Failed", [])
            if failed:
                raise Unavailable(f"SQS did not accept {len(failed)} messages: {failed[0]}")

    def offer(self, bodies: Iterable[str]) -> list[str]:
        """Send `bodies`; gives, in their order, why SQS did not take each, "" where it did."""
        refused: list[str] = []
        for batch in batches(bodies, lambda body: body):
            entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(batch)]
            with translated("send messages"):
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            why = {
                each["Id"]: str(each.get("Message") or each["Code"])
                for each in answer.get("Failed", [])
            }
            refused += [why.get(str(place), "") for place in range(len(batch))]
        return refused


def batches(messages: Iterable[T], body_of: Callable[[T], str]) -> Iterator[Sequence[T]]:
    """`messages`, in order, in batches that SQS takes in one request."""
    batch: list[T] = []
    size = 0
    for message in messages:
        length = len(body_of(message).encode())
        if batch and (len(batch) == BATCH or size + length > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += length
    if batch:
        yield batch
