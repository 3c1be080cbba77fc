"""What a private wire asks to be shown, from the secret that holds it.

A secret is one JSON object:
    {"type": "basic", "username": "…", "password": "…"}     Authorization: Basic …
    {"type": "bearer", "token": "…"}                        Authorization: Bearer …
    {"type": "header", "name": "X-Api-Key", "value": "…"}   that header
    {"type": "query", "name": "token", "value": "…"}        ?token=…
"""

from __future__ import annotations

import base64
import re
from html import escape
from urllib.parse import quote, quote_plus

import msgspec
from msgspec import Struct

from wireroom.errors import FetchError

TELLING = 16  # characters: a secret as long as this is in no text by accident
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# Headers that say how a message is framed or whom it is for are not a secret's to set.
_NOT_HEADERS = {"host", "content-length", "transfer-encoding", "connection", "accept-encoding"}


class Basic(Struct, frozen=True, tag="basic", forbid_unknown_fields=True):
    username: str
    password: str


class Bearer(Struct, frozen=True, tag="bearer", forbid_unknown_fields=True):
    token: str


class Header(Struct, frozen=True, tag="header", forbid_unknown_fields=True):
    name: str
    value: str


class Query(Struct, frozen=True, tag="query", forbid_unknown_fields=True):
    name: str
    value: str


class Credentials(Struct, frozen=True):
    """`headers` and `query` (parameters) for `fetch`. `telling`: what gives the secret away."""

    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    telling: re.Pattern[bytes] | None = None

    def removed_from(self, document: bytes) -> bytes:
        """`document` without the secret: publishers print the address that was asked, with its
        token, into their own `<link rel="self">`."""
        return self.telling.sub(b"", document) if self.telling else document


NONE = Credentials()


def credentials(secret: str | bytes, name: str) -> Credentials:
    """What `secret`, the JSON of a secret called `name`, has a request carry.

    Raises FetchError `secret`, which tells the name and never the content.
    """
    try:
        found = msgspec.json.decode(secret, type=Basic | Bearer | Header | Query)
    except (msgspec.MsgspecError, UnicodeError):
        # Their own words may quote the value that they did not like.
        raise FetchError("secret", f"the secret {name} is not JSON of a known type") from None
    values = [str(getattr(found, field)) for field in found.__struct_fields__]
    if not all(value and value.isprintable() for value in values):
        raise FetchError("secret", f"the secret {name} has an empty or unprintable value")
    match found:
        case Basic(username, password) if ":" not in username:  # RFC 7617, 2
            pair = base64.b64encode(f"{username}:{password}".encode()).decode()
            return Credentials({"Authorization": f"Basic {pair}"}, {}, _telling(password, pair))
        case Bearer(token) if token.isascii():
            return Credentials({"Authorization": f"Bearer {token}"}, {}, _telling(token))
        case Header(header, value) if value.isascii() and _settable(header):
            return Credentials({header: value}, {}, _telling(value))
        case Query(parameter, value):
            return Credentials({}, {parameter: value}, _telling(value, parameter=parameter))
    raise FetchError("secret", f"the secret {name} is not what a request can carry")


def _settable(header: str) -> bool:
    return bool(_NAME.fullmatch(header)) and header.lower() not in _NOT_HEADERS


def _telling(*values: str, parameter: str = "") -> re.Pattern[bytes] | None:
    """The long secrets wherever they stand; a short one only as the parameter that it is, or a
    password that is a word would take that word out of every story."""
    found = {spelled for value in values if len(value) >= TELLING for spelled in _spellings(value)}
    patterns = [re.escape(spelled.encode()) for spelled in sorted(found, key=len, reverse=True)]
    if parameter:
        names, contents = _spellings(parameter), sorted(_spellings(values[0]))
        for name in sorted(names):
            for content in contents:
                pair = re.escape(f"{name}={content}".encode())
                patterns.insert(0, rb"(?<=[?&;])" + pair + rb"(?![\w%.~+-])")
    return re.compile(b"|".join(patterns)) if patterns else None


def _spellings(value: str) -> set[str]:
    return {value, quote(value, safe=""), quote_plus(value), escape(value)}
