"""The desk on this machine: HTTP on loopback ↔ the events of a function URL.

It stands where Lambda and TLS do before a deployed desk, so the function believes that it is asked
over https. Browsers take `__Host-` cookies over https only; here they have other names and are not
`Secure`. The function knows of none of this, so none of it can be switched on in a deployed one.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.local.loopback import Answer, Request, serving

HOST = "__Host-"


@contextmanager
def local_desk(aws: EmbeddedAWS, port: int = 0) -> Iterator[str]:
    """Serve the desk of the stack until the block ends; gives the address. Raises OSError when the
    port is taken."""
    one_at_a_time = Lock()  # as in a container of Lambda's

    def respond(request: Request) -> Answer:
        if request.headers.get("Host") != origin.removeprefix("http://"):
            return Answer(421)  # another site's name that leads to this machine
        with one_at_a_time:
            answer = aws.invoke("DeskFunction", event_of(request, origin))
        return answer_of(answer, origin)

    with serving(respond, port) as origin:
        yield origin


def event_of(request: Request, origin: str) -> dict[str, Any]:
    """What Lambda makes of `request` (payload format 2.0). `origin`: the desk's on this machine."""
    host = origin.removeprefix("http://")
    headers = {name.lower(): value for name, value in request.headers.items()}
    if headers.get("origin") == origin:
        headers["origin"] = f"https://{host}"
    cookies = [each.strip() for each in headers.pop("cookie", "").split(";") if each.strip()]
    mark = _mark(origin)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.path,
        "rawQueryString": request.query,
        "cookies": [HOST + each.removeprefix(mark) for each in cookies if each.startswith(mark)],
        "headers": headers,
        "requestContext": {
            "domainName": host,
            "requestId": "local",
            "stage": "$default",
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": headers.get("user-agent", ""),
            },
        },
        "body": base64.b64encode(request.body).decode(),
        "isBase64Encoded": True,
    }
    if request.query:
        event["queryStringParameters"] = dict(parse_qsl(request.query, keep_blank_values=True))
    return event


def answer_of(answer: dict[str, Any], origin: str) -> Answer:
    """What a browser on this machine gets of the function's answer."""
    body = answer.get("body") or ""
    return Answer(
        answer["statusCode"],
        base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode(),
        answer["headers"],
        cookies=tuple(
            re.sub(rf"^{HOST}", _mark(origin), each).replace("; Secure", "")
            for each in answer.get("cookies", [])
        ),
    )


def _mark(origin: str) -> str:
    """What cookies' names begin with: browsers share them among all ports of a host."""
    return f"local-{origin.rpartition(':')[2]}-"
