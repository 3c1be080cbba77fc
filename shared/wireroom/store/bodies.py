"""The content bucket: bodies under the hash of their content, large entries, raw documents.

bodies/<hash>                  sanitised HTML of an article's body
entries/<hash>.json            an entry that is too large for a message; expires
raw/<feed>/<time>-<hash>.gz    a feed's document as it was received; expires after 30 days
"""

from __future__ import annotations

import gzip
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from wireroom.errors import Conflict
from wireroom.model import Entry
from wireroom.store.aws import code, translated


def body_key(body: str) -> str:
    return f"bodies/{_hash(body.encode())}"


class Bodies:
    """`client`: a boto3 S3 client."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, body: str) -> str:
        """Keep `body` and return its key. Putting it again changes nothing."""
        key = body_key(body)
        self._put(key, body.encode(), "text/html; charset=utf-8")
        return key

    def get(self, key: str) -> str:
        """The body under `key`.

        Raises Conflict if there is none. A body is written before the rows that name it, so it has
        been removed since its row was read.
        """
        return self._get(key).decode()

    def put_entry(self, entry: Entry) -> str:
        data = msgspec.json.encode(entry)
        key = f"entries/{_hash(data)}.json"
        self._put(key, data, "application/json")
        return key

    def get_entry(self, key: str) -> Entry:
        return msgspec.json.decode(self._get(key), type=Entry)

    def put_raw(self, feed: str, document: bytes, fetched: datetime) -> str:
        """Keep a feed's document, compressed, and return its key."""
        key = f"raw/{feed}/{fetched:%Y/%m/%d/%H%M%S}-{_hash(document)[:12]}.gz"
        self._put(key, gzip.compress(document, mtime=0), "application/gzip")
        return key

    def _put(self, key: str, data: bytes, kind: str) -> None:
        with translated(f"put {key}"):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data, ContentType=kind)

    def _get(self, key: str) -> bytes:
        with translated(f"get {key}"):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if code(error) in {"NoSuchKey", "404"}:
                    raise Conflict(f"{key} is gone") from error
                raise
            data: bytes = answer["Body"].read()
            return data


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=20).hexdigest()
