"""Files of the site whose names contain the hash of their content, so that they never change."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from wireroom.errors import Unavailable
from wireroom.store.aws import code, translated


def put_once(  # noqa: PLR0917
    client: Any, bucket: str, path: str, data: bytes, kind: str, cache: str
) -> None:
    """Write `data` at `path` unless it is there already. `kind`: its media type; `cache`: its
    Cache-Control.

    Raises Unavailable, also while another puts the file: nothing says that it succeeds.
    """
    with translated(f"put {path}"):
        try:
            client.put_object(
                Bucket=bucket,
                Key=path.removeprefix("/"),
                Body=data,
                ContentType=kind,
                CacheControl=cache,
                IfNoneMatch="*",
            )
        except ClientError as error:
            if code(error) == "ConditionalRequestConflict":
                raise Unavailable(f"put {path}: another puts it at this moment") from error
            if code(error) != "PreconditionFailed":
                raise
