"""process: messages of WireQueue → articles in the table.

    for each message:  entry ─► normalise ─► merge ─► settle ─► body to S3 ─► row to the table

A kill notice may contain the story that it takes back, from the same document. The story is merged
first and then the notice, and both are written at once, so readers never see the story.

Any message may come twice, late or out of order, and another run may write the same article at the
same time. An entry that can't become an article goes to the dead-letter queue with its reason, and
does not stop the others. `wireroom redrive` has it processed again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec
from aws_lambda_powertools import Logger
from msgspec import Struct
from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import Conflict, EntryRejected, EventApplied, PathTaken, WireroomError
from wireroom.markup.arrange import MAX_OUTPUT
from wireroom.model import Arrival, Article, Entry, Feed, Settings, Story, Written
from wireroom.newsroom.excerpts import kept_out
from wireroom.newsroom.history import revision
from wireroom.newsroom.identity import article_id, article_ids
from wireroom.newsroom.merge import Outcome, merge
from wireroom.newsroom.normalise import MAX_ID, normalise
from wireroom.newsroom.settle import awaited, settle
from wireroom.newsroom.takes import parts
from wireroom.pipeline.messages import Message, Result, give_up
from wireroom.store.bodies import Bodies, body_key
from wireroom.store.queues import Queue
from wireroom.store.table import Table

logger = Logger(child=True)

TRIES = 6  # to write one article in one run; then its queue delivers the message again


class _Found(Struct, frozen=True):
    """A message that could be decoded, and its content. `about`: how errors name it."""

    message: Message
    arrival: Arrival
    entry: Entry

    @property
    def about(self) -> str:
        return f"feed {self.arrival.feed.id}, entry {self.entry.id}"


class Process:
    """What process needs, kept for the container's life."""

    def __init__(self, table: Table, bodies: Bodies, dead_letters: Queue) -> None:
        self._table = table
        self._bodies = bodies
        self._dead_letters = dead_letters
        self._settings: Settings | None = None

    def run(self, messages: Sequence[Message]) -> Result:
        """Merge the entries of `messages` into articles. Each message fails by itself."""
        result = Result([], Counter())
        found: list[_Found] = []
        for message in messages:
            about = ""
            try:
                arrival = _arrival(message.body)
                about = f"feed {arrival.feed.id}, entry {arrival.entry_key}"
                found.append(_Found(message, arrival, self._entry(arrival)))
            except Exception as error:  # noqa: BLE001 (whatever it is, it is this message's)
                self._give_up(message, about, error, result)
        self._process(found, result)
        return result

    def _process(self, found: Sequence[_Found], result: Result) -> None:
        """Read the articles of all of `found` in one call, and publish each."""
        if not found:
            return
        try:
            settings, articles = self._read(found)
        except Exception as error:  # noqa: BLE001 (each message that it may be of fails with it)
            if len(found) == 1 or isinstance(error, WireroomError):
                for each in found:
                    self._give_up(each.message, each.about, error, result)
            else:  # one of the rows can't be read: read each by itself
                for each in found:
                    self._process([each], result)
            return
        for each in found:
            arrival, entry = each.arrival, each.entry
            identity = article_id(arrival.feed.provider, entry.id)
            try:
                stories, rejected = _stories(entry, arrival.feed, settings)
                if kept_out(stories[-1].part, arrival.feed):
                    result.counts["skipped"] += 1
                    logger.info("excerpt skipped", feed=arrival.feed.id, entry=entry.id)
                    continue
                known = articles.get(identity)
                alone = entry.story is None and stories[-1].withdrawn
                if alone and (known is None or awaited(known)):
                    outcome, article = self._take_down(stories[-1], arrival, settings)
                else:
                    outcome, article = self._publish(stories, known, arrival, settings)
            except Exception as error:  # noqa: BLE001 (whatever it is, it is this entry's)
                # If it was written after all, the next save conflicts and reads the article again.
                self._give_up(each.message, each.about, error, result)
                continue
            if rejected:
                self._give_up(each.message, each.about, rejected, result)
            if not alone:  # a notice may be of another article
                articles[identity] = article
            result.counts[outcome] += 1
            # Also when the notice is repeated: the run that wrote it may have ended before this.
            if alone and article and awaited(article):
                result.counts["unmatched"] += 1
                logger.error(
                    "kill notice matches no story",
                    feed=arrival.feed.id,
                    entry=entry.id,
                    article=identity,
                    reason="nothing of this provider has its id or the address that it links to",
                )
            logger.info(
                "entry processed",
                feed=arrival.feed.id,
                entry=entry.id,
                article=article.id if article else identity,
                outcome=outcome,
            )

    def _entry(self, arrival: Arrival) -> Entry:
        if arrival.entry is not None:
            return arrival.entry
        if not arrival.entry_key:
            raise EntryRejected("entry", "the message has neither an entry nor a key to one")
        return self._bodies.get_entry(arrival.entry_key)

    def _read(self, found: Sequence[_Found]) -> tuple[Settings, dict[str, Article | None]]:
        """The settings, and id → article for those that probably exist. Makes one call, or none if
        no article is expected and the settings are the ones read last.

        Where an entry's id contains an address, the article may have the id of another spelling.
        """
        wanted: dict[str, tuple[str, ...]] = {}
        for each in found:
            ids = article_ids(each.arrival.feed.provider, each.entry.id)
            if each.arrival.known or len(ids) > 1:
                wanted[ids[0]] = ids
        versions = {each.arrival.settings for each in found}
        if self._settings and versions == {self._settings.version} and not wanted:
            return self._settings, {}
        reading = self._table.read(key for ids in wanted.values() for key in ids)
        self._settings, articles = reading.settings, reading.articles
        return reading.settings, {
            identity: next((articles[key] for key in ids if key in articles), None)
            for identity, ids in wanted.items()
        }

    def _take_down(
        self, notice: Story, arrival: Arrival, settings: Settings
    ) -> tuple[Outcome, Article | None]:
        """Kill the story of a notice that came without it: the article of the notice's own id, or
        else the one whose id is the address that the notice links to.

        If neither has come, either of them may: its message may be behind the notice's. So both
        are killed before they come.
        """
        names = {article_id(notice.provider, notice.entry_id): notice.entry_id}
        if 0 < len(notice.link) <= MAX_ID:
            names.setdefault(article_id(notice.provider, notice.link), notice.link)
        ids = {name: article_ids(notice.provider, name) for name in names.values()}
        found = self._table.articles.read(each for several in ids.values() for each in several)
        there = {name: next((found[i] for i in ids[name] if i in found), None) for name in ids}
        come = [article for article in there.values() if article and not awaited(article)]
        if come:
            return self._publish([notice], come[0], arrival, settings)
        results = []
        for name, article in there.items():
            story = replace(notice, entry_id=name)
            outcome, killed = self._publish([story], article, arrival, settings)
            results.append((outcome, killed))
            if killed and not awaited(killed):  # it has come in the meantime
                break
        return results[-1]

    def _publish(
        self,
        stories: Sequence[Story],
        article: Article | None,
        arrival: Arrival,
        settings: Settings,
    ) -> tuple[Outcome, Article | None]:
        """Merge `stories` into `article` and write it; after a conflict, into the article as it is
        then. Raises Conflict after TRIES."""
        bodies = {body_key(text): text for story in stories for text in _texts(story)}
        story, stored, taken = stories[-1], set[str](), False
        for _ in range(TRIES):
            if article and arrival.written and _overtaken(article, arrival.written):
                if self._table.articles.applied(article.id, arrival.written.id):
                    return "unchanged", article
                raise EntryRejected("revision", "the story was changed or published meanwhile")
            outcome, merged = _merged(article, stories, arrival)
            if merged is None:
                return outcome, article
            merged = self._joined(merged, bodies)
            for key in _keys(merged):
                if key in bodies and key not in stored:
                    stored.add(self._bodies.put(bodies[key]))
            merged = settle(
                replace(merged, revision=merged.revision + 1),
                now=clock.now(),
                settings=settings,
                taken=taken,
            )
            written = arrival.written
            row = revision(
                article,
                merged,
                who=written.by if written else story.provider,
                what=written.action if written else outcome,
                why="" if written else f"feed {story.feed}",
                event=written.id if written else "",
            )
            try:
                self._table.articles.save(article, merged, row)
            except EventApplied:
                return "unchanged", article
            except PathTaken:
                taken = True
            except Conflict:
                article = self._table.articles.get(merged.id)
            else:
                return outcome, merged
        raise Conflict(
            f"article of {story.provider} {story.entry_id} was changed by others in each of"
            f" {TRIES} tries"
        )

    def _joined(self, article: Article, bodies: dict[str, str]) -> Article:
        """`article` with the body that its lead and its takes make, which comes into `bodies`.
        Raises EntryRejected if that is too long for a page."""
        keys = parts(article.wire) if article.wire else ()
        if not keys or not article.wire:
            return article
        text = "".join(bodies[key] if key in bodies else self._bodies.get(key) for key in keys)
        if len(text) > MAX_OUTPUT:
            raise EntryRejected("takes", f"with its takes longer than {MAX_OUTPUT:,} characters")
        bodies[body_key(text)] = text
        return replace(article, wire=replace(article.wire, body=body_key(text)))

    def _give_up(self, message: Message, about: str, error: Exception, result: Result) -> None:
        give_up(
            message,
            error,
            result,
            dead_letters=self._dead_letters,
            outcome="rejected",
            about=about,
        )


def _texts(story: Story) -> list[str]:
    return [story.body, *(take.body for take in story.takes)]


def _keys(article: Article) -> list[str]:
    """The keys of all texts that the wire layer names."""
    wire = article.wire
    if wire is None:
        return []
    return [wire.body, *filter(None, [wire.lead, *(take.body for take in wire.takes)])]


def _arrival(body: str) -> Arrival:
    try:
        return msgspec.json.decode(body, type=Arrival)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise EntryRejected("message", f"not a message of ingest: {error}") from error


def _overtaken(article: Article, written: Written) -> bool:
    """Whether the story is no longer as it was when a version of it was `written` at the desk, or
    has been published since: from then on only editors' events change it."""
    there = article.wire.hash if article.wire else ""
    return there != written.over or article.published is not None


def _stories(entry: Entry, feed: Feed, settings: Settings) -> tuple[list[Story], Exception | None]:
    """The stories to merge, in order: that beside a kill notice, if any, then `entry` itself; and
    the error of the former. A story that can't be used does not stop its kill. Raises EntryRejected
    for `entry` itself."""
    story = normalise(entry, feed, settings.categories, settings.former)
    if entry.story is None:
        return [story], None
    try:
        return [normalise(entry.story, feed, settings.categories, settings.former), story], None
    except Exception as error:  # noqa: BLE001 (whatever it is, it must not stop the kill)
        return [story], error


def _merged(
    article: Article | None, stories: Sequence[Story], arrival: Arrival
) -> tuple[Outcome, Article | None]:
    """`article` after merging `stories` in order, None if nothing changes. The outcome is that of
    the last story that changes it."""
    outcome: Outcome = "unchanged"
    merged: Article | None = None
    for story in stories:
        body, *takes = map(body_key, _texts(story))
        what, changed = merge(
            merged or article, story, body=body, arrived=arrival.seen, takes=takes
        )
        if changed or not merged:
            outcome, merged = what, changed or merged
    return outcome, merged
