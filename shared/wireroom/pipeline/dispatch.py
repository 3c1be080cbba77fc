"""A feed's document → messages of WireQueue: what is new or changed in it, and nothing else.

    document ─► keep it ─► parse ─► what `seen` does not remember ─► WireQueue
                                                         rejected ─► WireDeadLetters

Used for the documents that ingest fetches and for those that a hub delivers. The callers get the
bytes, and save the feed's state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger
from msgspec import Struct

from wireroom.errors import Conflict, NotAFeed, Retryable
from wireroom.model import Arrival, Entry
from wireroom.pipeline.dead_letters import Rejected, RejectedEntry, must_send_dead_letter
from wireroom.pipeline.messages import body_of
from wireroom.store.bodies import Bodies
from wireroom.store.feeds import FeedRow, Feeds
from wireroom.store.queues import Queue, encode
from wireroom.wire.diff import Changes, changed
from wireroom.wire.formats.document import Document
from wireroom.wire.formats.feeds import parse
from wireroom.wire.polling import FeedState

logger = Logger(child=True)

TRIES = 5  # to save what a feed remembers while other runs do


class Received(Struct, frozen=True):
    """A document as it came, unpacked. `url`: what relative addresses in it are relative to, ""
    where that is not known. `content_type`: the header. `charset`: used before the one that the
    header names. `file`: its name, if it came as a file of the inbox."""

    body: bytes
    url: str
    content_type: str
    charset: str = ""
    file: str = ""


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

    `turn` is held while the document is parsed. Raises NotAFeed for a document that can't be read
    or a file that is not whole, Retryable when AWS did not take all messages, and what `turn`
    raises. The document has been kept by then.
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
    if received.file and document.truncated:
        # A sender puts it there again, whole. Of what a server answers the whole entries are used.
        raise NotAFeed("truncated", "the document ends early; nothing of it was taken")
    return _send(
        row, document, now, raw, received.file,
        bodies=bodies, wire=wire, dead_letters=dead_letters,
    )  # fmt: skip


def remembered(document: Document, seen: bytes) -> Changes:
    """What of `document`, rejected entries among it, the memory `seen` lacks."""
    return changed((*document.entries, *_rejected(document)), seen)


def remember(feeds: Feeds, row: FeedRow, after: Callable[[FeedRow], FeedState]) -> None:
    """Save the state `after` what came by itself (pushed, or as a file), while other runs save
    theirs. The entries are safe already: whatever is in the way, they are only sent once more when
    they come again. `after`: the feed's row as it is now → its state with what came."""
    present: FeedRow | None = row
    try:
        for _ in range(TRIES):
            if present is None or (state := after(present)) == present.state:
                return
            try:
                feeds.remember(present, state)
            except Conflict:
                present = feeds.get(row.config.id)
            else:
                return
    except Retryable as error:
        logger.warning("not remembered", feed=row.config.id, reason=str(error))


def _send(
    row: FeedRow,
    document: Document,
    now: datetime,
    raw: str,
    file: str,
    *,
    bodies: Bodies,
    wire: Queue,
    dead_letters: Queue,
) -> Sent:
    feed = row.config
    for left in document.left_out:
        logger.info("item left out", feed=feed.id, entry=left.entry_id, reason=left.reason)
    changes = remembered(document, row.state.seen)
    good = {id(entry) for entry in document.entries}
    sent = [each for each in changes.new if id(each[0]) in good]
    wire.send(_messages(row, sent, now, bodies))
    for entry, _ in changes.new:
        if id(entry) not in good:
            reason = f"feed {feed.id}, entry {entry.id}: {entry.summary}"
            about = Rejected(feed=feed.id, entry=entry.id, title=entry.title, raw=raw, file=file)
            must_send_dead_letter(dead_letters, encode(RejectedEntry(about)), reason)
    counts = Counter(
        entries_seen=len(document.entries),
        entries_sent=len(sent),
        entries_rejected=len(changes.new) - len(sent),
    )
    return Sent(document, raw, counts, changes.seen, len(sent))


def _rejected(document: Document) -> Iterator[Entry]:
    for each in document.rejected:
        yield Entry(id=each.entry_id, title=each.title, summary=each.reason)


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
