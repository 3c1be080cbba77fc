"""`apply`: a site.toml → the table, from the command line and from the desk.

    current ─► site_toml.difference, consequences ─► shown, and confirmed ─► apply

An `apply` from the command line forgets what was changed at the desk before: it is of a file that
has that, or somebody has decided against it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from wireroom.errors import Conflict
from wireroom.model import Applied, Job
from wireroom.newsroom.jobs import everything
from wireroom.pipeline.forecast import feed_warnings, forecast
from wireroom.settings.site_toml import Configuration, again, difference, marks
from wireroom.store.feeds import Feeds
from wireroom.store.table import Table

MARKS = 2000  # the newest; a row has room for some 8,000
MEANWHILE = "somebody else has applied settings meanwhile"


class Current(Struct, frozen=True):
    """What is applied: `found`, or None before the first `apply`; and `last`, who did that."""

    found: Configuration | None
    last: Applied | None

    @property
    def version(self) -> str:
        """Another one after each `apply`."""
        settings = self.found.settings.version if self.found else ""
        return f"{settings}.{self.last.id if self.last else ''}"

    def undoing(self, lines: list[str]) -> list[str]:
        """Those of `lines`, a difference, that change again what was changed at the desk since the
        last `apply` from the command line."""
        return again(lines, self.last.marks) if self.last else []


def current(table: Table, feeds: Feeds) -> Current:
    """Three calls, and one more for each further 100 feeds. Raises SettingsError if the row of a
    feed can't be read."""
    last = table.applied.read()  # before the rest: who comes between is noticed
    settings = table.read([]).found
    if settings is None:
        return Current(None, last)
    rows = tuple(row.config for row in feeds.all())
    return Current(Configuration(settings=settings, feeds=rows), last)


def consequences(table: Table, feeds: Feeds, now: Current, wanted: Configuration) -> list[str]:
    """What else an `apply` of `wanted` does, a line each: warnings, and which stories will move.
    Raises SettingsError where it would be refused."""
    planned = feeds.plan(wanted.settings, wanted.feeds)
    if now.found is None:
        return []
    warnings = feed_warnings(now.found.feeds, wanted.feeds)
    return [*warnings, *forecast(table, now.found.settings, planned)]


def apply(
    table: Table,
    feeds: Feeds,
    before: Current,
    wanted: Configuration,
    *,
    by: str,
    place: Literal["desk", "command line"],
    now: datetime,
) -> tuple[str, Job]:
    """Apply `wanted`, which was decided on when the settings were as `before`. Gives their version
    and the job that files every story again and renders every page.

    The theme that `wanted` names has been put into the content bucket. Raises Conflict, and applies
    nothing, if somebody else has applied anything since; SettingsError as `Feeds.apply` does.
    """
    feeds.plan(wanted.settings, wanted.feeds)  # what would be refused claims nothing
    job = everything("apply", now, by)
    known = before.last.marks if before.last else ()
    changed = marks(difference(before.found, wanted))
    new = Applied(
        id=uuid4().hex[:16],
        by=by,
        at=now,
        place=place,
        marks=tuple(dict.fromkeys((*known, *changed)))[-MARKS:] if place == "desk" else (),
    )
    if _version(table) != (before.found.settings.version if before.found else None):
        raise Conflict(MEANWHILE)
    try:
        table.applied.write(before.last, new)
    except Conflict as error:
        raise Conflict(MEANWHILE) from error
    return feeds.apply(wanted.settings, wanted.feeds, job), job


def taken_over(table: Table, before: Current) -> None:
    """Note that a file has all that was changed at the desk."""
    if before.last and before.last.marks:
        table.applied.write(before.last, replace(before.last, marks=()))


def _version(table: Table) -> str | None:
    """That of the settings, which an older release applies without a word in `applied`."""
    found = table.read([]).found
    return found.version if found else None
