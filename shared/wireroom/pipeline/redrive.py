"""Redrives dead letters. One is deleted only after its work has been queued.

    WireDeadLetters    a message of ingest     ─► WireQueue
                       an entry that ingest
                       rejected                ─► its feed forgets it and is fetched at once, or
                                                  its file goes back into the inbox; that of a
                                                  feed which is only pushed stays
    InboxDeadLetters   a message of S3         ─► InboxQueue
                       a file that failed      ─► goes back into the inbox
    EditDeadLetters    an editor's event       ─► EditQueue
    RenderDeadLetters  a page                  ─► a job that makes it again
                       a change of an article  ─► jobs for the pages that it affects
                       a job that failed       ─► goes on from where it was
                       a record of the stream  ─► jobs for the pages that it affects, once it can
                                                  be read; for every page, once its row in the
                                                  table can be read
                       a batch of the stream   ─► jobs for the pages that its changes affect, while
                                                  the stream has them; else, for every page
    PicturesDeadLetters  a batch of the stream ─► nothing: its orders are due by themselves

Jobs are named after the dead letter, so that one that was received twice starts them once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import Conflict, Retryable
from wireroom.model import Job, Page
from wireroom.pipeline import changes
from wireroom.pipeline.changes import Change
from wireroom.pipeline.dead_letters import (
    FailedChange,
    FailedFile,
    FailedJob,
    FailedPage,
    FailedRecord,
    RejectedEntry,
)
from wireroom.pipeline.reads import naming_pages
from wireroom.pipeline.refile import misfiled
from wireroom.site import kinds, pages
from wireroom.site.affected import Affected, affected, unlist
from wireroom.site.dates import bounds, day_of
from wireroom.store.drops import DONE, FAILED, INBOX, Dropped, Drops, key_of
from wireroom.store.feeds import Feeds
from wireroom.store.letters import DeadLetters, Letter
from wireroom.store.queues import Queue
from wireroom.store.stream import Batch, Stream
from wireroom.store.table import Table
from wireroom.wire.document.document import MAX_DOCUMENT

HIDDEN = 600  # seconds for which nobody else sees the letters that are being sent
GONE = "no longer there: "  # of a file
LIMIT = 2_000  # letters of one queue in one run

Wanted = Callable[[Letter], bool]


class Redriven(Struct):
    """Of one queue: how many letters are `sent`, and why others are `left`; `notes`: what else."""

    sent: int
    left: list[str]
    notes: list[str]


class _OfStream(Struct):
    batch: Batch = msgspec.field(name="DDBStreamBatchInfo")


class Failed(Struct, frozen=True):
    """The dead letters of a queue, or of a reader of the stream. `work`: where they came from."""

    letters: DeadLetters
    work: Queue | None = None


class Redrive:
    """`failed`: the dead letters of `wire`, `inbox`, `edits`, `render` and `pictures`."""

    def __init__(
        self,
        table: Table,
        feeds: Feeds,
        drops: Drops,
        stream: Stream,
        failed: Mapping[str, Failed],
    ) -> None:
        self._table = table
        self._feeds = feeds
        self._drops = drops
        self._stream = stream
        self._failed = failed

    def letters(self, queue: str, limit: int = LIMIT) -> list[Letter]:
        """What is in the dead-letter queue of `queue`; it stays there."""
        return self._failed[queue].letters.peek(limit)

    def run(self, queue: str, wanted: Wanted = lambda _: True, limit: int = LIMIT) -> Redriven:
        """Send the dead letters of `queue` for which `wanted` is true back to be processed again,
        up to about `limit`.

        All are received before any is sent: one that fails again does not go round in circles.
        """
        failed = self._failed[queue]
        taken = failed.letters.take(HIDDEN, limit)
        result = Redriven(0, [], [])
        safe: list[Letter] = []
        try:
            letters = [each for each in taken if wanted(each)]
            safe = self._sent(queue, failed, letters, result)
        finally:
            done = {each.id for each in safe}
            failed.letters.give_back(each for each in taken if each.id not in done)
        kept = failed.letters.delete(safe)
        result.left += [f"sent, but could not be deleted: {each.reason}" for each in kept]
        result.sent = len(safe)
        return result

    def discard(self, queue: str, wanted: Wanted, limit: int = LIMIT) -> Redriven:
        """Delete for good the dead letters of `queue` for which `wanted` is true."""
        dead = self._failed[queue].letters
        letters = dead.take(HIDDEN, limit)
        gone: list[Letter] = []
        try:
            gone = [letter for letter in letters if wanted(letter)]
        finally:
            chosen = {letter.id for letter in gone}
            dead.give_back(letter for letter in letters if letter.id not in chosen)
        kept = dead.delete(gone)
        return Redriven(len(gone) - len(kept), [letter.reason for letter in kept], [])

    def _sent(
        self, queue: str, failed: Failed, letters: list[Letter], result: Redriven
    ) -> list[Letter]:
        """Send `letters` back; gives those that may be deleted."""
        if queue == "render":
            return self._rerender(letters, result)
        if failed.work is None:
            return letters
        rejected = [each for each in letters if _is(each, RejectedEntry)]
        files = [each for each in letters if _is(each, FailedFile)]
        ids = {each.id for each in (*rejected, *files)}
        safe = self._refetch(rejected, result) + self._refile(files, result)
        rest = [each for each in letters if each.id not in ids]
        return safe + self._forward(failed.work, rest, result)

    # --- messages ---

    def _forward(self, work: Queue, letters: list[Letter], result: Redriven) -> list[Letter]:
        """Send each letter's body to the queue that it came from; gives those that were taken."""
        refused = work.offer(letter.body for letter in letters)
        result.left += [
            f"SQS did not accept it ({why}): {letter.reason}"
            for letter, why in zip(letters, refused, strict=True)
            if why
        ]
        return [letter for letter, why in zip(letters, refused, strict=True) if not why]

    def _refetch(self, letters: Iterable[Letter], result: Redriven) -> list[Letter]:
        """Have feeds, or the files that had them, read again for the entries that were rejected;
        gives the letters that this settles."""
        of_feed: defaultdict[tuple[str, str], list[tuple[str, Letter]]] = defaultdict(list)
        for letter in letters:
            rejected = msgspec.json.decode(letter.body, type=RejectedEntry).rejected
            of_feed[rejected.feed, rejected.file].append((rejected.entry, letter))
        safe: list[Letter] = []
        for (feed, file), rows in of_feed.items():
            try:
                left = self._read_again(feed, file, {entry for entry, _ in rows})
            except Retryable as error:
                left = f"{error}"
            if left:
                result.left += [f"{left}: {letter.reason}" for _, letter in rows]
                continue
            safe += [letter for _, letter in rows]
            source = f"file {file} of feed {feed} is read" if file else f"feed {feed} is fetched"
            result.notes.append(f"{source} again for {len(rows)} of its entries")
        return safe

    def _read_again(self, feed: str, file: str, entries: set[str]) -> str:
        """Why they can't be had again, or ""."""
        row = self._feeds.get(feed)
        if row and not row.config.url and not file:
            return f"feed {feed} is not fetched; its sender has to send again"
        if not self._feeds.forget(feed, entries, clock.now()):
            return f"feed {feed} no longer exists"
        return self._into_the_inbox(Dropped(feed, file), DONE) if file else ""

    # --- files ---

    def _refile(self, letters: Iterable[Letter], result: Redriven) -> list[Letter]:
        """Put files that failed back into the inbox; gives the letters that this settles."""
        safe: list[Letter] = []
        for letter in letters:
            file = msgspec.json.decode(letter.body, type=FailedFile).dropped
            try:
                left = self._into_the_inbox(file, FAILED)
            except Retryable as error:
                left = f"{error}"
            if left.startswith(GONE):  # it was mended, or somebody has dealt with it
                result.notes.append(left)
            elif left:
                result.left.append(f"{left}: {letter.reason}")
                continue
            safe.append(letter)
        return safe

    def _into_the_inbox(self, file: Dropped, folder: str) -> str:
        """Put a file of `folder` into the inbox once more. Why it can't be, or ""."""
        match self._drops.again(file, folder, MAX_DOCUMENT):
            case "gone":
                return f"{GONE}{key_of(folder, file)}"
            case "waits":
                return f"{key_of(INBOX, file)} has not been taken yet"
            case "large":
                return f"{key_of(folder, file)} has more than {MAX_DOCUMENT} bytes"
        return ""

    # --- pages ---

    def _rerender(self, letters: Iterable[Letter], result: Redriven) -> list[Letter]:
        """Start jobs for what could not be rendered; gives the letters whose jobs are stored."""
        safe: list[Letter] = []
        lost: list[Letter] = []
        unread: list[Letter] = []
        for letter in letters:
            try:
                if _is(letter, FailedPage):
                    page = msgspec.json.decode(letter.body, type=FailedPage).page
                    self._order(letter, [page])
                elif _is(letter, FailedJob):
                    self._begin(msgspec.json.decode(letter.body, type=FailedJob).job)
                elif _is(letter, FailedChange):
                    change = msgspec.json.decode(letter.body, type=FailedChange).change
                    self._replay(letter, [change], [])
                elif _is(letter, FailedRecord):
                    record = msgspec.json.decode(letter.body, type=FailedRecord).record
                    if changes.records([record])[2] and self._readable(record):
                        unread.append(letter)
                        continue
                    if not self._replay_records(letter, [record], result):
                        continue
                elif _is(letter, _OfStream):
                    batch = msgspec.json.decode(letter.body, type=_OfStream).batch
                    records = self._stream.records(batch)
                    if records is None:
                        lost.append(letter)
                        continue
                    if not self._replay_records(letter, records, result):
                        continue
                else:
                    result.left.append(f"unknown kind of dead letter: {letter.reason}")
                    continue
            except Retryable as error:
                result.left.append(f"{error}: {letter.reason}")
                continue
            safe.append(letter)
        if lost or unread:
            try:
                job = self._everything((lost + unread)[0])
            except Retryable as error:
                result.left += [f"{error}: {letter.reason}" for letter in lost + unread]
                return safe
            for what, several in (
                ("the stream no longer has the changes of", lost),
                ("which pages differ can't be read from", unread),
            ):
                if several:
                    result.notes.append(
                        f"{what} {len(several)} dead letter{'s' * (len(several) != 1)}, so every"
                        f" page is rendered again (job {job})"
                    )
            safe += lost + unread
        return safe

    def _readable(self, record: Mapping[str, Any]) -> bool:
        """Whether the row that a record is of can be read now, or is gone."""
        keys = record["dynamodb"]["Keys"]
        kind, _, identity = keys["pk"]["S"].partition("#")
        try:
            (self._table.articles if kind == "article" else self._table.jobs).get(identity)
        except Retryable:
            raise
        except Exception:  # noqa: BLE001 (as `changes.records`: whatever it is, it is this row's)
            return False
        return True

    def _order(self, letter: Letter, wanted: Iterable[Page]) -> None:
        """Jobs for the pages `wanted`: stories first, as lists lead to them."""
        ordered = sorted(wanted, key=lambda page: (page.kind != "article", page.path))
        targets = dict.fromkeys(
            ("article", page.article) if page.kind == "article" else ("page", page.path)
            for page in ordered
        )
        for scope, target in targets:
            job = Job(
                id=f"redrive-{letter.id}-{target}",
                requested=clock.now(),
                scope="article" if scope == "article" else "page",
                target=target,
                by="redrive",
            )
            self._put(job)

    def _replay(
        self, letter: Letter, articles: Iterable[Change], jobs: Iterable[tuple[str, Job]]
    ) -> None:
        """Start jobs for the pages that the changes affect, and let jobs among them go on."""
        settings = self._table.settings()
        zone = settings.site.timezone
        change, unlistings = Affected(), list[Job | None]()
        for each in articles:
            change |= affected(each.old, each.new, partial(day_of, timezone=zone))
            unlistings.append(unlist(each.old, each.new, clock.now(), "redrive"))
        for _, job in jobs:
            self._go_on(self._table.jobs.get(job.id))
        wanted = {*change.pages, *change.later, *self._neighbours(change, zone)}
        wanted |= naming_pages(self._table, change.renamed)
        wanted |= {  # render would have filed it anew
            pages.article(each.new.id, each.new.path)
            for each in articles
            if each.new and misfiled(each.new, settings)
        }
        self._order(letter, wanted)
        for ordered in filter(None, unlistings):
            self._put(ordered)

    def _replay_records(
        self, letter: Letter, records: Iterable[Mapping[str, Any]], result: Redriven
    ) -> bool:
        """The same for records of the stream. False when there are some that can't be read yet."""
        found, jobs, unread = changes.records(records)
        self._replay(letter, found, jobs)
        if unread:
            result.left.append("; ".join(each.reason for each in unread))
        return not unread

    def _neighbours(self, change: Affected, zone: str) -> Iterator[Page]:
        """Days and calendars that link to a day which may have been filled or emptied."""
        days = {(name, day) for name, day, _ in change.added} | change.removed
        for name, day in days:
            start, end = bounds(day, zone)
            for entry in (
                self._table.listings.before(name, start),
                self._table.listings.after(name, end),
            ):
                if entry:
                    beside = day_of(entry.published, zone)
                    yield from kinds.of_day(name, beside)
                    yield from kinds.of_calendar(name, beside[:7])

    def _everything(self, letter: Letter) -> str:
        job = Job(id=f"redrive-{letter.id}", requested=clock.now(), phase="file", by="redrive")
        self._put(job)
        for running in self._table.jobs.running():
            if running.id != job.id:
                self._go_on(self._table.jobs.get(running.id))
        return job.id

    def _go_on(self, job: Job | None) -> None:
        """Write a job's row as it is, so that the stream brings its next chunk again."""
        if job and job.phase != "done":
            now = clock.now()
            if job.changed == now:  # a row that is written as it was leaves no record
                now += timedelta(milliseconds=1)
            try:
                self._table.jobs.put(job, replace(job, changed=now))
            except Conflict:
                return  # it goes on already

    def _begin(self, job: Job) -> None:
        """Let a job that failed go on from where it stopped."""
        now = self._table.jobs.get(job.id)
        if now is None or now.phase == "done":
            self._table.jobs.put(now, replace(job, changed=clock.now()))

    def _put(self, job: Job) -> None:
        try:
            self._table.jobs.put(None, job)
        except Conflict:
            if self._table.jobs.get(job.id) is None:
                raise  # not there already: something else was in the way


def _is(letter: Letter, kind: type[Struct]) -> bool:
    try:
        msgspec.json.decode(letter.body, type=kind)
    except (msgspec.MsgspecError, UnicodeError):
        return False
    return True
