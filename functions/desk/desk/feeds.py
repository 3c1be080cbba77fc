"""The screen "Feeds": how each is doing, what came, what was rejected and why; fetch now."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from msgspec import Struct

from desk import screens
from desk.guard import Refused
from desk.screen import Ask, Done
from wireroom.errors import WireroomError
from wireroom.pipeline.dead_letters import subject_of
from wireroom.store.feeds import FeedRow
from wireroom.store.letters import BATCH, Letter
from wireroom.unforeseen import reason_of
from wireroom.wire import polling, websub
from wireroom.wire.polling import FeedState

ROWS = 50  # feeds on a page
LOOKS = 2  # calls that look for what was rejected
REASON = 1000  # characters


class Shown(Struct, frozen=True, kw_only=True):
    """A feed as it is told. `name`: of its state. `rank`: those to look at first have a low one.
    `pushes`: the address that its sender pushes to, or "". `inbox`: the bucket for files."""

    row: FeedRow
    name: str
    rank: int
    address: str
    hub: str
    pushes: str
    inbox: str

    @property
    def state(self) -> FeedState:
        return self.row.state


def show(ask: Ask) -> str:
    """At most three calls, counting what told who asks."""
    start, named = ask.number("from"), ask.field("find", 100).lower()
    found = ask.stack.feeds.page(ROWS, start, named)
    several = sorted((_shown(ask, row) for row in found.rows), key=lambda each: each.rank)
    following = start + ROWS if start + ROWS < found.count else 0
    query = urlencode({"from": following} | ({"find": named} if named else {}))
    return screens.page(
        "feeds.html",
        ask.visit,
        sent=ask.sent,
        feeds=several,
        unreadable={name: why[:REASON] for name, why in found.unreadable.items()},
        count=found.count,
        find=named,
        more=f"/feeds?{query}" if following else "",
    )


def show_one(ask: Ask) -> str:
    """At most eight calls, counting what told who asks. Raises Refused when there is none."""
    identity = ask.field("identity", 200)
    row = one(ask, identity)
    looked = ask.stack.letters["wire"].peek(LOOKS * BATCH, calls=LOOKS)
    about = [(letter, subject_of(letter.body)) for letter in looked]
    return screens.page(
        "feed.html",
        ask.visit,
        sent=ask.sent,
        feed=_shown(ask, row),
        fetching=bool(ask.field("fetching")),
        rejected=[(_cut(letter), each) for letter, each in about if each.feed == identity],
        looked=len(looked),
    )


def one(ask: Ask, identity: str) -> FeedRow:
    """Raises Refused where there is none, or its row can't be read."""
    try:
        row = ask.stack.feeds.get(identity)
    except WireroomError:
        raise
    except Exception as error:
        why = reason_of(error)
        raise Refused(500, why, f"The row of the feed {identity} can't be read: {why}") from error
    if row is None:
        raise Refused(404, "no such feed", "There is no such feed.")
    return row


def fetch(ask: Ask) -> Done:
    """Has the feed fetched with the next run of ingest."""
    identity = ask.field("identity", 200)
    if not ask.stack.feeds.fetch_now(identity, ask.visit.now):
        raise Refused(404, "no such feed", "There is no such feed.")
    to = f"/feeds/{quote(identity, safe='')}?fetching=1"
    return Done(action="fetch", to=to, about={"feed": identity})


def _shown(ask: Ask, row: FeedRow) -> Shown:
    state, now = row.state, ask.visit.now
    name, rank = state.state or "new", 2
    if polling.failing(state):
        rank = 0
    elif polling.quiet(row.config, state, now):
        name, rank = "quiet", 1
    known = row.subscription
    hub = ""
    if known and known.refused:
        hub = f"{known.hub} refused: {known.refused}"
    elif known and websub.alive(known, now) and known.until:
        hub = f"{known.hub}, until {screens.in_zone(ask.visit.settings, known.until)}"
    pushes = ask.stack.pushes + row.config.id if ask.stack.pushes and row.config.push else ""
    place = polling.address(row.config, state)
    return Shown(
        row=row, name=name, rank=rank, address=place, hub=hub, pushes=pushes,
        inbox=ask.stack.inbox,
    )  # fmt: skip


def _cut(letter: Letter) -> str:
    return letter.reason[:REASON]
