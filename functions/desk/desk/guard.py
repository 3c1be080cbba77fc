"""What is refused before anything is looked up, and the headers of every answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from msgspec import Struct

from wireroom.wire.http.forms import MULTIPART
from wireroom.wire.http.forms import parts_of as parts_in

BODY = 64 << 10  # bytes of a form
FIELDS = 50
# Action → the same of its form, where that is larger: a body, each byte of which is three there; a
# field for each category; a whole site.toml. Devanagari has nine bytes a letter in a form, and
# Lambda takes requests of 6 MB in base64.
LIMITS = {
    "correct": (4 << 20, FIELDS),
    "categorise": (BODY, 500),
    "settings": (1 << 20, 500),
    "write": (4_500_000, 500),  # with a picture
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NO_PATH = re.compile(r"[\x00-\x1f\x7f\\]")

SIGN_INS = 10  # answers of the provider that are looked into, in a minute and from one address
SIGN_INS_OF_ALL = 60
MINUTE = 60


class Refused(Exception):
    """A request that is not carried out. `status`: of the answer; `reason`: for the log; `shown`:
    for whoever asked."""

    def __init__(self, status: int, reason: str, shown: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.shown = shown


def own_path(text: str) -> str:
    """`text`, if it is a path of this desk, else `/`: a browser reads `//host` and `/\\host` as
    another site."""
    mine = text.startswith("/") and not text.startswith("//") and not _NO_PATH.search(text)
    return text if mine and len(text) <= 1000 else "/"


def form_of(body: bytes, room: int = BODY, fields: int = FIELDS) -> dict[str, str]:
    """The fields of a form, each without outer space. Raises Refused."""
    if len(body) > room:
        raise Refused(413, "oversize", f"That is more than {room >> 10} KB.")
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=fields, errors="strict"
        )
    except ValueError as error:
        raise Refused(400, "not a form", "That is not a form of this desk.") from error
    return {name: value.strip() for name, value in pairs}


def parts_of(
    body: bytes, kind: str, room: int = BODY, fields: int = FIELDS
) -> tuple[dict[str, str], dict[str, bytes]]:
    """The fields of a form, as `form_of` gives them, and the files that were sent with it. `kind`:
    its media type (RFC 7578). Raises Refused."""
    if not kind.startswith(MULTIPART):
        return form_of(body, room, fields), {}
    if len(body) > room:
        raise Refused(413, "oversize", f"That is more than {room >> 10} KB.")
    found = parts_in(body, kind, fields)
    if found is None:
        raise Refused(400, "not a form", "That is not a form of this desk.")
    form = {name: value.strip() for name, value in found[0].items()}
    return form, found[1]


class SignIns(Struct):
    """How many answers of the provider this container has looked into lately, by address.

    Each costs a request to the provider, which must not be made on strangers' behalf without limit.
    Counted in the container: a row for each try would be a write that anybody could cause.
    """

    since: float = 0.0
    tries: dict[str, int] = {}

    def count(self, address: str, now: datetime) -> None:
        """Raises Refused when `address` ("": not known), or all together, have tried too often."""
        if now.timestamp() - self.since >= MINUTE:
            self.since, self.tries = now.timestamp(), {}
        tried = self.tries.get(address, 0)
        if (address and tried >= SIGN_INS) or sum(self.tries.values()) >= SIGN_INS_OF_ALL:
            raise Refused(429, "too many sign-ins", "Too many sign-ins. Try again in a minute.")
        self.tries[address] = tried + 1


def origin_of(event: Mapping[str, object], domain: str) -> str:
    """The desk's own origin: `domain`, or the host of the function URL, which Lambda itself
    names."""
    context = event["requestContext"]
    host = domain or (str(context["domainName"]) if isinstance(context, Mapping) else "")
    return f"https://{host}"
