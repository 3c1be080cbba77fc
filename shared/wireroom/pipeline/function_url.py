"""A request to a function URL, as Lambda gives it to a function that anybody can call."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct

BODY = 6 << 20  # bytes: the most that Lambda takes in one request


class Request(Struct, frozen=True):
    """`headers`: by names in lower case. `body`: the bytes as sent, which a signature covers."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


def request(event: Mapping[str, Any]) -> Request:
    """The request in the event of a function URL.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html (payload format 2.0)
    """
    body = event.get("body") or ""
    return Request(
        event["requestContext"]["http"]["method"],
        event["rawPath"],
        dict(parse_qsl(event.get("rawQueryString", ""), keep_blank_values=True)),
        event.get("headers", {}),
        base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
    )
