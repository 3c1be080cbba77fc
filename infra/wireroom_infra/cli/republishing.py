"""`republish`: render pages again."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from wireroom_infra.cli.newsroom import Newsroom
from wireroom_infra.cli.output import USAGE, Failed
from wireroom_infra.cli.sending import Detail, event


@event
def republish(
    room: Newsroom,
    *,
    article: Annotated[
        str,
        typer.Option("--article", metavar="ARTICLE", help="All its pages.", show_default=False),
    ] = "",
    page: Annotated[
        str, typer.Option("--page", metavar="PATH", help="One page.", show_default=False)
    ] = "",
    list_: Annotated[
        str,
        typer.Option(
            "--list",
            metavar="LIST",
            help="The front, the feed and the days of home or of a category.",
            show_default=False,
        ),
    ] = "",
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="DATE",
            help="The days from this one on, with their articles.",
            show_default=False,
        ),
    ] = "",
    to: Annotated[
        str,
        typer.Option("--to", metavar="DATE", help="The last of these days.", show_default=False),
    ] = "",
    everything: Annotated[bool, typer.Option("--everything", help="Every page.")] = False,
) -> Detail:
    """Render pages again from the table.

    One of --from and --to alone means that day. A large republish runs as a job in the stack and
    never delays new stories; --wait shows its progress.

    [bold]Examples[/bold]

      wireroom republish --page / --local

      wireroom republish --from 2026-02-10 --to 2026-02-11 --wait --stack harbour-post

      wireroom republish --everything --stack harbour-post
    """
    if bool(article) + bool(page) + bool(list_) + bool(from_ or to) + everything != 1:
        raise Failed(
            "republish: give one of --article, --page, --list, --from and --to, --everything",
            code=USAGE,
        )
    if article:
        return {"article": room.find(article).id}
    if page:
        return {"page": room.named(page)}
    if list_:
        return {"list": list_}
    if everything:
        return {"everything": True}
    first, last = _day("from", from_ or to), _day("to", to or from_)
    if first > last:
        raise Failed(f"republish: {first} comes after {last}", code=USAGE)
    return {"first": first, "last": last}


def _day(name: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Failed(
            f"{name}: {text!r} is not a date; expected, for example, 2026-02-12", code=USAGE
        ) from None
