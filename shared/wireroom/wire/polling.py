"""When a feed is polled next, and the state that is kept of it: pure functions from state to state.

    prepared ─► fetch ─┬─ 304, or the same bytes ─► unchanged
                       ├─ a feed ─► parse, diff, queue ─► succeeded
                       └─ FetchError, NotAFeed ─► failed
    a document that was pushed, or put into the inbox ─► parse, diff, queue ─► received

The wait is the feed's own interval. It is
    shorter, but at least a minute, for a feed whose stories come more often than that;
    longer if the publisher asks for it, by Cache-Control or Expires, <ttl> or sy:updatePeriod;
    doubled after each failure, and never shorter than Retry-After or than without failures.
A random part, from `jitter` (at least 0, less than 1), keeps feeds from being polled all at once. A
wait is at most six hours, unless the feed's own interval or Retry-After is longer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wireroom.errors import FetchError, NotAFeed
from wireroom.model import Entry, Feed

if TYPE_CHECKING:  # so that reading a feed's state imports neither parser nor network
    from wireroom.wire.formats.document import Document
    from wireroom.wire.http.fetch import Response

OK = "ok"
STOPPED = "stopped"
TRUNCATED = "truncated"

SHORTEST = 60  # seconds between two requests, whatever the settings say
LONGEST = 6 * 3600  # seconds
LONGEST_RETRY_AFTER = 24 * 3600  # seconds
QUIET_AT_LEAST = 6 * 3600  # seconds
QUIET_UNPOLLED = 24 * 3600  # seconds, for a feed that is never polled: it comes in batches
MOVED_AFTER = 2  # times that the new address has to answer as a feed
AT_ONCE = 20  # new feeds that are polled at once
PER_MINUTE = 50  # polled per minute, if there are more new feeds than that
SLOWER = 4  # times the interval, while a hub delivers what is new
_SPREAD = 0.1
_MOST_SHARED = 500
_SHARED_ROOM = 16_000  # characters of all shared guids in a feed's row
_URL_ROOM = 2048  # characters


class FeedState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of one feed. That of a feed which was never polled is `FeedState()`.

    `settings_url`: the address in the settings to which all this belongs. `url`: the address to
    which the feed has moved permanently, or "". `moved_to`, `moved_times`: the address to which it
    redirects permanently now, and how often that has answered. `seen`: the memory, see `wire.diff`.
    `state`: "" (never polled), `ok`, `truncated`, `stopped`, or the state of an error; `reason`:
    its message. `state_since`, `state_last`: the first and the last time of the present state.
    `ttl`: seconds after which the last document asks to be fetched again, or 0. `last_new`: when
    something new came last. `usual_gap`: seconds between two new stories, on average, 0 if unknown.
    `due`: None for a feed that must not be polled. `hub`, `self_url`: for WebSub.
    """

    settings_url: str = ""
    url: str = ""
    moved_to: str = ""
    moved_times: int = 0
    etag: str = ""
    last_modified: str = ""
    document_hash: str = ""
    seen: bytes = b""
    shared_guids: tuple[str, ...] = ()
    due: datetime | None = None
    failures: int = 0
    state: str = ""
    state_since: datetime | None = None
    state_last: datetime | None = None
    reason: str = ""
    last_fetch: datetime | None = None
    last_new: datetime | None = None
    entries_total: int = 0
    usual_gap: int = 0
    ttl: int = 0
    hub: str = ""
    self_url: str = ""


def prepared(feed: Feed, state: FeedState) -> FeedState:
    """`state` as it applies to `feed`. If the feed has another address in the settings, what is
    known of its entries is kept, so that the same stories are not new, and all else is dropped.

    A private feed has no hub: the hub must not learn the secret, and a private address must not be
    stored in the table.
    """
    if state.settings_url == feed.url:
        return replace(state, hub="", self_url="") if feed.secret else state
    return FeedState(
        settings_url=feed.url,
        seen=state.seen,
        shared_guids=state.shared_guids,
        entries_total=state.entries_total,
        last_new=state.last_new,
        usual_gap=state.usual_gap,
        due=state.due,
    )


def address(feed: Feed, state: FeedState) -> str:
    """The URL to fetch: where the feed has moved to, unless its address in the settings changed."""
    return state.url if state.url and state.settings_url == feed.url else feed.url


def first_due(now: datetime, place: int, among: int) -> datetime:
    """When the new feed number `place` (from 0) of `among` is polled first.

    Up to AT_ONCE immediately; more, such as an imported list, one after the other: a thousand in 20
    minutes.
    """
    return now if among <= AT_ONCE else now + timedelta(seconds=60 * place / PER_MINUTE)


def pushed(feed: Feed, state: FeedState, renewal: datetime | None, now: datetime) -> FeedState:
    """After a good answer of a feed whose hub delivers what is new: polls become the fallback, and
    SLOWER, but one comes in time for the `renewal` of the subscription."""
    if state.due is None:
        return state
    slow = now + timedelta(seconds=min(SLOWER * max(feed.interval, SHORTEST), LONGEST))
    return replace(state, due=max(state.due, min(slow, renewal) if renewal else slow))


def document_hash(body: bytes) -> str:
    """A hash of a document's bytes. A document with the hash in the state need not be parsed."""
    return "1" + hashlib.blake2b(body, digest_size=16).hexdigest()


def succeeded(
    feed: Feed,
    state: FeedState,
    *,
    response: Response,
    document: Document,
    new: int,
    now: datetime,
    jitter: float,
    seen: bytes | None = None,
) -> FeedState:
    """The state after a document was parsed and its new entries (`new` of them) were queued.

    `seen`: the memory from `diff.changed`. ETag and Last-Modified of a truncated document are not
    kept, as a 304 would hide what the document lacked.
    """
    whole = not document.truncated
    gap = _usual_gap(state, document.entries, new, now)
    ttl = min(document.ttl or 0, LONGEST)
    links = dict(reversed(response.links))
    settled = _settled(feed, state, response, now, OK if whole else TRUNCATED)
    return replace(
        settled,
        etag=response.etag if whole else "",
        last_modified=response.last_modified if whole else "",
        document_hash=document_hash(response.body) if whole else "",
        seen=state.seen if seen is None else seen,
        shared_guids=_bounded(document.shared),
        reason="" if whole else "the document ends early",
        last_new=now if new else state.last_new,
        entries_total=state.entries_total + new,
        usual_gap=gap,
        ttl=ttl,
        hub="" if feed.secret else _kept(links.get("hub") or document.hub),
        self_url="" if feed.secret else _kept(links.get("self") or document.self_url),
        due=_due(feed, gap, max(response.max_age or 0, ttl), now, jitter),
    )


def unchanged(
    feed: Feed, state: FeedState, *, response: Response, now: datetime, jitter: float
) -> FeedState:
    """The state after a 304, or after a document with the hash in the state."""
    return replace(
        _settled(feed, state, response, now, OK),
        etag=response.etag or state.etag,
        last_modified=response.last_modified or state.last_modified,
        reason="",
        due=_due(feed, state.usual_gap, max(response.max_age or 0, state.ttl), now, jitter),
    )


def failed(
    feed: Feed, state: FeedState, error: FetchError | NotAFeed, now: datetime, jitter: float
) -> FeedState:
    """The state after a failed fetch or parse. A 410 stops the feed until an operator acts."""
    gone = error.state == "gone"
    name = STOPPED if gone else error.state
    failures = state.failures + 1
    asked = getattr(error, "retry_after", None) or 0
    own = max(feed.interval, SHORTEST, state.ttl)
    wait = min(own * 2 ** min(failures, 20), max(LONGEST, own))
    # Between three quarters and all of it, so that the limit holds with jitter, too; but not
    # shorter than without failures.
    wait = max(wait * (0.75 + 0.25 * jitter), own, min(asked, LONGEST_RETRY_AFTER))
    return replace(
        state,
        settings_url=feed.url,
        failures=failures,
        state=name,
        state_since=state.state_since if state.state == name else now,
        state_last=now,
        reason=str(error)[:500],
        last_fetch=now,
        due=None if gone else now + timedelta(seconds=wait),
    )


def received(
    feed: Feed,
    state: FeedState,
    document: Document,
    *,
    new: int,
    now: datetime,
    seen: bytes,
) -> FeedState:
    """The state after a document that was pushed, or put into the inbox, was queued. `new`, `seen`:
    as for `succeeded`. How polling a feed goes is left as it is; for one that is never polled, this
    is what counts. Its documents mostly have one story, so the time between two of them is the
    first measure of its usual gap."""
    gap = _usual_gap(state, document.entries, new, now)
    if not gap and new and state.last_new:
        gap = max(1, round((now - state.last_new).total_seconds() / new))
    after = replace(
        state,
        seen=seen,
        shared_guids=_bounded(document.shared),
        last_new=now if new else state.last_new,
        entries_total=state.entries_total + new,
        usual_gap=gap,
    )
    if feed.url:
        return after
    since = state.state_since if state.state == OK else now
    return replace(
        after, state=OK, state_since=since, state_last=now, last_fetch=now, failures=0, reason=""
    )


def unprovable(state: FeedState, error: FetchError, now: datetime) -> FeedState:
    """The state of a feed that is only pushed, while nobody can prove to be its sender."""
    return replace(
        state, state=error.state, state_since=now, state_last=now, reason=str(error)[:500]
    )


def failing(state: FeedState) -> bool:
    """Whether the last poll failed. A feed that has not been polled yet is not failing."""
    return state.state not in {"", OK}


def quiet(feed: Feed, state: FeedState, now: datetime) -> bool:
    """Whether nothing new has come for more than five times the usual gap, two intervals and six
    hours, whichever is longest; a feed that is never polled, for five times the gap and a day."""
    if state.last_new is None or state.state == STOPPED:
        return False
    least = max(2 * feed.interval, QUIET_AT_LEAST) if feed.url else QUIET_UNPOLLED
    allowed = max(5 * state.usual_gap, least)
    return (now - state.last_new).total_seconds() > allowed


def _settled(
    feed: Feed, state: FeedState, response: Response, now: datetime, name: str
) -> FeedState:
    """What every good answer changes: state `name`, and the address to which the feed has moved."""
    url, moved_to, times = address(feed, state), response.moved_to, 0
    kept = "" if url == feed.url else url
    if moved_to:
        times = state.moved_times + 1 if moved_to == state.moved_to else 1
        if times >= MOVED_AFTER:
            kept, moved_to, times = moved_to, "", 0
    return replace(
        state,
        settings_url=feed.url,
        url=kept,
        moved_to=moved_to,
        moved_times=times,
        failures=0,
        state=name,
        state_since=state.state_since if state.state == name else now,
        state_last=now,
        last_fetch=now,
    )


def _bounded(guids: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    room = _SHARED_ROOM
    for guid in sorted(guids, key=lambda guid: (len(guid), guid))[:_MOST_SHARED]:
        room -= len(guid)
        if room < 0:
            break
        kept.append(guid)
    return tuple(sorted(kept))


def _kept(url: str) -> str:
    """`url`, or "" if it is too long to be stored. A cut one would be another address."""
    return url if len(url) <= _URL_ROOM else ""


def _due(feed: Feed, gap: int, asked: int, now: datetime, jitter: float) -> datetime:
    """When a feed is polled next after a good answer. `asked`: seconds, by the publisher, or 0."""
    own, spread = max(feed.interval, SHORTEST), 1 + _SPREAD * jitter
    often = min(own, max(gap / 2, SHORTEST)) if gap else own
    return now + timedelta(seconds=max(often * spread, min(asked * spread, LONGEST)))


def _usual_gap(state: FeedState, entries: Iterable[Entry], new: int, now: datetime) -> int:
    """A running mean of the seconds between new stories; at first, the mean from their dates."""
    if state.last_new is None or not state.usual_gap:
        moments = sorted(entry.published for entry in entries if entry.published)
        if len(moments) < 3:
            return state.usual_gap
        return max(1, round((moments[-1] - moments[0]).total_seconds() / (len(moments) - 1)))
    if not new:
        return state.usual_gap
    gap = max((now - state.last_new).total_seconds() / new, 1)
    return round(0.8 * state.usual_gap + 0.2 * gap)
