"""The commands' names, and how a run of one ends."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from wireroom.errors import SettingsError, WireroomError
from wireroom_infra.cli import (
    articles,
    editing,
    feeds,
    files,
    listing,
    redriving,
    running,
    settings,
    starting,
    status,
    theme,
)
from wireroom_infra.cli.output import ENDED_BADLY, Failed, complain, say

app = typer.Typer(
    name="wireroom",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Publish a news site from syndicated wire feeds.\n\n"
    "Exit codes: 0 success, 1 failure (standard error says what), 2 a wrong command line.",
)
app.command("init")(starting.init)
app.command("up")(running.up)
app.command("demo")(running.demo)
app.command("build")(running.build)
app.command("apply")(settings.apply)
app.command("settings")(settings.settings)
app.add_typer(feeds.app, name="feeds")
app.add_typer(theme.app, name="theme")
app.command("file")(files.file)
app.command("status")(status.status)
app.command("redrive")(redriving.redrive)
for command in editing.COMMANDS:
    app.command(command.__name__)(command)
app.command("recent")(listing.recent)
app.command("find")(listing.find)
app.command("show")(articles.show)
app.command("history")(articles.history)
app.command("waiting")(articles.waiting)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415

        say(f"wireroom {version('wireroom')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run one command and exit: 0 success, 1 failure, 2 a wrong command line."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; gives the exit code."""
    try:
        app(arguments, prog_name="wireroom")
    except SystemExit as end:  # how typer ends, well or badly
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except Failed as failure:
        for line in failure.lines:
            complain(line)
        return failure.code
    except SettingsError as error:
        for line in error.problems:
            complain(line)
        return ENDED_BADLY
    except WireroomError as error:
        complain(str(error))
        return ENDED_BADLY
    except BrokenPipeError:  # `wireroom feeds list | head`
        sys.stderr.close()
        return ENDED_BADLY
    except Exception as error:
        # What AWS answers (not allowed, no credentials) is said in its words. botocore is imported
        # by the commands that need it, not here.
        if not type(error).__module__.startswith("botocore."):
            raise
        complain(str(error))
        return ENDED_BADLY
    return 0
