"""The world model: what the newsroom must end up with, from what agencies and editors sent.

It knows nothing of crashes, repeats, or the order in which messages are processed. It uses each
story's latest version by the version's own time (of equal or missing times, the one first seen
last), the editors' latest decision about each field by its own time, and whether an editor has
reinstated a story since the agency withdrew it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from tests.simulation.wire import (
    ADDRESSED,
    OURS,
    PLACE,
    PROVIDER,
    Version,
    guid,
    headed,
    link,
    own_guid,
)
from wireroom.newsroom.identity import article_id
from wireroom.newsroom.own import FEED

WRITING = ("draft", "publish")  # what makes a version of the newsroom's own story


class Expected(Struct, frozen=True, kw_only=True):
    """What a story's article must be, whether readers see it or not. `body`: of the agency's
    version, or an editor's (`edited`). `pins`: (list, order)."""

    state: str
    headline: str = ""
    body: str = ""
    picture: str = ""
    byline: str = ""
    edited: bool = False
    standfirst: str = ""
    categories: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    pins: tuple[tuple[str, int], ...] = ()
    slug: str = ""
    hold: bool = False
    embargo: datetime | None = None
    publish_at: datetime | None = None
    expire_at: datetime | None = None


class EditorsEvent(Struct, frozen=True, kw_only=True):
    """An editor's event. `fields`: field → what it decides."""

    id: str
    story: int
    at: datetime
    action: str
    fields: dict[str, Any] = {}


class Truth:
    def __init__(self) -> None:
        # (story, feed) → each of its versions once, in the order in which they were first seen
        self.served: dict[tuple[int, str], tuple[Version, ...]] = {}
        self.takes: dict[int, dict[int, Version]] = {}  # story → number of a take → it
        self.events: dict[str, EditorsEvent] = {}
        self.withdrawn: set[int] = set()  # by the agency, until an editor brings it back
        # (story, title) of kill notices in one document with their story
        self.notices: set[tuple[int, str]] = set()
        self.rejected: set[tuple[str, str]] = set()  # (feed, entry) that can't become an article
        self.owed: set[tuple[str, str]] = set()  # those of which there must be a dead letter
        # `sections`: each present section → the terms that file a story there. `renamed`: a former
        # name → the present one, "" if the section has closed.
        self.sections = {"india": {"india"}, "sport": {"sport"}}
        self.renamed: dict[str, str] = {}

    def rename(self, old: str, new: str) -> None:
        """Rename the section `old` to `new`. It has the terms of both names."""
        self.sections[new] = self.sections.pop(old) | {new}
        self.renamed = {name: new if now == old else now for name, now in self.renamed.items()}
        self.renamed[old] = new
        self.renamed.pop(new, None)

    def open(self, section: str) -> None:
        self.sections[section] = {section}
        self.renamed.pop(section, None)

    def close(self, section: str) -> None:
        del self.sections[section]
        self.renamed[section] = ""

    def _now(self, section: str) -> str:
        return self.renamed.get(section, section)

    def snapshot(self) -> Truth:
        kept = Truth()
        kept.served, kept.events = dict(self.served), dict(self.events)
        kept.withdrawn, kept.rejected = set(self.withdrawn), set(self.rejected)
        kept.notices = set(self.notices)
        kept.takes = {story: dict(takes) for story, takes in self.takes.items()}
        kept.owed = set(self.owed)
        kept.sections, kept.renamed = dict(self.sections), dict(self.renamed)
        return kept

    def serve(self, feed: str, version: Version) -> None:
        """A fetch has seen `version` in `feed`."""
        if version.bad:
            self.rejected.add((feed, str(version.story)))
            self.owed.add((feed, str(version.story)))
            return
        if version.take:
            self.takes.setdefault(version.story, {})[version.take] = version
            return
        before = self.served.get((version.story, feed), ())
        if version in before:
            return
        self.served[version.story, feed] = (*before, version)
        notice = (version.story, headed(version))
        if (version.withdrawn and version.tells) or (notice[1] and notice not in self.notices):
            self.withdrawn.add(version.story)
        self.notices.add(notice)

    def decide(self, event: EditorsEvent) -> None:
        self.events[event.id] = event
        if event.action == "reinstate":
            self.withdrawn.discard(event.story)

    def stories(self) -> set[int]:
        """The stories that any fetch saw, and those that editors killed before."""
        killed = {event.story for event in self.events.values() if event.action == "kill"}
        return {
            story
            for (story, _), versions in self.served.items()
            if any(version.tells for version in versions)
        } | {*killed, *self.takes}

    def kept(self) -> set[str]:
        """The articles that may be there for kill notices which came before their story: each may
        be of the story by its guid, or by its link."""
        return {
            article_id(PROVIDER, name)
            for (story, _), versions in self.served.items()
            for version in versions
            if version.withdrawn
            for name in (own_guid(version) if version.own else guid(story), link(story))
        }

    def sent(self) -> set[int]:
        """The stories of which a fetch saw more than a kill notice."""
        return {story for story in self.stories() if self._versions(story)}

    def expected(self, story: int, now: datetime) -> Expected:
        decisions: dict[str, Any] = {}
        corrections: tuple[str, ...] = ()
        decided = datetime.min.replace(tzinfo=UTC)  # when the time of publication was
        for event in self._events(story):
            decisions |= {self._field(name): value for name, value in event.fields.items()}
            decided = event.at if "publish_at" in event.fields else decided
            if "body" in event.fields:
                corrections = (
                    (*corrections, event.fields["correction"]) if event.fields["body"] else ()
                )
        feeds = self._feeds(story)
        newest = max(feeds, key=lambda versions: versions[0].at, default=[])
        # A feed may alternate between texts of the same time: each of them replaces others only
        # once.
        firsts = {
            (each.headline, each.body, each.byline, each.embargo): each for each in reversed(newest)
        }
        wire = max(firsts.values(), key=newest.index, default=None)
        embargo = wire.embargo if wire else None
        start, end = decisions.get("publish_at") or embargo, decisions.get("expire_at")
        if start and wire and embargo and decided < wire.at:
            start = max(start, embargo)  # no earlier schedule breaks a later embargo
        if self.reasons(story):
            state = "killed"
        elif wire is None:
            state = "held"
        elif end and end <= now:
            state = "expired"
        elif decisions.get("hold") or wire.draft:
            state = "held"
        elif start and start > now:
            state = "scheduled"
        else:
            state = "live"
        takes = [take for _, take in sorted(self.takes.get(story, {}).items())]
        body = (wire.body if wire else "") + "".join(take.body for take in takes if wire)
        filed = {name.lower() for versions in feeds for name in versions[-1].categories}
        return Expected(
            state=state,
            headline=decisions.get("headline")
            or (wire.headline if wire else next((take.headline for take in takes), "")),
            body=decisions.get("body") or body,
            picture=wire.picture if wire else "",
            byline=wire.byline if wire else "",
            edited=bool(decisions.get("body")),
            standfirst=decisions.get("standfirst") or "",
            categories=tuple(
                sorted(
                    {name for name, terms in self.sections.items() if terms & filed}
                    if decisions.get("categories") is None
                    else {self._now(name) for name in decisions["categories"]}
                    & self.sections.keys()
                )
            ),
            corrections=corrections,
            pins=tuple(
                sorted((key[4:], n) for key, n in decisions.items() if key[:4] == "pin " and n)
            ),
            slug=decisions.get("slug") or "",
            hold=bool(decisions.get("hold")),
            embargo=embargo,
            publish_at=decisions.get("publish_at"),
            expire_at=end,
        )

    def _field(self, name: str) -> str:
        """The name of a field: that of a pin has the section's present name."""
        return f"pin {self._now(name[4:])}" if name.startswith("pin ") else name

    def reasons(self, story: int) -> set[str]:
        """Why the story is killed: by an editor's last decision, by the agency, or both. Empty if
        it is not killed."""
        decisions: dict[str, Any] = {}
        for event in self._events(story):
            decisions |= event.fields
        found = {"withdrawn-by-agency"} if story in self.withdrawn else set()
        return found | ({decisions["kill"]} if decisions.get("kill") else set())

    def dates(self, story: int, first_seen: datetime) -> set[datetime]:
        """The dates that a published story may have: the agency's, or `first_seen` if it gave none,
        or the time at which an embargo or a schedule ended, or an editor released it."""
        versions = self._versions(story)
        starts = {version.embargo for version in versions} - {None}
        for event in self._events(story):
            starts |= {event.fields.get("publish_at")} - {None}
            starts |= {event.at} if event.action == "release" else set()
        dates = {version.published if version.dated else first_seen for version in versions}
        return dates | {max(date, start) for date in dates for start in starts if start}

    def earliest(self, story: int) -> datetime | None:
        """The first time at which agency and editors allow the story to be live. None: at any
        time."""
        starts = {version.embargo for version in self._versions(story)}
        starts |= {
            each.fields["publish_at"]
            for each in self._events(story)
            if each.fields.get("publish_at")
        }
        return None if None in starts else min(starts, default=None)  # type: ignore[type-var]

    def _events(self, story: int) -> list[EditorsEvent]:
        events = [each for each in self.events.values() if each.story == story]
        return sorted(events, key=lambda each: each.at)

    def _versions(self, story: int) -> list[Version]:
        """The versions that the agency sent of the story, without kill notices."""
        return [
            version
            for (each, _), versions in self.served.items()
            if each == story
            for version in versions
            if not version.withdrawn
        ]

    def _feeds(self, story: int) -> list[list[Version]]:
        """Of each feed that has the story, the versions of its latest time, as they were seen."""
        found = []
        for (each, _), versions in self.served.items():
            ordinary = [version for version in versions if not version.withdrawn]
            if each == story and ordinary:
                newest = max(version.at for version in ordinary)
                found.append([version for version in ordinary if version.at == newest])
        return found


def identity(story: int) -> str:
    """The article of a story, by what its guid leads to, however that is spelled."""
    if story == OURS:
        return article_id(FEED, str(story))
    return article_id(PROVIDER, PLACE.format(story) if story in ADDRESSED else guid(story))
