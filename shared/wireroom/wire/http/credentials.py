"""The credentials of a private feed: how requests contain them, and how texts are rid of them.

They are stored in a secret, as one JSON object:
    {"type": "push", "token": "…"}                          no request; what senders prove to have
    {"type": "basic", "username": "…", "password": "…"}     Authorization: Basic …
    {"type": "bearer", "token": "…"}                        Authorization: Bearer …
    {"type": "header", "name": "X-Api-Key", "value": "…"}   that header
    {"type": "query", "name": "token", "value": "…"}        ?token=…
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from html.entities import codepoint2name
from urllib.parse import unquote, unquote_plus, urlencode

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from wireroom.errors import FetchError
from wireroom.wire.http.address import Target

UNMISTAKABLE = 16  # characters; no text contains a secret of this length by accident
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# Headers for the framing and the recipient of a message, which no secret may set.
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


class Push(Struct, frozen=True, tag="push", forbid_unknown_fields=True):
    """What a sender who pushes proves to have (`wire.push`). `former`: another token that counts as
    well, while the sender changes from one to the other."""

    token: str
    former: str = ""


class Credentials(Struct, frozen=True):
    """`headers` and `query` (parameters) of a request. `in_text`: matches the secret in any
    document. `in_address`: matches it in an address, where even a short secret is no accident."""

    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    in_text: re.Pattern[bytes] | None = None
    in_address: re.Pattern[bytes] | None = None

    def removed_from(self, document: bytes) -> bytes:
        """`document` without the secret. Publishers print the requested address, with its token,
        into their `<link rel="self">`."""
        return self.in_text.sub(b"", document) if self.in_text else document

    def is_in(self, address: str) -> bool:
        """Whether `address` contains the secret, for example in its path."""
        return bool(self.in_address and self.in_address.search(address.encode()))

    def shown_to(self, found: Target) -> Target:
        """`found` with those of the secret query parameters that it lacks."""
        path, mark, query = found.path.partition("?")
        present = {pair.partition("=")[0] for pair in query.split("&")}
        missing = {name: value for name, value in self.query.items() if name not in present}
        if not missing:
            return found
        return replace(found, path=f"{path}?{query}{'&' if mark else ''}{urlencode(missing)}")

    def hidden_from(self, found: Target) -> Target:
        """`found` without query parameters that have the name or the value of a secret."""
        values = {*self.headers.values(), *self.query.values()} - {""}
        path, mark, query = found.path.partition("?")
        kept = []
        for pair in query.split("&"):
            name, _, value = pair.partition("=")
            if _read(name).isdisjoint(self.query) and _read(value).isdisjoint(values):
                kept.append(pair)
        return replace(found, path=path + mark * bool(kept) + "&".join(kept)) if mark else found


NONE = Credentials()


def credentials(secret: str | bytes, name: str) -> Credentials:
    """The credentials in `secret`, the JSON of the secret `name`.

    Raises FetchError `secret`, whose message has the name and never the content.
    """
    found = _read_secret(secret, name)
    match found:
        case Push(token, former):
            return _credentials({}, {}, *filter(None, (token, former)))
        case Basic(username, password) if ":" not in username:  # RFC 7617, 2
            pair = base64.b64encode(f"{username}:{password}".encode()).decode()
            return _credentials({"Authorization": f"Basic {pair}"}, {}, password, pair)
        case Bearer(token) if token.isascii():
            return _credentials({"Authorization": f"Bearer {token}"}, {}, token)
        case Header(header, value) if value.isascii() and _settable(header):
            return _credentials({header: value}, {}, value)
        case Query(parameter, value):
            return _credentials({}, {parameter: value}, value)
    raise FetchError("secret", f"the secret {name} has a value that a request can't contain")


def push_keys(secret: str | bytes, name: str) -> tuple[bytes, ...]:
    """The tokens in `secret`, the JSON of the secret `name`, one of which a sender has to have.

    Raises FetchError `secret`, whose message has the name and never the content, for what is no
    `push` and no `bearer`, and for a token that is short enough to be guessed.
    """
    match _read_secret(secret, name):
        case Push(token, former):
            tokens = [token, *filter(None, [former])]
        case Bearer(token):
            tokens = [token]
        case _:
            raise FetchError("secret", f"the secret {name} is no push and no bearer token")
    if any(len(token) < UNMISTAKABLE for token in tokens):
        raise FetchError(
            "secret", f"the secret {name} has a token of less than {UNMISTAKABLE} characters"
        )
    return tuple(token.encode() for token in tokens)


def _read_secret(secret: str | bytes, name: str) -> Basic | Bearer | Header | Query | Push:
    try:
        found = msgspec.json.decode(secret, type=Basic | Bearer | Header | Query | Push)
    except (msgspec.MsgspecError, UnicodeError):
        # msgspec's message may quote the value.
        raise FetchError("secret", f"the secret {name} is not JSON of a known type") from None
    values = [str(getattr(found, field)) for field in found.__struct_fields__ if field != "former"]
    if not all(value and value.isprintable() for value in values):
        raise FetchError("secret", f"the secret {name} has an empty or unprintable value")
    return found


def _settable(header: str) -> bool:
    return bool(_NAME.fullmatch(header)) and header.lower() not in _NOT_HEADERS


def _credentials(headers: dict[str, str], query: dict[str, str], *values: str) -> Credentials:
    """Credentials with their patterns. Of `values`, in a text long ones match anywhere, and a short
    one only as the value of its query parameter. Otherwise a password that is a common word would
    be removed from every story."""
    spelled = [_spelled(value) for value in sorted(values, key=len, reverse=True)]
    patterns = [
        rb"(?:(?<=[?&;])|(?<=%3[fF])|(?<=%26))"
        + (_spelled(name) + rb"(?:=|(?i:%3d))" + _spelled(value))
        + rb"(?![\w%.~+-])"
        for name, value in query.items()
    ]
    patterns += [_spelled(value) for value in values if len(value) >= UNMISTAKABLE]
    in_text = re.compile(b"|".join(patterns)) if patterns else None
    return Credentials(headers, query, in_text, re.compile(b"|".join(spelled)))


def _spelled(value: str) -> bytes:
    """A pattern of `value` in any spelling: each character as it is, percent-encoded (RFC 3986,
    2.1: in either case), or as a reference of XML."""
    return b"".join(_character(character) for character in value)


def _character(character: str) -> bytes:
    sent = character.encode()
    ways = [re.escape(sent), b"(?i:%s)" % b"".join(b"%%%02x" % byte for byte in sent)]
    ways.append(rb"&#(?:0{0,6}%d|[xX]0{0,6}(?i:%x));" % (ord(character), ord(character)))
    if name := codepoint2name.get(ord(character)):
        ways.append(b"&%s;" % name.encode())
    if character == " ":
        ways.append(rb"\+")
    return b"(?:%s)" % b"|".join(ways)


def _read(part: str) -> set[str]:
    """What a part of a query may mean: some servers read a plus as a space, others as a plus."""
    return {unquote(part), unquote_plus(part)}
