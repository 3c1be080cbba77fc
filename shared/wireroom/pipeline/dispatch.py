"""A feed's document → messages of WireQueue: what is new or changed in it, and nothing else.

document ─► what `seen` does not remember ─► WireQueue
                                 rejected ─► the dead letters, with the reason
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
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

logger = Logger(child=True)


class Sent(Struct, frozen=True):
    """`counts`: what happened → how often. `seen`: the feed's memory from here on. `new`: entries
    that were sent on."""

    counts: Counter[str]
    seen: bytes
    new: int


def send(
    row: FeedRow,
    document: Document,
    now: datetime,
    raw: str,
    *,
    bodies: Bodies,
    wire: Queue,
    dead_letters: Queue,
) -> Sent:
    """Queue what is new or changed, and bury what was rejected, each once. `raw`: the key under
    which the document is kept."""
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
    return Sent(counts, changes.seen, len(good))


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
