"""The renditions of pictures in the site bucket, under names that contain the hash of the picture.

    pictures/<name>-<width>.webp    pictures/<name>-share.jpg

A browser may keep one for ever, as it never changes. The CDN asks again after a minute, so a
picture that was taken off the site is gone from there as soon as its story's page is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from wireroom.errors import Unavailable
from wireroom.model import Renditions, Stored
from wireroom.site import pages
from wireroom.site.caching import FOREVER
from wireroom.store.aws import translated
from wireroom.store.files import put_once

CACHE = f"{FOREVER}, s-maxage=60"


class RenditionsBucket:
    """`client`: a boto3 S3 client; `bucket`: the site's."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, made: Renditions) -> None:
        """Write those of the renditions that are not there."""
        for path, data in _files(made).items():
            kind = "image/jpeg" if path.endswith(".jpg") else "image/webp"
            put_once(self._client, self._bucket, path, data, kind, CACHE)

    def keys(self, name: str) -> list[str]:
        """The keys of all renditions with this name that are there."""
        with translated(f"look for picture {name}"):
            answer = self._client.list_objects_v2(
                Bucket=self._bucket, Prefix=f"{pages.PICTURES}{name}-"
            )
        return [row["Key"] for row in answer.get("Contents", [])]

    def delete(self, keys: Collection[str]) -> None:
        """Raises Unavailable if S3 did not delete all of them."""
        if not keys:
            return
        with translated("delete pictures"):
            answer = self._client.delete_objects(
                Bucket=self._bucket,
                Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True},
            )
        if errors := answer.get("Errors"):
            raise Unavailable(f"S3 did not delete {len(errors)} pictures: {errors[0]}")


def whole(stored: Stored, keys: Collection[str]) -> bool:
    """Whether `keys` has all renditions of `stored`."""
    paths = {pages.rendition(stored.name, width) for width in stored.widths}
    paths.add(pages.share_picture(stored.name))
    return paths <= {f"/{key}" for key in keys}


def stored(made: Renditions) -> Stored:
    """What an article's row says of the renditions."""
    return Stored(
        name=made.name,
        widths=tuple(sorted(made.files)),
        width=made.width,
        height=made.height,
        share=made.share_size,
        credit=made.credit,
    )


def _files(made: Renditions) -> dict[str, bytes]:
    files = {pages.rendition(made.name, width): data for width, data in made.files.items()}
    return {**files, pages.share_picture(made.name): made.share}
