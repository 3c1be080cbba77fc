"""inbox: files that agencies put into the inbox bucket → messages of WireQueue.

    S3 ─► InboxQueue ─► read the file ─► keep the document ─► parse ─► WireQueue ─► done/
                              └► no such feed, no feed in it, not whole ─► failed/, with the reason
                                                                       ─► InboxDeadLetters

A file is moved only when its entries are in the queue, or when its reason is beside its copy and a
dead letter tells of it. So a run that dies anywhere leaves the file where it is, and the message
brings it again; process finds its entries unchanged. Of two runs that have the same file the slower
one finds it gone. Whatever is moved or deleted is named by its ETag: a file that was replaced
meanwhile stays, and S3 has sent another message about it.

Files come in any order. Their entries are newer or older by the agency's numbers and dates; where
there are none, by when the file was put there.

What the feed remembers (`wire.diff`) is saved once in a run, after its files. It only spares
process what it has had: what can't be saved, as other runs save theirs, is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from urllib.parse import unquote_plus

import msgspec
from aws_lambda_powertools import Logger
from msgspec import Struct
from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import FileRefused, NotAFeed, Retryable
from wireroom.pipeline.dead_letters import FailedFile, must_send_dead_letter
from wireroom.pipeline.dispatch import Received, Sent, dispatch, remember, remembered
from wireroom.pipeline.messages import Message, Result, give_up
from wireroom.store.bodies import Bodies
from wireroom.store.drops import INBOX, REASON, WHY, Content, Dropped, Drops, dropped_at, key_of
from wireroom.store.feeds import FeedRow, Feeds
from wireroom.store.queues import Queue, encode
from wireroom.wire import polling
from wireroom.wire.document.document import MAX_DOCUMENT

logger = Logger(child=True)

TAKING = timedelta(seconds=20)  # after which a run begins no further file
OURS = "Wireroom did not take this file.\n"  # how a reason begins


class _Object(Struct):
    key: str


class _Of(Struct):
    object: _Object


class _Record(Struct):
    s3: _Of


class _Told(Struct):
    """What S3 writes into a message. A test message, when the bucket is made, has no records.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """

    records: tuple[_Record, ...] = msgspec.field(name="Records", default=())


class _Taking(Struct):
    """A feed of which files were taken in this run. `row`: as it was read; `state`: with what they
    brought, `sent`, added."""

    row: FeedRow
    state: polling.FeedState
    sent: list[Sent]


class Inbox:
    """What the function needs, kept for the container's life. `failed`: InboxDeadLetters;
    `rejected`: WireDeadLetters."""

    def __init__(
        self,
        feeds: Feeds,
        drops: Drops,
        bodies: Bodies,
        wire: Queue,
        *,
        rejected: Queue,
        failed: Queue,
    ) -> None:
        self._feeds = feeds
        self._drops = drops
        self._bodies = bodies
        self._wire = wire
        self._rejected = rejected
        self._failed = failed

    def run(self, found: Sequence[Message]) -> Result:
        """Take the files that `found` tell of. A file that is not begun for lack of time goes back
        to the queue; those that have waited most come first."""
        started = clock.now()
        result = Result([], Counter())
        feeds: dict[str, _Taking | None] = {}
        for message in sorted(found, key=lambda each: -each.receives):
            files: list[Dropped] = []
            try:
                for file in _files_of(message.body):
                    files = [file]
                    if clock.now() - started > TAKING:
                        raise Retryable("no time left in this run, after other files")
                    result.counts += self._take(file, feeds)
            except Exception as error:  # noqa: BLE001 (whatever it is, it is this file's)
                about = "".join(map(_about, files))
                give_up(
                    message, error, result,
                    dead_letters=self._failed, outcome="files_given_up", about=about,
                )  # fmt: skip
        for taking in filter(None, feeds.values()):
            self._remember(taking)
        return result

    def _take(self, file: Dropped, feeds: dict[str, _Taking | None]) -> Counter[str]:
        content = self._drops.read(file, MAX_DOCUMENT)
        if content is None:
            logger.info("file is gone", feed=file.feed, file=file.name)
            return Counter(files_gone=1)
        if _is_a_folder(file, content):
            return Counter()
        if file.name.endswith(REASON) and (content.data or b"").startswith(OURS.encode()):
            self._drops.remove(file, content.etag)  # it came back with the file that it is about
            return Counter()
        if file.feed not in feeds:
            row = self._feeds.get(file.feed)
            feeds[file.feed] = _Taking(row, row.state, []) if row else None
        try:
            sent = self._dispatched(file, content, feeds[file.feed])
        except (FileRefused, NotAFeed) as error:
            return self._fail(file, content, str(error))
        if not self._drops.finish(file, content):
            logger.info("file was replaced", feed=file.feed, file=file.name)
        return sent.counts + Counter(files_taken=1)

    def _dispatched(self, file: Dropped, content: Content, taking: _Taking | None) -> Sent:
        """Does what ingest does with a document that it fetched. Raises FileRefused and
        NotAFeed."""
        taking, body = _expected(file, content, taking)
        feed = taking.row.config
        sent = dispatch(
            replace(taking.row, state=taking.state),
            Received(
                body=body,
                url=polling.address(feed, taking.state),
                content_type="",
                file=file.name,
            ),
            content.at,
            bodies=self._bodies,
            wire=self._wire,
            dead_letters=self._rejected,
        )
        logger.info(
            "file taken", feed=feed.id, file=file.name, entries=len(sent.document.entries),
            new=sent.new, raw=sent.raw,
        )  # fmt: skip
        taking.state = _with(taking.row, taking.state, sent)
        taking.sent.append(sent)
        return sent

    def _fail(self, file: Dropped, content: Content, reason: str) -> Counter[str]:
        put = f"{content.at:%Y-%m-%d %H:%M:%S} UTC, {content.size:,} bytes"
        told = f"{OURS}\nfile: {key_of(INBOX, file)}\nput there: {put}\n{WHY}{reason}\n"
        if not self._drops.fail(file, content, told):
            logger.info("file was replaced", feed=file.feed, file=file.name, reason=reason)
            return Counter(files_gone=1)
        letter = encode(FailedFile(file))
        must_send_dead_letter(self._failed, letter, f"{_about(file)}: {reason}")
        self._drops.remove(file, content.etag)
        return Counter(files_failed=1)

    def _remember(self, taking: _Taking) -> None:
        def after(present: FeedRow) -> polling.FeedState:
            state = present.state
            for sent in taking.sent:
                state = _with(present, state, sent)
            return state

        remember(self._feeds, taking.row, after)


def _files_of(body: str) -> Iterator[Dropped]:
    """The files that a message of S3 is about. Keys in it are written as in a form."""
    try:
        told = msgspec.json.decode(body, type=_Told)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise FileRefused(f"not a message of S3: {error}") from error
    for record in told.records:
        file = dropped_at(unquote_plus(record.s3.object.key, errors="strict"))
        if file:
            yield file


def _about(file: Dropped) -> str:
    return f"feed {file.feed or '-'}, file {file.name}"


def _is_a_folder(file: Dropped, content: Content) -> bool:
    """Whether it only marks a folder, as SFTP servers and consoles put them."""
    return not content.size and (not file.name or file.name.endswith("/"))


def _expected(file: Dropped, content: Content, taking: _Taking | None) -> tuple[_Taking, bytes]:
    """The feed of a file, and its bytes. Raises FileRefused and NotAFeed."""
    if not file.feed:
        raise FileRefused("it is in no folder; expected inbox/<feed id>/")
    if taking is None:
        raise FileRefused(f"site.toml has no feed {file.feed}")
    if not taking.row.config.drop:
        raise FileRefused(f"{file.feed} takes no files: it has no drop = true in site.toml")
    if content.data is None:
        raise NotAFeed("too-large", f"{content.size} bytes, at most {MAX_DOCUMENT}")
    return taking, content.data


def _with(row: FeedRow, state: polling.FeedState, sent: Sent) -> polling.FeedState:
    """`state` with what a file brought."""
    return polling.received(
        row.config,
        state,
        sent.document,
        new=sent.new,
        now=clock.now(),
        seen=remembered(sent.document, state.seen).seen,
    )
