"""`status`: feeds, queues and dead letters of a stack, on one screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import typer

from infra.cli import state
from infra.cli.output import ENDED_BADLY, say, table
from infra.cli.reach import Local, Reached, Stack, reach

QUEUES = (
    ("wire", "WireQueueUrl", "WireDeadLettersUrl"),
    ("edits", "EditQueueUrl", "EditDeadLettersUrl"),
    ("render", "", "RenderDeadLettersUrl"),
)
SHOWN = 10  # dead letters of one queue; SQS gives at most ten at a time


def status(stack: Stack = "", local: Local = False) -> None:
    """How a stack is doing.

    Its settings, feeds and queues, the newest story, and what ended in a dead-letter queue, with
    the reason. Ends with 1 when there are dead letters or failing feeds.

    [bold]Examples[/bold]

      wireroom status --local

      wireroom status --stack harbour-post
    """
    import wireroom.clock  # noqa: PLC0415
    from infra.local_stack import feeds_of, table_of  # noqa: PLC0415
    from wireroom.model import HOME  # noqa: PLC0415
    from wireroom.wire import polling  # noqa: PLC0415

    reached = reach(stack, local)
    rows, stored = feeds_of(reached).all(), table_of(reached)
    settings, newest = stored.read([]).settings, stored.newest(HOME, 1)
    failing = [row for row in rows if row.state.state not in ("", polling.OK)]
    if settings:
        say(f"site       {settings.site.name}, {settings.site.url} (settings {settings.version})")
    else:
        say("site       has no settings yet: `wireroom apply site.toml`")
    up = state.found() if local else None
    say(f"address    {up.site if up else reached.outputs.get('SiteAddress', '-')}")
    say(f"feeds      {len(rows)}, {len(failing)} failing")
    for entry in (newest.entries or newest.pins)[:1]:
        age = _minutes(entry.published, wireroom.clock.now())
        say(f"newest     {entry.headline} ({age})")
    say()
    letters = 0
    counts = []
    for name, queue, dead in QUEUES:
        waiting = _waiting(reached, queue) if queue else ("-", "-")
        buried = _waiting(reached, dead)[0]
        letters += int(buried)
        counts.append((name, *waiting, buried))
    table(("queue", "waiting", "in hand", "dead letters"), counts)
    for row in failing:
        say(f"! feed {row.config.id}: {row.state.reason or row.state.state}")
    for name, _, dead in QUEUES:
        for reason in _reasons(reached, dead):
            say(f"! {name}: {reason}")
    if letters or failing:
        raise typer.Exit(ENDED_BADLY)


def _waiting(reached: Reached, output: str) -> tuple[str, str]:
    """(visible, being worked on) of a queue; SQS calls both approximate."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = reached.client("sqs").get_queue_attributes(
        QueueUrl=reached.outputs[output], AttributeNames=names
    )
    return answer["Attributes"][names[0]], answer["Attributes"][names[1]]


def _reasons(reached: Reached, output: str) -> Iterator[str]:
    """Why letters are dead. They stay where they are: seen for no time at all."""
    answer = reached.client("sqs").receive_message(
        QueueUrl=reached.outputs[output],
        MaxNumberOfMessages=SHOWN,
        VisibilityTimeout=0,
        MessageAttributeNames=["reason"],
    )
    for message in answer.get("Messages", []):
        yield _reason(message)


def _reason(message: Any) -> str:
    said = message.get("MessageAttributes", {}).get("reason", {}).get("StringValue")
    if said:
        return str(said)
    try:
        return str(json.loads(message["Body"])["requestContext"]["condition"])
    except (ValueError, LookupError, TypeError):
        return "gave no reason"


def _minutes(moment: datetime, now: datetime) -> str:
    minutes = (now - moment).total_seconds() / 60
    return f"{minutes:.0f} min ago" if minutes < 120 else f"{minutes / 60:.0f} h ago"
