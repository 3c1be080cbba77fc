"""One connection to a checked address, with limits on its time and bytes.

The time limits of http.client and OpenSSL are per read, so a server that sends a byte every few
seconds never exceeds them. So the sockets here check one deadline for the whole fetch, and count
bytes.
"""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection

from wireroom.errors import FetchError
from wireroom.wire.http.address import SocketAddress, Target

# Its warnings about odd headers contain the whole URL, which may contain a feed's secret.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)

Addresses = Sequence[tuple[socket.AddressFamily, SocketAddress]]


class Budget:
    """What one fetch may still use. `total`: seconds for all of it; `connect`: seconds for each
    connection; `idle`: seconds between two bytes. `bytes_left`: set before each request."""

    def __init__(self, total: float, connect: float, idle: float) -> None:
        self.deadline = time.monotonic() + total
        self.connect = connect
        self.idle = idle
        self.bytes_left = 0

    def seconds(self, most: float) -> float:
        """Seconds that the next step may take, at most `most`. Raises FetchError `timeout` if none
        are left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise FetchError("timeout", "the time for the whole request was used up")
        return min(left, most)

    def received(self, count: int) -> None:
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise FetchError("too-large", "the server sent more bytes than are allowed")


class _PlainSocket(socket.socket):
    budget: Budget

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(self.budget.seconds(self.budget.idle))
        count = super().recv_into(*args, **kwargs)
        self.budget.received(count)
        return count

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(self.budget.seconds(self.budget.idle))
        super().sendall(*args, **kwargs)


class _TlsSocket(ssl.SSLSocket):
    budget: Budget | None = None  # set when the handshake is done; it has a time limit of its own

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        if self.budget is None:
            return super().recv_into(*args, **kwargs)
        self.settimeout(self.budget.seconds(self.budget.idle))
        count = super().recv_into(*args, **kwargs)
        self.budget.received(count)
        return count

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        if self.budget is not None:
            self.settimeout(self.budget.seconds(self.budget.idle))
        super().sendall(*args, **kwargs)


@cache
def tls() -> ssl.SSLContext:
    """A context with the system's certificate authorities; cached, as loading them takes 20 ms."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = _TlsSocket
    return context


def connected(addresses: Addresses, budget: Budget) -> socket.socket:
    """A socket connected to the first of `addresses` that answers. Raises FetchError `connect`, or
    `timeout`."""
    for family, address in addresses:
        sock = _PlainSocket(family, socket.SOCK_STREAM)
        sock.budget = budget
        try:
            sock.settimeout(budget.seconds(budget.connect))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.connect(address)
        except OSError:
            sock.close()
            continue
        except BaseException:
            sock.close()
            raise
        return sock
    budget.seconds(0)
    raise FetchError("connect", "no address of the server could be connected to")


class _Http(HTTPConnection):
    addresses: Addresses
    budget: Budget

    def _new_conn(self) -> socket.socket:
        return connected(self.addresses, self.budget)


class _Https(HTTPSConnection):
    addresses: Addresses
    budget: Budget

    def _new_conn(self) -> socket.socket:
        return connected(self.addresses, self.budget)

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, _TlsSocket):
            self.sock.budget = self.budget


def opened(
    found: Target, addresses: Addresses, budget: Budget, context: ssl.SSLContext | None = None
) -> HTTPConnection | HTTPSConnection:
    """A connection to `found` at one of `addresses`. Host and SNI contain the host's name.

    `context`: instead of `tls()`, for a server whose certificate is not publicly trusted.
    """
    # http.client sets this limit before it reads an answer; the sockets then set shorter ones.
    timeout = budget.seconds(budget.idle)
    if found.scheme == "http":
        plain = _Http(found.host, found.port, timeout=timeout)
        plain.addresses, plain.budget = addresses, budget
        return plain
    if context is None:
        context = tls()
    context.sslsocket_class = _TlsSocket
    secure = _Https(found.host, found.port, timeout=timeout, ssl_context=context)
    secure.addresses, secure.budget = addresses, budget
    return secure
