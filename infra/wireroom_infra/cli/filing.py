"""`categorise`, `pin` and `unpin`: in which lists a story is, and where in them."""

from __future__ import annotations

from typing import Annotated

import typer

from wireroom.model import HOME
from wireroom_infra.cli.newsroom import Newsroom
from wireroom_infra.cli.output import USAGE, Failed
from wireroom_infra.cli.sending import Detail, Named, event

_List = Annotated[
    str, typer.Option("--list", metavar="LIST", help="home, or the slug of a category.")
]


@event
def categorise(
    room: Newsroom,
    article: Named,
    *,
    set_: Annotated[
        str | None,
        typer.Option(
            "--set", metavar="A,B", help="These categories and no others.", show_default=False
        ),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option("--add", metavar="A,B", help="Add these.", show_default=False),
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option("--remove", metavar="A,B", help="Remove these.", show_default=False),
    ] = None,
    auto: Annotated[bool, typer.Option("--auto", help="Use those of the feeds again.")] = False,
) -> Detail:
    """Change the categories of an article (by their slugs).

    [bold]Examples[/bold]

      wireroom categorise ptn:story-4711 --add business --remove sport,india --local

      wireroom categorise ptn:story-4711 --set politics --stack harbour-post
    """
    if (set_ is not None) + bool(add or remove) + auto != 1:
        raise Failed("categorise: give --set, --auto, or --add and --remove", code=USAGE)
    detail: Detail = {"article": room.named(article)}
    if set_ is not None:
        return {**detail, "set": _slugs([set_])}
    if auto:
        return {**detail, "auto": True}
    return {**detail, "add": _slugs(add or []), "remove": _slugs(remove or [])}


@event
def pin(
    room: Newsroom,
    article: Named,
    list_: _List = HOME,
    order: Annotated[
        int, typer.Option("--order", metavar="N", help="Its place among the pinned articles.")
    ] = 1,
) -> Detail:
    """Put an article at the top of a list.

    [bold]Examples[/bold]

      wireroom pin ptn:story-4711 --order 2 --local

      wireroom pin ptn:story-4711 --list politics --stack harbour-post
    """
    found = room.find(article)
    known = {category.slug for category in room.settings.categories}
    if list_ in known and list_ not in found.categories:
        raise Failed(
            f"pin: {article} is not in {list_}, so no reader would see it there:"
            f" first `wireroom categorise {found.id} --add {list_}`"
        )
    return {"article": found.id, "list": list_, "order": order}


@event
def unpin(room: Newsroom, article: Named, list_: _List = HOME) -> Detail:
    """Remove an article from the top of a list.

    [bold]Examples[/bold]

      wireroom unpin ptn:story-4711 --list politics --stack harbour-post
    """
    return {"article": room.named(article), "list": list_}


def _slugs(given: list[str]) -> list[str]:
    return [slug.strip() for each in given for slug in each.split(",") if slug.strip()]
