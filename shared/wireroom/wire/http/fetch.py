"""Polite and guarded requests: the outside world → Response, or a FetchError that names its state.

    url ─► target ─► addresses ─► connection ─► answer ─► body ─► unpacked
            ▲ address.py, at each hop │ connection.py          │ unpack.py
            └──────── redirect ◄──────┘

States of FetchError that start here or below:
    forbidden-url, forbidden-address, dns, connect, tls, timeout, protocol,
    too-large, bomb, truncated, encoding, redirect-loop, redirects,
    moved (a private feed, for good, to a host that may not see its secret),
    unauthorized (401), forbidden (403), not-found (404), gone (410), too-many (429),
    server-error (5xx), http (any other status)

No reason of an error carries a header, a query or the text of another library's exception: each
of those may hold a secret.
"""

from __future__ import annotations

import http.client
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import unquote, unquote_plus, urlencode

import urllib3
import urllib3.exceptions
from msgspec import Struct
from msgspec.structs import replace

from wireroom.errors import FetchError
from wireroom.wire.http import address, unpack
from wireroom.wire.http import headers as headers_of
from wireroom.wire.http.address import Resolver, Target
from wireroom.wire.http.connection import Addresses, Budget, opened

ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"
_HEADERS_ROOM = 1 << 20  # bytes of an answer that are not its body: headers, chunk sizes
_STEP = 1 << 16
PERMANENT = (301, 308)
_STATES = {
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    410: "gone",
    429: "too-many",
}


class Limits(Struct, frozen=True, kw_only=True):
    """Times in seconds, sizes in bytes. `idle`: between two bytes; `total`: over all hops."""

    connect: float = 10.0
    idle: float = 15.0
    total: float = 30.0
    wire: int = 15 << 20
    decoded: int = 15 << 20
    redirects: int = 5


DEFAULT_LIMITS = Limits()


class Response(Struct, frozen=True, kw_only=True):
    """An answer: `status` is 200, or 304 with an empty body.

    `url`: where the answer came from. `moved_to`: where permanent redirects (301, 308) alone led,
    or "". `body` is unpacked. `max_age`: seconds for which the publisher calls the answer fresh,
    from Cache-Control or Expires. `elapsed`: seconds, over all hops. `redirects`: (status, URL
    that it led to). `links`: (rel, absolute URL) of the Link headers, for WebSub.
    """

    status: int
    url: str
    moved_to: str = ""
    body: bytes = b""
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""
    charset: str = ""
    max_age: int | None = None
    elapsed: float = 0.0
    redirects: tuple[tuple[int, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()


class Secrets(Struct, frozen=True):
    """What only the feed's own host may see, and nobody may read in a URL."""

    headers: Mapping[str, str]
    query: Mapping[str, str]

    def added(self, found: Target) -> Target:
        """`found` with the secret parameters that it lacks."""
        path, mark, query = found.path.partition("?")
        present = {pair.partition("=")[0] for pair in query.split("&")}
        missing = {name: value for name, value in self.query.items() if name not in present}
        if not missing:
            return found
        return replace(found, path=f"{path}?{query}{'&' if mark else ''}{urlencode(missing)}")

    def removed(self, found: Target) -> Target:
        """`found` without a parameter that has a secret's name or value."""
        values = {*self.headers.values(), *self.query.values()} - {""}
        path, mark, query = found.path.partition("?")
        kept = []
        for pair in query.split("&"):
            name, _, value = pair.partition("=")
            if _read(name).isdisjoint(self.query) and _read(value).isdisjoint(values):
                kept.append(pair)
        return replace(found, path=path + mark * bool(kept) + "&".join(kept)) if mark else found


def fetch(
    url: str,
    *,
    agent: str,
    origin: str = "",
    etag: str = "",
    last_modified: str = "",
    headers: Mapping[str, str] = {},
    query: Mapping[str, str] = {},
    internal_hosts: frozenset[str] = frozenset(),
    limits: Limits = DEFAULT_LIMITS,
    visit: Callable[[str], None] = lambda host: None,
    resolver: Resolver = socket.getaddrinfo,
    context: ssl.SSLContext | None = None,
) -> Response:
    """GET `url`, or raise FetchError (see the states above; `retry_after` on 429 and 503).

    `agent`: the User-Agent, with a contact address. `origin`: the feed's address in the settings,
    where `url` is what it has led to since. `headers` and `query` (secret parameters) go to that
    origin only, not along a redirect to another. `internal_hosts`: `host` or `host:port` that may
    be anywhere, open to a feed of such a host and to no other. `visit` is called with each host
    before it is asked, and may raise. `context`: trust in a server that is not publicly trusted.
    """
    started = time.monotonic()
    budget = Budget(limits.total, limits.connect, limits.idle)
    secrets = Secrets(headers, query)
    ask = {"User-Agent": agent, "Accept": ACCEPT, "Accept-Encoding": unpack.ACCEPTED}
    if etag:
        ask["If-None-Match"] = etag
    if last_modified:
        ask["If-Modified-Since"] = last_modified
    first = address.target(origin or url, internal_hosts)
    here = address.redirected(first, url, internal_hosts) if origin else first
    seen = {secrets.removed(first).url}
    redirects: list[tuple[int, str]] = []
    while True:
        own = _same_publisher(first, here)
        for_good = all(status in PERMANENT for status, _ in redirects)
        if for_good and not own and (headers or query):
            raise FetchError("moved", f"for good to {here.netloc}, where no secret is shown")
        hop = secrets.added(here) if own else secrets.removed(here)
        visit(here.host)
        answer = _asked(
            hop,
            headers={**ask, **headers} if own else ask,
            budget=budget,
            limits=limits,
            resolver=resolver,
            context=context,
        )
        if answer.status not in (301, 302, 303, 307, 308):
            break
        if not answer.location:
            raise FetchError("http", f"the server answered {answer.status} without a Location")
        here = address.redirected(hop, answer.location, internal_hosts)
        clean = secrets.removed(here).url
        redirects.append((answer.status, clean))
        if clean in seen:
            raise FetchError("redirect-loop", "the server redirects in a circle")
        if len(redirects) > limits.redirects:
            raise FetchError("redirects", f"more than {limits.redirects} redirects")
        seen.add(clean)
    conditional = bool(etag or last_modified)
    if answer.status != 200 and not (answer.status == 304 and conditional):
        raise _refused(answer)
    got = answer.headers
    media, _, charset = got.get("Content-Type", "").partition(";")
    found_charset = re.search(r"charset\s*=\s*[\"']?([\w.:+-]+)", charset, re.I)
    return Response(
        status=answer.status,
        url=secrets.removed(here).url,
        moved_to=_permanent(redirects),
        body=answer.body,
        etag=got.get("ETag", "")[:1024],
        last_modified=got.get("Last-Modified", "")[:128],
        content_type=media.strip().lower()[:128],
        charset=found_charset[1].lower() if found_charset else "",
        max_age=headers_of.max_age(got),
        elapsed=time.monotonic() - started,
        redirects=tuple(redirects),
        links=headers_of.links(got, here, internal_hosts),
    )


def post(
    url: str,
    form: Mapping[str, str],
    *,
    agent: str,
    internal_hosts: frozenset[str] = frozenset(),
    limits: Limits = DEFAULT_LIMITS,
    resolver: Resolver = socket.getaddrinfo,
    context: ssl.SSLContext | None = None,
) -> int:
    """POST `form` to `url` and give the status, a 2xx, or raise FetchError as `fetch` does.

    The form may hold a secret: it goes over plain http to internal hosts only, `https` is asked
    instead of any other `http`. 307 and 308 are followed, with the same guard at each hop.
    """
    budget = Budget(limits.total, limits.connect, limits.idle)
    headers = {
        "User-Agent": agent,
        "Accept": "*/*",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    here = _encrypted(address.target(url, internal_hosts), internal_hosts)
    for _ in range(limits.redirects + 1):
        answer = _asked(
            here,
            method="POST",
            body=urlencode(form).encode(),
            headers=headers,
            budget=budget,
            limits=limits,
            resolver=resolver,
            context=context,
        )
        if answer.status not in (307, 308) or not answer.location:
            if 200 <= answer.status <= 299:
                return answer.status
            raise _refused(answer)
        led = address.redirected(here, answer.location, internal_hosts)
        here = _encrypted(led, internal_hosts)
    raise FetchError("redirects", f"more than {limits.redirects} redirects")


def _encrypted(found: Target, internal_hosts: frozenset[str]) -> Target:
    if found.scheme == "https" or found.internal:
        return found
    return address.target(f"https{found.url.removeprefix('http')}", internal_hosts)


class _Answer(Struct, frozen=True):
    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")


def _asked(
    hop: Target,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str],
    budget: Budget,
    limits: Limits,
    resolver: Resolver,
    context: ssl.SSLContext | None,
) -> _Answer:
    """One request and its answer, errors of urllib3, ssl and http.client translated."""
    addresses = _resolved(hop, resolver, budget)
    budget.bytes_left = limits.wire + _HEADERS_ROOM
    connection = opened(hop, addresses, budget, context)
    begun = False
    try:
        connection.request(
            method,
            hop.path,
            body=body,
            headers=_sendable(headers),
            preload_content=False,
            decode_content=False,
        )
        response = connection.getresponse()
        begun = True
        # A mapping without case, as HTTP has it; several values are joined by commas.
        got: Mapping[str, str] = response.headers
        if response.status != 200:
            return _Answer(response.status, got)
        content = _body(response, limits)
    except (TimeoutError, urllib3.exceptions.TimeoutError):
        raise FetchError("timeout", "the server took too long") from None
    except ssl.SSLCertVerificationError as error:
        raise FetchError("tls", f"certificate: {error.verify_message}") from None
    except (ssl.SSLError, urllib3.exceptions.SSLError, ssl.CertificateError):
        raise FetchError("tls", "the encrypted connection could not be made or broke") from None
    except (http.client.RemoteDisconnected, ConnectionError):
        raise FetchError("connect", "the server closed the connection without an answer") from None
    except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError) as error:
        if begun:
            raise FetchError("truncated", "the answer ended before it was whole") from None
        if isinstance(error, OSError):
            raise FetchError("connect", "the connection broke") from None
        raise FetchError("protocol", "the server's answer is not HTTP") from None
    except ValueError:
        raise FetchError("protocol", "the request or its answer is not valid HTTP") from None
    finally:
        connection.close()
    return _Answer(
        200, got, unpack.unpacked(content, got.get("Content-Encoding", ""), limits.decoded)
    )


def _resolved(hop: Target, resolver: Resolver, budget: Budget) -> Addresses:
    """`address.addresses` with a time limit, which getaddrinfo does not have."""
    answers: queue.SimpleQueue[Addresses | Exception] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            answers.put(address.addresses(hop, resolver))
        except Exception as error:  # noqa: BLE001 - handed over to the caller's thread
            answers.put(error)

    threading.Thread(target=resolve, daemon=True).start()
    try:
        answer = answers.get(timeout=budget.seconds(budget.connect))
    except queue.Empty:
        raise FetchError("dns", f"the host {hop.host} was not found in time") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _body(response: urllib3.BaseHTTPResponse, limits: Limits) -> bytes:
    length = response.headers.get("Content-Length", "")
    too_large = FetchError("too-large", f"the answer is larger than {limits.wire} bytes")
    if length.isdecimal() and (len(length) > 12 or int(length) > limits.wire):
        raise too_large
    body = bytearray()
    while piece := response.read(_STEP):
        body += piece
        if len(body) > limits.wire:
            raise too_large
    return bytes(body)


def _sendable(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value.encode("latin-1", "replace").decode("latin-1")
        for name, value in headers.items()
    }


def _read(part: str) -> set[str]:
    """What a part of a query may mean: a plus is a space to some, and a plus to others."""
    return {unquote(part), unquote_plus(part)}


def _same_publisher(first: Target, here: Target) -> bool:
    """The same origin, or the same host's step from http to https."""
    if here.origin == first.origin:
        return True
    upgraded = (first.scheme, first.port, here.scheme, here.port) == ("http", 80, "https", 443)
    return upgraded and first.host == here.host


def _permanent(redirects: list[tuple[int, str]]) -> str:
    led = ""
    for status, url in redirects:
        if status not in PERMANENT:
            break
        led = url
    return led


def _refused(answer: _Answer) -> FetchError:
    status = answer.status
    state = _STATES.get(status) or ("server-error" if 500 <= status <= 599 else "http")
    wait = headers_of.retry_after(answer.headers) if status in (429, 503) else None
    return FetchError(state, f"the server answered {status}", retry_after=wait)
