"""What becomes of an event: sent → applied as revision N, or refused → written → purged.

What was sent is kept by the browser, in an encrypted cookie, so it survives leaving the page and
costs no row. A page counts as written when it is another version than before the event was sent,
and not older than the revision. That it is written is kept, too, in a cookie of its own: it is not
looked for again, and how long it took stays as it was first seen.

A look at one event takes a query of its history and a HEAD for each of at most a dozen pages, until
they are written. Then it takes one call for the CDN, or four when the story has left the site; an
event that has come to its end takes none.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal, TypeVar

from aws_lambda_powertools.shared.cookies import Cookie
from botocore.exceptions import ClientError
from msgspec import Struct, ValidationError, convert, to_builtins
from msgspec.structs import replace

from desk.actions import Order
from desk.sealed import Seal
from desk.session import cookie
from desk.stack import Stack
from wireroom.errors import Retryable
from wireroom.model import Article, Page, Revision
from wireroom.newsroom.history import left_site
from wireroom.newsroom.shown import headline_of
from wireroom.pipeline.purge import LATE
from wireroom.site.affected import change_id, unlisting_id
from wireroom.store.letters import Letter
from wireroom.store.pages import Pages
from wireroom.store.table import Table

NAME, FOLLOWED = "__Host-sent", "__Host-followed"
KEPT = 3  # events
SECONDS = 3600  # for which one stays in reach
HEADLINE = 60  # characters of one
ROOM = 3500  # characters of the cookie
PATIENCE = 3  # seconds after which an event that is not applied is looked for among the refused
WRITE = "write"  # the action of a story of the newsroom's own, which is no editor's event
LETTERS = 100  # of these, the ones that are looked through
WIDTH = 6  # pages looked at side by side

Kind = TypeVar("Kind")
Stage = Literal["sent", "refused", "applied", "written"]


class Sent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`at`: seconds since 1970. `pages`: path → the beginning of the ETag before it was sent; None
    if the pages could not be looked at then. `purges`: the CDN has to forget what it changes."""

    event: str
    action: str
    article: str
    headline: str
    at: int
    pages: dict[str, str] | None = {}
    purges: bool = False


class Progress(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far the event `event` has come. `revision`: the one that it made, once it is applied, by
    which the story `left` the site or not. `written`: of the pages. `within`: so many seconds after
    it was sent all of them were, and `purged_within` the CDN had forgotten the old ones; 0 before.
    `moving`: it has not come to its end."""

    event: str
    stage: Stage
    revision: int = 0
    left: bool = False
    reason: str = ""
    written: int = 0
    within: int = 0
    purged_within: int = 0
    moving: bool = False


def sent_now(order: Order, article: Article, pages: Pages, now: datetime, *, cdn: bool) -> Sent:
    """Made before the event is sent, to know the pages as they were. What can't be known stops no
    event. `cdn`: whether the site is behind one."""
    before: dict[str, str] | None = None
    with suppress(Retryable, ClientError):
        before = {page.path: tag for page, (tag, _) in _looked(pages, order.pages).items()}
    return Sent(
        event=order.detail["id"],
        action=order.action,
        article=article.id,
        headline=_short(headline_of(article)),
        at=int(now.timestamp()),
        pages=before,
        purges=order.purges and cdn,
    )


def _short(headline: str) -> str:
    return headline if len(headline) <= HEADLINE else f"{headline[: HEADLINE - 1].rstrip()}…"


def kept(text: str, seal: Seal, now: datetime) -> list[Sent]:
    """What the cookie says was sent, newest first."""
    return _several("sent", text, Sent, seal, now)


def cookie_of(sent: list[Sent], seal: Seal, now: datetime) -> Cookie:
    """The newest of `sent` that a cookie has room for."""
    keep = sent[:KEPT]
    while len(keep) > 1 and len(json.dumps(to_builtins(keep))) > ROOM * 3 // 4:
        keep.pop()
    value = seal.close("sent", {"sent": to_builtins(keep)}, now=now, seconds=SECONDS)
    return cookie(NAME, value, SECONDS)


def followed(text: str, seal: Seal, now: datetime) -> list[Progress]:
    """What the cookie says of events whose pages are written."""
    return _several("followed", text, Progress, seal, now)


def _several(purpose: str, text: str, kind: type[Kind], seal: Seal, now: datetime) -> list[Kind]:
    """What a cookie holds; nothing where it is none of ours, or of an earlier release."""
    value = seal.open(purpose, text, now=now)
    try:
        return convert(value[purpose], list[kind]) if value else []  # type: ignore[valid-type]
    except (ValidationError, LookupError):
        return []


def followed_cookie(several: list[Progress], seal: Seal, now: datetime) -> Cookie:
    """What need not be looked for again. Refused ones must be: they may be sent again."""
    keep = [each for each in several if each.within or (each.revision and not each.moving)]
    value = seal.close("followed", {"followed": to_builtins(keep)}, now=now, seconds=SECONDS)
    return cookie(FOLLOWED, value, SECONDS)


def progress(sent: Sent, known: Progress | None, stack: Stack, now: datetime) -> Progress:
    """How far `sent` has come. `known`: what is known of it already, if its pages are written."""
    come = known or _applied(sent, stack, now)
    if sent.purges and come.within and (known is None or known.moving):
        return _purged(sent, come, stack.table, now)
    return come


def _applied(sent: Sent, stack: Stack, now: datetime) -> Progress:
    row = _row(sent, stack.table.articles.history(sent.article))
    if row is None:
        if now.timestamp() - sent.at >= PATIENCE:
            letters = stack.letters["wire"] if sent.action == WRITE else stack.refused
            for letter in letters.peek(LETTERS, lambda each: event_of(each) == sent.event):
                return Progress(event=sent.event, stage="refused", reason=letter.reason)
        return Progress(event=sent.event, stage="sent", moving=True)
    come = Progress(event=sent.event, stage="applied", revision=row.revision, left=left_site(row))
    if not sent.pages:
        return come
    at = row.at.replace(microsecond=0)  # S3 knows whole seconds
    looked = _looked(stack.pages, tuple(Page(path=path, kind="article") for path in sent.pages))
    times = [
        changed
        for page, (tag, changed) in looked.items()
        if tag[:_TAG] != sent.pages[page.path] and changed is not None and changed >= at
    ]
    if len(times) < len(looked):
        return replace(come, written=len(times), moving=True)
    within = _since(sent, max(times))
    return replace(come, stage="written", written=len(times), within=within)


def _purged(sent: Sent, come: Progress, table: Table, now: datetime) -> Progress:
    """What has become of the purge that the event makes, now that its pages are written."""
    change = change_id(sent.article, come.revision)
    if come.left:
        job = table.jobs.get(unlisting_id(change))  # other stories' pages named it
        purges = table.purges.of_withdrawal(change) if job and job.phase == "done" else []
    else:
        job, purges = None, table.purges.read([change])
    if purges and all(each.state == "done" for each in purges):
        # When the other pages' purges were done, nothing tells afterwards.
        at = now if job and job.done else max(each.changed or now for each in purges)
        return replace(come, moving=False, purged_within=_since(sent, at))
    # What somebody else changed in between may have made it needless.
    waited = now.timestamp() - sent.at - come.within
    return replace(come, moving=bool(purges or job) or waited < LATE.total_seconds())


def _since(sent: Sent, moment: datetime) -> int:
    """Seconds from when it was sent, which is known to the second, to `moment`, rounded up."""
    return max(1, int(moment.timestamp()) - sent.at + 1)


_TAG = 10  # characters of an ETag, with its quotation mark


def _row(sent: Sent, rows: list[Revision]) -> Revision | None:
    return next((row for row in reversed(rows) if row.event == sent.event), None)


def _looked(pages: Pages, several: tuple[Page, ...]) -> dict[Page, tuple[str, datetime | None]]:
    """(beginning of the ETag, time of the last write) of each page."""
    if not several:
        return {}
    with ThreadPoolExecutor(WIDTH) as threads:
        found = threads.map(pages.version, several)
        return {page: (tag[:_TAG], at) for page, (tag, at) in zip(several, found, strict=True)}


def event_of(letter: Letter) -> Any:
    """The id of the editor's event in a dead letter, or of what was written at the desk."""
    try:
        body = json.loads(letter.body)
        return body["written" if "written" in body else "detail"]["id"]
    except (ValueError, LookupError, TypeError):
        return None
