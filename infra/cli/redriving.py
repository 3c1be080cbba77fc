"""`redrive`: dead letters round again."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from infra.cli.output import ENDED_BADLY, complain, say, table, working
from infra.cli.reach import Local, Stack, reach


class Queue(StrEnum):
    """Whose dead letters."""

    WIRE = "wire"
    EDITS = "edits"
    RENDER = "render"


def redrive(
    queue: Annotated[
        list[Queue] | None,
        typer.Option("--queue", help="Only this one; can be given again.", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say which there are, and why.")
    ] = False,
    stack: Stack = "",
    local: Local = False,
) -> None:
    """Send dead letters round again.

    Once what was wrong has been put right: entries go back to be published, editors' events to be
    applied, and pages are made again. A feed whose entry was rejected is fetched again at once.
    What fails again is a dead letter again. Ends with 1 when a letter could not be sent.

    [bold]Examples[/bold]

      wireroom redrive --dry-run --local

      wireroom redrive --queue wire --queue render --stack harbour-post
    """
    from infra.redrive import Redrive  # noqa: PLC0415

    again = Redrive(reach(stack, local))
    names = [name.value for name in Queue if not queue or name in queue]
    if dry_run:
        rows = [(name, letter.reason) for name in names for letter in again.letters(name)]
        table(("queue", "reason"), rows)
        say(f"{len(rows)} dead letter{'s' * (len(rows) != 1)} would be sent round again")
        return
    counts, left = [], 0
    for name in names:
        with working(f"sending those of {name}"):
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
