"""The world model: what the newsroom must end up with, from what was sent and said.

It knows nothing of crashes, repeats, or the order in which anything is worked off. What counts is
each story's latest version by its own time (where times are equal or missing, the one that was
first seen last), the editors' last word on each field by theirs, and whether an editor has brought
a story back since the agency withdrew it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from tests.simulation.wire import ADDRESSED, PLACE, PROVIDER, Version, headed
from wireroom.newsroom.identity import article_id


class Expected(Struct, frozen=True, kw_only=True):
    """What a story must have come to, whether readers see it or not. `body`: of the agency's
    version, or an editor's own (`edited`). `pins`: (list, order)."""

    state: str
    headline: str = ""
    body: str = ""
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


class Said(Struct, frozen=True, kw_only=True):
    """An editor's event. `fields`: what it decides, field by field."""

    id: str
    story: int
    at: datetime
    action: str
    fields: dict[str, Any] = {}


class Truth:
    def __init__(self) -> None:
        # (story, feed) → each of its versions once, in the order in which they were first seen
        self.served: dict[tuple[int, str], tuple[Version, ...]] = {}
        self.said: dict[str, Said] = {}
        self.withdrawn: set[int] = set()  # by the agency, until an editor brings it back
        self.notices: set[tuple[int, str]] = set()  # (story, title) of those beside their story
        self.rejected: set[tuple[str, str]] = set()  # (feed, entry) that can't become an article
        self.owed: set[tuple[str, str]] = set()  # those of which a dead letter must tell
        # Each section that there is, and the terms that file a story there; what a section was
        # called → what it is called now, "" where it has closed.
        self.sections = {"india": {"india"}, "sport": {"sport"}}
        self.renamed: dict[str, str] = {}

    def rename(self, old: str, new: str) -> None:
        """The section `old` is `new` from now on, and has the terms of both names."""
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
        kept.served, kept.said = dict(self.served), dict(self.said)
        kept.withdrawn, kept.rejected = set(self.withdrawn), set(self.rejected)
        kept.notices = set(self.notices)
        kept.owed = set(self.owed)
        kept.sections, kept.renamed = dict(self.sections), dict(self.renamed)
        return kept

    def serve(self, feed: str, version: Version) -> None:
        """A fetch has seen `version` in `feed`."""
        if version.bad:
            self.rejected.add((feed, str(version.story)))
            self.owed.add((feed, str(version.story)))
            return
        before = self.served.get((version.story, feed), ())
        if version in before:
            return
        self.served[version.story, feed] = (*before, version)
        notice = (version.story, headed(version))
        if version.withdrawn or (notice[1] and notice not in self.notices):
            self.withdrawn.add(version.story)
        self.notices.add(notice)

    def say(self, said: Said) -> None:
        self.said[said.id] = said
        if said.action == "reinstate":
            self.withdrawn.discard(said.story)

    def stories(self) -> set[int]:
        """Those that any fetch saw, and those killed before."""
        killed = {said.story for said in self.said.values() if said.action == "kill"}
        return {story for story, _ in self.served} | killed

    def sent(self) -> set[int]:
        """Those of which a fetch saw more than that they are withdrawn."""
        return {story for story in self.stories() if self._versions(story)}

    def expected(self, story: int, now: datetime) -> Expected:
        words: dict[str, Any] = {}
        corrections: tuple[str, ...] = ()
        decided = datetime.min.replace(tzinfo=UTC)  # when the time of publication was
        for said in self._words(story):
            words |= {self._field(name): value for name, value in said.fields.items()}
            decided = said.at if "publish_at" in said.fields else decided
            if "body" in said.fields:
                corrections = (
                    (*corrections, said.fields["correction"]) if said.fields["body"] else ()
                )
        feeds = self._feeds(story)
        newest = max(feeds, key=lambda versions: versions[0].at, default=[])
        # A feed may go back and forth between some texts of one time: each wins once.
        firsts = {(each.headline, each.body, each.embargo): each for each in reversed(newest)}
        wire = max(firsts.values(), key=newest.index, default=None)
        embargo = wire.embargo if wire else None
        start, end = words.get("publish_at") or embargo, words.get("expire_at")
        if start and wire and embargo and decided < wire.at:
            start = max(start, embargo)  # no earlier schedule breaks a later embargo
        if self.reasons(story):
            state = "killed"
        elif wire is None:
            state = "held"
        elif end and end <= now:
            state = "expired"
        elif words.get("hold"):
            state = "held"
        elif start and start > now:
            state = "scheduled"
        else:
            state = "live"
        filed = {name.lower() for versions in feeds for name in versions[-1].categories}
        return Expected(
            state=state,
            headline=words.get("headline") or (wire.headline if wire else ""),
            body=words.get("body") or (wire.body if wire else ""),
            edited=bool(words.get("body")),
            standfirst=words.get("standfirst") or "",
            categories=tuple(
                sorted(
                    {name for name, terms in self.sections.items() if terms & filed}
                    if words.get("categories") is None
                    else {self._now(name) for name in words["categories"]} & self.sections.keys()
                )
            ),
            corrections=corrections,
            pins=tuple(sorted((key[4:], n) for key, n in words.items() if key[:4] == "pin " and n)),
            slug=words.get("slug") or "",
            hold=bool(words.get("hold")),
            embargo=embargo,
            publish_at=words.get("publish_at"),
            expire_at=end,
        )

    def _field(self, name: str) -> str:
        """A pin speaks of the section, whatever that was called then."""
        return f"pin {self._now(name[4:])}" if name.startswith("pin ") else name

    def reasons(self, story: int) -> set[str]:
        """Why the story is killed, if it is: an editor's last word, or the agency's, or both."""
        words: dict[str, Any] = {}
        for said in self._words(story):
            words |= said.fields
        found = {"withdrawn-by-agency"} if story in self.withdrawn else set()
        return found | ({words["kill"]} if words.get("kill") else set())

    def dates(self, story: int, first_seen: datetime) -> set[datetime]:
        """Those that a published story may bear: the agency's, or `first_seen` when it gave none,
        or the time at which an embargo, a schedule or a release let it out."""
        versions = self._versions(story)
        starts = {version.embargo for version in versions} - {None}
        for said in self._words(story):
            starts |= {said.fields.get("publish_at")} - {None}
            starts |= {said.at} if said.action == "release" else set()
        dates = {version.published if version.dated else first_seen for version in versions}
        return dates | {max(date, start) for date in dates for start in starts if start}

    def earliest(self, story: int) -> datetime | None:
        """Before this, nothing that was sent or said lets the story out. None: at any time."""
        starts = {version.embargo for version in self._versions(story)}
        starts |= {
            each.fields["publish_at"]
            for each in self._words(story)
            if each.fields.get("publish_at")
        }
        return None if None in starts else min(starts, default=None)  # type: ignore[type-var]

    def _words(self, story: int) -> list[Said]:
        said = [each for each in self.said.values() if each.story == story]
        return sorted(said, key=lambda each: each.at)

    def _versions(self, story: int) -> list[Version]:
        """All that the agency sent of the story but notices of its withdrawal."""
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
    return article_id(PROVIDER, PLACE.format(story) if story in ADDRESSED else str(story))
