"""The table's stream, as Lambda's event source mapping reads it.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html and
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html: records come in order; the lowest
sequence number that a response names is where it goes on from; a failed batch is cut in two when
bisecting is on, which costs no retry; a batch whose retries or age are used up is described to the
on-failure destination and left behind.
"""

from __future__ import annotations

import base64
import json
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from wireroom_infra.embedded.clock import Clock
from wireroom_infra.embedded.errors import DeployError, NotAllowed
from wireroom_infra.embedded.filters import event_filter
from wireroom_infra.embedded.functions import Function
from wireroom_infra.embedded.invoker import Invoker, Outcome
from wireroom_infra.embedded.moto_gaps.dynamodb import forget_records, shard, stream_records
from wireroom_infra.embedded.moto_gaps.sqs import queue_policy
from wireroom_infra.embedded.queues import failures

_READ = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
_FORGET_EVERY = 5_000  # records; moto would keep all of them


class Batch(Struct):
    """Records to deliver together, and how often that was tried."""

    records: list[dict[str, Any]]
    attempts: int = 0


class StreamSource:
    """`mapping`: Lambda's own description of the event source mapping; clients are boto3's.
    `readers`: all sources of the stack, of which several may read one stream."""

    def __init__(
        self,
        mapping: Mapping[str, Any],
        function: Function,
        invoker: Invoker,
        *,
        sqs: Any,
        clock: Clock,
        readers: list[StreamSource],
    ) -> None:
        self.arn: str = mapping["EventSourceArn"]
        self.function = function
        self._batch_size: int = mapping["BatchSize"]
        self._partial = "ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", ())
        self._bisect: bool = mapping.get("BisectBatchOnFunctionError", False)
        self._retries: int = mapping.get("MaximumRetryAttempts", -1)
        self._age: int = mapping.get("MaximumRecordAgeInSeconds", -1)
        self._passes = event_filter(mapping.get("FilterCriteria"))
        self.destination: str = (
            mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
        )
        self._invoker = invoker
        self._sqs = sqs
        self._clock = clock
        self._readers = readers
        self._region = self.arn.split(":")[3]
        self._table = self.arn.split(":", 5)[5].split("/")[1]
        self._check(mapping)
        self._read_to = 0  # the sequence number after the last record that was read
        self._pending: deque[Batch] = deque()
        self._read_since_forgetting = 0

    def _check(self, mapping: Mapping[str, Any]) -> None:
        if mapping.get("ParallelizationFactor", 1) != 1 or mapping.get("TumblingWindowInSeconds"):
            raise DeployError("the embedded AWS knows neither parallel shards nor tumbling windows")
        if mapping["StartingPosition"] != "TRIM_HORIZON":
            raise DeployError(f"the embedded AWS can't start at {mapping['StartingPosition']}")
        role = self.function.role
        for action in _READ:
            if not role.allows(action, self.arn):
                raise NotAllowed(role.name, action, self.arn)
        if not role.allows("dynamodb:ListStreams", "*"):
            raise NotAllowed(role.name, "dynamodb:ListStreams", "*")
        if self.destination:
            queue_policy(self.destination)  # raises when there is no such queue
            if not role.allows("sqs:SendMessage", self.destination):
                raise NotAllowed(role.name, "sqs:SendMessage", self.destination)

    def reset(self) -> None:
        """Forget what is under way and begin with the oldest record that there is."""
        self._read_to = 0
        self._pending.clear()

    def skip(self) -> None:
        """Pass over all records that there are, as if the function had dealt with them."""
        while self._read()[1]:
            pass

    def poll(self) -> bool:
        """Deliver one batch; False when there was nothing to read."""
        if not self._pending:
            batch, moved = self._read()
            if not batch:
                return moved
            self._pending.append(Batch(batch))
        batch_now = self._pending[0]
        if self._age >= 0 and self._drop_old(batch_now):
            return True
        records = batch_now.records
        batch_now.attempts += 1
        outcome = self._invoker.invoke(
            self.function, {"Records": [self._public(r) for r in records]}
        )
        self._settle(batch_now, self._first_failed(records, outcome), outcome)
        return True

    def _settle(self, batch: Batch, at: int | None, outcome: Outcome) -> None:
        """Go on after an invocation that failed from record `at` on (None: not at all)."""
        self._pending.popleft()
        if at is None:
            return
        records = batch.records
        if at > 0:
            self._pending.appendleft(Batch(records[at:]))
        elif self._bisect and len(records) > 1:
            middle = len(records) // 2
            self._pending.appendleft(Batch(records[middle:]))
            self._pending.appendleft(Batch(records[:middle], batch.attempts - 1))
        elif 0 <= self._retries < batch.attempts:
            self._give_up(batch, outcome, "RetryAttemptsExhausted")
        else:
            self._pending.appendleft(batch)

    def _first_failed(self, records: list[dict[str, Any]], outcome: Outcome) -> int | None:
        if outcome.error is not None:
            return 0
        if not self._partial:
            return None
        numbers = [r["dynamodb"]["SequenceNumber"] for r in records]
        failed = failures(outcome.response, set(numbers))
        if failed is None:
            return 0
        return min(map(numbers.index, failed)) if failed else None

    # --- reading --------------------------------------------------------------------------------

    def _read(self) -> tuple[list[dict[str, Any]], bool]:
        """The next records that pass the filter, at most a batch; and whether any were read."""
        passing: list[dict[str, Any]] = []
        moved = False
        while len(passing) < self._batch_size:
            # After others' records were dropped, it begins with the oldest that is left.
            limit = self._batch_size - len(passing)
            records = stream_records(self._table, self._read_to, limit)
            if not records:
                break
            moved = True
            self._read_to = _number(records[-1]) + 1
            self._read_since_forgetting += len(records)
            passing += [r for r in map(self._record, records) if self._passes(r)]
            if self._read_since_forgetting > _FORGET_EVERY:
                self._forget()
        return passing, moved

    def _forget(self) -> None:
        readers = [each for each in self._readers if each.arn == self.arn]
        forget_records(self._table, min(each._read_to for each in readers))
        self._read_since_forgetting = 0

    def _record(self, record: Mapping[str, Any]) -> dict[str, Any]:
        change = dict(record["dynamodb"])
        created = change["ApproximateCreationDateTime"].replace(tzinfo=UTC)
        change["ApproximateCreationDateTime"] = created.timestamp()
        for image in ("Keys", "NewImage", "OldImage"):
            if image in change:
                change[image] = {name: _plain(value) for name, value in change[image].items()}
        return {
            "eventID": record["eventID"],
            "eventName": record["eventName"],
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self._region,
            "dynamodb": change,
            "eventSourceARN": self.arn,
        }

    @staticmethod
    def _public(record: dict[str, Any]) -> dict[str, Any]:
        change = record["dynamodb"]
        created = int(change["ApproximateCreationDateTime"])  # Lambda gives whole seconds
        return {**record, "dynamodb": {**change, "ApproximateCreationDateTime": created}}

    # --- giving up ------------------------------------------------------------------------------

    def _drop_old(self, batch: Batch) -> bool:
        """Leave behind the records that are too old; True when there were any."""
        oldest = self._clock.now().timestamp() - self._age
        old = [r for r in batch.records if r["dynamodb"]["ApproximateCreationDateTime"] < oldest]
        if not old:
            return False
        self._pending.popleft()
        if rest := batch.records[len(old) :]:
            self._pending.appendleft(Batch(rest))
        request_id = self._invoker.request_id()
        self._give_up(
            Batch(old, batch.attempts), Outcome(None, None, request_id), "RecordAgeExceeded"
        )
        return True

    def _give_up(self, batch: Batch, outcome: Outcome, condition: str) -> None:
        if not self.destination:
            return
        first, last = (batch.records[i]["dynamodb"] for i in (0, -1))
        described = {
            "requestContext": {
                "requestId": outcome.request_id,
                "functionArn": self.function.arn,
                "condition": condition,
                "approximateInvokeCount": batch.attempts,
            },
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled" if outcome.error is not None else None,
            },
            "version": "1.0",
            "timestamp": _iso(self._clock.now()),
            "DDBStreamBatchInfo": {
                "shardId": shard(self._table).id,
                "startSequenceNumber": first["SequenceNumber"],
                "endSequenceNumber": last["SequenceNumber"],
                "approximateArrivalOfFirstRecord": _arrived(first),
                "approximateArrivalOfLastRecord": _arrived(last),
                "batchSize": len(batch.records),
                "streamArn": self.arn,
            },
        }
        url = self._sqs.get_queue_url(QueueName=self.destination.rsplit(":", 1)[-1])["QueueUrl"]
        self._sqs.send_message(QueueUrl=url, MessageBody=json.dumps(described))


def _number(record: Mapping[str, Any]) -> int:
    return int(record["dynamodb"]["SequenceNumber"])


def _arrived(change: Mapping[str, Any]) -> str:
    return _iso(datetime.fromtimestamp(change["ApproximateCreationDateTime"], UTC))


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _plain(value: Any) -> Any:
    """An attribute value as the event's JSON carries it: binary in base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
