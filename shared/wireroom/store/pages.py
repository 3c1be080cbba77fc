"""The site bucket: pages, written by compare-and-swap.

A writer first reads the page's ETag, then the table, then puts what the table says with `If-Match`
(`If-None-Match: *` where there was no page). After a conflict it starts again, as somebody else has
written meanwhile, maybe from newer rows. Each put contains a new render id, so an ETag never comes
back. Otherwise a slow, stale writer could succeed when a page returns to earlier content. For the
same reason a put is not left out because the content is the same. A 412 may also mean that our own
first try succeeded and its answer was lost. It, too, makes the writer start again.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError
from msgspec import Struct

from wireroom.errors import Conflict
from wireroom.model import Page
from wireroom.site.caching import FOREVER
from wireroom.site.kinds import KINDS
from wireroom.site.pages import PICTURES, key
from wireroom.store.aws import code, translated
from wireroom.store.aws import status as status_of
from wireroom.store.files import put_once

_PAST_PICTURES = PICTURES.rstrip("/") + "0"  # the character after the slash
# What `_marked` adds with each `mark` of `site.kinds`.
_RENDER = re.compile(
    r"\n(?:<!-- render [0-9a-f]{32} -->|# render [0-9a-f]{32}"
    r'|,"_render": \{"id": "render [0-9a-f]{32}"\}\})\n\Z'
)

# The object's metadata that tells its status. S3 answers 200 for every object, with this in the
# header x-amz-meta-status; the function in front of the site makes it the status (template.yaml).
STATUS = "status"


class Held(Struct, frozen=True):
    """What the bucket holds of a page: its ETag, its content without its render id, the path that
    it redirects to or "", its Cache-Control, and the HTTP status that it is answered with."""

    etag: str = ""
    content: str = ""
    redirect: str = ""
    cache: str = ""
    status: int = 200


class Pages:
    """`client`: a boto3 S3 client."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def version(self, page: Page) -> tuple[str, datetime | None]:
        """(ETag, time of the last write, to the second) of `page` in the bucket; "" and None if
        there is none."""
        answer = self._head(page)
        return (str(answer["ETag"]), answer["LastModified"]) if answer else ("", None)

    def etag(self, page: Page) -> str:
        """The version of `page` that the bucket holds now, or "" for none."""
        return self.version(page)[0]

    def status(self, page: Page) -> int:
        """The HTTP status with which `page` is answered: 404 if it is not in the bucket."""
        answer = self._head(page)
        return int(answer.get("Metadata", {}).get(STATUS) or 200) if answer else 404

    def read(self, page: Page) -> tuple[str, str, str]:
        """(ETag, content without its render id, path that it redirects to or "") of `page` in the
        bucket; three times "" if there is none."""
        held = self.held(page)
        return held.etag, held.content, held.redirect

    def held(self, page: Page) -> Held:
        """What the bucket holds of `page`."""
        with translated(f"read page {page.path}"):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key(page))
            except ClientError as error:
                if status_of(error) == 404:
                    return Held()
                raise
            content = answer["Body"].read().decode("utf-8", "replace")
        return Held(
            str(answer["ETag"]),
            without_render_id(content),
            str(answer.get("WebsiteRedirectLocation", "")),
            str(answer.get("CacheControl", "")),
            int(answer.get("Metadata", {}).get(STATUS) or 200),
        )

    def objects(self, after: str, limit: int) -> tuple[list[tuple[str, datetime]], str]:
        """(key, time of the last write) of up to `limit` objects after the key `after` ("": from
        the first), in order, without pictures; and the key to go on from ("" at the end)."""
        with translated("list pages"):
            answer = self._client.list_objects_v2(
                Bucket=self._bucket, StartAfter=after, MaxKeys=limit
            )
        rows = [(row["Key"], row["LastModified"]) for row in answer.get("Contents", [])]
        last = rows[-1][0] if answer.get("IsTruncated") else ""
        if last.startswith(PICTURES):
            last = _PAST_PICTURES  # there are many, and no page is among them
        return [row for row in rows if not row[0].startswith(PICTURES)], last

    def names(self, path: str, others: Collection[str]) -> bool:
        """Whether the article page at `path` names one of the paths `others`, in whatever quotes a
        theme writes links."""
        content = self.read(Page(path=path, kind="article"))[1]
        return any(other in content for other in others)

    def put(
        self,
        page: Page,
        content: str,
        etag: str,
        *,
        redirect: str = "",
        cache: str = "",
        status: int = 200,
    ) -> str:
        """Write `page` over the version `etag` ("": there was none); gives the ETag of the new one.

        `redirect`: the path that the page redirects to. `cache`: its Cache-Control, by default that
        of its kind. `status`: the HTTP status with which it is answered, where it does not
        redirect. Raises Conflict if the bucket holds another version now.
        """
        more = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        if redirect:
            more["WebsiteRedirectLocation"] = redirect
        metadata = {STATUS: str(status)} if status != 200 else {}
        with translated(f"put page {page.path}"):
            try:
                answer = self._client.put_object(
                    Bucket=self._bucket,
                    Key=key(page),
                    Body=_marked(content, KINDS[page.kind].mark).encode(),
                    ContentType=KINDS[page.kind].content_type,
                    CacheControl=cache or KINDS[page.kind].cache,
                    Metadata=metadata,
                    **more,
                )
            except ClientError as error:
                if code(error) in {"NoSuchKey", "404"}:  # If-Match on a page that is gone
                    raise Conflict(f"page {page.path} is gone") from error
                raise
            return str(answer["ETag"])

    def _head(self, page: Page) -> dict[str, Any] | None:
        with translated(f"look at page {page.path}"):
            try:
                return dict(self._client.head_object(Bucket=self._bucket, Key=key(page)))
            except ClientError as error:
                if status_of(error) == 404:
                    return None
                raise

    def put_asset(self, path: str, data: bytes, kind: str) -> None:
        """Write a file whose name contains the hash of its content, unless it is there already."""
        put_once(self._client, self._bucket, path, data, kind, FOREVER)


def _marked(content: str, mark: str) -> str:
    """`content` with a new render id at its end. A `mark` that ends with a brace closes the JSON
    object that `content` is."""
    text = content.rstrip()
    if mark.endswith("}"):
        text = text.removesuffix("}").rstrip()
    return f"{text}\n{mark.format(f'render {uuid4().hex}')}\n"


def without_render_id(content: str) -> str:
    """A page as it was built."""
    found = _RENDER.search(content)
    if found is None:
        return content
    return content[: found.start()] + ("}" if found[0].endswith("}\n") else "")


def ends_with_render_id(content: str) -> bool:
    """Whether `content` ends with a render id, as every page does that was put."""
    return _RENDER.search(content) is not None
