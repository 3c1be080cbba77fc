"""Dead letters: reading a dead-letter queue without losing any of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from wireroom.errors import Retryable
from wireroom.store.aws import translated

T = TypeVar("T")

BATCH = 10  # messages in one call of SQS
ALL = 10_000  # calls


class Letter(Struct, frozen=True):
    """A dead letter and why it is one. `receipt`: the receipt handle, with which SQS deletes it."""

    id: str
    receipt: str
    body: str
    reason: str


class DeadLetters:
    """A dead-letter queue. `client`: a boto3 SQS client."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def count(self) -> int:
        """About how many there are, with those that somebody looks at."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        with translated("count dead letters"):
            answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def take(self, seconds: int, limit: int, calls: int = ALL) -> list[Letter]:
        """Up to about `limit` letters, hidden from everybody else for `seconds`. `calls`: of SQS,
        at most, each of which gives up to BATCH."""
        taken: dict[str, Letter] = {}
        for _ in range(calls):
            if len(taken) >= limit:
                break
            found = self._receive(seconds)
            if not found:
                break
            taken |= {letter.id: letter for letter in found}
        return list(taken.values())

    def peek(
        self, limit: int, wanted: Callable[[Letter], bool] | None = None, calls: int = ALL
    ) -> list[Letter]:
        """Up to about `limit` letters, which stay in the queue; with `wanted`, only those for which
        it is true. `calls`: as in `take`."""
        if calls == 1:  # none of them can come a second time, so none needs to be hidden
            letters = self.take(0, limit, calls)
        else:
            letters = self.take(30, limit, calls)
            self.give_back(letters)
        return [letter for letter in letters if wanted is None or wanted(letter)]

    def give_back(self, letters: Iterable[Letter]) -> None:
        """Make `letters` visible again at once. If that fails, their visibility timeout does it."""
        for batch in batches(letters, BATCH):
            with suppress(Retryable), translated("give dead letters back"):
                self._client.change_message_visibility_batch(
                    QueueUrl=self._url,
                    Entries=[
                        {"Id": str(n), "ReceiptHandle": letter.receipt, "VisibilityTimeout": 0}
                        for n, letter in enumerate(batch)
                    ],
                )

    def delete(self, letters: Iterable[Letter]) -> list[Letter]:
        """Delete `letters`; gives those that are still there."""
        left: list[Letter] = []
        for batch in batches(letters, BATCH):
            with translated("delete dead letters"):
                answer = self._client.delete_message_batch(
                    QueueUrl=self._url,
                    Entries=[
                        {"Id": str(n), "ReceiptHandle": letter.receipt}
                        for n, letter in enumerate(batch)
                    ],
                )
            left += [batch[int(failed["Id"])] for failed in answer.get("Failed", [])]
        return left

    def _receive(self, seconds: int) -> list[Letter]:
        with translated("look at dead letters"):
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=BATCH,
                VisibilityTimeout=seconds,
                WaitTimeSeconds=1,  # a receive that does not wait asks only some of SQS's servers
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        return [
            Letter(each["MessageId"], each["ReceiptHandle"], each["Body"], reason(each))
            for each in answer.get("Messages", [])
        ]


def reason(message: Any) -> str:
    """Why a message is a dead letter, as its sender (Wireroom, EventBridge, Lambda) gave it."""
    attributes = message.get("MessageAttributes", {})
    for name in ("reason", "ERROR_MESSAGE", "ERROR_CODE"):
        said = attributes.get(name, {}).get("StringValue")
        if said:
            return str(said)
    try:
        return str(json.loads(message["Body"])["requestContext"]["condition"])
    except (ValueError, LookupError, TypeError):
        return "no reason known: each attempt ended without one"


class _Event(Struct, rename={"action": "detail-type"}):
    action: str
    time: datetime
    detail: dict[str, Any]


def said_in(letter: Letter, time: Callable[[datetime], str]) -> str:
    """The editor's event that a letter holds, in words: `hold of ptn:1, by asha, 2026-02-11 14:30
    IST`; "" for any other letter. `time`: how a moment is told."""
    try:
        event = msgspec.json.decode(letter.body, type=_Event)
    except (msgspec.MsgspecError, UnicodeError):
        return ""
    detail, at = event.detail, event.time
    with suppress(msgspec.ValidationError):
        at = msgspec.convert(detail.get("at"), datetime)
    names = ("article", "page", "list", "first", "last")
    what = next((str(detail[name]) for name in names if detail.get(name)), "everything")
    moment = time(at if at.tzinfo else event.time)
    return f"{event.action} of {what[:200]}, by {str(detail.get('by') or '?')[:200]}, {moment}"


def batches(values: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """`values` in order, `size` at a time."""
    several = list(values)
    for start in range(0, len(several), size):
        yield several[start : start + size]
