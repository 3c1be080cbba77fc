"""Subscribes feeds at their WebSub hubs after a poll, and renews subscriptions before they end.

the feed names another hub, or none ─► end the old subscription
a subscription is wanted ─► save it as pending ─► POST to the hub ─┬─► hub.py confirms it
                                                                   └─ refused: again in an hour
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from wireroom.errors import Conflict, FetchError
from wireroom.store.feeds import FeedRow, Feeds
from wireroom.store.secrets import Secrets
from wireroom.wire import polling, websub
from wireroom.wire.http import address
from wireroom.wire.http.exchange import Limits, Network
from wireroom.wire.http.fetch import Fetcher
from wireroom.wire.polling import FeedState

logger = Logger(child=True)

NETWORK = Network(
    limits=Limits(connect=3, idle=5, total=5, wire=1 << 16, decoded=1 << 16, redirects=2)
)


class Subscriber:
    """`url`: the address that hubs call, with a slash at its end, or "" if the stack has none.
    `master`: the name of the secret from which the secrets of all feeds are derived."""

    def __init__(self, feeds: Feeds, secrets: Secrets, *, url: str, master: str) -> None:
        self._feeds = feeds
        self._secrets = secrets
        self._url = url
        self._master = master

    def subscribe(
        self,
        row: FeedRow,
        state: FeedState,
        fetcher: Fetcher,
        now: datetime,
        *,
        visit: Callable[[str], None],
    ) -> Counter[str]:
        """Ask the hub that `state` names, if it is time to. Gives metric → how often.

        `visit` is called with the hub's host before the hub is asked. Raises what `visit` raises,
        and Unavailable if AWS did not answer; the next poll tries again.
        """
        feed, known = row.config, row.subscription
        if known and known.until and not websub.agreed(known, state.hub, state.self_url):
            known = websub.left(known)
            try:
                row = self._feeds.subscribe(row, known)
            except Conflict:
                return Counter()
        if not self._url or not websub.wanted(known, state.hub, state.self_url, now):
            return Counter()
        visit(address.host_of(state.hub))
        asking = websub.asking(known, state.hub, state.self_url, now)
        try:
            # First, because a hub may call back to verify before it answers.
            row = self._feeds.subscribe(row, asking)
        except Conflict:
            return Counter()  # the hub has just called; the next poll looks again
        master = self._secrets.bytes_of(self._master)
        form = websub.subscription(
            asking.topic,
            f"{self._url}{feed.id}/{websub.token_of(master, feed.id)}",
            websub.secret_of(master, feed.id, asking),
        )
        internal = fetcher.internal_hosts
        try:
            if not address.target(polling.address(feed, state), internal).internal:
                internal = frozenset()  # a feed on the internet can't lead to internal hosts
            address.target(asking.topic, internal)  # the feed's text: raises if it is no address
            asker = replace(fetcher, internal_hosts=internal, network=NETWORK)
            asker.post(asking.hub, form)
        except FetchError as error:
            logger.warning("hub refused", feed=feed.id, hub=asking.hub, reason=str(error))
            with suppress(Conflict):  # the hub may have called us after all
                self._feeds.subscribe(row, websub.refused(asking, str(error)))
            return Counter(hubs_refused=1)
        logger.info("hub asked", feed=feed.id, hub=asking.hub, topic=asking.topic)
        return Counter(hubs_asked=1)
