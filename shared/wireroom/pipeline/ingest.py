"""ingest: due feeds → messages of WireQueue.

    for each due feed, side by side:
        lease ─► fetch ─► keep the document ─► parse ─► what is new or changed ─► WireQueue
              ─► only then: save validators, memory and the next due time

A run that dies anywhere leaves the feed's state as it was: the next run sends the entries again,
and process finds them unchanged.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from threading import Semaphore
from urllib.parse import urlsplit

import msgspec
from aws_lambda_powertools import Logger
from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import FetchError, NotAFeed, Retryable
from wireroom.model import Arrival, Entry, Settings, Site
from wireroom.store import pool
from wireroom.store.bodies import Bodies
from wireroom.store.feeds import FeedRow, Feeds
from wireroom.store.queues import MESSAGE_BYTES, Queue
from wireroom.store.table import Table
from wireroom.wire import polling
from wireroom.wire.diff import changed
from wireroom.wire.feeds import Document, parse
from wireroom.wire.fetch import fetch
from wireroom.wire.polling import FeedState

logger = Logger(child=True)

NOT_MODIFIED = 304
FEEDS = 100  # feeds looked at in one run; the next run, a minute later, takes the rest
LEASE = timedelta(seconds=120)  # longer than a run may last
TAKING = timedelta(seconds=15)  # a run takes no feed after this, to be done with those it has
PER_HOST = 2  # requests at a time to one host


class Ingest:
    """What ingest needs, kept for the container's life."""

    def __init__(
        self, table: Table, feeds: Feeds, bodies: Bodies, wire: Queue, dead_letters: Queue
    ) -> None:
        self._table = table
        self._feeds = feeds
        self._bodies = bodies
        self._wire = wire
        self._dead_letters = dead_letters
        self._settings: Settings | None = None

    def run(self) -> Counter[str]:
        """Pull every feed that is due; gives what happened → how often.

        A feed that fails is logged, its row says why, and it is due again later; it never stops
        the others.
        """
        started = clock.now()
        due = self._feeds.due(started, FEEDS)
        counts: Counter[str] = Counter()
        if not due:
            return counts
        hosts: dict[str, Semaphore] = {}
        for pulled in pool.each(lambda feed: self._pull(feed, hosts, started), due):
            counts += pulled
        return counts

    def _site(self, version: str) -> Site:
        """The site's settings, read once for each version of them."""
        if self._settings is None or self._settings.version != version:
            self._settings = self._table.read([]).settings
        if self._settings is None:
            raise Retryable("the site has no settings yet: `wireroom apply site.toml`")
        return self._settings.site

    def _pull(self, identity: str, hosts: dict[str, Semaphore], started: datetime) -> Counter[str]:
        now = clock.now()
        if now - started > TAKING:
            return Counter(feeds_left=1)
        try:
            row = self._feeds.take(identity, now, now + LEASE)
            if row is None:
                return Counter(feeds_taken_by_another=1)
            host = urlsplit(polling.address(row.config, row.state)).netloc
            with hosts.setdefault(host, Semaphore(PER_HOST)):
                counts, state = self._fetch(row, self._site(row.settings), now)
            self._feeds.save(row, state)
        except Retryable as error:
            # Its state is as it was, and its lease ends by itself: the same entries come again.
            logger.warning("feed left for the next run", feed=identity, reason=str(error))
            return Counter(feeds_left=1)
        except Exception:  # one bad feed never stops the others
            logger.exception("feed broke its run", feed=identity)
            return Counter(feeds_failed=1)
        return counts

    def _fetch(self, row: FeedRow, site: Site, now: datetime) -> tuple[Counter[str], FeedState]:
        """Fetch one feed and send what is new; gives the state to save."""
        feed, state = row.config, polling.prepared(row.config, row.state)
        try:
            response = fetch(
                polling.address(feed, state),
                agent=agent(site),
                etag=state.etag,
                last_modified=state.last_modified,
                internal_hosts=frozenset(site.internal_hosts),
            )
            same = response.status == NOT_MODIFIED or (
                polling.document_hash(response.body) == state.document_hash
            )
            if same:
                return Counter(feeds_unchanged=1), polling.unchanged(
                    feed, state, response=response, now=now, jitter=_jitter()
                )
            raw = self._bodies.put_raw(feed.id, response.body, now)
            document = parse(
                response.body,
                url=response.url,
                content_type=response.content_type,
                charset=response.charset,
                identity=feed.identity,
                shared=frozenset(state.shared_guids),
            )
        except (FetchError, NotAFeed) as error:
            logger.error("feed failed", feed=feed.id, state=error.state, reason=str(error))
            return Counter(feeds_failed=1), polling.failed(
                feed, state, error, now=now, jitter=_jitter()
            )
        counts, seen, new = self._send(row, document, now, raw)
        return counts, polling.succeeded(
            feed,
            state,
            response=response,
            document=document,
            new=new,
            now=now,
            jitter=_jitter(),
            seen=seen,
        )

    def _send(
        self, row: FeedRow, document: Document, now: datetime, raw: str
    ) -> tuple[Counter[str], bytes, int]:
        """Queue what is new or changed, and bury what was rejected, each once."""
        feed = row.config
        rejected = [
            Entry(id=entry.entry_id, title=entry.title, summary=entry.reason)
            for entry in document.rejected
        ]
        bad = {id(entry) for entry in rejected}
        changes = changed((*document.entries, *rejected), row.state.seen)
        good = [(entry, known) for entry, known in changes.new if id(entry) not in bad]
        self._wire.send(self._messages(row, good, now))
        for entry, _ in changes.new:
            if id(entry) in bad:
                reason = f"feed {feed.id}, entry {entry.id}: {entry.summary}"
                logger.error("entry rejected", feed=feed.id, entry=entry.id, reason=reason)
                letter = {"feed": feed.id, "entry": entry.id, "title": entry.title, "raw": raw}
                self._dead_letters.send([json.dumps({"rejected": letter})], reason)
        logger.info(
            "feed pulled", feed=feed.id, entries=len(document.entries), new=len(good), raw=raw
        )
        counts = Counter(
            feeds_pulled=1,
            entries_seen=len(document.entries),
            entries_sent=len(good),
            entries_rejected=len(changes.new) - len(good),
        )
        return counts, changes.seen, len(good)

    def _messages(
        self, row: FeedRow, entries: Iterable[tuple[Entry, bool]], now: datetime
    ) -> Iterator[str]:
        for entry, known in entries:
            arrival = Arrival(
                feed=row.config, seen=now, known=known, settings=row.settings, entry=entry
            )
            message = encode(arrival)
            if len(message) > MESSAGE_BYTES:
                key = self._bodies.put_entry(entry)
                message = encode(replace(arrival, entry=None, entry_key=key))
            yield message


def agent(site: Site) -> str:
    """An honest User-Agent: what we are, for whom, and whom to write to."""
    about = "; ".join(part for part in (site.name, site.url, site.contact) if part)
    plain = about.encode("ascii", "ignore").decode()
    return f"Wireroom/1.0 ({plain})"


def _jitter() -> float:
    return random.random()  # noqa: S311  (spreads the fetches; no secret)


def encode(arrival: Arrival) -> str:
    """The message of an arrival, in ASCII: SQS silently replaces what it can't carry."""
    return json.dumps(msgspec.to_builtins(arrival), separators=(",", ":"))
