"""The messages of the dead-letter queues: what could not be done, and why.

    queue               what failed                      type of its body
    WireDeadLetters     a message of WireQueue           Arrival, unchanged
                        an entry that ingest rejected    RejectedEntry
    InboxDeadLetters    a message of InboxQueue          what S3 writes about a file, unchanged
                        a file that failed               FailedFile
    EditDeadLetters     a message of EditQueue           an editor's event, unchanged
    RenderDeadLetters   a page that can't be built       FailedPage
                        a change of an article           FailedChange
                        a job that can't go on           FailedJob
                        a record that can't be read      FailedRecord
                        a batch that Lambda gave up      what Lambda writes (no body of ours)

`pipeline.redrive` reads these types and has what they hold processed again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
from aws_lambda_powertools import Logger
from msgspec import Struct

from wireroom.model import Arrival, Article, Job, Page
from wireroom.newsroom.shown import headline_of
from wireroom.pipeline.changes import Change
from wireroom.store.drops import Dropped
from wireroom.store.queues import Queue
from wireroom.unforeseen import reason_of

logger = Logger(child=True)


class Rejected(Struct, frozen=True, kw_only=True):
    """`feed`: its id; `entry`: the entry's. `raw`: the key of the entry's document in the content
    bucket. `file`: the name of the file of the inbox that had it, or ""."""

    feed: str
    entry: str
    title: str = ""
    raw: str = ""
    file: str = ""


class FailedFile(Struct, frozen=True):
    """A file of the inbox that is under failed/ now, with its reason beside it."""

    dropped: Dropped


class RejectedEntry(Struct, frozen=True):
    rejected: Rejected


class FailedPage(Struct, frozen=True):
    page: Page


class FailedChange(Struct, frozen=True):
    change: Change


class FailedJob(Struct, frozen=True):
    job: Job


class FailedRecord(Struct, frozen=True):
    """`record`: of the table's stream, as Lambda gave it."""

    record: dict[str, Any]


class Subject(Struct, frozen=True, kw_only=True):
    """What a dead letter is about, as far as its body tells: the id of its `feed` and of the
    `entry`, the `headline`, the name of a `file`, an `article` (its id), the path of a `page`, a
    `job`."""

    feed: str = ""
    entry: str = ""
    headline: str = ""
    file: str = ""
    article: str = ""
    page: str = ""
    job: Job | None = None


def subject_of(body: str) -> Subject:
    """Of an editor's event, `store.letters.said_in` tells more."""
    match _read(body):
        case RejectedEntry(rejected):
            return Subject(feed=rejected.feed, entry=rejected.entry, headline=rejected.title)
        case FailedFile(dropped):
            return Subject(feed=dropped.feed, file=dropped.name)
        case FailedPage(page):
            return Subject(page=page.path, article=page.article)
        case FailedChange(change):
            article = change.new or change.old
            return _of_article(article) if article else Subject()
        case FailedJob(job):
            return Subject(job=job)
        case Arrival(feed=feed, entry=entry):
            title = entry.title if entry else ""
            return Subject(feed=feed.id, entry=entry.id if entry else "", headline=title)
    return Subject()


def _of_article(article: Article) -> Subject:
    return Subject(article=article.id, page=article.path, headline=headline_of(article))


def _read(body: str) -> Struct | None:
    kinds: tuple[type[Struct], ...] = (
        RejectedEntry, FailedFile, FailedPage, FailedChange, FailedJob, Arrival,
    )  # fmt: skip
    for kind in kinds:
        with suppress(msgspec.MsgspecError, UnicodeError):
            return msgspec.json.decode(body, type=kind)
    return None


def send_dead_letter(queue: Queue, body: str, reason: str) -> bool:
    """Send `body` with `reason` to the dead-letter queue. Gives False if that failed; the caller
    must then have it retried."""
    try:
        must_send_dead_letter(queue, body, reason)
    except Exception as error:  # noqa: BLE001 (too large for SQS, say: that loses nothing either)
        logger.warning("dead letter could not be sent", reason=reason, error=reason_of(error))
        return False
    return True


def must_send_dead_letter(queue: Queue, body: str, reason: str) -> None:
    """As `send_dead_letter`, but raises what `Queue.send` raises if that failed."""
    queue.send([body], reason)
    logger.error("dead letter", reason=reason)
