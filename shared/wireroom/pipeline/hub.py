"""hub: what WebSub hubs send to a feed's callback address → WireQueue, seconds after publication.

    GET   /<feed>/<token>   a hub verifies a subscription: confirmed if we asked for it
    POST  /<feed>/<token>   a delivery: signature ─► keep the document ─► parse ─► WireQueue

Anybody can call this function. Callers that do not know the feed's token are refused before the
table is read. https://www.w3.org/TR/websub/: 5.3 verification, 7 deliveries, 8 security.

A delivery is accepted only from the hub that the feed names, and only while its subscription runs,
however well it is signed.

A delivery does not change the feed's memory (`wire.diff`), which only the holder of the feed's
lease may write. So the next poll sends the same entries once more, and process finds them
unchanged.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aws_lambda_powertools import Logger
from msgspec import Struct
from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import Conflict, FetchError, NotAFeed, Retryable
from wireroom.pipeline.dispatch import Received, dispatch
from wireroom.pipeline.function_url import BODY, Request
from wireroom.store.bodies import Bodies
from wireroom.store.feeds import FeedRow, Feeds
from wireroom.store.queues import Queue
from wireroom.store.secrets import Secrets
from wireroom.unforeseen import reason_of
from wireroom.wire import polling, websub
from wireroom.wire.http import unpack

logger = Logger(child=True)

UNPACKED = 15 << 20  # bytes
TRIES = 3  # to save a verification while others write the subscription


class Reply(Struct, frozen=True):
    """`counts`: metric → how often."""

    status: int
    body: str = ""
    counts: Mapping[str, int] = {}


def response(reply: Reply) -> dict[str, Any]:
    """`reply` as a function URL returns it: plain text, so that no browser reads an echoed
    challenge as a page."""
    headers = {"content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff"}
    return {"statusCode": reply.status, "headers": headers, "body": reply.body}


class Hub:
    """What the function needs, kept for the container's life. `master`: as in `subscribe`."""

    def __init__(
        self,
        feeds: Feeds,
        bodies: Bodies,
        wire: Queue,
        dead_letters: Queue,
        secrets: Secrets,
        *,
        master: str,
    ) -> None:
        self._feeds = feeds
        self._bodies = bodies
        self._wire = wire
        self._dead_letters = dead_letters
        self._secrets = secrets
        self._master = master

    def answer(self, asked: Request) -> Reply:
        """The reply to a hub or any other caller. 503 if AWS failed: a hub then delivers again."""
        feed, _, token = asked.path.strip("/").partition("/")
        try:
            master = self._secrets.bytes_of(self._master)
            right = websub.token_of(master, feed)
            if not hmac.compare_digest(right.encode(), token.encode()):
                return Reply(404)
            if asked.method == "GET":
                return self._verify(feed, asked.query)
            if asked.method == "POST":
                return self._take(feed, asked, master)
        except Retryable as error:
            logger.warning("hub has to send it again", feed=feed, reason=str(error))
            return Reply(503, counts=Counter(deliveries_left=1))
        except Exception as error:  # noqa: BLE001 (whatever it is, it is this request's)
            # The next poll reads the same document, and the feed's row then says what is wrong.
            logger.error("hub request failed", feed=feed, reason=reason_of(error))
            return Reply(500, counts=Counter(deliveries_failed=1))
        return Reply(405)

    def _verify(self, feed: str, query: Mapping[str, str]) -> Reply:
        for _ in range(TRIES):
            now = clock.now()
            row = self._feeds.get(feed)
            known = _agreed(row)
            if row is None or known is None:
                return Reply(404)
            try:
                if query.get("hub.mode") == "denied" and query.get("hub.topic") == known.topic:
                    reason = f"denied: {query.get('hub.reason', '')}"
                    self._feeds.subscribe(row, websub.refused(known, reason))
                    return Reply(200, counts=Counter(hubs_refused=1))
                found = websub.verified(query, known.topic)
                if found is None or not websub.expected(known, now):
                    logger.warning("verification refused", feed=feed)
                    return Reply(404)
                challenge, lease = found
                self._feeds.subscribe(row, websub.confirmed(known, lease, now))
            except Conflict:
                continue  # another call of the same hub was faster
            logger.info("subscribed", feed=feed, hub=known.hub, lease=lease)
            return Reply(200, challenge, Counter(hubs_confirmed=1))
        return Reply(503)

    def _take(self, feed: str, asked: Request, master: bytes) -> Reply:
        if len(asked.body) > BODY:
            return Reply(413, counts=Counter(deliveries_refused=1))
        row = self._feeds.get(feed)
        known = _agreed(row)
        if row is None or known is None or not websub.alive(known, clock.now()):
            return Reply(410, counts=Counter(deliveries_refused=1))  # ends the subscription (7)
        secret = websub.secret_of(master, feed, known)
        if not websub.signed(asked.body, asked.headers.get("x-hub-signature", ""), secret):
            # Ignored, and answered like any other: the specification asks for both (7.1.1).
            logger.warning("delivery with a wrong signature", feed=feed)
            return Reply(202, counts=Counter(deliveries_refused=1))
        try:
            counts = self._publish(row, asked)
        except (FetchError, NotAFeed) as error:
            logger.error("delivery failed", feed=feed, state=error.state, reason=str(error))
            return Reply(202, counts=Counter(deliveries_failed=1))
        with suppress(Conflict):  # another delivery has saved it, or the hub is being asked again
            self._feeds.subscribe(row, replace(known, delivered=clock.now()))
        return Reply(202, counts=counts)

    def _publish(self, row: FeedRow, asked: Request) -> Counter[str]:
        """Does what ingest does with a document that it fetched, but saves no feed state."""
        packed = asked.headers.get("content-encoding", "")
        sent = dispatch(
            row,
            Received(
                body=unpack.unpacked(asked.body, packed, UNPACKED),
                url=polling.address(row.config, row.state),
                content_type=asked.headers.get("content-type", ""),
            ),
            clock.now(),
            bodies=self._bodies,
            wire=self._wire,
            dead_letters=self._dead_letters,
        )
        entries = len(sent.document.entries)
        logger.info(
            "feed delivered", feed=row.config.id, entries=entries, new=sent.new, raw=sent.raw
        )
        return Counter(deliveries=1) + sent.counts


def _agreed(row: FeedRow | None) -> websub.Subscription | None:
    """The feed's subscription, if it is at the hub that the feed still names, and the feed is not
    stopped."""
    if row is None or row.state.state == polling.STOPPED:
        return None
    state, known = polling.prepared(row.config, row.state), row.subscription
    return known if websub.agreed(known, state.hub, state.self_url) else None
