"""Reads the site.toml that a command names, and reports its problems as the command line does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wireroom_infra.cli.output import Failed, complain

if TYPE_CHECKING:
    from wireroom.settings.site_toml import Configuration

SITE_TOML = Path("site.toml")
THEME = "theme"  # the folder beside a site.toml


def text_of(path: Path) -> str:
    """The text of `path`. Raises Failed when it can't be read."""
    try:
        return path.read_text("utf-8-sig")  # editors of Windows begin it with a mark
    except FileNotFoundError:
        raise Failed(f"there is no file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"{path}: {error}") from error


def read(path: Path, *, files: bool = False, folder: Path | None = None) -> Configuration:
    """The configuration in `path`. Raises Failed with each problem, headed by the file's name.

    `files`, `folder`: whether feeds may be local files, and where these have to be.
    """
    from wireroom.errors import SettingsError  # noqa: PLC0415
    from wireroom.settings.site_toml import read as read_text  # noqa: PLC0415

    try:
        return read_text(text_of(path), files=files, folder=folder)
    except SettingsError as error:
        count = len(error.problems)
        heading = f"{path}: {count} problem{'s' * (count != 1)}"
        raise Failed(heading, *(f"  {line}" for line in error.problems)) from error


def with_theme(configuration: Configuration, folder: Path) -> Configuration:
    """`configuration` with the theme in `folder`/theme, if there is one. Warnings are printed.
    Raises Failed with each problem of a theme that does not pass `wireroom theme check`."""
    from msgspec.structs import replace  # noqa: PLC0415

    from wireroom_infra.theme.check import check, dressed, refused  # noqa: PLC0415
    from wireroom_infra.theme.folder import files_of  # noqa: PLC0415

    place = folder / THEME
    if not place.is_dir():
        return configuration
    try:
        found = check(files_of(place), configuration.settings)
    except OSError as error:
        raise Failed(f"{place}: {error}") from error
    problems = refused(found.problems)
    for each in found.problems:
        if each.warning:
            complain(f"{place}: {each}")
    if problems:
        count = len(problems)
        heading = f"{place}: {count} problem{'s' * (count != 1)}; `wireroom theme check` finds them"
        raise Failed(heading, *(f"  {each}" for each in problems))
    settings = dressed(configuration.settings, found.theme)
    return replace(configuration, settings=settings, theme=found.theme)
