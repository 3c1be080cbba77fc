"""The world model: what the newsroom must end up with, from what was sent and said.

Nothing here knows of order, repeats, crashes or time between: the latest version of each story by
its own time, and the editors' last word on each field by theirs, are all that counts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from tests.simulation.wire import PROVIDER, Version
from wireroom.newsroom.identity import article_id

CATEGORIES = {"india", "sport"}


class Expected(Struct, frozen=True, kw_only=True):
    """What a story must have come to. `body`: of the agency's version, or an editor's own.
    `reason`: of a kill; `any` when the agency killed it, maybe beside an editor."""

    state: str
    headline: str = ""
    body: str = ""
    standfirst: str = ""
    categories: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    pins: frozenset[str] = frozenset()
    slug: str = ""
    reason: str = ""


class Said(Struct, frozen=True, kw_only=True):
    """An editor's event. `fields`: what it decides, field by field."""

    id: str
    story: int
    at: datetime
    action: str
    fields: dict[str, Any] = {}


class Truth:
    def __init__(self) -> None:
        self.served: dict[tuple[int, str], Version] = {}  # (story, feed) → latest version
        self.said: dict[str, Said] = {}
        self.withdrawn: set[int] = set()  # by the agency, for good, whatever it sends later
        self.rejected: set[tuple[str, str]] = set()  # (feed, entry) that can't become an article

    def serve(self, feed: str, version: Version) -> None:
        """A fetch has seen `version` in `feed`."""
        if version.bad:
            self.rejected.add((feed, str(version.story)))
            return
        before = self.served.get((version.story, feed))
        if before is None or version.at > before.at:
            self.served[version.story, feed] = version
        if version.withdrawn:
            self.withdrawn.add(version.story)

    def say(self, said: Said) -> None:
        self.said[said.id] = said

    def stories(self) -> set[int]:
        """Those that any fetch saw, and those killed before."""
        killed = {said.story for said in self.said.values() if said.action == "kill"}
        return {story for story, _ in self.served} | killed

    def expected(self, story: int, now: datetime) -> Expected:
        versions = [v for (each, _), v in self.served.items() if each == story]
        words: dict[str, Any] = {}
        corrections: dict[datetime, str] = {}
        decided = datetime.min.replace(tzinfo=UTC)  # when the time of publication was
        for said in sorted(self.said.values(), key=lambda said: said.at):
            if said.story == story:
                words |= said.fields
                decided = said.at if "publish_at" in said.fields else decided
                if "body" in said.fields:
                    corrections = corrections if said.fields["body"] else {}
                    corrections |= (
                        {said.at: said.fields["correction"]} if said.fields["body"] else {}
                    )
        reason = "any" if story in self.withdrawn else words.get("kill") or ""
        if reason or not versions:
            return Expected(state="killed" if reason else "held", reason=reason)
        wire = max(versions, key=lambda version: version.at)
        start, end = words.get("publish_at") or wire.embargo, words.get("expire_at")
        if start and wire.embargo and decided < wire.at:
            start = max(start, wire.embargo)  # no earlier schedule breaks a later embargo
        state = "live"
        if end and end <= now:
            state = "expired"
        elif words.get("hold"):
            state = "held"
        elif start and start > now:
            state = "scheduled"
        filed = {name.lower() for version in versions for name in version.categories} & CATEGORIES
        return Expected(
            state=state,
            headline=words.get("headline") or wire.headline,
            body=words.get("body") or wire.body,
            standfirst=words.get("standfirst") or "",
            categories=tuple(
                sorted(filed if words.get("categories") is None else words["categories"])
            ),
            corrections=tuple(corrections.values()) if words.get("body") else (),
            pins=frozenset(key[4:] for key, value in words.items() if key[:4] == "pin " and value),
            slug=words.get("slug") or "",
        )


def identity(story: int) -> str:
    return article_id(PROVIDER, str(story))
