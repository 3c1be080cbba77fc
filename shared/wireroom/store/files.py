"""Files of the site whose names contain the hash of their content, so that they never change."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from wireroom.errors import Conflict
from wireroom.store.aws import translated


def put_once(  # noqa: PLR0917
    client: Any, bucket: str, path: str, data: bytes, kind: str, cache: str
) -> None:
    """Write `data` at `path` unless it is there already. `kind`: its media type; `cache`: its
    Cache-Control. Raises Unavailable."""
    with suppress(Conflict), translated(f"put {path}"):
        client.put_object(
            Bucket=bucket,
            Key=path.removeprefix("/"),
            Body=data,
            ContentType=kind,
            CacheControl=cache,
            IfNoneMatch="*",
        )
