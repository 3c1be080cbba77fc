"""The content bucket: bodies under the hash of their content, large entries, raw documents, themes.

bodies/<hash>                  sanitised HTML of an article's body
entries/<hash>.json            an entry that is too large for a message; expires
uploads/<hash>                 a picture of the newsroom's own, as it was sent; nobody is served it
uploads/<feed>/<hash>          a picture that the feed's sender pushed, by its media id; likewise
edits/<sha256>                 an editor's body that is too large for an event; expires
themes/<hash>.json             a theme of the site
raw/<feed>/<time>-<hash>.gz    a feed's document as it was received; expires after 30 days
"""

from __future__ import annotations

import gzip
from datetime import datetime
from hashlib import blake2b, sha256
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from wireroom.errors import Conflict, EditRefused, ThemeFailed
from wireroom.model import Entry
from wireroom.newsroom.events import BODY
from wireroom.site.theme import Theme, decode, encode, identity
from wireroom.store.aws import code, translated

EDIT_BYTES = 4 * BODY  # of an editor's body: no character has more in UTF-8


def body_key(body: str) -> str:
    return f"bodies/{_hash(body.encode())}"


def edit_key(data: bytes) -> str:
    """The key of an editor's body; other clients make it, too, so its hash is one that all have."""
    return f"edits/{sha256(data).hexdigest()}"


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

    def put_edit(self, body: str) -> str:
        """Keep a body, as an editor wrote it, for an event that has no room for it, and return its
        key."""
        data = body.encode()
        key = edit_key(data)
        self._put(key, data, "text/plain; charset=utf-8")
        return key

    def edit(self, key: str) -> str:
        """The body that an event names. Raises EditRefused unless it is there, not too large, what
        its key says, and text."""
        try:
            data = self._get(key, EDIT_BYTES + 1)
        except Conflict as error:
            raise EditRefused("body_ref", f"{key} is not in the content bucket") from error
        if len(data) > EDIT_BYTES:
            raise EditRefused("body_ref", f"{key} has more than {EDIT_BYTES:,} bytes")
        if edit_key(data) != key:
            raise EditRefused("body_ref", f"the content of {key} has another hash")
        try:
            body = data.decode()
        except UnicodeDecodeError as error:
            raise EditRefused("body_ref", f"{key} is not text in UTF-8: {error.reason}") from error
        if len(body) > BODY:
            raise EditRefused("body_ref", f"{key} has more than {BODY:,} characters")
        return body

    def put_upload(self, data: bytes) -> str:
        """Keep a picture and return its name."""
        name = _hash(data)
        self._put(_upload_key(name), data, "application/octet-stream")
        return name

    def put_asset(self, name: str, data: bytes) -> None:
        """Keep a picture that a sender pushed. `name`: as `asset_name` gives it."""
        self._put(_upload_key(name), data, "application/octet-stream")

    def has_asset(self, name: str) -> bool:
        key = _upload_key(name)
        with translated(f"look for {key}"):
            try:
                self._client.head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if code(error) in {"404", "NoSuchKey"}:
                    return False
                raise
        return True

    def upload(self, name: str) -> bytes:
        """Raises Conflict if it is not there."""
        return self._get(_upload_key(name))

    def put_entry(self, entry: Entry) -> str:
        data = msgspec.json.encode(entry)
        key = f"entries/{_hash(data)}.json"
        self._put(key, data, "application/json")
        return key

    def get_entry(self, key: str) -> Entry:
        return msgspec.json.decode(self._get(key), type=Entry)

    def put_theme(self, theme: Theme) -> str:
        """Keep a theme and return its identity, which the settings name."""
        data = encode(theme)
        self._put(_theme_key(identity(data)), data, "application/json")
        return identity(data)

    def theme(self, name: str) -> Theme:
        """The theme whose identity is `name`. Raises Conflict if it is not there, ThemeFailed if it
        can't be read."""
        data = self._get(_theme_key(name))
        if identity(data) != name:
            raise ThemeFailed(f"the theme {name} has been changed: its content has another hash")
        return decode(data)

    def put_raw(self, feed: str, document: bytes, fetched: datetime) -> str:
        """Keep a feed's document, compressed, and return its key."""
        key = f"raw/{feed}/{fetched:%Y/%m/%d/%H%M%S}-{_hash(document)[:12]}.gz"
        self._put(key, gzip.compress(document, mtime=0), "application/gzip")
        return key

    def _put(self, key: str, data: bytes, kind: str) -> None:
        with translated(f"put {key}"):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data, ContentType=kind)

    def _get(self, key: str, most: int | None = None) -> bytes:
        """The object's content; with `most`, no more than its first bytes."""
        with translated(f"get {key}"):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if code(error) in {"NoSuchKey", "404"}:
                    raise Conflict(f"{key} is gone") from error
                raise
            data: bytes = answer["Body"].read(most)
            return data


def asset_name(feed: str, media: str) -> str:
    """The name of the picture that the sender of `feed` calls `media`."""
    return f"{feed}/{_hash(media.encode('utf-8', 'surrogatepass'))}"


def _upload_key(name: str) -> str:
    return f"uploads/{name}"


def _theme_key(name: str) -> str:
    return f"themes/{name}.json"


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=20).hexdigest()
