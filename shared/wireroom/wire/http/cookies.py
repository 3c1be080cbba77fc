"""The cookies of one fetch: some feeds set one, lead elsewhere, and want to see it back.

Each cookie goes back to the one host and port that set it, whatever Domain it asks for, so no list
of public suffixes is needed. What came over https does not go over http, even where the server
forgot to say Secure: it may stand for a private feed's secret. `http.cookiejar` reads the cookies
and decides by path, age and Secure; a jar lives as long as its fetch.
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
    """A jar for each host and port; 80 and 443 are one, as a host's step to https is."""

    def __init__(self) -> None:
        self._jars: dict[tuple[str, int], CookieJar] = {}

    def take(self, hop: Target, cookies: Sequence[str]) -> None:
        """Keep what `hop` has set: each text is the value of one Set-Cookie."""
        headers = Message()
        for text in cookies[:PER_ANSWER]:
            if len(text) <= SIZE and _PLAIN.fullmatch(text):
                headers["Set-Cookie"] = _host_only(text)
        jar = self._jars.setdefault(_owner(hop), CookieJar(DefaultCookiePolicy()))
        asked = Request(hop.url)  # noqa: S310 (never opened: it tells the jar who was asked)
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
    """As much of a response as `http.cookiejar` looks at."""

    def __init__(self, headers: Message) -> None:
        self._headers = headers

    def info(self) -> Message:
        return self._headers


def _host_only(cookie: str) -> str:
    """`cookie` without its Domain: it is its own host's in any case."""
    pair, *attributes = cookie.split(";")
    kept = [each for each in attributes if each.partition("=")[0].strip().lower() != "domain"]
    return ";".join([pair, *kept])


def _owner(hop: Target) -> tuple[str, int]:
    return hop.host, 0 if hop.port in PORTS.values() else hop.port
