"""WebSub, the pure parts: what to ask a hub, and what to believe of its callbacks.

https://www.w3.org/TR/websub/: 5.1 the subscription request, 5.3 its verification, 7 deliveries.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

LEASE = 5 * 24 * 3600  # seconds; hubs give between a day and ten
RENEW_BEFORE = 24 * 3600
_ALGORITHMS = {"sha1", "sha256", "sha384", "sha512"}


def subscription(
    topic: str, callback: str, secret: str, *, mode: str = "subscribe", lease: int = LEASE
) -> dict[str, str]:
    """The form to POST to the hub. `secret`: under 200 bytes, and never sent over plain http."""
    form = {"hub.mode": mode, "hub.topic": topic, "hub.callback": callback}
    if mode == "subscribe":
        form |= {"hub.lease_seconds": str(lease), "hub.secret": secret}
    return form


def verified(query: Mapping[str, str], topics: Mapping[str, str]) -> tuple[str, int] | None:
    """(the challenge to echo, the lease in seconds) for the hub's GET, or None: answer 404.

    `topics`: topic → the mode ("subscribe" or "unsubscribe") that was asked for and is pending.
    Anybody can call this address, so that only what was asked for is confirmed.
    """
    topic, mode = query.get("hub.topic", ""), query.get("hub.mode", "")
    challenge = query.get("hub.challenge", "")
    if not challenge or mode not in ("subscribe", "unsubscribe") or topics.get(topic) != mode:
        return None
    lease = query.get("hub.lease_seconds", "")
    seconds = int(lease) if lease.isascii() and lease.isdecimal() and len(lease) < 10 else 0
    return challenge, min(seconds or LEASE, 30 * 24 * 3600)


def signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether `X-Hub-Signature` of a delivery (`sha256=…`) is that of `body`, in constant time."""
    method, _, sent = signature.strip().partition("=")
    if method.lower() not in _ALGORITHMS or not secret:
        return False
    right = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(right.encode(), sent.strip().lower().encode("utf-8", "replace"))
