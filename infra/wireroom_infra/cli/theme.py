"""`theme init`, `check`, `preview`, `catalogue`: the look and the words of a site."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

import typer

from wireroom_infra.cli import config_file
from wireroom_infra.cli.config_file import SITE_TOML
from wireroom_infra.cli.output import Failed, say
from wireroom_infra.cli.reach import Local, Stack, reach

app = typer.Typer(
    no_args_is_help=True,
    help="Change the look and the words of a site.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
Folder = Annotated[Path, typer.Argument(metavar="[DIR]", help="The theme's folder.")]
HERE = Path(config_file.THEME)


@app.command()
def init(folder: Folder = HERE) -> None:
    """Write a first theme: a theme.toml to fill in, and an About page.

    [bold]Examples[/bold]

      wireroom theme init

      wireroom theme init harbour-post/theme
    """
    from wireroom_infra.theme.starter import FILES  # noqa: PLC0415

    if folder.exists() and any(folder.iterdir()):
        raise Failed(f"{folder} is not empty; nothing was written")
    for name, text in FILES.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
        say(f"wrote {place}")
    say(f"Next: wireroom theme preview {folder}")


@app.command()
def check(folder: Folder = HERE) -> None:
    """Say what is wrong with a theme, with file and line.

    Reads the theme, compiles its templates, and prints sample pages with it. If a site.toml lies
    beside the folder, its sections are taken into account. `wireroom apply` does the same and
    applies no theme that fails.

    [bold]Examples[/bold]

      wireroom theme check

      wireroom theme check harbour-post/theme
    """
    from wireroom_infra.theme.check import check as checked  # noqa: PLC0415
    from wireroom_infra.theme.check import refused  # noqa: PLC0415
    from wireroom_infra.theme.folder import files_of  # noqa: PLC0415

    if not folder.is_dir():
        raise Failed(f"there is no folder {folder}; `wireroom theme init` writes one")
    beside = folder.resolve().parent / SITE_TOML
    settings = config_file.read(beside, files=True).settings if beside.is_file() else None
    try:
        files = files_of(folder)
    except OSError as error:
        raise Failed(f"{folder}: {error}") from error
    found = checked(files, settings)
    wrong = refused(found.problems)
    for each in found.problems:
        if each.warning:
            say(str(each))
    if wrong:
        count = len(wrong)
        raise Failed(f"{folder}: {count} problem{'s' * (count != 1)}", *(f"  {e}" for e in wrong))
    parts = [
        f"{len(found.theme.templates)} templates",
        f"{len(found.theme.snippets)} snippets",
        f"{len(found.theme.texts)} pages",
        f"{len(found.theme.files)} files",
    ]
    say(f"{folder}: {', '.join(parts)}; sample pages were printed without a problem")


@app.command()
def preview(
    folder: Folder = HERE,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0: any free one.")
    ] = 8082,
    stack: Stack = "",
    local: Local = False,
) -> None:
    """Show the site in a theme on this machine, and again whenever a file changes.

    With made-up stories, or with those of a stack, which is only read. Only this machine can open
    the address.

    [bold]Examples[/bold]

      wireroom theme preview

      wireroom theme preview --local
    """
    from wireroom.store.bodies import Bodies  # noqa: PLC0415
    from wireroom.store.pages import Pages  # noqa: PLC0415
    from wireroom_infra.local.loopback import serving  # noqa: PLC0415
    from wireroom_infra.local.site import answer  # noqa: PLC0415
    from wireroom_infra.local.stack import table_of  # noqa: PLC0415
    from wireroom_infra.theme.preview import Preview, of_sample, of_stack  # noqa: PLC0415

    shown = Preview(folder, of_sample())
    if stack or local:
        reached = reach(stack, local)
        s3, bucket = reached.client("s3"), reached.outputs["SiteBucket"]
        bodies = Bodies(s3, reached.outputs["ContentBucket"])
        source = of_stack(table_of(reached), bodies, Pages(s3, bucket))
        shown = Preview(folder, source, lambda path: answer(s3, bucket, path))
    try:
        with serving(shown.respond, port) as address:
            say(f"Open {address}/ to see the site in {folder}.")
            say("Ctrl-C stops it.")
            threading.Event().wait()
    except OSError as error:
        raise Failed(
            f"port {port}: {error.strerror or error}; --port 0 takes any free one"
        ) from error
    except KeyboardInterrupt:
        say("stopping")


@app.command("catalogue")
def catalogue(
    language: Annotated[
        str, typer.Argument(help="A language such as mr or pt-BR, as the site's locale names it.")
    ],
    config: Annotated[
        Path, typer.Option(help="The site.toml beside which the folder theme is.")
    ] = SITE_TOML,
) -> None:
    """Start or update a catalogue of the site's own words in a language.

    Writes theme/locale/LANGUAGE.po with every word of the site and of the theme's templates, and
    the language's plural forms. Fill in its msgstr lines, with any editor of .po files. Words
    without one stay as Wireroom has them.

    [bold]Examples[/bold]

      wireroom theme catalogue mr

      wireroom theme catalogue pt-BR --config harbour-post/site.toml
    """
    from wireroom_infra import catalogues  # noqa: PLC0415

    folder = config.parent / "theme"
    try:
        found = catalogues.theirs(language, folder)
    except catalogues.WrongCatalogue as error:
        place = f"{folder / 'locale' / language}.po, line {error.line}: " if error.line else ""
        raise Failed(f"{place}{error}") from error
    path = folder / "locale" / f"{found.locale}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(catalogues.po(found))
    missing = len(catalogues.missing(found))
    say(f"{path}: {len(found)} messages, {missing} without a translation")
