"""`recent` and `find`: the stories of a newsroom in whatever state, by their last change or by
words."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from wireroom.model import State
from wireroom_infra.cli.newsroom import Newsroom
from wireroom_infra.cli.output import USAGE, Failed, complain, table
from wireroom_infra.cli.reach import Local, Stack
from wireroom_infra.cli.times import in_zone, moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from wireroom.model import DeskEntry
    from wireroom.store.desk import Sought

DAYS = 30  # back to which is looked unless --since or --month says otherwise

Only = Annotated[
    State | None,
    typer.Option("--state", help="Only stories in this state.", show_default=False),
]
Section = Annotated[
    str,
    typer.Option(
        "--category", metavar="SLUG", help="Only stories in this category.", show_default=False
    ),
]
OfFeed = Annotated[
    str,
    typer.Option("--feed", metavar="ID", help="Only stories of this feed.", show_default=False),
]
Editor = Annotated[
    str,
    typer.Option(
        "--editor",
        metavar="NAME",
        help="Only stories of which this editor decided something that counts.",
        show_default=False,
    ),
]
Since = Annotated[
    str,
    typer.Option(
        "--since",
        metavar="TIME",
        help=f"Only changes since then; by default, of the last {DAYS} days.",
        show_default=False,
    ),
]
Month = Annotated[
    str,
    typer.Option(
        "--month", metavar="YYYY-MM", help="Only changes of this month.", show_default=False
    ),
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many to list.")]


def recent(
    *,
    state: Only = None,
    category: Section = "",
    feed: OfFeed = "",
    editor: Editor = "",
    since: Since = "",
    limit: Limit = 50,
    stack: Stack = "",
    local: Local = False,
) -> None:
    """Stories in whatever state, the newest change first.

    TIME is ISO 8601, such as 2026-02-11 or 2026-02-11T06:00; without an offset, it is in the
    site's time zone.

    [bold]Examples[/bold]

      wireroom recent --local

      wireroom recent --state killed --since 2026-02-01 --stack harbour-post
    """
    from wireroom.store.desk import Sought  # noqa: PLC0415

    room = Newsroom(stack, local)
    sought = Sought(state=state, category=category, feed=feed, editor=editor)
    _print(room, _found(room, "", sought, limit, _time(room, since, "")), limit)


def find(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORDS",
            help="The first letters of each word are enough. Or an id, an address of the story"
            " here or at the agency, or provider:entry id.",
            show_default=False,
        ),
    ],
    *,
    state: Only = None,
    category: Section = "",
    feed: OfFeed = "",
    editor: Editor = "",
    since: Since = "",
    month: Month = "",
    limit: Limit = 50,
    stack: Stack = "",
    local: Local = False,
) -> None:
    """Stories by words of their headline, summary, byline or slug, the newest change first.

    In whatever state they are, and whatever the case and accents of the words. Also finds the one
    story whose id or address is given. Ends with 1 when there is none.

    [bold]Examples[/bold]

      wireroom find reservoir gates --local

      wireroom find müller --month 2026-01 --state live --stack harbour-post

      wireroom find https://wire.example/ptn/story-4711 --stack harbour-post
    """
    from wireroom.store.desk import Sought  # noqa: PLC0415

    room = Newsroom(stack, local)
    sought = Sought(state=state, category=category, feed=feed, editor=editor)
    times = _time(room, since, month)
    found = _found(room, " ".join(words), sought, limit, times)
    if not found:
        where = f"in {month}" if month else f"since {room.time(times[0])}"
        raise Failed(f"there is no such story among those that changed {where}")
    _print(room, found, limit)


def _time(room: Newsroom, since: str, month: str) -> tuple[datetime, datetime | None]:
    """(from, before) the times that the options name."""
    from wireroom import clock  # noqa: PLC0415
    from wireroom.site.dates import month_bounds  # noqa: PLC0415

    if since and month:
        raise Failed("give --since or --month, not both", code=USAGE)
    if month:
        try:
            return month_bounds(month, room.settings.site.timezone)
        except ValueError:
            raise Failed(f"--month: {month!r} is no month, such as 2026-01", code=USAGE) from None
    if since:
        named = in_zone("since", moment("since", since), room.settings.site.timezone)
        return named.astimezone(UTC), None
    return clock.now() - timedelta(days=DAYS), None


def _found(
    room: Newsroom,
    text: str,
    sought: Sought,
    limit: int,
    times: tuple[datetime, datetime | None],
) -> list[DeskEntry]:
    """The newest of them, and one more than `limit` if there are more."""
    entries: list[DeskEntry] = []
    after = ""
    while True:
        found = room.search(
            text, limit + 1 - len(entries), sought, after=after, since=times[0], until=times[1]
        )
        entries += found.entries
        after = found.after
        if not after or len(entries) > limit:
            return entries


def _print(room: Newsroom, entries: list[DeskEntry], limit: int) -> None:
    table(
        ("changed", "state", "headline", "categories", "source", "notes", "article"),
        [
            (
                room.time(each.changed),
                f"{each.state}: {each.reason}" if each.reason else each.state,
                each.headline or "(has not come)",
                ", ".join(each.categories),
                each.source or each.provider,
                "; ".join(_notes(room, each)),
                each.path or each.id,
            )
            for each in entries[:limit]
        ],
    )
    if len(entries) > limit:
        complain(f"there are more than the newest {limit}: --limit lists more")


def _notes(room: Newsroom, entry: DeskEntry) -> Iterator[str]:
    if entry.editors:
        yield f"edited by {', '.join(entry.editors)}"
    if entry.newer:
        yield "a newer body from the agency waits"
    if entry.pins:
        yield f"pinned: {', '.join(sorted(entry.pins))}"
    if entry.due:
        yield f"due {room.time(entry.due)}"
