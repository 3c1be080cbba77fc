"""WebSub, the pure part: what to ask a hub, and which of its calls to accept.

https://www.w3.org/TR/websub/: 5.1 the subscription request, 5.3 its verification, 7 deliveries.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

LEASE = 5 * 24 * 3600  # seconds; hubs give between a day and ten
RENEW_BEFORE = 24 * 3600  # seconds, or half the lease where that is less
ASK_AGAIN = timedelta(hours=1)  # no hub is asked for one feed more often
_ALGORITHMS = {"sha1", "sha256", "sha384", "sha512"}


class Subscription(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A feed's subscription at a hub, requested or verified.

    `asked`: when it was last requested; `pending`: the hub has not verified it since. `until`: the
    end of the subscription; `lease`: its length in seconds. `refused`: why the last request failed.
    `delivered`: when the hub last delivered with a right signature.
    """

    hub: str
    topic: str
    asked: datetime | None = None
    pending: bool = False
    until: datetime | None = None
    lease: int = 0
    refused: str = ""
    delivered: datetime | None = None


def alive(known: Subscription | None, now: datetime) -> bool:
    """Whether the hub has verified the subscription, and it has not ended at `now`."""
    return known is not None and known.until is not None and known.until > now


def agreed(known: Subscription | None, hub: str, topic: str) -> bool:
    """Whether `known` is a subscription at the `hub` and for the `topic` that the feed names."""
    return known is not None and bool(hub) and (known.hub, known.topic) == (hub, topic)


def left(known: Subscription) -> Subscription:
    """The subscription, ended, as the feed no longer names its hub."""
    return replace(known, pending=False, until=None, lease=0)


def renewal(known: Subscription) -> datetime | None:
    """When the subscription is to be renewed; None if it was never verified or was ended."""
    if known.until is None:
        return None
    return known.until - timedelta(seconds=min(RENEW_BEFORE, known.lease / 2))


def wanted(known: Subscription | None, hub: str, topic: str, now: datetime) -> bool:
    """Whether to ask `hub` for `topic` now. At most one request per feed and hour, as a feed may
    name another hub each time."""
    if not hub or not topic:
        return False
    if known is None or known.asked is None:
        return True
    if now - known.asked < ASK_AGAIN:
        return False
    if (known.hub, known.topic) != (hub, topic):
        return True
    renew = renewal(known)
    return renew is None or now >= renew


def asking(known: Subscription | None, hub: str, topic: str, now: datetime) -> Subscription:
    """The subscription to save before `hub` is asked, as it may verify before it answers."""
    if known is None or (known.hub, known.topic) != (hub, topic):
        known = Subscription(hub=hub, topic=topic)
    return replace(known, asked=now, pending=True, refused="")


def confirmed(known: Subscription, lease: int, now: datetime) -> Subscription:
    """The subscription after the hub's verification, for `lease` seconds."""
    until = now + timedelta(seconds=lease)
    return replace(known, pending=False, until=until, lease=lease, refused="")


def refused(known: Subscription, reason: str) -> Subscription:
    """The subscription after a failed or refused request. One that was verified before goes on."""
    return replace(known, pending=False, refused=reason[:200])


def expected(known: Subscription, now: datetime) -> bool:
    """Whether the hub may verify: it was asked and has not verified since, or was asked in the last
    hour. The latter is for a hub that calls again because our answer was lost."""
    recent = known.asked is not None and now - known.asked < ASK_AGAIN and not known.refused
    return known.pending or recent


def secret_of(master: bytes, feed: str, known: Subscription) -> str:
    """The secret with which this feed's hub signs. It is derived from `master`, so that the table
    need not contain it, and from hub and topic, so that a former hub can't sign for the feed."""
    return _derived(master, "sign", feed, known.hub, known.topic)


def token_of(master: bytes, feed: str) -> str:
    """The part of a feed's callback address that nobody can guess (WebSub, 5.1 and 8)."""
    return _derived(master, "callback", feed)[:32]


def _derived(master: bytes, *parts: str) -> str:
    message = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(master, message, hashlib.sha256).hexdigest()


def subscription(topic: str, callback: str, secret: str) -> dict[str, str]:
    """The form to POST to the hub. `secret`: under 200 bytes (5.1); must not be sent over http."""
    return {
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.callback": callback,
        "hub.lease_seconds": str(LEASE),
        "hub.secret": secret,
    }


def verified(query: Mapping[str, str], topic: str) -> tuple[str, int] | None:
    """(the challenge to echo, the lease in seconds) from the hub's GET, or None: answer 404.

    `topic`: the one that was requested. Anybody can call this address, so no other is confirmed.
    """
    challenge = query.get("hub.challenge", "")
    asked = (query.get("hub.mode"), query.get("hub.topic")) == ("subscribe", topic)
    if not challenge or not asked:
        return None
    lease = query.get("hub.lease_seconds", "")
    seconds = int(lease) if lease.isascii() and lease.isdecimal() and len(lease) < 10 else 0
    return challenge, min(seconds or LEASE, 30 * 24 * 3600)


def signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether `signature`, the X-Hub-Signature of a delivery (`sha256=…`), is right for `body`.
    Takes constant time."""
    method, _, sent = signature.strip().partition("=")
    if method.lower() not in _ALGORITHMS or not secret:
        return False
    right = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(right.encode(), sent.strip().lower().encode("utf-8", "replace"))
