"""A feed's document → messages of WireQueue: what is new or changed in it, and nothing else.

    document ─► keep it ─► parse ─► what `seen` does not remember ─► WireQueue
                                                         rejected ─► the dead letters, with reason

One rule for the documents that ingest fetches and those that a hub delivers. What they do not
share is theirs: how the bytes come, and what becomes of the feed's state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger
from msgspec import Struct
from msgspec.structs import replace

from wireroom.model import Arrival, Entry
from wireroom.pipeline.dead_letters import Rejected, RejectedEntry
from wireroom.store.bodies import Bodies
from wireroom.store.feeds import FeedRow
from wireroom.store.queues import MESSAGE_BYTES, Queue, encode
from wireroom.wire.diff import changed
from wireroom.wire.formats.document import Document
from wireroom.wire.formats.feeds import parse

logger = Logger(child=True)


class Received(Struct, frozen=True):
    """A document as it came, unpacked. `url`: what relative addresses in it are relative to.
    `content_type`: the header. `charset`: used before the one that the header names."""

    body: bytes
    url: str
    content_type: str
    charset: str = ""


class Sent(Struct, frozen=True):
    """`document`: as it was parsed, and `raw`: the key under which it is kept. `counts`: what
    happened → how often. `seen`: the feed's memory from here on. `new`: entries that were sent on.
    """

    document: Document
    raw: str
    counts: Counter[str]
    seen: bytes
    new: int


def dispatch(
    row: FeedRow,
    received: Received,
    now: datetime,
    *,
    bodies: Bodies,
    wire: Queue,
    dead_letters: Queue,
    turn: AbstractContextManager[None] = nullcontext(),  # noqa: B008 (it holds nothing)
) -> Sent:
    """Keep a document, parse it, queue what is new or changed in it, and bury what was rejected,
    each once. The feed's state stays as it is.

    `turn` is held while it is parsed. Raises NotAFeed for what can't be read, Retryable when AWS
    did not take all of it, and what `turn` raises; the document is kept by then.
    """
    feed = row.config
    raw = bodies.put_raw(feed.id, received.body, now)
    with turn:
        document = parse(
            received.body,
            url=received.url,
            content_type=received.content_type,
            charset=received.charset,
            identity=feed.identity,
            shared=frozenset(row.state.shared_guids),
            kill_titles=feed.kill_titles,
            hold_titles=feed.hold_titles,
        )
    return _send(row, document, now, raw, bodies=bodies, wire=wire, dead_letters=dead_letters)


def _send(
    row: FeedRow,
    document: Document,
    now: datetime,
    raw: str,
    *,
    bodies: Bodies,
    wire: Queue,
    dead_letters: Queue,
) -> Sent:
    feed = row.config
    rejected = [
        Entry(id=entry.entry_id, title=entry.title, summary=entry.reason)
        for entry in document.rejected
    ]
    bad = {id(entry) for entry in rejected}
    changes = changed((*document.entries, *rejected), row.state.seen)
    good = [(entry, known) for entry, known in changes.new if id(entry) not in bad]
    wire.send(_messages(row, good, now, bodies))
    for entry, _ in changes.new:
        if id(entry) in bad:
            reason = f"feed {feed.id}, entry {entry.id}: {entry.summary}"
            logger.error("entry rejected", feed=feed.id, entry=entry.id, reason=reason)
            letter = Rejected(feed=feed.id, entry=entry.id, title=entry.title, raw=raw)
            dead_letters.send([encode(RejectedEntry(letter))], reason)
    counts = Counter(
        entries_seen=len(document.entries),
        entries_sent=len(good),
        entries_rejected=len(changes.new) - len(good),
    )
    return Sent(document, raw, counts, changes.seen, len(good))


def _messages(
    row: FeedRow, entries: Iterable[tuple[Entry, bool]], now: datetime, bodies: Bodies
) -> Iterator[str]:
    for place, (entry, known) in enumerate(entries):
        # The top of a document is its newest: what has no date, or one of many, keeps that order.
        seen = now - timedelta(milliseconds=place)
        arrival = Arrival(
            feed=row.config, seen=seen, known=known, settings=row.settings, entry=entry
        )
        message = encode(arrival)
        if len(message) > MESSAGE_BYTES:
            key = bodies.put_entry(entry)
            message = encode(replace(arrival, entry=None, entry_key=key))
        yield message
