"""The front of a list as it is, and as somebody at the desk wishes it to be.

What is wished is kept nowhere but in the address of the page: `order`, the stories that are pinned
there, and `seen`, the pins that it began with. A step moves one story: `up`, `down` or `unpin`
names it; so does `pin`, by whatever names a story, with its `place`. `sent` is the event with which
the last of it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from desk.guard import Refused
from desk.pins import Pins, changes, merged, moved
from desk.screen import Ask
from wireroom.model import HOME, Article, ListingEntry
from wireroom.newsroom.listing import row
from wireroom.newsroom.references import pasted
from wireroom.newsroom.shown import headline_of
from wireroom.pipeline.reads import FRONT, WINDOW, front_entries
from wireroom.store.listings import Window

STEPS = ("up", "down", "unpin", "pin")
GONE = "A story that you put here is not on this front's list any more"
FULL = f"A front shows {FRONT} stories, and so many are pinned"
NO_NAME = "Name the story by its address, its id, or provider:entry id"


class Other(Struct, frozen=True, kw_only=True):
    """What somebody else has made of a pin: its `place` now, None for none. `by`: "" where it is no
    editor's decision, as when the story is held."""

    headline: str
    place: int | None
    by: str = ""
    at: datetime | None = None


class Front(Struct, frozen=True, kw_only=True):
    """The front of the list `name`.

    `there`: the pins as they are; `now`, `then`: what is shown, and what would be. `known`: all
    stories of these, by id. `changes`: what the wish takes, as `pins.changes` gives it; `waiting`:
    that was sent, and is not applied yet. `others`: what others have changed since the wish began.
    `step`: what was done last, and with which story. `problem`: why it could not be, or "".
    """

    name: str
    there: Pins
    now: Window
    then: Window
    known: Mapping[str, ListingEntry]
    changes: Sequence[tuple[str, int | None]]
    waiting: bool
    others: Sequence[Other]
    step: tuple[str, str]
    problem: str

    @property
    def ids(self) -> list[str]:
        """The stories that are pinned, as wished."""
        return [each.id for each in self.then.pins]

    @property
    def rest(self) -> list[ListingEntry]:
        """What would follow the pinned ones."""
        return front_entries(self.then)[len(self.then.pins) :]

    @property
    def left(self) -> list[ListingEntry]:
        """What would fall out of the front."""
        return _without(front_entries(self.now), front_entries(self.then))

    @property
    def came(self) -> list[ListingEntry]:
        """What would come onto it."""
        return _without(front_entries(self.then), front_entries(self.now))

    @property
    def lead(self) -> tuple[ListingEntry, ListingEntry] | None:
        """(who leads it, who would), where these are two."""
        was, would = front_entries(self.now)[:1], front_entries(self.then)[:1]
        if not was or not would or was[0].id == would[0].id:
            return None
        return was[0], would[0]


def arranged(ask: Ask) -> Front:
    """Raises Refused where there is no such list."""
    name = list_of(ask)
    waiting = _waits(ask)  # before the pins are read: what is applied meanwhile is among them
    now = ask.stack.table.listings.newest(name, WINDOW)
    there = {each.id: each.pin or 0 for each in now.pins}
    known = {each.id: each for each in (*now.entries, *now.pins)}
    seen = _seen(ask.field("seen")) if "seen" in ask.fields else there
    wished = [*there]
    if "order" in ask.fields and (waiting or "sent" not in ask.fields):
        wished = [each for each in ask.field("order").split(".")[:WINDOW] if each]
    ids = merged(wished, seen, there)
    known |= _older(ask, name, [each for each in ids if each not in known])
    problem = "" if all(each in known for each in ids) else GONE
    ids = [each for each in ids if each in known]
    action, story = next(((each, ask.field(each)) for each in STEPS if ask.field(each)), ("", ""))
    if action == "pin":
        entry, why = _named(ask, name, known)
        if entry and entry.id not in ids and len(ids) >= FRONT:
            entry, why = None, FULL
        problem = why or problem
        story = entry.id if entry else ""
        if entry:
            known[story] = entry
            ids = moved(ids, story, ask.number("place", 2))
    elif story in ids:
        at = ids.index(story) + 1
        steps = {"up": moved(ids, story, at - 1), "down": moved(ids, story, at + 1)}
        ids = steps.get(action, [each for each in ids if each != story])
    wish = changes(there, ids)
    return Front(
        name=name,
        there=there,
        now=now,
        then=Window(tuple(known[each] for each in ids), now.entries, now.whole),
        known=known,
        changes=wish,
        waiting=waiting and bool(wish),
        others=_others(ask, name, seen, there),
        step=(action, story) if story in known else ("", ""),
        problem=problem,
    )


def list_of(ask: Ask) -> str:
    """Raises Refused where there is no such list."""
    name = ask.field("name") or HOME
    if name != HOME and name not in [each.slug for each in ask.visit.settings.categories]:
        raise Refused(404, "no such list", "There is no such front.")
    return name


def _waits(ask: Ask) -> bool:
    """Whether the event `sent` was sent by this browser, and is not applied yet."""
    sent = next((each for each in ask.sent if each.event == ask.field("sent")), None)
    if sent is None:
        return False
    rows = ask.stack.table.articles.history(sent.article)
    return all(row.event != sent.event for row in rows)


def _seen(text: str) -> dict[str, int]:
    """The pins that a page showed."""
    found = {}
    for each in text.split(".")[:WINDOW]:
        identity, _, place = each.rpartition("-")
        if identity and place.isascii() and place.isdigit():
            found[identity] = int(place[:3])
    return found


def _older(ask: Ask, name: str, ids: Sequence[str]) -> dict[str, ListingEntry]:
    """Stories of the list `name` that are not among its newest."""
    articles = ask.stack.table.articles.read(ids) if ids else {}
    entries = (_entry(each, name) for each in articles.values())
    return {each.id: each for each in entries if each}


def _named(
    ask: Ask, name: str, known: Mapping[str, ListingEntry]
) -> tuple[ListingEntry | None, str]:
    """The story of the list `name` that is to be pinned; or None, and why it is none."""
    text, settings = ask.field("pin"), ask.visit.settings
    if text in known:
        return known[text], ""
    named = pasted(text, (settings.site.url,), settings.providers)
    if named is None:
        return None, NO_NAME
    article = ask.stack.table.articles.find(named)
    if article is None:
        return None, "There is no such story"
    entry = _entry(article, name)
    return entry, "" if entry else "That story is not live in this list, so it can't lead it"


def _entry(article: Article, name: str) -> ListingEntry | None:
    """The row of `article` in the list `name`, if it has one."""
    listed = article.state == "live" and (name == HOME or name in article.categories)
    return row(article, name)[0] if listed else None


def _others(ask: Ask, name: str, seen: Pins, there: Pins) -> list[Other]:
    """What others have changed since the pins were as `seen`."""
    differ = [each for each in {**seen, **there} if seen.get(each) != there.get(each)]
    articles = ask.stack.table.articles.read(differ) if differ else {}
    found = []
    for identity, article in articles.items():
        place = there.get(identity)
        pin = article.desk.pins.get(name)
        decided = pin if pin and pin.value == place else None
        if decided and decided.by == ask.visit.session.email:
            continue  # no surprise to them
        by, at = (decided.by, decided.at) if decided else ("", None)
        found.append(Other(headline=headline_of(article), place=place, by=by, at=at))
    return found


def _without(these: list[ListingEntry], others: list[ListingEntry]) -> list[ListingEntry]:
    gone = {each.id for each in others}
    return [each for each in these if each.id not in gone]
