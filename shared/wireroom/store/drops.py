"""The inbox bucket: files that agencies put there, and what became of each.

inbox/<feed>/<name>                a file that is to be taken
done/<feed>/<name>                 its entries are queued; expires after 30 days
failed/<feed>/<name>               it could not be taken; expires after 90 days
failed/<feed>/<name>.reason.txt    why

A name may have slashes. A file may be replaced at any moment, by another of the same name. So
whatever moves one names the version that it has read, by its ETag.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Literal

from botocore.exceptions import ClientError
from msgspec import Struct

from wireroom.store.aws import code, translated

INBOX, DONE, FAILED = "inbox", "done", "failed"
REASON = ".reason.txt"
WHY = "reason: "  # in it, before the reason
KEY_BYTES = 1024  # of a key, at most
_CUT = 900  # bytes that are left of a longer one
Fate = Literal["waits", "done", "failed", "gone"]
Again = Literal["put", "gone", "waits", "large"]
_MISSING, _REPLACED = {"NoSuchKey", "404"}, {"PreconditionFailed", "412"}


class Dropped(Struct, frozen=True):
    """A file of the inbox. `feed`: what its folder is named after, which may be no feed; "" for a
    file in no folder."""

    feed: str
    name: str


class Content(Struct, frozen=True):
    """A file as it was read. `data`: None if it has more bytes than were asked for. `at`: when it
    was put there, to the second."""

    data: bytes | None
    size: int
    etag: str
    at: datetime


def dropped_at(key: str) -> Dropped | None:
    """The file at a key of the bucket; None if it is not in the inbox."""
    folder, _, path = key.partition("/")
    feed, slash, name = path.partition("/")
    if folder != INBOX or not path:
        return None
    return Dropped(feed, name) if slash else Dropped("", feed)


def key_of(folder: str, file: Dropped) -> str:
    """Where `file` is in `folder`. A name that leaves no room for what is put beside it is cut in
    DONE and FAILED, and gets a hash."""
    path = f"{file.feed}/{file.name}" if file.feed else file.name
    data = path.encode()
    if folder != INBOX and len(data) + len(f"{FAILED}/{REASON}") > KEY_BYTES:
        short = data[:_CUT].decode(errors="ignore")
        path = f"{short}-{blake2b(data, digest_size=12).hexdigest()}"
    return f"{folder}/{path}"


class Drops:
    """`client`: a boto3 S3 client."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, file: Dropped, data: bytes) -> str:
        """Put a file into the inbox, in place of any of its name. Gives its ETag."""
        key = key_of(INBOX, file)
        with translated(f"put {key}"):
            answer = self._client.put_object(Bucket=self._bucket, Key=key, Body=data)
        return str(answer["ETag"])

    def read(self, file: Dropped, most: int, folder: str = INBOX) -> Content | None:
        """A file of `folder`, with its bytes if it has `most` at most. None if it is not there."""
        key = key_of(folder, file)
        with translated(f"get {key}"):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if code(error) in _MISSING:
                    return None
                raise
            size = int(answer["ContentLength"])
            data = answer["Body"].read() if size <= most else None
        return Content(data, size, answer["ETag"], answer["LastModified"].astimezone(UTC))

    def finish(self, file: Dropped, content: Content) -> bool:
        """Move a file to DONE. An earlier failure of that name is over. False if that version is no
        longer there: it was replaced, or somebody else has moved it."""
        if not self._copy(file, content.etag, DONE):
            return False
        self._mend(file, content.at)
        self.remove(file, content.etag)
        return True

    def fail(self, file: Dropped, content: Content, reason: str) -> bool:
        """Copy a file to FAILED, with its reason beside it. It is still in the inbox then: see
        `remove`. False as in `finish`."""
        if not self._copy(file, content.etag, FAILED):
            return False
        key = key_of(FAILED, file) + REASON
        with translated(f"put {key}"):
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=reason.encode("utf-8", "backslashreplace"),
                ContentType="text/plain; charset=utf-8",
            )
        return True

    def remove(self, file: Dropped, etag: str) -> None:
        """Take the version `etag` of a file out of the inbox. Another one stays: S3 has told of
        that, too."""
        self._delete(key_of(INBOX, file), etag)

    def again(self, file: Dropped, folder: str, most: int) -> Again:
        """Put a file of FAILED or DONE into the inbox once more, if it has `most` bytes at most. It
        stays where it is until it was taken: `finish` deletes it, or it fails again.

        It may be gone; or another of its name waits in the inbox, which may be a newer one.
        """
        content = self.read(file, most, folder)
        if content is None:
            return "gone"
        if content.data is None:
            return "large"
        key = key_of(INBOX, file)
        with translated(f"put {key}"):
            try:
                self._client.put_object(
                    Bucket=self._bucket, Key=key, Body=content.data, IfNoneMatch="*"
                )
            except ClientError as error:
                if code(error) not in _REPLACED:
                    raise
                there = self._head(key)
                if there is None or there[0] != content.etag:
                    return "waits"  # else it is this one, which an earlier try has put there
        return "put"

    def fate(self, file: Dropped, etag: str) -> Fate:
        """What has become of the version `etag` of a file that was put into the inbox. It is `gone`
        if another of its name has taken its place."""
        there = self._head(key_of(INBOX, file))
        if there:
            return "waits" if there[0] == etag else "gone"
        done, failed = (self._head(key_of(folder, file)) for folder in (DONE, FAILED))
        ends: list[tuple[datetime, Fate]] = []
        if done and done[0] == etag:
            ends.append((done[1], "done"))
        if failed and failed[0] == etag:
            ends.append((failed[1], "failed"))
        return max(ends)[1] if ends else "gone"

    def reason(self, file: Dropped) -> str:
        """Why a file failed; "" if it did not."""
        key = key_of(FAILED, file) + REASON
        with translated(f"get {key}"):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if code(error) in _MISSING:
                    return ""
                raise
            text: str = answer["Body"].read().decode("utf-8", "replace")
        return text.partition(WHY)[2].strip()

    def _copy(self, file: Dropped, etag: str, folder: str) -> bool:
        key, source = key_of(folder, file), key_of(INBOX, file)
        with translated(f"move {source} to {folder}"):
            try:
                self._client.copy_object(
                    Bucket=self._bucket,
                    Key=key,
                    CopySource={"Bucket": self._bucket, "Key": source},
                    CopySourceIfMatch=etag,
                    TaggingDirective="REPLACE",  # to copy tags needs permissions of their own
                )
            except ClientError as error:
                if code(error) in _MISSING | _REPLACED:
                    return False
                raise
        return True

    def _mend(self, file: Dropped, at: datetime) -> None:
        """Delete what FAILED has of a file, if it failed before `at`. What failed later is another
        version, which may be there at any moment: so only what was seen is deleted."""
        key = key_of(FAILED, file)
        old = self._head(key)
        if old is None or old[1] >= at:
            return
        reason = self._head(key + REASON)
        self._delete(key, old[0])
        if reason:
            self._delete(key + REASON, reason[0])

    def _head(self, key: str) -> tuple[str, datetime] | None:
        """The ETag of an object, and when it was put."""
        with translated(f"look at {key}"):
            try:
                answer = self._client.head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if code(error) in _MISSING:
                    return None
                raise
        return str(answer["ETag"]), answer["LastModified"]

    def _delete(self, key: str, etag: str) -> None:
        """Delete the version `etag` of an object."""
        with translated(f"delete {key}"):
            try:
                self._client.delete_object(Bucket=self._bucket, Key=key, IfMatch=etag)
            except ClientError as error:
                if code(error) not in _MISSING | _REPLACED:
                    raise
