"""A queue that a function reads, as Lambda's event source mapping reads it.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html: what the response
does not name is deleted; what it names stays invisible until its time; a response that names
something unknown, and an exception, fail the whole batch. Redriving is SQS's own work.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from wireroom_infra.embedded.errors import NotAllowed
from wireroom_infra.embedded.filters import event_filter
from wireroom_infra.embedded.functions import Function
from wireroom_infra.embedded.invoker import Invoker
from wireroom_infra.embedded.moto_gaps.sqs import anything_visible

_READ = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


class QueueSource:
    """`mapping`: Lambda's own description of the event source mapping."""

    def __init__(
        self, mapping: Mapping[str, Any], function: Function, invoker: Invoker, sqs: Any
    ) -> None:
        self.arn: str = mapping["EventSourceArn"]
        self.function = function
        self._batch_size: int = mapping["BatchSize"]
        self._partial = "ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", ())
        self._passes = event_filter(mapping.get("FilterCriteria"))
        self._invoker = invoker
        self._sqs = sqs
        name = self.arn.rsplit(":", 1)[-1]
        self._url: str = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        self._region = self.arn.split(":")[3]
        for action in _READ:
            if not function.role.allows(action, self.arn):
                raise NotAllowed(function.role.name, action, self.arn)

    def poll(self) -> bool:
        """Receive and deliver one batch; False when there was nothing to receive."""
        received = self._receive()
        if not received:
            return False
        batch = {m["MessageId"]: m for m in received}
        records = [self._record(m) for m in received]
        passing = [r for r in records if self._passes({**r, "body": _json_or_text(r["body"])})]
        failed: set[str] = set()
        if passing:
            failed = self._deliver(passing)
        # What the filter turns away is deleted, as in AWS.
        done = [m for message_id, m in batch.items() if message_id not in failed]
        for start in range(0, len(done), 10):
            self._sqs.delete_message_batch(
                QueueUrl=self._url,
                Entries=[
                    {"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]}
                    for i, m in enumerate(done[start : start + 10])
                ],
            )
        return True

    def _receive(self) -> list[dict[str, Any]]:
        received: list[dict[str, Any]] = []
        # Lambda asks and asks; here an answer that would be empty only costs time.
        while len(received) < self._batch_size and anything_visible(self.arn):
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=min(10, self._batch_size - len(received)),
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            received += answer.get("Messages", [])
        return received

    def _deliver(self, records: list[dict[str, Any]]) -> set[str]:
        """The ids of the messages that failed."""
        ids = {r["messageId"] for r in records}
        outcome = self._invoker.invoke(self.function, {"Records": records})
        if outcome.error is not None:
            return ids
        if not self._partial:
            return set()
        return ids if (failed := failures(outcome.response, ids)) is None else failed

    def _record(self, message: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {
                name: _attribute(value)
                for name, value in message.get("MessageAttributes", {}).items()
            },
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self.arn,
            "awsRegion": self._region,
        }


def failures(response: Any, known: set[str]) -> set[str] | None:
    """The identifiers that a partial batch response names; None when the whole batch failed."""
    if not response or not response.get("batchItemFailures"):
        return set()
    named = [item.get("itemIdentifier") for item in response["batchItemFailures"]]
    return set(named) if all(name in known for name in named) else None


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    if "BinaryValue" in value:
        return {
            "binaryValue": base64.b64encode(value["BinaryValue"]).decode(),
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": value["DataType"],
        }
    return {
        "stringValue": value.get("StringValue"),
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }


def _json_or_text(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body
