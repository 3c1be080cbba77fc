"""`init`: a first site.toml."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wireroom_infra.cli.check import Internal, looked_into
from wireroom_infra.cli.config_file import SITE_TOML
from wireroom_infra.cli.output import USAGE, Failed, complain, interactive, say

if TYPE_CHECKING:
    from wireroom_infra.starter import FoundFeed

_LOCALTIME = Path("/etc/localtime")


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="The folder; created if missing.")
    ] = Path(),
    *,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="The site's name.", show_default=False)
    ] = "",
    url: Annotated[
        str,
        typer.Option(
            "--url", metavar="URL", help="The address readers will use.", show_default=False
        ),
    ] = "",
    timezone: Annotated[
        str,
        typer.Option(
            "--timezone",
            metavar="ZONE",
            help="Such as Asia/Kolkata. Without it: this machine's.",
            show_default=False,
        ),
    ] = "",
    feed: Annotated[
        list[str] | None,
        typer.Option(
            "--feed",
            metavar="URL_OR_FILE",
            help="A feed, which is fetched; can be repeated.",
            show_default=False,
        ),
    ] = None,
    internal: Internal = None,
) -> None:
    """Write a first site.toml, with a comment at each key.

    On a terminal, asks for what the options leave out. Fetches each feed: its language, its
    publisher and its most used terms become settings to start from. Never overwrites a site.toml.

    [bold]Examples[/bold]

      wireroom init harbour-post

      wireroom init --name "The Harbour Post" --url https://harbourpost.example --feed https://wire.example/top.rss
    """
    from wireroom.errors import SettingsError  # noqa: PLC0415
    from wireroom_infra.starter import Answers, starter  # noqa: PLC0415

    file = folder / SITE_TOML
    if file.exists():
        raise Failed(f"{file} exists already, and was not changed")
    asking = interactive()
    if not asking and not (name and url):
        raise Failed("init: give --name and --url: there is no terminal to ask on", code=USAGE)
    name = name or typer.prompt("The site's name")
    url = url or typer.prompt("Its address", default="https://news.example")
    zone = timezone or this_machines_zone()
    if asking and not timezone:
        zone = typer.prompt("Its time zone", default=zone)
    hosts = tuple(internal or ())
    found = [_found(place, hosts, folder) for place in feed or ()]
    if asking and not feed:
        found = _asked(hosts, folder)
    try:
        text = starter(Answers(name=name, url=url, timezone=zone, internal=hosts), found)
    except SettingsError as error:
        # Lines of a file that nobody has seen yet say nothing.
        problems = [re.sub(r" \(line \d+\)", "", problem) for problem in error.problems]
        raise Failed(*problems, code=USAGE) from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    except OSError as error:
        raise Failed(f"{file}: {error.strerror}") from error
    say(f"{file} is written. Read it through; then, on this machine:")
    say(f"  wireroom up --config {file}" if folder != Path() else "  wireroom up")


def this_machines_zone() -> str:
    """The IANA name of this machine's time zone; UTC where it does not say."""
    _, there, zone = str(_LOCALTIME.resolve()).partition("zoneinfo/")
    return zone if there and zone not in ("Etc/UTC", "Universal") else "UTC"


def _asked(hosts: tuple[str, ...], folder: Path) -> list[FoundFeed]:
    found: list[FoundFeed] = []
    while place := typer.prompt("A feed's address (none: go on)", default="", show_default=False):
        try:
            found.append(_found(place, hosts, folder))
        except Failed as failure:
            for line in failure.lines:
                complain(line)
    return found


def _found(place: str, hosts: tuple[str, ...], folder: Path) -> FoundFeed:
    """The feed at `place`, an address or a file, whose path is made to hold from `folder`."""
    from wireroom.settings.toml_values import is_path, wrong_url  # noqa: PLC0415
    from wireroom_infra.starter import FoundFeed  # noqa: PLC0415

    if not is_path(place) and (wrong := wrong_url(place)):
        raise Failed(f"{place} {wrong}", code=USAGE)
    document, _ = looked_into(place, hosts)
    say(f"found      {document.title or '-'}, {len(document.entries)} entries")
    if is_path(place) and folder != Path():
        place = str(Path(place).absolute())
    return FoundFeed(place, document)
