"""`apply`: site.toml → the table; `settings`: back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wireroom_infra.cli import config_file
from wireroom_infra.cli.output import USAGE, Failed, complain, interactive, say
from wireroom_infra.cli.reach import Local, Reached, Stack, reach
from wireroom_infra.cli.sending import By, login

if TYPE_CHECKING:
    from wireroom.pipeline.applying import Current
    from wireroom.settings.site_toml import Configuration


def apply(
    file: Annotated[Path, typer.Argument(metavar="SITE.TOML", help="The file to apply.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Apply without asking.")] = False,
    over_desk: Annotated[
        bool,
        typer.Option("--over-desk", help="With --yes: also change what was changed at the desk."),
    ] = False,
    by: By = "",
    stack: Stack = "",
    local: Local = False,
) -> None:
    """Apply a site.toml to a stack.

    A folder `theme` beside it is the site's theme; it has to pass `wireroom theme check`.

    Shows what changes and how many stories will move, and asks for confirmation. A job then files
    every story again and renders every page; `wireroom status` shows its progress. New feeds are
    fetched within a minute. Feeds that the file no longer names are removed; their stories stay.

    Says what was changed at the desk meanwhile and would change again. With --yes, nothing is
    applied then, unless --over-desk says so: `wireroom settings` prints what is applied now.

    [bold]Examples[/bold]

      wireroom apply site.toml --stack harbour-post

      wireroom apply site.toml --local --yes
    """
    import wireroom.clock  # noqa: PLC0415
    from wireroom.errors import Conflict, SettingsError  # noqa: PLC0415
    from wireroom.pipeline import applying  # noqa: PLC0415
    from wireroom.settings.site_toml import difference  # noqa: PLC0415
    from wireroom_infra.local.stack import feeds_of, put_theme, table_of  # noqa: PLC0415

    wanted = config_file.with_theme(config_file.read(file), file.parent)
    reached = reach(stack, local)
    table, feeds = table_of(reached), feeds_of(reached)
    before = applying.current(table, feeds)
    lines = difference(before.found, wanted)
    if not lines:
        applying.taken_over(table, before)
        say("nothing changes")
        return
    undoing = before.undoing(lines)
    _warn(before, undoing, stack)
    for line in lines:
        say(line)
    try:
        for line in applying.consequences(table, feeds, before, wanted):
            say(line)
    except SettingsError as error:
        raise Failed("nothing was applied", *error.problems) from error
    if yes and undoing and not over_desk:
        raise Failed(
            "nothing was applied: the file would change again what was changed at the desk; take it"
            " over first, or use --over-desk"
        )
    if not yes:
        if not interactive():
            raise Failed(
                "nothing was applied: there is no terminal to confirm on; use --yes", code=USAGE
            )
        typer.confirm("Apply this?", abort=True)
    put_theme(reached, wanted)
    try:
        version, job = applying.apply(
            *(table, feeds, before, wanted),
            by=by or _somebody(),
            place="command line",
            now=wireroom.clock.now(),
        )
    except Conflict as error:
        raise Failed(f"nothing was applied: {error}; run the command again") from error
    say(
        f"applied as version {version}; job {job.id} now files every story again and renders"
        " every page"
    )


def _warn(before: Current, undoing: list[str], stack: str) -> None:
    """Say who has changed at the desk what the file changes again."""
    if not undoing or before.last is None:
        return
    where = f"--stack {stack}" if stack else "--local"
    at = f"{before.last.at:%Y-%m-%d %H:%M} UTC"
    complain(
        f"! since the last apply of a file, settings were changed at the desk, last by"
        f" {before.last.by} ({at}). This file changes again:"
    )
    for line in undoing:
        complain(f"!   {line}")
    complain(f"! `wireroom settings {where}` prints what is applied now, as a site.toml")


def _somebody() -> str:
    """Whoever runs the command, if that is known."""
    try:
        return login()
    except Failed:
        return "somebody"


def settings(stack: Stack = "", local: Local = False) -> None:
    """Print what is applied to a stack, as a site.toml.

    To go on with a file after chiefs have changed settings at the desk. Its remarks are not kept,
    and a theme stays in its folder.

    [bold]Examples[/bold]

      wireroom settings --stack harbour-post > site.toml
    """
    from wireroom.settings.site_toml import write  # noqa: PLC0415

    sys.stdout.write(write(applied(reach(stack, local))))


def applied(reached: Reached) -> Configuration:
    """The settings and feeds in the table. Raises Failed before the first `apply`."""
    from wireroom.pipeline.applying import current  # noqa: PLC0415
    from wireroom_infra.local.stack import feeds_of, table_of  # noqa: PLC0415

    found = current(table_of(reached), feeds_of(reached)).found
    if found is None:
        raise Failed("nothing has been applied to this stack yet")
    return found
