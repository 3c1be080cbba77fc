"""The cookies of one fetch. Some feeds set a cookie, redirect, and expect the cookie back.

A cookie is sent only to the host and port that set it, whatever its Domain says, so no list of
public suffixes is needed. A cookie that was set over https is never sent over http, even without
Secure, as it may be worth as much as a private feed's secret. `http.cookiejar` parses the cookies
and applies their path, age and Secure. The cookies are gone when the fetch is over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.message import Message
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.request import Request

from wireroom.wire.http.address import PORTS, Target

PER_ANSWER = 20
SIZE = 4096  # characters of one cookie, as browsers allow (RFC 6265, 6.1)
SENT = 8192  # characters in one request
_PLAIN = re.compile(r"[\x20-\x7e]+")


class Cookies:
    """A jar for each host and port. 80 and 443 share one, as a host may redirect to https."""

    def __init__(self) -> None:
        self._jars: dict[tuple[str, int], CookieJar] = {}

    def take(self, hop: Target, cookies: Sequence[str]) -> None:
        """Keep the cookies that `hop` has set. `cookies`: the values of its Set-Cookie headers."""
        headers = Message()
        for text in cookies[:PER_ANSWER]:
            if len(text) <= SIZE and _PLAIN.fullmatch(text):
                headers["Set-Cookie"] = _host_only(text)
        jar = self._jars.setdefault(_owner(hop), CookieJar(DefaultCookiePolicy()))
        asked = Request(hop.url)  # noqa: S310 (never opened: the jar needs the address)
        for cookie in jar.make_cookies(_Response(headers), asked):  # type: ignore[arg-type]
            if hop.scheme == "https":
                cookie.secure = True
            jar.set_cookie_if_ok(cookie, asked)

    def header(self, hop: Target) -> str:
        """The Cookie header for `hop`, or ""."""
        jar = self._jars.get(_owner(hop))
        if jar is None:
            return ""
        asked = Request(hop.url)  # noqa: S310
        jar.add_cookie_header(asked)
        found = asked.get_header("Cookie") or ""
        return found if len(found) <= SENT else ""


class _Response:
    """The part of a response that `http.cookiejar` reads."""

    def __init__(self, headers: Message) -> None:
        self._headers = headers

    def info(self) -> Message:
        return self._headers


def _host_only(cookie: str) -> str:
    """`cookie` without its Domain attribute, so that it belongs to the host that set it."""
    pair, *attributes = cookie.split(";")
    kept = [each for each in attributes if each.partition("=")[0].strip().lower() != "domain"]
    return ";".join([pair, *kept])


def _owner(hop: Target) -> tuple[str, int]:
    return hop.host, 0 if hop.port in PORTS.values() else hop.port
