"""When a feed is asked next, and what is remembered of it: pure functions from state to state.

    prepared ─► fetch ─┬─ 304, or the same bytes ─► unchanged
                       ├─ a feed ─► parse, diff, queue ─► succeeded
                       └─ FetchError, NotAFeed ─► failed

The wait is the feed's own interval, then:
    shortened, not below a minute, for a feed whose stories come more often than that;
    stretched by what the publisher asks: Cache-Control or Expires, <ttl>, sy:updatePeriod;
    after failures doubled each time, and never shorter than Retry-After or without failures.
A random share keeps feeds from falling into step. `jitter` is a number from 0 up to 1. No feed
waits for more than six hours but for its own interval, Retry-After, or a renewed subscription.
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

if TYPE_CHECKING:  # who only reads a feed's state needs neither parser nor network
    from wireroom.wire.formats.document import Document
    from wireroom.wire.http.fetch import Response

OK = "ok"
STOPPED = "stopped"
TRUNCATED = "truncated"

SHORTEST = 60  # seconds between two requests, whatever the settings say
LONGEST = 6 * 3600
LONGEST_RETRY_AFTER = 24 * 3600
QUIET_AT_LEAST = 6 * 3600
MOVED_AFTER = 2  # times that the new address has to answer as a feed
AT_ONCE = 20  # new feeds that are asked for together
PER_MINUTE = 50  # of more new feeds than that
SLOWER = 4  # times the interval, while a hub delivers what is new
_SPREAD = 0.1
_MOST_SHARED = 500
_SHARED_ROOM = 16_000  # characters of them, as they are in each row of a feed
_URL_ROOM = 2048  # characters


class FeedState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered of one feed. A feed that was never asked is `FeedState()`.

    `settings_url`: the address in the settings that all this was learned from. `url`: where the
    feed moved to for good, or "". `moved_to`, `moved_times`: where it says it moves to, and how
    often that answered. `state`: "" (never asked), `ok`, `stopped`, or the name of the error;
    `state_since` and `state_last`: the first and the last time of the present state.
    `ttl`: seconds for which the last document wants to be left alone, or 0.
    `last_new`: when something new came last. `usual_gap`: seconds that usually lie between two new
    stories, 0 if unknown. `due` is None for a feed that is not to be asked.
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
    """`state` as it holds for `feed`: a new address in the settings forgets the old one's story.

    What has been seen stays, so that the same stories at a new address are not new. A private feed
    has no hub: none could be told of the secret, and a private address is not for the table.
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
    """The URL to ask: where the feed moved to, unless the settings have changed since."""
    return state.url if state.url and state.settings_url == feed.url else feed.url


def first_due(now: datetime, place: int, among: int) -> datetime:
    """When one of `among` new feeds, the `place`-th from 0, is asked for the first time.

    A few at once; many, such as an imported list, one after the other: a thousand in 20 minutes.
    """
    return now if among <= AT_ONCE else now + timedelta(seconds=60 * place / PER_MINUTE)


def pushed(feed: Feed, state: FeedState, renewal: datetime | None, now: datetime) -> FeedState:
    """After a good answer of a feed whose hub delivers what is new: polled more slowly, as the
    fallback, and in time for the `renewal` of its subscription."""
    if state.due is None:
        return state
    slow = now + timedelta(seconds=min(SLOWER * max(feed.interval, SHORTEST), LONGEST))
    return replace(state, due=max(state.due, min(slow, renewal) if renewal else slow))


def document_hash(body: bytes) -> str:
    """A hash of a document's bytes; one that equals the state's need not be parsed again."""
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
    """After a document was parsed and its `new` new entries are safely queued.

    `seen`: the memory that `diff.changed` gave. A truncated document leaves no validators behind:
    a 304 would hide what it lacked.
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
    """After a 304, or a document whose hash is the remembered one."""
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
    """After a feed could not be fetched or parsed. 410 stops it until an operator acts."""
    gone = error.state == "gone"
    name = STOPPED if gone else error.state
    failures = state.failures + 1
    asked = getattr(error, "retry_after", None) or 0
    own = max(feed.interval, SHORTEST, state.ttl)
    wait = min(own * 2 ** min(failures, 20), max(LONGEST, own))
    # Between three quarters and the whole of it, so that the cap holds for the jitter as well; but
    # not shorter than that of a feed that is well.
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


def quiet(feed: Feed, state: FeedState, now: datetime) -> bool:
    """Whether nothing new has come for five times the usual gap, and for six hours at least."""
    if state.last_new is None or state.state == STOPPED:
        return False
    allowed = max(5 * state.usual_gap, 2 * feed.interval, QUIET_AT_LEAST)
    return (now - state.last_new).total_seconds() > allowed


def _settled(
    feed: Feed, state: FeedState, response: Response, now: datetime, name: str
) -> FeedState:
    """The parts that every good answer has in common: state, and where the feed moves to."""
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
    """An address that is no longer than addresses are; a part of one would be another's."""
    return url if len(url) <= _URL_ROOM else ""


def _due(feed: Feed, gap: int, asked: int, now: datetime, jitter: float) -> datetime:
    """When a feed that is well is asked next. `asked`: seconds, by the publisher, or 0."""
    own, spread = max(feed.interval, SHORTEST), 1 + _SPREAD * jitter
    often = min(own, max(gap / 2, SHORTEST)) if gap else own
    return now + timedelta(seconds=max(often * spread, min(asked * spread, LONGEST)))


def _usual_gap(state: FeedState, entries: Iterable[Entry], new: int, now: datetime) -> int:
    """A running mean of the seconds between new stories; at first, what their dates say."""
    if state.last_new is None or not state.usual_gap:
        moments = sorted(entry.published for entry in entries if entry.published)
        if len(moments) < 3:
            return state.usual_gap
        return max(1, round((moments[-1] - moments[0]).total_seconds() / (len(moments) - 1)))
    if not new:
        return state.usual_gap
    gap = max((now - state.last_new).total_seconds() / new, 1)
    return round(0.8 * state.usual_gap + 0.2 * gap)
