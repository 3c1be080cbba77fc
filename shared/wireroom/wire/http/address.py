"""Which addresses may be connected to: the check before every connection, against SSRF.

    target(url)            the URL is parsed once, for checking and for fetching
    addresses(target, …)   the host is resolved once; every address of it must be public
    The caller connects to one of those addresses, and to no other.

`ipaddress.is_global` alone accepts NAT64, 6to4, site-local and multicast addresses, and
`getaddrinfo` reads `0x7f.1` and `2130706433` as loopback. Both are refused here.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from msgspec import Struct

from wireroom.errors import FetchError

Resolver = Callable[..., Sequence[tuple[Any, ...]]]
SocketAddress = tuple[Any, ...]

PORTS = {"http": 80, "https": 443}
URL_LENGTH = 4096

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff]")
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")
_PATH = "/:@!$&'()*+,;=-._~%"

# Global by `ipaddress`, but not on the public internet: 6to4 relays, and Azure's metadata service.
_NOT_PUBLIC_4 = [ipaddress.IPv4Network(net) for net in ("192.88.99.0/24", "168.63.129.16/32")]
# Only 2000::/3 is handed out as global unicast (RFC 4291, IANA). Within it: protocol assignments
# with Teredo and ORCHID, documentation, 6to4.
_UNICAST_6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = [
    ipaddress.IPv6Network(net)
    for net in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "3ffe::/16")
]


class Target(Struct, frozen=True):
    """A parsed URL. `host`: ASCII, lower case, without brackets. `path`: with the query.

    `internal`: the host is one of the settings' `internal_hosts`, so its address may be private.
    """

    scheme: str
    host: str
    port: int
    path: str
    internal: bool = False

    @property
    def netloc(self) -> str:
        """The host as it is written in a URL and in the Host header: with the port, if that is not
        the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}"


def target(url: str, internal_hosts: frozenset[str] = frozenset()) -> Target:
    """`url`, parsed. Raises FetchError `forbidden-url`.

    Refused: other schemes than http and https, user info, backslashes, spaces and control
    characters, numbers that only a resolver reads as an address, and ports other than 80 and 443.
    `internal_hosts` (`host` or `host:port`, IPv6 in brackets) may have any port.
    """
    if len(url) > URL_LENGTH:
        raise FetchError("forbidden-url", f"the URL is longer than {URL_LENGTH} characters")
    if _FORBIDDEN.search(url):
        raise FetchError("forbidden-url", "the URL has a space, a backslash or a control character")
    try:
        parts = urlsplit(url)
        name, port = parts.hostname, parts.port
    except ValueError:
        raise FetchError("forbidden-url", "the URL is malformed") from None
    if parts.scheme not in PORTS:
        raise FetchError("forbidden-url", "the URL is neither http nor https")
    if "@" in parts.netloc:
        raise FetchError("forbidden-url", "the URL has a user name or password in it")
    host = _host(name or "")
    found = Target(
        scheme=parts.scheme,
        host=host,
        port=PORTS[parts.scheme] if port is None else port,
        path=_path(parts.path, parts.query),
    )
    bracketed = f"[{host}]" if ":" in host else host
    if not internal_hosts.isdisjoint({host, bracketed, f"{bracketed}:{found.port}"}):
        return Target(found.scheme, host, found.port, found.path, internal=True)
    if found.port not in PORTS.values():
        raise FetchError(
            "forbidden-url",
            f"port {found.port} is neither 80 nor 443, and {bracketed}:{found.port} is none of the"
            " site's internal_hosts",
        )
    return found


def redirected(
    origin: Target, location: str, internal_hosts: frozenset[str] = frozenset()
) -> Target:
    """The target of `location`, an address (relative or absolute) in an answer of `origin`. Raises
    FetchError `forbidden-url`.

    Only an internal host can lead to `internal_hosts`; a host on the internet can't.
    """
    # http.client reads headers as Latin-1; publishers write UTF-8.
    with contextlib.suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        joined = urljoin(origin.url, location.strip(" \t").replace(" ", "%20"))
    except ValueError:
        raise FetchError("forbidden-url", "a redirect to a malformed URL") from None
    return target(joined, internal_hosts if origin.internal else frozenset())


def host_of(url: str) -> str:
    """The host of `url`, in the form of `Target.host`, or "" if it has none."""
    try:
        return _host(urlsplit(url).hostname or "")
    except (ValueError, FetchError):
        return ""


def addresses(
    found: Target, resolver: Resolver = socket.getaddrinfo
) -> tuple[tuple[socket.AddressFamily, SocketAddress], ...]:
    """The (family, socket address) pairs of `found`. Connect to these without resolving again.

    Raises FetchError: `dns` if there are none, and `forbidden-address` if one of them is not public
    and the host is not internal.
    """
    try:
        answers = resolver(found.host, found.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FetchError("dns", f"the host {found.host} was not found") from None
    usable = [
        (socket.AddressFamily(family), address)
        for family, _type, _proto, _name, address in answers
        if family in (socket.AF_INET, socket.AF_INET6)
    ]
    if not usable:
        raise FetchError("dns", f"the host {found.host} has no address")
    if not found.internal:
        for _family, address in usable:
            if not is_public(address[0]):
                raise FetchError(
                    "forbidden-address",
                    f"the host {found.host} is not on the public internet, and none of the site's"
                    " internal_hosts",
                )
    return tuple(usable)


def is_public(address: str) -> bool:
    """Whether an IP address, as text, belongs to the public internet's unicast space."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast and not any(ip in net for net in _NOT_PUBLIC_4)
    if ip.scope_id is not None or ip not in _UNICAST_6:
        return False
    return not any(ip in net for net in _NOT_PUBLIC_6)


def _host(name: str) -> str:
    """A host name in ASCII, or an address in its one canonical spelling."""
    if ":" in name:
        try:
            ip = ipaddress.IPv6Address(name)
        except ValueError:
            raise FetchError("forbidden-url", "the URL's host is malformed") from None
        if ip.scope_id is not None:
            raise FetchError("forbidden-url", "the URL's host names a network interface")
        return str(ip)
    try:
        # This also turns look-alikes (`①②⑦.0.0.1`, full-width dots) into ASCII before the checks.
        host = name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise FetchError("forbidden-url", "the URL's host is malformed") from None
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise FetchError("forbidden-url", "the URL's host is missing or malformed")
    if _NUMERIC.fullmatch(host.rstrip(".").rsplit(".", 1)[-1]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            raise FetchError("forbidden-url", "the URL's host is an oddly written number") from None
    return host


def _path(path: str, query: str) -> str:
    asked = quote(path or "/", safe=_PATH)
    if not asked.startswith("/"):
        asked = f"/{asked}"
    return f"{asked}?{quote(query, safe=_PATH + '?[]{}|^`')}" if query else asked
