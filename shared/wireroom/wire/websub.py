"""WebSub, the pure parts: what to ask a hub, and what to believe of its callbacks.

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
    """What was agreed with a hub, or asked of it, about one feed.

    `asked`: when last; `pending`: it has not been verified since. `until`: the end of the `lease`
    (seconds). `refused`: why the last request failed. `delivered`: the last true delivery.
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
    """Whether the hub has promised deliveries at `now`."""
    return known is not None and known.until is not None and known.until > now


def agreed(known: Subscription | None, hub: str, topic: str) -> bool:
    """Whether `known` is about the hub and the topic that the feed names."""
    return known is not None and bool(hub) and (known.hub, known.topic) == (hub, topic)


def left(known: Subscription) -> Subscription:
    """After the feed has stopped naming its hub, whatever that hub had promised."""
    return replace(known, pending=False, until=None, lease=0)


def renewal(known: Subscription) -> datetime | None:
    """When a subscription that is alive is to be renewed."""
    if known.until is None:
        return None
    return known.until - timedelta(seconds=min(RENEW_BEFORE, known.lease / 2))


def wanted(known: Subscription | None, hub: str, topic: str, now: datetime) -> bool:
    """Whether `hub` is to be asked for `topic` now; at most once in an hour, whatever happens:
    a feed that names another hub each time must not make us knock at all of them."""
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
    """What to remember before `hub` is asked: it may verify before it answers."""
    if known is None or (known.hub, known.topic) != (hub, topic):
        known = Subscription(hub=hub, topic=topic)
    return replace(known, asked=now, pending=True, refused="")


def confirmed(known: Subscription, lease: int, now: datetime) -> Subscription:
    """After the hub's verification, which gave `lease` seconds."""
    until = now + timedelta(seconds=lease)
    return replace(known, pending=False, until=until, lease=lease, refused="")


def refused(known: Subscription, reason: str) -> Subscription:
    """After the hub could not be asked or said no; a lease that runs goes on running."""
    return replace(known, pending=False, refused=reason[:200])


def expected(known: Subscription, now: datetime) -> bool:
    """Whether the hub may verify: it was asked. One whose answer got lost may once more."""
    recent = known.asked is not None and now - known.asked < ASK_AGAIN and not known.refused
    return known.pending or recent


def secret_of(master: bytes, feed: str, known: Subscription) -> str:
    """The secret that this feed's hub signs with. Derived, so that no table holds it, and from the
    hub and the topic as well: a hub that a feed has left can no longer sign for it."""
    return _derived(master, "sign", feed, known.hub, known.topic)


def token_of(master: bytes, feed: str) -> str:
    """The part of a feed's callback address that nobody can guess (WebSub, 5.1 and 8)."""
    return _derived(master, "callback", feed)[:32]


def _derived(master: bytes, *parts: str) -> str:
    message = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(master, message, hashlib.sha256).hexdigest()


def subscription(topic: str, callback: str, secret: str) -> dict[str, str]:
    """The form to POST to the hub. `secret`: under 200 bytes, and never sent over plain http."""
    return {
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.callback": callback,
        "hub.lease_seconds": str(LEASE),
        "hub.secret": secret,
    }


def verified(query: Mapping[str, str], topic: str) -> tuple[str, int] | None:
    """(the challenge to echo, the lease in seconds) for the hub's GET, or None: answer 404.

    `topic`: what was asked for. Anybody can call this address, so nothing else is confirmed.
    """
    challenge = query.get("hub.challenge", "")
    asked = (query.get("hub.mode"), query.get("hub.topic")) == ("subscribe", topic)
    if not challenge or not asked:
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
