"""edit: messages of EditQueue → articles in the table.

    for each message:  event ─► article ─► apply ─► settle ─► row, with its history and a marker

The marker is a row with the event's id, written in the same transaction. It makes an event apply
once, however often it is delivered. A refused event goes to the dead-letter queue with the field
and the reason, and changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from aws_lambda_powertools import Logger
from msgspec import UNSET
from msgspec.structs import replace

from wireroom import clock
from wireroom.errors import (
    Conflict,
    EditRefused,
    EventApplied,
    PathTaken,
    WireroomError,
)
from wireroom.model import Article, Settings
from wireroom.newsroom import edits, events, references
from wireroom.newsroom.edited import Edited, edited
from wireroom.newsroom.events import ArticleEvent, OfArticle
from wireroom.newsroom.filing import nameable
from wireroom.newsroom.history import revision
from wireroom.newsroom.settle import settle
from wireroom.pipeline.messages import Message, Result, give_up
from wireroom.pipeline.ordering import job_of
from wireroom.store.bodies import Bodies
from wireroom.store.queues import Queue
from wireroom.store.table import Table

logger = Logger(child=True)

TRIES = 6  # to write one article in one run; then its queue delivers the event again


class Edit:
    """What edit needs, kept for the container's life."""

    def __init__(self, table: Table, bodies: Bodies, dead_letters: Queue) -> None:
        self._table = table
        self._bodies = bodies
        self._dead_letters = dead_letters

    def run(self, messages: Sequence[Message]) -> Result:
        """Apply the events in `messages`. Each fails by itself."""
        result = Result([], Counter())
        for message in messages:
            about = ""
            try:
                action, event = events.parse(message.body, clock.now())
                if isinstance(event, OfArticle):
                    about = f"{action} of {event.article}"
                outcome = self._apply(action, event)
            except Exception as error:  # noqa: BLE001 (whatever it is, it is this event's)
                give_up(
                    message,
                    error,
                    result,
                    dead_letters=self._dead_letters,
                    outcome="refused",
                    # The message of a WireroomError already says what it is about.
                    about="" if isinstance(error, WireroomError) else about,
                )
            else:
                result.counts[outcome] += 1
        return result

    def _apply(self, action: str, event: ArticleEvent | events.Republish) -> str:
        settings = self._table.settings()
        if isinstance(event, events.Republish):
            return self._republish(event, settings)
        text, body = Edited(), ""
        taken, article = False, self._find(event.article, settings, action)
        if isinstance(event, events.Correct) and event.body_ref is not UNSET:
            event = self._whole(event, event.body_ref)
        if isinstance(event, events.Correct) and event.body is not UNSET:
            text = edited(event.body, settings.site.url)
            body = self._bodies.put(text.html) if text.html else ""
        for _ in range(TRIES):
            if event.expected_revision not in {None, article.revision}:
                if self._table.articles.applied(article.id, event.id):
                    return "repeated"
                raise EditRefused(
                    "expected_revision",
                    f"the article is at revision {article.revision}, not {event.expected_revision}",
                )
            try:
                self._save(action, event, article, settings, text, body=body, taken=taken)
            except EventApplied:
                return "repeated"
            except PathTaken:
                taken = True
            except Conflict:
                article = self._table.articles.get(article.id) or article
            else:
                return "applied"
        raise Conflict(f"article {article.id} was changed by others in each of {TRIES} tries")

    def _whole(self, event: events.Correct, key: str) -> events.Correct:
        """`event` with the body that it names by `key`. Raises EditRefused."""
        if event.body is not UNSET:
            raise EditRefused("body_ref", "can't be given together with a body")
        try:
            return replace(event, body=self._bodies.edit(key), body_ref=UNSET)
        except EditRefused as error:
            about = f"event {event.id}, correct of {event.article}"
            raise EditRefused(error.field, f"{about}: {error.reason}") from error

    def _save(
        self,
        action: str,
        event: ArticleEvent,
        article: Article,
        settings: Settings,
        text: Edited,
        *,
        body: str,
        taken: bool,
    ) -> None:
        zone = settings.site.timezone
        lists = nameable(settings)
        changed = edits.apply(
            article,
            event,
            body=body,
            summary=text.summary,
            picture=text.picture,
            pictures=text.pictures,
            lists=lists,
            timezone=zone,
            taken=taken,
        )
        changed = settle(
            replace(changed, revision=article.revision + 1),
            now=clock.now(),
            settings=settings,
            taken=taken,
        )
        old = article if article.revision else None
        note = event.note if isinstance(event, events.Note) else ""
        row = revision(
            old,
            changed,
            who=event.by,
            what=action,
            why=" / ".join(filter(None, (note, event.why))),
            event=event.id,
            decided=event.at,
        )
        self._table.articles.save(old, changed, row)
        logger.info("edit applied", action=action, article=changed.id, event=event.id, by=event.by)

    def _find(self, reference: str, settings: Settings, action: str) -> Article:
        """The article by its id, path, address or `provider:entry id`. Raises EditRefused if there
        is none, except for a kill."""
        named = references.reference(reference, (settings.site.url,))
        found = self._table.articles.find(named)
        return found or references.unseen(named, settings.providers, action)

    def _republish(self, event: events.Republish, settings: Settings) -> str:
        find = partial(self._find, settings=settings, action="republish")
        job = job_of(event, settings, clock.now(), find)
        try:
            self._table.jobs.put(None, job)
        except Conflict:
            return "repeated"
        return "applied"
