"""process: messages of WireQueue → articles in the table.

    for each message:  entry ─► normalise ─► merge ─► settle ─► body to S3 ─► row to the table

A kill notice may bring the story that stands beside it in the document: the story is merged first
and the notice after it, in one write, so that it is never seen.

Any message may come twice, late or out of order; another run may write the same article at the
same time. What can't become an article goes to the dead letters with its reason and may be sent
round again; it never stops the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from aws_lambda_powertools import Logger
from msgspec import Struct
from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import Conflict, EntryRejected, PathTaken, Permanent, Retryable
from wireroom.model import Arrival, Article, Entry, Feed, Settings, Story
from wireroom.newsroom.history import revision
from wireroom.newsroom.identity import article_id, article_ids
from wireroom.newsroom.merge import Outcome, merge
from wireroom.newsroom.normalise import normalise
from wireroom.newsroom.settle import settle
from wireroom.store.bodies import Bodies, body_key
from wireroom.store.queues import Queue
from wireroom.store.table import Table

logger = Logger(child=True)

TRIES = 6  # of one article in one run; then the queue tries again, later
READ = 99  # articles in one read
LAST_RECEIVE = 5  # maxReceiveCount: after this the queue gives up, so we say why ourselves


class Message(Struct, frozen=True):
    """A queue message: `receives` counts its deliveries, this one included."""

    id: str
    body: str
    receives: int


def messages(event: Mapping[str, Any]) -> list[Message]:
    """The messages of the event with which SQS invokes a function."""
    return [
        Message(
            record["messageId"],
            record["body"],
            int(record["attributes"]["ApproximateReceiveCount"]),
        )
        for record in event["Records"]
    ]


class Result(Struct):
    """`failed`: ids of messages for the queue to deliver again. `counts`: outcome → entries."""

    failed: list[str]
    counts: Counter[str]


class Process:
    """What process needs, kept for the container's life."""

    def __init__(self, table: Table, bodies: Bodies, dead_letters: Queue) -> None:
        self._table = table
        self._bodies = bodies
        self._dead_letters = dead_letters
        self._settings: Settings | None = None

    def run(self, messages: Sequence[Message]) -> Result:
        result = Result([], Counter())
        arrivals: list[tuple[Message, Arrival]] = []
        for message in messages:
            try:
                arrivals.append((message, msgspec.json.decode(message.body, type=Arrival)))
            except (msgspec.MsgspecError, UnicodeError) as error:
                self._bury(message, f"not a message of ingest: {error}", result)
        entries: list[tuple[Message, Arrival, Entry]] = []
        for message, arrival in arrivals:
            try:
                entries.append((message, arrival, self._entry(arrival)))
            except (Retryable, Permanent) as error:
                self._give_up(message, arrival, arrival.entry_key, error, result)
        if not entries:
            return result
        try:
            settings, articles = self._read(entries)
        except Retryable as error:
            for message, arrival, entry in entries:
                self._give_up(message, arrival, entry.id, error, result)
            return result
        for message, arrival, entry in entries:
            identity = article_id(arrival.feed.provider, entry.id)
            try:
                stories, rejected = _stories(entry, arrival.feed, settings)
                outcome, article = self._publish(stories, articles.get(identity), arrival, settings)
            except (Retryable, Permanent) as error:
                # What is known of the article stays: a write that was done reads it again.
                self._give_up(message, arrival, entry.id, error, result)
                continue
            if rejected:
                self._give_up(message, arrival, entry.id, rejected, result)
            articles[identity] = article
            result.counts[outcome] += 1
            logger.info(
                "entry processed",
                feed=arrival.feed.id,
                entry=entry.id,
                article=identity,
                outcome=outcome,
            )
        return result

    def _entry(self, arrival: Arrival) -> Entry:
        if arrival.entry is not None:
            return arrival.entry
        if not arrival.entry_key:
            raise EntryRejected("entry", "the message has neither an entry nor a key to one")
        return self._bodies.get_entry(arrival.entry_key)

    def _read(
        self, entries: Sequence[tuple[Message, Arrival, Entry]]
    ) -> tuple[Settings, dict[str, Article | None]]:
        """The settings, and the articles that probably exist: one call, or none at all.

        An id with an address in it may be that of an article which is kept under another spelling.
        """
        wanted: dict[str, tuple[str, ...]] = {}
        for _, arrival, entry in entries:
            ids = article_ids(arrival.feed.provider, entry.id)
            if arrival.known or len(ids) > 1:
                wanted[ids[0]] = ids
        versions = {arrival.settings for _, arrival, _ in entries}
        if self._settings and versions == {self._settings.version} and not wanted:
            return self._settings, {}
        keys = [each for ids in wanted.values() for each in ids]
        found: dict[str, Article] = {}
        for start in range(0, len(keys) or 1, READ):
            reading = self._table.read(keys[start : start + READ])
            self._settings = reading.settings
            found |= reading.articles
        return reading.settings, {
            identity: next((found[each] for each in ids if each in found), None)
            for identity, ids in wanted.items()
        }

    def _publish(
        self,
        stories: Sequence[Story],
        article: Article | None,
        arrival: Arrival,
        settings: Settings,
    ) -> tuple[Outcome, Article | None]:
        """Merge until it is written. The article may be one that somebody else wrote since."""
        bodies, taken = {body_key(story.body): story.body for story in stories}, False
        story, stored = stories[-1], ""
        for _ in range(TRIES):
            outcome, merged = _merged(article, stories, arrival)
            if merged is None:
                return outcome, article
            body = merged.wire.body if merged.wire else ""
            if stored != body and body in bodies:
                stored = self._bodies.put(bodies[body])
            merged = settle(
                replace(merged, revision=merged.revision + 1),
                now=clock.now(),
                settings=settings,
                taken=taken,
            )
            row = revision(
                article, merged, who=story.provider, what=outcome, why=f"feed {story.feed}"
            )
            try:
                self._table.articles.save(article, merged, row)
            except PathTaken:
                taken = True
            except Conflict:
                article = self._table.articles.get(merged.id)
            else:
                return outcome, merged
        raise Conflict(f"article of {story.provider} {story.entry_id} never stood still")

    def _give_up(
        self,
        message: Message,
        arrival: Arrival,
        entry: str,
        error: Retryable | Permanent,
        result: Result,
    ) -> None:
        reason = f"feed {arrival.feed.id}, entry {entry}: {error}"
        if isinstance(error, Permanent) or message.receives >= LAST_RECEIVE:
            self._bury(message, reason, result)
        else:
            logger.warning("entry goes back to the queue", reason=reason)
            result.failed.append(message.id)

    def _bury(self, message: Message, reason: str, result: Result) -> None:
        """To the dead letters, with the reason; back to the queue if even that fails."""
        try:
            self._dead_letters.send([message.body], reason)
        except Retryable as error:
            logger.warning("dead letter was not taken", reason=reason, error=str(error))
            result.failed.append(message.id)
            return
        logger.error("entry rejected", reason=reason)
        result.counts["rejected"] += 1


def _stories(
    entry: Entry, feed: Feed, settings: Settings
) -> tuple[list[Story], EntryRejected | None]:
    """The story beside a kill notice, then what `entry` itself is. A story that can't be used does
    not stop its kill: that is given beside it. Raises EntryRejected of the entry itself."""
    story = normalise(entry, feed, settings.categories, settings.former)
    if entry.story is None:
        return [story], None
    try:
        return [normalise(entry.story, feed, settings.categories, settings.former), story], None
    except EntryRejected as error:
        return [story], error


def _merged(
    article: Article | None, stories: Sequence[Story], arrival: Arrival
) -> tuple[Outcome, Article | None]:
    """What `stories`, in their order, make of `article`; the last that changes it names it."""
    outcome: Outcome = "unchanged"
    merged: Article | None = None
    for story in stories:
        what, changed = merge(
            merged or article, story, body=body_key(story.body), arrived=arrival.seen
        )
        if changed or not merged:
            outcome, merged = what, changed or merged
    return outcome, merged
