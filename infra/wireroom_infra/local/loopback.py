"""Small HTTP servers on this machine: values in, values out, and a thread that runs them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from msgspec import Struct

HOST = "127.0.0.1"


class Request(Struct, frozen=True):
    """`path` has neither query nor fragment and is as it was sent, not decoded. `headers`: by
    names with capitals, such as `If-None-Match`. `query`: what follows the question mark."""

    path: str
    headers: Mapping[str, str]
    query: str = ""
    body: bytes = b""
    method: str = "GET"


class Answer(Struct, frozen=True):
    """`headers` besides Content-Length and Date. `changed`: seconds since 1970, or 0.0. `cookies`:
    each a Set-Cookie header."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = {}
    etag: str = ""
    changed: float = 0.0
    cookies: tuple[str, ...] = ()


Responder = Callable[[Request], Answer]


@contextmanager
def serving(respond: Responder, port: int = 0) -> Iterator[str]:
    """Serve on 127.0.0.1 until the block ends; gives the address, without a slash at its end.

    `port` 0: any free one. Raises OSError when the port is taken.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "Wireroom"
        sys_version = ""

        def do_GET(self) -> None:
            path, _, query = self.path.split("#")[0].partition("?")
            asked = {name.title(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(asked.get("Content-Length") or 0))
            answer = conditional(respond(Request(path, asked, query, body, self.command)), asked)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            for cookie in answer.cookies:
                self.send_header("Set-Cookie", cookie)
            if answer.etag:
                self.send_header("ETag", answer.etag)
            if answer.changed:
                self.send_header("Last-Modified", formatdate(answer.changed, usegmt=True))
            if answer.status != 304:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_HEAD = do_GET
        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            """Nothing: the caller's terminal is not a log."""

    server = ThreadingHTTPServer((HOST, port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def conditional(answer: Answer, asked: Mapping[str, str]) -> Answer:
    """`answer`, or 304 when the client has it: RFC 9110, 13.1.2 and 13.1.3."""
    if answer.status != 200:
        return answer
    known = asked.get("If-None-Match")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        same = bool(answer.etag) and bool({"*", answer.etag.removeprefix("W/")} & tags)
    else:
        same = bool(answer.changed) and int(answer.changed) <= _seconds(
            asked.get("If-Modified-Since", "")
        )
    if not same:
        return answer
    return Answer(304, b"", answer.headers, answer.etag, answer.changed)


def _seconds(http_date: str) -> float:
    try:
        return parsedate_to_datetime(http_date).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0.0
