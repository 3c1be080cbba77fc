"""`redrive`: have dead letters processed again, or delete them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wireroom_infra.cli.newsroom import Newsroom
from wireroom_infra.cli.output import (
    ENDED_BADLY,
    USAGE,
    Failed,
    complain,
    interactive,
    say,
    table,
    working,
)
from wireroom_infra.cli.reach import Local, Stack
from wireroom_infra.operate.queues import Queue

if TYPE_CHECKING:
    from wireroom.store.letters import Letter


def redrive(
    *,
    queue: Annotated[
        list[Queue] | None,
        typer.Option("--queue", help="Only this queue; can be repeated.", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list the dead letters and their reasons.")
    ] = False,
    discard: Annotated[
        bool, typer.Option("--discard", help="Delete them for good instead; asks for each.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="With --discard: delete all without asking.")
    ] = False,
    stack: Stack = "",
    local: Local = False,
) -> None:
    """Have dead letters processed again, or delete them.

    Use it after the cause is fixed. Entries and editors' events go back to their queues, jobs
    render the pages that failed, and a feed whose entry was rejected is fetched at once. What
    fails again becomes a dead letter again. Ends with 1 when one could not be sent or deleted.

    [bold]Examples[/bold]

      wireroom redrive --dry-run --local

      wireroom redrive --queue wire --queue render --stack harbour-post

      wireroom redrive --queue edits --discard --stack harbour-post
    """
    from wireroom.store.letters import said_in  # noqa: PLC0415
    from wireroom_infra.operate.redriving import redrive_of  # noqa: PLC0415

    if discard and dry_run:
        raise Failed("redrive: give --discard or --dry-run, not both", code=USAGE)
    if discard and not yes and not interactive():
        raise Failed(
            "nothing was discarded: there is no terminal to confirm on; use --yes", code=USAGE
        )
    room = Newsroom(stack, local)
    again = redrive_of(room.reached)
    names = [name for name in Queue if not queue or name in queue]
    if dry_run:
        rows = [
            (name, said_in(letter, room.time), letter.reason)
            for name in names
            for letter in again.letters(name)
        ]
        table(("queue", "event", "reason"), rows)
        say(f"{len(rows)} dead letter{'s' * (len(rows) != 1)} would be processed again")
        return
    counts, left = [], 0
    if discard:
        for name in names:
            gone = again.discard(name, lambda letter: yes or _agreed(room, letter))
            left += len(gone.left)
            say(f"{name}: {gone.sent} discarded")
            for reason in gone.left:
                complain(f"{name}: could not be deleted: {reason}")
        if left:
            raise typer.Exit(ENDED_BADLY)
        return
    for name in names:
        with working(f"sending the dead letters of {name}"):
            done = again.run(name)
        counts.append((name, str(done.sent), str(len(done.left))))
        left += len(done.left)
        for note in done.notes:
            say(f"{name}: {note}")
        for reason in done.left:
            complain(f"{name}: {reason}")
    table(("queue", "sent", "left"), counts)
    if left:
        raise typer.Exit(ENDED_BADLY)


def _agreed(room: Newsroom, letter: Letter) -> bool:
    from wireroom.store.letters import said_in  # noqa: PLC0415

    event = said_in(letter, room.time)
    say(f"{event}: {letter.reason}" if event else letter.reason)
    return typer.confirm("Discard it?")
