"""One request to a checked address, and its answer. Errors of other libraries become FetchError.

The message of an error never contains a header, a query or another library's message, as each of
those may contain a secret.
"""

from __future__ import annotations

import http.client
import queue
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence

import urllib3
import urllib3.exceptions
from msgspec import Struct

from wireroom.errors import FetchError
from wireroom.wire.http import address, unpack
from wireroom.wire.http.address import Resolver, Target
from wireroom.wire.http.connection import Addresses, Budget, opened

CHALLENGING = (403, 428, 429, 503)  # statuses of bot challenges
REFUSAL = 1 << 18  # bytes that are read of the page with such a status
_HEADERS_ROOM = 1 << 20  # bytes of an answer beside its body: headers, chunk sizes
_STEP = 1 << 16  # bytes in one read


class Limits(Struct, frozen=True, kw_only=True):
    """Times in seconds, sizes in bytes. `idle`: between two bytes; `total`: for all hops together.
    `wire`: of a body as sent; `decoded`: of a body when decompressed."""

    connect: float = 10.0
    idle: float = 15.0
    total: float = 30.0
    wire: int = 15 << 20
    decoded: int = 15 << 20
    redirects: int = 5


DEFAULT_LIMITS = Limits()


class Network(Struct, frozen=True, kw_only=True):
    """How hosts are reached. `context`: for a server whose certificate is not publicly trusted."""

    limits: Limits = DEFAULT_LIMITS
    resolver: Resolver = socket.getaddrinfo
    context: ssl.SSLContext | None = None

    def budget(self) -> Budget:
        """The time and bytes that one fetch may use, from now on."""
        return Budget(self.limits.total, self.limits.connect, self.limits.idle)


class Answer(Struct, frozen=True):
    """`headers`: a case-insensitive mapping; several values of a name are joined by commas.
    `cookies`: the Set-Cookie headers, one by one. `body`: decompressed. For a status in CHALLENGING
    it is only the beginning, if that could be read; for any other but 200 it is empty."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    cookies: Sequence[str] = ()

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")


def asked(
    hop: Target,
    network: Network,
    budget: Budget,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str],
) -> Answer:
    """The answer of `hop` to one request. Raises FetchError: `dns`, `forbidden-address`, `connect`,
    `tls`, `timeout`, `protocol`, `truncated`, `too-large`, and what `unpack.unpacked` raises."""
    addresses = _resolved(hop, network.resolver, budget)
    limits = network.limits
    budget.bytes_left = limits.wire + _HEADERS_ROOM
    connection = opened(hop, addresses, budget, network.context)
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
        got = response.headers
        cookies = got.getlist("Set-Cookie")
        if response.status != 200:
            return Answer(response.status, got, _refusal(response), cookies)
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
    packed = got.get("Content-Encoding", "")
    return Answer(200, got, unpack.unpacked(content, packed, limits.decoded), cookies)


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


def _refusal(response: urllib3.BaseHTTPResponse) -> bytes:
    """The beginning of the page that comes with an error status, decompressed. b"" if the status is
    not in CHALLENGING, or the page can't be read."""
    if response.status not in CHALLENGING:
        return b""
    try:
        content = response.read(REFUSAL)
        return unpack.unpacked(content, response.headers.get("Content-Encoding", ""), 4 * REFUSAL)
    except (FetchError, OSError, ValueError):
        return b""
    except (http.client.HTTPException, urllib3.exceptions.HTTPError):
        return b""


def _sendable(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value.encode("latin-1", "replace").decode("latin-1")
        for name, value in headers.items()
    }
