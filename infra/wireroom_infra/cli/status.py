"""`status`: feeds, queues and dead letters of a stack, on one screen."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from wireroom_infra.cli import state
from wireroom_infra.cli.feeds import pushes_to
from wireroom_infra.cli.newsroom import Newsroom
from wireroom_infra.cli.output import ENDED_BADLY, say, table
from wireroom_infra.cli.reach import Local, Reached, Stack
from wireroom_infra.operate.queues import DEAD_LETTERS, WORK

if TYPE_CHECKING:
    from wireroom.model import Article
    from wireroom.store.feeds import FeedRow
    from wireroom.store.table import Table

SHOWN = 10  # dead letters of one queue
NEWEST = 90  # stories looked at for newer versions that wait: older ones would need a scan


def status(stack: Stack = "", local: Local = False) -> None:
    """How a stack is doing.

    Shows settings, feeds, queues, the newest story, how many stories are held or scheduled,
    running republishes, pages that CloudFront has to forget, dead letters with their reasons, and
    which of the newest stories have an edited body that hides a newer version from the agency. Ends
    with 1 when there are dead letters, failing feeds, or purges that are late.

    [bold]Examples[/bold]

      wireroom status --local

      wireroom status --stack harbour-post
    """
    import wireroom.clock  # noqa: PLC0415
    from wireroom.model import HOME  # noqa: PLC0415
    from wireroom.newsroom.jobs import told  # noqa: PLC0415
    from wireroom.newsroom.shown import newer_waits  # noqa: PLC0415
    from wireroom.wire import polling  # noqa: PLC0415
    from wireroom_infra.local.stack import feeds_of, table_of  # noqa: PLC0415

    room = Newsroom(stack, local)
    reached = room.reached
    rows, stored = feeds_of(reached).all(), table_of(reached)
    newest = stored.listings.newest(HOME, NEWEST)
    reading = stored.read(entry.id for entry in newest.entries)
    settings = reading.found
    now = wireroom.clock.now()
    failing = [row for row in rows if polling.failing(row.state)]
    quiet = [row for row in rows if polling.quiet(row.config, row.state, now)]
    if settings:
        say(f"site       {settings.site.name}, {settings.site.url} (settings {settings.version})")
    else:
        say("site       has no settings yet: `wireroom apply site.toml`")
    up = state.found() if local else None
    say(f"address    {up.site if up else reached.outputs.get('SiteAddress', '-')}")
    say(f"feeds      {len(rows)}, {len(failing)} failing, {len(quiet)} quiet")
    _pushes(reached, rows)
    for entry in (newest.entries or newest.pins)[:1]:
        age = _minutes(entry.published, now)
        say(f"newest     {entry.headline} ({age})")
    to_come = room.waiting()
    if to_come:
        say(f"waiting    {_counted(to_come)}: `wireroom waiting` lists them")
    say()
    letters = 0
    queues = []
    for name, dead in DEAD_LETTERS.items():
        waiting = _waiting(reached, WORK[name]) if name in WORK else ("-", "-")
        failed = _waiting(reached, dead)[0]
        letters += int(failed)
        queues.append((name, *waiting, failed))
    table(("queue", "waiting", "in flight", "dead letters"), queues)
    for row in failing:
        say(f"! feed {row.config.id}: {row.state.reason or row.state.state}")
    for row in quiet:
        newest_of = row.state.last_new
        age = _minutes(newest_of, now) if newest_of else "long ago"
        say(f"feed {row.config.id} has gone quiet: nothing new since {age}")
    _letters(room)
    jobs, unreadable = stored.jobs.all_running()
    for job in jobs:
        say(told(job))
    for job_id, why in unreadable.items():
        say(f"! job {job_id}: its row can't be read: {why}")
    purges_late = _purges(stored, now)
    for article in reading.articles.values():
        if newer_waits(article):
            say(f"an edited body hides a newer version from the agency: {article.path}")
    if letters or failing or purges_late:
        raise typer.Exit(ENDED_BADLY)


def _pushes(reached: Reached, rows: list[FeedRow]) -> None:
    """Tell where senders push to, if any does."""
    if any(row.config.push for row in rows):
        place = pushes_to(reached)
        say(f"pushes     {place}<feed>" if place else "! pushes are off: the parameter HttpPush")


def _counted(articles: list[Article]) -> str:
    from wireroom.newsroom.settle import awaited  # noqa: PLC0415

    states = Counter("killed before it came" if awaited(each) else each.state for each in articles)
    return ", ".join(f"{number} {state}" for state, number in sorted(states.items()))


def _purges(stored: Table, now: datetime) -> bool:
    """Tell of purges that are not done. Gives whether one is late."""
    from wireroom.pipeline.purge import MOST, late  # noqa: PLC0415
    from wireroom_infra.cli.waiting import described  # noqa: PLC0415

    found = stored.purges.open(MOST)
    for purge in found:
        say(f"{'! late: ' if late(purge, now) else ''}{described(purge, now)}")
    return any(late(purge, now) for purge in found)


def _letters(room: Newsroom) -> None:
    from wireroom.store.letters import DeadLetters, said_in  # noqa: PLC0415

    for name, dead in DEAD_LETTERS.items():
        letters = DeadLetters(room.reached.client("sqs"), room.reached.outputs[dead])
        for letter in letters.peek(SHOWN)[:SHOWN]:
            event = said_in(letter, room.time)
            say(f"! {name}: {event}: {letter.reason}" if event else f"! {name}: {letter.reason}")


def _waiting(reached: Reached, output: str) -> tuple[str, str]:
    """(visible, being worked on) of a queue; SQS calls both approximate."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = reached.client("sqs").get_queue_attributes(
        QueueUrl=reached.outputs[output], AttributeNames=names
    )
    return answer["Attributes"][names[0]], answer["Attributes"][names[1]]


def _minutes(moment: datetime, now: datetime) -> str:
    minutes = (now - moment).total_seconds() / 60
    return f"{minutes:.0f} min ago" if minutes < 120 else f"{minutes / 60:.0f} h ago"
