"""`apply`: site.toml → the table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wireroom_infra.cli import config_file
from wireroom_infra.cli.output import USAGE, Failed, interactive, say
from wireroom_infra.cli.reach import Local, Reached, Stack, reach

if TYPE_CHECKING:
    from wireroom_infra.settings.site_toml import Configuration


def apply(
    file: Annotated[Path, typer.Argument(metavar="SITE.TOML", help="The file to apply.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Apply without asking.")] = False,
    stack: Stack = "",
    local: Local = False,
) -> None:
    """Apply a site.toml to a stack.

    Shows what changes and how many stories will move, and asks for confirmation. A job then files
    every story again and renders every page; `wireroom status` shows its progress. New feeds are
    fetched within a minute. Feeds that the file no longer names are removed; their stories stay.

    [bold]Examples[/bold]

      wireroom apply site.toml --stack harbour-post

      wireroom apply site.toml --local --yes
    """
    from wireroom.errors import SettingsError  # noqa: PLC0415
    from wireroom_infra.local.stack import everything, feeds_of, table_of  # noqa: PLC0415
    from wireroom_infra.settings.forecast import feed_warnings, forecast  # noqa: PLC0415
    from wireroom_infra.settings.site_toml import difference  # noqa: PLC0415

    wanted = config_file.read(file)
    reached = reach(stack, local)
    before = applied(reached)
    lines = difference(before, wanted)
    if not lines:
        say("nothing changes")
        return
    for line in lines:
        say(line)
    try:
        planned = feeds_of(reached).plan(wanted.settings, wanted.feeds)
    except SettingsError as error:
        raise Failed("\n".join(["nothing was applied", *error.problems])) from error
    if before:
        for line in feed_warnings(before.feeds, wanted.feeds):
            say(line)
        for line in forecast(table_of(reached), before.settings, planned):
            say(line)
    if not yes:
        if not interactive():
            raise Failed(
                "nothing was applied: there is no terminal to confirm on; use --yes", code=USAGE
            )
        typer.confirm("Apply this?", abort=True)
    job = everything("apply")
    version = feeds_of(reached).apply(wanted.settings, wanted.feeds, job)
    say(
        f"applied as version {version}; job {job.id} now files every story again and renders"
        " every page"
    )


def applied(reached: Reached) -> Configuration | None:
    """The settings and feeds in the table, or None before the first `apply`."""
    from wireroom_infra.local.stack import feeds_of, table_of  # noqa: PLC0415
    from wireroom_infra.settings.site_toml import Configuration  # noqa: PLC0415

    settings = table_of(reached).read([]).found
    if settings is None:
        return None
    feeds = tuple(row.config for row in feeds_of(reached).all())
    return Configuration(settings=settings, feeds=feeds)
