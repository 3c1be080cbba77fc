"""`hold`, `release`, `schedule`, `kill` and `reinstate`: whether a story is published."""

from __future__ import annotations

from typing import Annotated

import typer

from wireroom.model import KillReason
from wireroom_infra.cli.newsroom import Newsroom
from wireroom_infra.cli.output import USAGE, Failed
from wireroom_infra.cli.sending import Detail, Named, event
from wireroom_infra.cli.times import in_zone, moment


@event
def hold(room: Newsroom, article: Named) -> Detail:
    """Keep an article off every page until it is released.

    [bold]Examples[/bold]

      wireroom hold ptn:story-4711 --why "waiting for the council's answer" --local
    """
    return {"article": room.named(article)}


@event
def release(room: Newsroom, article: Named) -> Detail:
    """End a hold: the article is published, unless it is scheduled or under an embargo.

    [bold]Examples[/bold]

      wireroom release ptn:story-4711 --wait --stack harbour-post
    """
    return {"article": room.named(article)}


@event
def schedule(
    room: Newsroom,
    article: Named,
    *,
    publish_at: Annotated[
        str | None,
        typer.Option(
            "--publish-at", metavar="TIME", help="When to publish it.", show_default=False
        ),
    ] = None,
    expire_at: Annotated[
        str | None,
        typer.Option(
            "--expire-at", metavar="TIME", help="When to take it down.", show_default=False
        ),
    ] = None,
    forget_publish: Annotated[
        bool, typer.Option("--forget-publish", help="Remove the time to publish it.")
    ] = False,
    forget_expire: Annotated[
        bool, typer.Option("--forget-expire", help="Remove the time to take it down.")
    ] = False,
) -> Detail:
    """Publish an article at a time, or take it down at a time.

    TIME is ISO 8601, such as 2026-02-12T06:00; without an offset, it is in the site's time zone.
    The change happens within a minute after that time.

    [bold]Examples[/bold]

      wireroom schedule ptn:story-4711 --publish-at 2026-02-12T06:00 --local

      wireroom schedule ptn:story-4711 --expire-at 2026-03-12T00:00+05:30 --stack harbour-post

      wireroom schedule ptn:story-4711 --forget-publish --stack harbour-post
    """
    detail: Detail = {}
    for name, text, forgotten in (
        ("publish_at", publish_at, forget_publish),
        ("expire_at", expire_at, forget_expire),
    ):
        if text is not None and forgotten:
            raise Failed(f"schedule: {name}: give a time or remove it, not both", code=USAGE)
        if text is not None or forgotten:
            detail[name] = text and moment(name, text)
    if not detail:
        raise Failed("schedule: give --publish-at, --expire-at, or --forget-…", code=USAGE)
    zone = room.settings.site.timezone
    times = {name: at and in_zone(name, at, zone).isoformat() for name, at in detail.items()}
    return {"article": room.named(article), **times}


@event
def kill(
    room: Newsroom,
    article: Named,
    reason: Annotated[
        KillReason,
        typer.Option(
            "--reason",
            help="Decides the wording of the notice at its address.",
            show_default=False,
        ),
    ],
) -> Detail:
    """Withdraw an article, whatever its state.

    It leaves every page, list and feed, and updates from the agency cannot bring it back. An
    article that has not come yet, named by provider:entry id, never appears.

    [bold]Examples[/bold]

      wireroom kill ptn:story-4711 --reason legal --why "court order of 11 February" --wait --local

      wireroom kill ptn:story-4712 --reason withdrawn-by-agency --stack harbour-post
    """
    return {"article": room.named(article), "reason": reason}


@event
def reinstate(room: Newsroom, article: Named) -> Detail:
    """Undo a kill: the article returns to its address.

    [bold]Examples[/bold]

      wireroom reinstate ptn:story-4711 --why "the order was lifted" --stack harbour-post
    """
    return {"article": room.named(article)}
