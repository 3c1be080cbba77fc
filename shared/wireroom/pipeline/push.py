"""push: what senders post to a feed's own address → WireQueue, seconds after publication.

    POST  /push/<feed>               proof ─► keep the document ─► parse ─► WireQueue ─► 201
    GET   /push/<feed>/assets/<id>   whether the picture <id> has come: 200 or 404
    POST  /push/<feed>/assets        proof ─► keep the picture under its id ─► 201

The second and third are Superdesk's, which sends the files of an item's pictures before the item.
It asks without any proof, so the answer is the same for a feed that does not exist. It takes 200
and 404 only there, and older versions take nothing but 201 for an item.

Anybody can call this function. A request without the right proof (`wire.push`) gets one answer,
whether there is such a feed or not, and leaves nothing behind: no row, no object, no word in a log.

201 is said only when the entries are in the queue. What AWS does not take is answered 503, so that
the sender tries again; Superdesk does so for no status below 500. A push that comes twice finds its
entries remembered, and one that is not remembered is found unchanged by process. Two pushes at the
same time each queue what they bring; then the second adds to what the first has remembered.

A document that nobody can read is a dead letter, as no poll will bring it again, and so is an entry
that is rejected. Neither is remembered: a sender may send it again, once it is put right.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from http import HTTPStatus
from secrets import token_bytes
from typing import Any
from urllib.parse import unquote

import msgspec
from aws_lambda_powertools import Logger
from msgspec import Struct

from wireroom import clock
from wireroom.errors import Conflict, FetchError, NotAFeed, Retryable
from wireroom.model import Feed
from wireroom.newsroom.own import upload_address
from wireroom.pipeline.dead_letters import Rejected, RejectedEntry, must_send_dead_letter
from wireroom.pipeline.dispatch import Received, Sent, dispatch, remember
from wireroom.pipeline.function_url import BODY, Request
from wireroom.store import pool
from wireroom.store.bodies import Bodies, asset_name
from wireroom.store.feeds import FeedRow, Feeds
from wireroom.store.queues import Queue, encode
from wireroom.store.secrets import Secrets
from wireroom.unforeseen import reason_of
from wireroom.wire import assets, polling, push
from wireroom.wire.diff import changed
from wireroom.wire.document.rejection import Rejection
from wireroom.wire.http.forms import parts_of

logger = Logger(child=True)

PARTS = 20  # of a form
TOLD = 20  # entries in an answer
REASON = 300  # characters
AFTER = "30"  # seconds after which a sender may try again
_PLACE = re.compile(r"/push/([a-z0-9._-]{1,64})(/assets(?:/+(.+))?)?/*", re.DOTALL)


class Reply(Struct, frozen=True):
    """`told`: the JSON of the answer. `counts`: metric → how often."""

    status: int
    told: Mapping[str, Any] = {}
    counts: Mapping[str, int] = {}
    headers: Mapping[str, str] = {}


def response(reply: Reply) -> dict[str, Any]:
    """`reply` as a function URL returns it."""
    told = reply.told or {"error": HTTPStatus(reply.status).phrase}
    headers = {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    return {
        "statusCode": reply.status,
        "headers": headers | dict(reply.headers),
        "body": msgspec.json.encode(told).decode(),
    }


class Push:
    """What the function needs, kept for the container's life."""

    def __init__(
        self, feeds: Feeds, bodies: Bodies, wire: Queue, dead_letters: Queue, secrets: Secrets
    ) -> None:
        self._feeds = feeds
        self._bodies = bodies
        self._wire = wire
        self._dead_letters = dead_letters
        self._secrets = secrets

    def answer(self, asked: Request) -> Reply:
        """The reply to a sender or any other caller."""
        place = _PLACE.fullmatch(asked.path)
        if place is None:
            return Reply(404)
        feed, beneath, media = place[1], bool(place[2]), unquote(place[3] or "")
        try:
            if media and asked.method in {"GET", "HEAD"}:
                return Reply(200, {"media_id": media}) if self._has(feed, media) else Reply(404)
            if media or asked.method != "POST":
                return Reply(405, headers={"allow": "GET" if media else "POST"})
            row = self._sender(feed, asked)
            if isinstance(row, Reply):
                return row
            return self._keep(row.config, asked) if beneath else self._take(row, asked)
        except Retryable as error:
            logger.warning("push has to be sent again", feed=feed, reason=str(error))
            return Reply(503, counts=Counter(pushes_left=1), headers={"retry-after": AFTER})
        except Exception as error:  # noqa: BLE001 (whatever it is, it is this request's)
            logger.error("push failed", feed=feed, reason=reason_of(error))
            return Reply(500, counts=Counter(pushes_failed=1))

    def _has(self, feed: str, media: str) -> bool:
        return len(media) <= assets.LONGEST and self._bodies.has_asset(asset_name(feed, media))

    def _sender(self, feed: str, asked: Request) -> FeedRow | Reply:
        """The feed's row, if the request comes from its sender; else the answer that refuses it."""
        refused = Counter(pushes_refused=1)
        if len(asked.body) > BODY:
            return Reply(413, counts=refused)
        if asked.headers.get("content-encoding", "identity").strip().lower() != "identity":
            return Reply(415, {"error": "compressed bodies are not taken"}, refused)
        row = self._feeds.get(feed) if push.proves(asked.headers) else None
        # Nobody has this one: a feed that is not there takes as long to refuse.
        tokens: tuple[bytes, ...] = (token_bytes(),)
        if row and row.config.push:
            try:
                tokens = self._secrets.push_keys(row.config.secret)
            except FetchError as error:
                self._note(row, error)
                raise Retryable(str(error)) from error  # until the operator puts it right
        if push.authentic(asked.headers, asked.body, tokens, clock.now()) and row:
            return row
        logger.warning("push without the right proof", feed=feed)
        return Reply(401, counts=refused, headers={"www-authenticate": "Bearer"})

    def _note(self, row: FeedRow, error: FetchError) -> None:
        """Let the operator see what is wrong with a secret: once, as anybody can cause this."""
        if row.config.url or row.state.state == error.state:
            return  # ingest tells of it; or it is told already
        with suppress(Conflict):
            self._feeds.remember(row, polling.unprovable(row.state, error, clock.now()))

    def _keep(self, feed: Feed, asked: Request) -> Reply:
        found = parts_of(asked.body, asked.headers.get("content-type", ""), PARTS)
        media, data = (found[0].get("media_id", ""), found[1].get("media")) if found else ("", None)
        if not data or not 0 < len(media) <= assets.LONGEST:
            told = {"error": "expected multipart/form-data with a media_id and a file media"}
            return Reply(400, told, Counter(pushes_refused=1))
        self._bodies.put_asset(asset_name(feed.id, media), data)
        logger.info("picture pushed", feed=feed.id, media=media, bytes=len(data))
        return Reply(201, {"media_id": media}, Counter(pushed_assets=1))

    def _take(self, row: FeedRow, asked: Request) -> Reply:
        """Does what ingest does with a document that it fetched."""
        feed, now = row.config, clock.now()
        body = self._with_pictures(feed, asked.body)
        try:
            sent = dispatch(
                row,
                Received(
                    body=body,
                    url=polling.address(feed, row.state),
                    content_type=asked.headers.get("content-type", ""),
                ),
                now,
                bodies=self._bodies,
                wire=self._wire,
                dead_letters=self._dead_letters,
            )
        except NotAFeed as error:
            raw = self._bodies.put_raw(feed.id, body, now)  # where `dispatch` has put it
            rejected = Rejected(feed=feed.id, entry="", raw=raw)
            reason = f"feed {feed.id}, a pushed document: {error}"
            must_send_dead_letter(self._dead_letters, encode(RejectedEntry(rejected)), reason)
            told: dict[str, Any] = {"error": str(error)[:REASON]}
            return Reply(422, told, Counter(pushes=1, entries_rejected=1))
        self._remember(row, sent, now)
        document = sent.document
        logger.info(
            "feed pushed", feed=feed.id, entries=len(document.entries), new=sent.new, raw=sent.raw
        )
        told = {
            "entries": len(document.entries),
            "new": sent.new,
            "rejected": _told(document.rejected),
            "left_out": _told(document.left_out),
        }
        failed = document.rejected and not document.entries
        return Reply(422 if failed else 201, told, Counter(pushes=1) + sent.counts)

    def _with_pictures(self, feed: Feed, body: bytes) -> bytes:
        """`body` with the addresses of pictures that were pushed before it, if the site shows
        copies of them."""
        item = assets.item_of(body) if feed.pictures == "store" else None
        media = assets.media_of(item) if item is not None else ()
        there = pool.each(partial(self._has, feed.id), media)
        addresses = {
            each: upload_address(asset_name(feed.id, each))
            for each, known in zip(media, there, strict=True)
            if known
        }
        return assets.placed(item, addresses) if addresses else body

    def _remember(self, row: FeedRow, sent: Sent, now: datetime) -> None:
        def after(present: FeedRow) -> polling.FeedState:
            seen = changed(sent.document.entries, present.state.seen).seen
            return polling.received(
                present.config, present.state, sent.document, new=sent.new, now=now, seen=seen
            )

        remember(self._feeds, row, after)


def _told(items: Iterable[Rejection]) -> list[dict[str, str]]:
    return [
        {"entry": each.entry_id[:REASON], "reason": each.reason[:REASON]}
        for each in [*items][:TOLD]
    ]
