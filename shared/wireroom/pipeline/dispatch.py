"""A feed's document → messages of WireQueue: what is new or changed in it, and nothing else.

    document ─► keep it ─► parse ─► what `seen` does not remember ─► WireQueue
                                                         rejected ─► WireDeadLetters

Used for the documents that ingest fetches and for those that a hub delivers. The callers get the
bytes, and save the feed's state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger
from msgspec import Struct

from wireroom.model import Arrival, Entry
from wireroom.pipeline.dead_letters import Rejected, RejectedEntry, must_send_dead_letter
from wireroom.pipeline.messages import body_of
from wireroom.store.bodies import Bodies
from wireroom.store.feeds import FeedRow
from wireroom.store.queues import Queue, encode
from wireroom.wire.diff import changed
from wireroom.wire.formats.document import Document
from wireroom.wire.formats.feeds import parse

logger = Logger(child=True)


class Received(Struct, frozen=True):
    """A document as it came, unpacked. `url`: what relative addresses in it are relative to, ""
    where that is not known.
    `content_type`: the header. `charset`: used before the one that the header names."""

    body: bytes
    url: str
    content_type: str
    charset: str = ""


class Sent(Struct, frozen=True):
    """`document`: the parsed document; `raw`: its key in the content bucket. `counts`: metric → how
    often. `seen`: the feed's memory to save, see `wire.diff`. `new`: how many entries were queued.
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
    """Keep a document, parse it, queue the entries that are new or changed, and send those that
    were rejected to the dead-letter queue, each once. The feed's row is not written.

    `turn` is held while the document is parsed. Raises NotAFeed for a document that can't be read,
    Retryable when AWS did not take all messages, and what `turn` raises. The document has been kept
    by then.
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
    for left in document.left_out:
        logger.info("item left out", feed=feed.id, entry=left.entry_id, reason=left.reason)
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
            about = Rejected(feed=feed.id, entry=entry.id, title=entry.title, raw=raw)
            must_send_dead_letter(dead_letters, encode(RejectedEntry(about)), reason)
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
        # The top entry is the newest, and must sort as such among entries without or with one date.
        seen = now - timedelta(milliseconds=place)
        arrival = Arrival(
            feed=row.config, seen=seen, known=known, settings=row.settings, entry=entry
        )
        yield body_of(arrival, bodies)
