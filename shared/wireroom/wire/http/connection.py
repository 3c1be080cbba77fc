"""One connection to a checked address, bounded in time and in bytes.

http.client and OpenSSL set their time limits per read; a server that drips a byte every few
seconds passes all of them. So the sockets themselves know the one deadline, and count bytes.
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

# It warns of odd headers with the whole URL, which may hold a feed's secret token.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)

Addresses = Sequence[tuple[socket.AddressFamily, SocketAddress]]


class Budget:
    """What one fetch may still use: `deadline` (monotonic), seconds between bytes, bytes."""

    def __init__(self, total: float, connect: float, idle: float) -> None:
        self.deadline = time.monotonic() + total
        self.connect = connect
        self.idle = idle
        self.bytes_left = 0

    def seconds(self, most: float) -> float:
        """How long the next step may take, in seconds, at most `most`; FetchError `timeout`."""
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
    """The system's certificate authorities; kept, because loading them takes 20 ms."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = _TlsSocket
    return context


def connected(addresses: Addresses, budget: Budget) -> socket.socket:
    """A socket connected to the first of `addresses` that answers, or FetchError `connect`."""
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
    """A connection that asks `found` at one of `addresses`; Host and SNI are the host's name.

    `context`: instead of `tls()`, for a server whose certificate is not publicly trusted.
    """
    # http.client sets this one before it reads an answer; the sockets then tighten it.
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
