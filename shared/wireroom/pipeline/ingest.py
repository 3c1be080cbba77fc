"""ingest: due feeds → messages of WireQueue.

    for each due feed, the longest due first, side by side, two at a time from one host:
        lease ─► fetch ─► keep the document ─► parse ─► what is new or changed ─► WireQueue
              ─► only then: save validators, memory and the next due time
              ─► subscribe at its hub, if it names one and it is time to

A run that dies anywhere leaves the feed's state as it was: the next run sends the entries again,
and process finds them unchanged.

The limit of two requests at a time to a host holds within a run. A run ends before the next
minute's begins, so two runs overlap only if EventBridge or Lambda deliver one minute's event twice.
Then a lease keeps them from fetching the same feed, but a host may see two requests of each run. A
feed that redirects to a host whose limit is reached is left to the next run, which then starts it
only when that host has a place, too.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Lock

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import Busy, FetchError, NotAFeed, Retryable
from wireroom.model import Settings, Site
from wireroom.pipeline.dispatch import Received, dispatch
from wireroom.pipeline.places import Places, Turn
from wireroom.pipeline.subscribe import Subscriber
from wireroom.store import pool
from wireroom.store.bodies import Bodies
from wireroom.store.feeds import FeedRow, Feeds
from wireroom.store.queues import Queue
from wireroom.store.secrets import Secrets
from wireroom.store.table import Table
from wireroom.unforeseen import reason_of
from wireroom.wire import polling, websub
from wireroom.wire.http import credentials
from wireroom.wire.http.credentials import Credentials
from wireroom.wire.http.fetch import Fetcher, Response
from wireroom.wire.polling import FeedState

logger = Logger(child=True)

NOT_MODIFIED = 304
# One document at a time: parsing only uses the CPU, and a hostile document takes hundreds of MB.
_PARSING = Lock()
FEEDS = 500  # due feeds read in one run; the next run, a minute later, takes the rest
LEASE = timedelta(seconds=120)  # longer than a run may last
# After these times, counted from its start, a run …
TAKING = timedelta(seconds=15)  # … starts no further feed
PARSING = timedelta(seconds=35)  # … begins to parse no document
SUBSCRIBING = timedelta(seconds=30)  # … asks no hub
PER_HOST = 2  # requests at a time to one host


class Ingest:
    """What ingest needs, kept for the container's life."""

    def __init__(
        self,
        table: Table,
        feeds: Feeds,
        bodies: Bodies,
        wire: Queue,
        dead_letters: Queue,
        *,
        secrets: Secrets,
        subscriber: Subscriber,
    ) -> None:
        self._table = table
        self._feeds = feeds
        self._bodies = bodies
        self._wire = wire
        self._dead_letters = dead_letters
        self._secrets = secrets
        self._subscriber = subscriber
        self._settings: Settings | None = None

    def run(self) -> Counter[str]:
        """Fetch every feed that is due; gives metric → how often.

        A feed that fails does not stop the others. It is logged, its row has the reason, and it is
        due again later.
        """
        started = clock.now()
        due = self._feeds.due(started, FEEDS)
        counts: Counter[str] = Counter()
        if not due:
            return counts
        places = Places(PER_HOST)

        def pull(feed: str) -> Counter[str]:
            turn = Turn(places, due[feed])
            try:
                return self._pull(feed, turn, started)
            finally:
                turn.end()

        for pulled in pool.each(pull, due, ready=lambda feed: places.take(due[feed])):
            counts += pulled
        return counts

    def settings(self) -> Settings:
        """The settings, as the last feed that was polled needed them."""
        if self._settings is None:
            self._settings = self._table.settings()
        return self._settings

    def _site(self, version: str) -> Site:
        """The site's settings, read once for each version of them."""
        settings = self._settings
        if settings is None or settings.version != version:
            settings = self._settings = self._table.settings()
        return settings.site

    def _pull(self, identity: str, turn: Turn, started: datetime) -> Counter[str]:
        now = clock.now()
        if now - started > TAKING:
            return Counter(feeds_left=1)
        try:
            row = self._feeds.take(identity, now, now + LEASE)
            if row is None:
                return Counter(feeds_taken_by_another=1)
            site = self._site(row.settings)
            try:
                counts, state = self._fetch(row, site, now, started, turn)
            except Busy as error:
                logger.info("feed left for the next run", feed=identity, reason=str(error))
                self._feeds.give_back(row, turn.hosts)
                return Counter(feeds_left=1)
            except Retryable:
                raise
            except Exception as error:  # noqa: BLE001 (one bad feed must not stop the others)
                failure = NotAFeed("broken", reason_of(error))
                logger.error("feed failed", feed=identity, reason=str(failure))
                counts, state = (
                    Counter(feeds_failed=1),
                    polling.failed(row.config, row.state, failure, now=now, jitter=_jitter()),
                )
            self._feeds.save(row, state, turn.hosts)
            counts += self._look_at(row, state, now)
            if state.state == polling.OK and clock.now() - started < SUBSCRIBING:
                with suppress(Busy):  # the next poll asks
                    counts += self._subscriber.subscribe(
                        row, state, fetcher(site), now, visit=turn.visit
                    )
        except Retryable as error:
            # Its state is as it was, and its lease expires: the same entries are sent again.
            logger.warning("feed left for the next run", feed=identity, reason=str(error))
            return Counter(feeds_left=1)
        except Exception as error:  # noqa: BLE001 (nor one whose row can't be read or written)
            logger.error("feed broke its run", feed=identity, reason=reason_of(error))
            return Counter(feeds_failed=1)
        return counts

    def _fetch(
        self, row: FeedRow, site: Site, now: datetime, started: datetime, turn: Turn
    ) -> tuple[Counter[str], FeedState]:
        """Fetch one feed and send what is new; gives the state to save. Raises Busy."""
        feed, state = row.config, polling.prepared(row.config, row.state)
        try:
            secret = self._secrets.credentials(feed.secret) if feed.secret else credentials.NONE
            response = fetcher(site).get(
                polling.address(feed, state),
                origin=feed.url,
                etag=state.etag,
                last_modified=state.last_modified,
                secret=secret,
                visit=turn.visit,
            )
            response = _without_secret(response, secret, feed.url)
            same = response.status == NOT_MODIFIED or (
                polling.document_hash(response.body) == state.document_hash
            )
            if same:
                state = polling.unchanged(feed, state, response=response, now=now, jitter=_jitter())
                return Counter(feeds_unchanged=1), _slowed(row, state, now)
            sent = dispatch(
                row,
                Received(
                    body=response.body,
                    url=response.url,
                    content_type=response.content_type,
                    charset=response.charset,
                ),
                now,
                bodies=self._bodies,
                wire=self._wire,
                dead_letters=self._dead_letters,
                turn=_turn_to_parse(started),
            )
        except (FetchError, NotAFeed) as error:
            logger.error("feed failed", feed=feed.id, state=error.state, reason=str(error))
            return Counter(feeds_failed=1), polling.failed(
                feed, state, error, now=now, jitter=_jitter()
            )
        entries = len(sent.document.entries)
        logger.info("feed pulled", feed=feed.id, entries=entries, new=sent.new, raw=sent.raw)
        state = polling.succeeded(
            feed,
            state,
            response=response,
            document=sent.document,
            new=sent.new,
            now=now,
            jitter=_jitter(),
            seen=sent.seen,
        )
        return Counter(feeds_pulled=1) + sent.counts, _slowed(row, state, now)

    def _look_at(self, row: FeedRow, state: FeedState, now: datetime) -> Counter[str]:
        """Log and count a feed that has gone quiet; see `polling.quiet`."""
        if not polling.quiet(row.config, state, now):
            return Counter()
        before = row.state.last_fetch
        if before is None or not polling.quiet(row.config, row.state, before):
            logger.warning("feed has gone quiet", feed=row.config.id, last_new=str(state.last_new))
        return Counter(feeds_quiet=1)


@contextmanager
def _turn_to_parse(started: datetime) -> Iterator[None]:
    """Raises Retryable if other feeds' documents have used up the time of this run."""
    left = (started + PARSING - clock.now()).total_seconds()
    if not _PARSING.acquire(timeout=max(0.0, left)):
        raise Retryable("no time left in this run to parse it, after other feeds' documents")
    try:
        yield
    finally:
        _PARSING.release()


def _without_secret(response: Response, secret: Credentials, url: str) -> Response:
    """`response` as it may be stored and queued: without the secret in its body, and with `url`,
    the feed's address in the settings, in place of one that contains the secret."""
    return replace(
        response,
        body=secret.removed_from(response.body),
        url=url if secret.is_in(response.url) else response.url,
        moved_to="" if secret.is_in(response.moved_to) else response.moved_to,
    )


def _slowed(row: FeedRow, state: FeedState, now: datetime) -> FeedState:
    """`state`, polled less often while a hub delivers what is new."""
    known = row.subscription
    if known is None or not websub.alive(known, now):
        return state
    if not websub.agreed(known, state.hub, state.self_url):
        return state
    if state.last_new == now and not _delivered(row):
        return state  # the poll found something new that the hub had not delivered
    return polling.pushed(row.config, state, websub.renewal(known), now)


def _delivered(row: FeedRow) -> bool:
    """Whether the hub has delivered anything since the last poll."""
    last, known = row.state.last_fetch, row.subscription
    if known is None or known.delivered is None or last is None:
        return False
    return known.delivered >= last


def fetcher(site: Site) -> Fetcher:
    """A Fetcher whose User-Agent names Wireroom, the site and its contact address."""
    about = "; ".join(part for part in (site.name, site.url, site.contact) if part)
    plain = about.encode("ascii", "ignore").decode()
    internal = frozenset(site.internal_hosts)
    return Fetcher(agent=f"Wireroom/1.0 ({plain})", internal_hosts=internal)


def _jitter() -> float:
    return random.random()  # noqa: S311  (spreads the fetches; no secret)
