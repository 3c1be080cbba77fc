"""Pushes, the pure part: which requests come from whoever has the feed's token.

    X-Superdesk-Signature: sha1=…           HMAC of the body; also sha256=…
    X-Hub-Signature-256: sha256=…           HMAC of the body
    Webhook-Id, -Timestamp, -Signature      HMAC of id, time and body (Standard Webhooks)
    Authorization: Bearer …                 the token itself

https://superdesk-core.readthedocs.io/ (HTTP Push), https://www.standardwebhooks.com/

A signature of the body alone can be sent again by whoever has seen it. That changes nothing: what a
feed remembers and what a story has seen are not new (`wire.diff`, `newsroom.merge`). SHA-1 is taken
because Superdesk signs with nothing else; HMAC does not need what it has lost.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)  # between a signed time and ours, as Standard Webhooks asks
_BASE64 = b"whsec_"  # what a token begins with whose rest is the key in Base64


def proves(headers: Mapping[str, str]) -> bool:
    """Whether a request tries to prove anything. `headers`: by names in lower case."""
    return not _PROOFS.keys().isdisjoint(headers)


def authentic(
    headers: Mapping[str, str], body: bytes, tokens: Iterable[bytes], now: datetime
) -> bool:
    """Whether the request comes from whoever has one of `tokens`: each proof in it is right, and
    there is one. How long it takes tells nothing of a token."""
    tokens = tuple(tokens)
    rights = [
        any(right(headers, body, token, now) for token in tokens)
        for name, right in _PROOFS.items()
        if name in headers
    ]
    return bool(rights) and all(rights)


def _superdesk(headers: Mapping[str, str], body: bytes, token: bytes, now: datetime) -> bool:
    return _signed(headers["x-superdesk-signature"], body, token, {"sha1", "sha256"})


def _hub(headers: Mapping[str, str], body: bytes, token: bytes, now: datetime) -> bool:
    return _signed(headers["x-hub-signature-256"], body, token, {"sha256"})


def _webhook(headers: Mapping[str, str], body: bytes, token: bytes, now: datetime) -> bool:
    told = headers.get("webhook-timestamp", "")
    if not (told.isascii() and told.isdecimal() and len(told) < 12):
        return False
    fresh = abs(now.timestamp() - int(told)) <= TOLERANCE.total_seconds()
    text = f"{headers.get('webhook-id', '')}.{told}.".encode("utf-8", "replace")
    right = b"v1," + base64.b64encode(hmac.digest(_key(token), text + body, "sha256"))
    given = headers["webhook-signature"].encode("utf-8", "replace").split()
    return any(hmac.compare_digest(right, each) for each in given[:10]) and fresh


def _bearer(headers: Mapping[str, str], body: bytes, token: bytes, now: datetime) -> bool:
    scheme, _, given = headers["authorization"].strip().partition(" ")
    same = hmac.compare_digest(token, given.strip().encode("utf-8", "replace"))
    return same and scheme.lower() == "bearer"


def _signed(sent: str, body: bytes, token: bytes, methods: Iterable[str]) -> bool:
    method, _, digest = sent.strip().partition("=")
    if method.lower() not in methods:
        return False
    right = hmac.new(token, body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(right.encode(), digest.strip().lower().encode("utf-8", "replace"))


def _key(token: bytes) -> bytes:
    if not token.startswith(_BASE64):
        return token
    try:
        return base64.b64decode(token.removeprefix(_BASE64), validate=True) or token
    except binascii.Error:
        return token


_PROOFS: Mapping[str, Callable[[Mapping[str, str], bytes, bytes, datetime], bool]] = {
    "x-superdesk-signature": _superdesk,
    "x-hub-signature-256": _hub,
    "webhook-signature": _webhook,
    "authorization": _bearer,
}
