"""The table's stream, read again for a batch that Lambda gave up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from msgspec import Struct

from wireroom.store.aws import code, translated

_GONE = {"TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException"}
_EMPTY = 20  # answers without a record, after which the stream has no more


class Batch(Struct, rename="camel"):
    """Which records were given up, as Lambda's own dead letter names them."""

    stream_arn: str
    shard_id: str
    start_sequence_number: str
    end_sequence_number: str


class Stream:
    """`client`: a boto3 DynamoDB Streams client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def records(self, batch: Batch) -> list[Mapping[str, Any]] | None:
        """The records of `batch`; None when the stream no longer has all of them."""
        with translated("read the stream"):
            try:
                return self._read(batch)
            except ClientError as error:
                if code(error) in _GONE:
                    return None
                raise

    def _read(self, batch: Batch) -> list[Mapping[str, Any]] | None:
        last, found, empty = int(batch.end_sequence_number), [], 0
        iterator = self._client.get_shard_iterator(
            StreamArn=batch.stream_arn,
            ShardId=batch.shard_id,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch.start_sequence_number,
        )["ShardIterator"]
        while iterator and empty < _EMPTY:
            answer = self._client.get_records(ShardIterator=iterator)
            empty = 0 if answer["Records"] else empty + 1
            for record in answer["Records"]:
                number = int(record["dynamodb"]["SequenceNumber"])
                if number <= last:
                    found.append(record)
                if number >= last:
                    return found
            iterator = answer.get("NextShardIterator")
        return None
