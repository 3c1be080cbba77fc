"""The editors' commands: each puts one event of docs/events.md on the bus."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from wireroom.model import HOME, KillReason
from wireroom_infra.cli.articles import newer_waits
from wireroom_infra.cli.newsroom import Newsroom
from wireroom_infra.cli.output import USAGE, Failed
from wireroom_infra.cli.sending import Detail, Named, event

_List = Annotated[
    str, typer.Option("--list", metavar="LIST", help="home, or the slug of a category.")
]


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
            help="Move the article; its earlier addresses redirect.",
            show_default=False,
        ),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Back to the agency's headline.")] = False,
    clear_standfirst: Annotated[
        bool, typer.Option("--clear-standfirst", help="No standfirst.")
    ] = False,
    clear_slug: Annotated[
        bool, typer.Option("--clear-slug", help="No slug of our own; the address stays.")
    ] = False,
) -> Detail:
    """Set or clear the headline, the standfirst and the slug of an article.

    Updates from the agency change the body and leave these as they are.

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
            raise Failed(f"headline: {name}: either a new one or none", code=USAGE)
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
            help="What readers are told, with the date, under the story.",
            show_default=False,
        ),
    ] = "",
    edit: Annotated[
        bool, typer.Option("--edit", help="Open the present body in $VISUAL or $EDITOR.")
    ] = False,
    revert: Annotated[
        bool, typer.Option("--revert", help="Back to the agency's body, without a correction.")
    ] = False,
    take_wire: Annotated[
        bool,
        typer.Option("--take-wire", help="The same, to take a newer version of the agency's."),
    ] = False,
) -> Detail:
    """Replace the body of an article, and tell readers what was corrected.

    The notice under the story follows by itself. A newer version of the agency's waits behind an
    edited body: `wireroom show` tells, --take-wire takes it.

    [bold]Examples[/bold]

      wireroom correct ptn:story-4711 --edit --correction "The depth is 41 m, not 14." --local

      wireroom correct ptn:story-4711 --body new.html --correction "…" --stack harbour-post

      wireroom correct ptn:story-4711 --take-wire --wait --stack harbour-post
    """
    if (body is not None) + edit + revert + take_wire != 1:
        raise Failed("correct: one of --body, --edit, --revert and --take-wire", code=USAGE)
    if revert or take_wire:
        if correction:
            raise Failed("correct: the agency's own body carries no correction", code=USAGE)
        if not take_wire:
            return {"article": room.named(article), "revert": True}
        found = room.find(article)
        if not newer_waits(found):
            raise Failed(
                f"correct: nothing newer of the agency's waits behind {article};"
                " --revert goes back to its body"
            )
        why = "took the agency's newer version"
        return {"article": found.id, "revert": True, "why": why}
    if not correction.strip():
        raise Failed("correct: --correction TEXT says what readers are told", code=USAGE)
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
def categorise(
    room: Newsroom,
    article: Named,
    *,
    set_: Annotated[
        str | None,
        typer.Option(
            "--set", metavar="A,B", help="These categories, no others.", show_default=False
        ),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option("--add", metavar="A,B", help="These too.", show_default=False),
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option("--remove", metavar="A,B", help="Not these.", show_default=False),
    ] = None,
    auto: Annotated[bool, typer.Option("--auto", help="Back to those of the wire.")] = False,
) -> Detail:
    """Change the categories of an article (by their slugs).

    [bold]Examples[/bold]

      wireroom categorise ptn:story-4711 --add business --remove sport,india --local

      wireroom categorise ptn:story-4711 --set politics --stack harbour-post
    """
    if (set_ is not None) + bool(add or remove) + auto != 1:
        raise Failed("categorise: --set, --auto, or --add and --remove", code=USAGE)
    detail: Detail = {"article": room.named(article)}
    if set_ is not None:
        return {**detail, "set": _slugs([set_])}
    if auto:
        return {**detail, "auto": True}
    return {**detail, "add": _slugs(add or []), "remove": _slugs(remove or [])}


@event
def hold(room: Newsroom, article: Named) -> Detail:
    """Keep an article out of everything that is published.

    [bold]Examples[/bold]

      wireroom hold ptn:story-4711 --why "waiting for the council's answer" --local
    """
    return {"article": room.named(article)}


@event
def release(room: Newsroom, article: Named) -> Detail:
    """Let a held article out.

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
            "--publish-at", metavar="TIME", help="When to let it out.", show_default=False
        ),
    ] = None,
    expire_at: Annotated[
        str | None,
        typer.Option(
            "--expire-at", metavar="TIME", help="When to take it down.", show_default=False
        ),
    ] = None,
    forget_publish: Annotated[
        bool, typer.Option("--forget-publish", help="No time of our own to let it out.")
    ] = False,
    forget_expire: Annotated[
        bool, typer.Option("--forget-expire", help="No time to take it down.")
    ] = False,
) -> Detail:
    """Publish an article at a time, take it down at a time.

    TIME is ISO 8601, such as 2026-02-12T06:00; without an offset, in the site's time zone. It
    happens within a minute after.

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
            raise Failed(f"schedule: {name}: either a time or none", code=USAGE)
        if text is not None or forgotten:
            detail[name] = text and _moment(name, text)
    if not detail:
        raise Failed("schedule: give --publish-at, --expire-at, or --forget-…", code=USAGE)
    zone = room.settings.site.timezone
    times = {name: at and _in_zone(name, at, zone) for name, at in detail.items()}
    return {"article": room.named(article), **times}


@event
def kill(
    room: Newsroom,
    article: Named,
    reason: Annotated[
        KillReason,
        typer.Option(
            "--reason",
            help="Words the notice that stays at its address.",
            show_default=False,
        ),
    ],
) -> Detail:
    """Withdraw an article, whatever its state.

    Its text leaves every page, list and feed; the wire cannot bring it back. One that has not
    come yet, by provider:entry id, never appears.

    [bold]Examples[/bold]

      wireroom kill ptn:story-4711 --reason legal --why "court order of 11 February" --wait --local

      wireroom kill ptn:story-4712 --reason withdrawn-by-agency --stack harbour-post
    """
    return {"article": room.named(article), "reason": reason}


@event
def reinstate(room: Newsroom, article: Named) -> Detail:
    """Take a kill back: the article returns to its address.

    [bold]Examples[/bold]

      wireroom reinstate ptn:story-4711 --why "the order was lifted" --stack harbour-post
    """
    return {"article": room.named(article)}


@event
def pin(
    room: Newsroom,
    article: Named,
    list_: _List = HOME,
    order: Annotated[
        int, typer.Option("--order", metavar="N", help="Its place among the pinned ones.")
    ] = 1,
) -> Detail:
    """Put an article at the head of a list.

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
    """Take an article from the head of a list.

    [bold]Examples[/bold]

      wireroom unpin ptn:story-4711 --list politics --stack harbour-post
    """
    return {"article": room.named(article), "list": list_}


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
    """Make pages again, as the table says.

    One of --from and --to alone is that one day. A long one goes on by itself and never holds up
    the news; --wait tells how far it is.

    [bold]Examples[/bold]

      wireroom republish --page / --local

      wireroom republish --from 2026-02-10 --to 2026-02-11 --wait --stack harbour-post

      wireroom republish --everything --stack harbour-post
    """
    if bool(article) + bool(page) + bool(list_) + bool(from_ or to) + everything != 1:
        raise Failed(
            "republish: one of --article, --page, --list, --from and --to, --everything", code=USAGE
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


@event
def note(
    room: Newsroom,
    article: Named,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The remark.")],
) -> Detail:
    """Add a remark to an article's history; readers see nothing of it.

    [bold]Examples[/bold]

      wireroom note ptn:story-4711 "Called the agency: an update comes at six." --local
    """
    return {"article": room.named(article), "note": text}


COMMANDS = (
    headline,
    correct,
    categorise,
    hold,
    release,
    schedule,
    kill,
    reinstate,
    pin,
    unpin,
    republish,
    note,
)


def _text_of(path: Path) -> str:
    """Raises Failed when the file can't be read, or holds nothing."""
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"{path}: {error}") from error
    if not text.strip():
        raise Failed(f"{path}: there is nothing in it")
    return text


def _slugs(given: list[str]) -> list[str]:
    return [slug.strip() for each in given for slug in each.split(",") if slug.strip()]


def _day(name: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Failed(f"{name}: {text!r} is no date, such as 2026-02-12", code=USAGE) from None


def _moment(name: str, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Failed(
            f"{name}: {text!r} is no ISO date or time, such as 2026-02-12T06:00", code=USAGE
        ) from None


def _in_zone(name: str, moment: datetime, zone: str) -> str:
    """`moment` with its offset: its own, else that of the site's `zone`."""
    from datetime import UTC  # noqa: PLC0415
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    if moment.tzinfo is None:
        local = moment.replace(tzinfo=ZoneInfo(zone))
        back = local.astimezone(UTC).astimezone(local.tzinfo)
        if back.replace(tzinfo=None) != moment:
            raise Failed(f"{name}: the clocks of {zone} leave {moment} out", code=USAGE)
        moment = local
    return moment.isoformat()
