"""`headline`, `correct` and `note`: the words of a story, and remarks on it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from wireroom_infra.cli.newsroom import Newsroom
from wireroom_infra.cli.output import USAGE, Failed
from wireroom_infra.cli.sending import Detail, Named, event


@event
def headline(
    room: Newsroom,
    article: Named,
    *,
    text: Annotated[
        str | None,
        typer.Argument(metavar="TEXT", help="The new headline.", show_default=False),
    ] = None,
    standfirst: Annotated[
        str | None,
        typer.Option("--standfirst", metavar="TEXT", help="A line under it.", show_default=False),
    ] = None,
    slug: Annotated[
        str | None,
        typer.Option(
            "--slug",
            metavar="WORDS",
            help="The words of a new address; earlier addresses redirect.",
            show_default=False,
        ),
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Use the agency's headline again.")
    ] = False,
    clear_standfirst: Annotated[
        bool, typer.Option("--clear-standfirst", help="No standfirst.")
    ] = False,
    clear_slug: Annotated[
        bool, typer.Option("--clear-slug", help="No editor's slug; the address stays.")
    ] = False,
) -> Detail:
    """Set or clear the headline, the standfirst and the slug of an article.

    Updates from the agency do not change them.

    [bold]Examples[/bold]

      wireroom headline /2026/02/11/gates-opened/ "Gates opened after record rain" --local

      wireroom headline ptn:story-4711 --slug gates-opened-at-night --wait --stack harbour-post

      wireroom headline ptn:story-4711 --clear --clear-standfirst --stack harbour-post
    """
    detail: Detail = {}
    for name, value, cleared in (
        ("headline", text, clear),
        ("standfirst", standfirst, clear_standfirst),
        ("slug", slug, clear_slug),
    ):
        if value is not None and cleared:
            raise Failed(f"headline: give a new {name} or clear it, not both", code=USAGE)
        if value is not None or cleared:
            detail[name] = value
    if not detail:
        raise Failed("headline: give TEXT, --standfirst, --slug, or one of --clear…", code=USAGE)
    return {"article": room.named(article), **detail}


@event
def correct(
    room: Newsroom,
    article: Named,
    *,
    body: Annotated[
        Path | None,
        typer.Option(
            "--body",
            metavar="FILE",
            help="The new body, HTML; - for standard input.",
            allow_dash=True,
            show_default=False,
        ),
    ] = None,
    correction: Annotated[
        str,
        typer.Option(
            "--correction",
            metavar="TEXT",
            help="The correction that readers see, dated, under the story.",
            show_default=False,
        ),
    ] = "",
    edit: Annotated[
        bool, typer.Option("--edit", help="Open the current body in $VISUAL or $EDITOR.")
    ] = False,
    revert: Annotated[
        bool, typer.Option("--revert", help="Use the agency's body again, without a correction.")
    ] = False,
    take_wire: Annotated[
        bool,
        typer.Option("--take-wire", help="As --revert, if the agency has sent a newer version."),
    ] = False,
) -> Detail:
    """Replace the body of an article, and tell readers what was corrected.

    The notice under the story changes by itself. Newer versions from the agency are stored, but
    readers see the edited body: `wireroom show` says so, and --take-wire shows the newer version.

    [bold]Examples[/bold]

      wireroom correct ptn:story-4711 --edit --correction "The depth is 41 m, not 14." --local

      wireroom correct ptn:story-4711 --body new.html --correction "…" --stack harbour-post

      wireroom correct ptn:story-4711 --take-wire --wait --stack harbour-post
    """
    if (body is not None) + edit + revert + take_wire != 1:
        raise Failed("correct: give one of --body, --edit, --revert and --take-wire", code=USAGE)
    if revert or take_wire:
        if correction:
            raise Failed("correct: --correction goes with --body or --edit only", code=USAGE)
        if not take_wire:
            return {"article": room.named(article), "revert": True}
        from wireroom.newsroom.shown import newer_waits  # noqa: PLC0415

        found = room.find(article)
        if not newer_waits(found):
            raise Failed(
                f"correct: the agency has sent no newer body of {article} since it was edited;"
                " --revert uses the agency's body"
            )
        why = "took the agency's newer version"
        return {"article": found.id, "revert": True, "why": why}
    if not correction.strip():
        raise Failed("correct: --correction TEXT is required: what readers are told", code=USAGE)
    if body is not None:
        text, found = _text_of(body), room.find(article)
        return {
            "article": found.id,
            "body": text,
            "correction": correction,
            "expected_revision": found.revision,
        }
    from wireroom_infra.cli.body_editor import edited  # noqa: PLC0415

    return {**edited(room, article), "correction": correction}


@event
def note(
    room: Newsroom,
    article: Named,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The remark.")],
) -> Detail:
    """Add a remark to an article's history. Readers don't see it.

    [bold]Examples[/bold]

      wireroom note ptn:story-4711 "Called the agency: an update comes at six." --local
    """
    return {"article": room.named(article), "note": text}


def _text_of(path: Path) -> str:
    """Raises Failed when the file can't be read, or holds nothing."""
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"{path}: {error}") from error
    if not text.strip():
        raise Failed(f"{path}: the file is empty")
    return text
