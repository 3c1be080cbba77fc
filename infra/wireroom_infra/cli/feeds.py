"""`feeds list`, `feeds fetch`, `feeds import` and `feeds export`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wireroom_infra.cli import config_file
from wireroom_infra.cli.check import check
from wireroom_infra.cli.output import ENDED_BADLY, USAGE, Failed, complain, say, table
from wireroom_infra.cli.reach import Local, Reached, Stack, reach

if TYPE_CHECKING:
    from datetime import datetime

    from wireroom.model import Feed
    from wireroom.store.feeds import FeedRow
    from wireroom.wire.opml import Outline

app = typer.Typer(
    no_args_is_help=True, help="List feeds, check or fetch one, import and export OPML."
)
app.command("check")(check)


@app.command("list")
def list_(stack: Stack = "", local: Local = False) -> None:
    """The feeds of a stack and how each is doing.

    Warns of feeds that have gone quiet or are moving to another address, and of hubs that refuse.
    Ends with 1 when a feed is failing or is stopped.

    [bold]Examples[/bold]

      wireroom feeds list --local

      wireroom feeds list --stack harbour-post
    """
    import wireroom.clock  # noqa: PLC0415
    from wireroom.wire import polling  # noqa: PLC0415
    from wireroom_infra.local.stack import feeds_of  # noqa: PLC0415

    now = wireroom.clock.now()
    reached = reach(stack, local)
    rows = feeds_of(reached).all()
    pushes, inbox = pushes_to(reached), reached.outputs["InboxBucket"]
    table(
        (
            *("feed", "state", "since", "last", "failures", "newest", "next", "stories"),
            *("hub", "address"),
        ),
        [_row(row, now, pushes, inbox) for row in rows],
    )
    for row in rows:
        for line in warnings(row, now):
            complain(line)
    bad = [row for row in rows if polling.failing(row.state)]
    for row in bad:
        since = row.state.state_since
        began = f" (since {_ago(since, now)})" if since else ""
        complain(f"{row.config.id}: {row.state.state}: {_reason(row)}{began}")
    if bad:
        raise typer.Exit(ENDED_BADLY)


def _row(row: FeedRow, now: datetime, pushes: str, inbox: str) -> tuple[str, ...]:
    from wireroom.wire import polling  # noqa: PLC0415

    seen = row.state
    name = seen.state or "new"
    if name == polling.OK and polling.quiet(row.config, seen, now):
        name = "quiet"
    return (
        row.config.id,
        name,
        _ago(seen.state_since, now),
        _ago(seen.state_last, now),
        str(seen.failures),
        _ago(seen.last_new, now),
        _next(row, now),
        str(seen.entries_total),
        _hub(row, now),
        polling.address(row.config, seen)
        or (pushes + row.config.id if row.config.push else f"s3://{inbox}/inbox/{row.config.id}/"),
    )


def pushes_to(reached: Reached) -> str:
    """What the address that a feed's sender pushes to begins with: the feed's id follows. "" where
    the stack takes no pushes."""
    from wireroom_infra.cli import state  # noqa: PLC0415

    deployed = reached.outputs.get("PushAddress", "")
    up = state.found() if reached.local and deployed else None
    return f"{up.site}push/" if up else deployed


def warnings(row: FeedRow, now: datetime) -> list[str]:
    """The warnings about a feed, a line each."""
    from wireroom.wire import polling  # noqa: PLC0415

    seen, lines = row.state, []
    if polling.quiet(row.config, seen, now):
        lines.append(f"{row.config.id}: quiet: nothing new since {_ago(seen.last_new, now)}")
    if seen.moved_to:
        lines.append(f"{row.config.id}: is moving to {seen.moved_to}")
    known = row.subscription
    if known and known.refused:
        lines.append(f"{row.config.id}: its hub {known.hub} refused: {known.refused}")
    return lines


def _reason(row: FeedRow) -> str:
    return row.state.reason.removeprefix(f"{row.state.state}: ") or "no reason is known"


def _hub(row: FeedRow, now: datetime) -> str:
    """The subscription at the feed's hub: how long it still runs, or why it does not."""
    from wireroom.wire import websub  # noqa: PLC0415

    known = row.subscription
    if known is None:
        return "-"
    if websub.alive(known, now):
        return f"{_ahead(known.until, now)}".removeprefix("in ")
    return "refused" if known.refused else "asked" if known.pending else "ended"


@app.command()
def fetch(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="Its id.")],
    stack: Stack = "",
    local: Local = False,
) -> None:
    """Have a feed fetched within a minute, whenever it is due.

    A feed that is stopped is fetched, too.

    [bold]Examples[/bold]

      wireroom feeds fetch ptn-top --local

      wireroom feeds fetch ptn-top --stack harbour-post
    """
    import wireroom.clock  # noqa: PLC0415
    from wireroom_infra.local.stack import feeds_of  # noqa: PLC0415

    feeds = feeds_of(reach(stack, local))
    row = feeds.get(feed)
    if row and not row.config.url:
        raise Failed(f"{feed} has no url to fetch: its sender {_way(row.config)}")
    if row is None or not feeds.fetch_now(feed, wireroom.clock.now()):
        raise Failed(f"there is no feed {feed}")
    say(f"{feed} is fetched within a minute, if a run is not at it already")


@app.command()
def address(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="Its id.")],
    stack: Stack = "",
    local: Local = False,
) -> None:
    """Print the address that the sender of a feed with `push = true` posts to.

    Pictures go to the same address with /assets behind it.

    [bold]Examples[/bold]

      wireroom feeds address newsroom --local

      wireroom feeds address newsroom --stack harbour-post
    """
    from wireroom_infra.local.stack import feeds_of  # noqa: PLC0415

    reached = reach(stack, local)
    row, pushes = feeds_of(reached).get(feed), pushes_to(reached)
    if row is None:
        raise Failed(f"there is no feed {feed}")
    if not row.config.push:
        raise Failed(f"{feed} is not pushed: it needs push = true and a secret in site.toml")
    if not pushes:
        raise Failed("the stack takes no pushes: its parameter HttpPush is off")
    say(f"{pushes}{feed}")


@app.command("import")
def import_(
    opml: Annotated[Path, typer.Argument(metavar="OPML", help="The list of feeds.")],
    config: Annotated[
        Path, typer.Option("--config", metavar="FILE", help="The site.toml to add them to.")
    ] = config_file.SITE_TOML,
    print_only: Annotated[
        bool, typer.Option("--print", help="Only print what would be added.")
    ] = False,
) -> None:
    """Add the feeds of an OPML file to a site.toml.

    Feeds that the file has already are skipped. Apply the file with `wireroom apply`.

    [bold]Examples[/bold]

      wireroom feeds import subscriptions.opml

      wireroom feeds import subscriptions.opml --print
    """
    from wireroom.settings.site_toml import read, write_feeds  # noqa: PLC0415
    from wireroom.wire.opml import read as read_opml  # noqa: PLC0415

    text = config_file.text_of(config)
    existing = config_file.read(config, files=True)
    try:
        outlines = read_opml(opml.read_bytes())
    except OSError as error:
        raise Failed(f"{opml}: {error.strerror}") from error
    new, refused = _imported(outlines, existing.feeds)
    for line in refused:
        complain(line)
    if not new:
        say("nothing to add")
        return
    tables = write_feeds(new)
    if print_only:
        say(tables.rstrip("\n"))
        return
    joined = f"{text.rstrip()}\n\n{tables}"
    read(joined, files=True)
    config.write_text(joined, "utf-8")
    say(f"{len(new)} feed{'s' * (len(new) != 1)} added to {config}")


def _imported(
    outlines: Sequence[Outline], existing: Sequence[Feed]
) -> tuple[tuple[Feed, ...], list[str]]:
    """Feeds for the outlines that are new, and a line for each that can't be a feed."""
    from slugify import slugify  # noqa: PLC0415

    from wireroom.model import Feed  # noqa: PLC0415
    from wireroom.settings.toml_values import wrong_url  # noqa: PLC0415

    urls, ids = {feed.url for feed in existing}, {feed.id for feed in existing}
    found: list[Feed] = []
    refused: list[str] = []
    for outline in outlines:
        wrong = wrong_url(outline.url)
        if wrong:
            refused.append(f"skipped: {outline.url} {wrong}")
        if wrong or outline.url in urls:
            continue
        name = slugify(outline.title, max_length=50) or slugify(outline.url, max_length=50)
        number, identity = 1, name or "feed"
        while identity in ids:
            number += 1
            identity = f"{name or 'feed'}-{number}"
        urls.add(outline.url)
        ids.add(identity)
        source = outline.title[:100]
        found.append(Feed(id=identity, url=outline.url, provider=identity, source=source))
    return tuple(found), refused


@app.command()
def export(
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="FILE", help="A site.toml, instead of a stack.", show_default=False
        ),
    ] = None,
    stack: Stack = "",
    local: Local = False,
) -> None:
    """Print the feeds as OPML.

    [bold]Examples[/bold]

      wireroom feeds export --config site.toml > feeds.opml

      wireroom feeds export --stack harbour-post
    """
    from wireroom.settings.toml_values import is_path  # noqa: PLC0415
    from wireroom.wire.opml import Outline, write  # noqa: PLC0415
    from wireroom_infra.cli.settings import applied  # noqa: PLC0415

    if config:
        if local:
            raise Failed("give --config or a stack, not both", code=USAGE)
        configuration = config_file.read(config, files=True)
    else:
        configuration = applied(reach(stack, local))
    outlines = [
        Outline(url=feed.url, title=feed.source or feed.id)
        for feed in configuration.feeds
        if feed.url and not is_path(feed.url)
    ]
    sys.stdout.write(write(outlines, configuration.settings.site.name).decode())


def _ago(moment: datetime | None, now: datetime) -> str:
    return f"{_span((now - moment).total_seconds())} ago" if moment else "-"


def _next(row: FeedRow, now: datetime) -> str:
    if not row.config.url:
        return "pushed" if row.config.push else "dropped"
    return _ahead(row.state.due, now) if row.state.state else "soon"


def _way(feed: Feed) -> str:
    return "pushes" if feed.push else "puts files into the inbox"


def _ahead(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never"
    wait = (moment - now).total_seconds()
    return f"in {_span(wait)}" if wait > 0 else "now"


def _span(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size or (size == 60 and seconds >= size):
            return f"{seconds // size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"
