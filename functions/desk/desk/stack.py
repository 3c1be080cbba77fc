"""What the desk reads of its stack, and the bus that it sends to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from wireroom.pipeline.redrive import Failed, Redrive
from wireroom.store.alarms import Alarms
from wireroom.store.bodies import Bodies
from wireroom.store.bus import Bus
from wireroom.store.drops import Drops
from wireroom.store.feeds import Feeds
from wireroom.store.letters import DeadLetters
from wireroom.store.pages import Pages
from wireroom.store.queues import Queue
from wireroom.store.stream import Stream
from wireroom.store.table import Table


class Stack(Struct, frozen=True, kw_only=True):
    """`refused`: the events that the pipeline has refused. `letters`: the dead letters of `wire`,
    `inbox`, `edits`, `render` and `pictures`; `redrive` sends them again. `wire`: the queue of
    entries. `cdn`: the site is behind one that is told what to forget. `pushes`: what the address
    that a feed's sender pushes to begins with; the feed's id follows. `inbox`: the name of the
    bucket."""

    table: Table
    feeds: Feeds
    bodies: Bodies
    pages: Pages
    bus: Bus
    refused: DeadLetters
    letters: Mapping[str, DeadLetters]
    wire: Queue
    redrive: Redrive
    cdn: bool
    pushes: str
    inbox: str
    alarms: Alarms


def deployed(client: Callable[[str], Any]) -> Stack:
    """The stack that the environment names. `client`: service → its boto3 client."""
    s3, dynamodb, sqs = client("s3"), client("dynamodb"), client("sqs")
    name = os.environ["TABLE_NAME"]
    bodies = Bodies(s3, os.environ["CONTENT_BUCKET"])
    drops = Drops(s3, os.environ["INBOX_BUCKET"])
    table, feeds = Table(dynamodb, name), Feeds(dynamodb, name)
    wire, edits = os.environ["WIRE_QUEUE_URL"], os.environ["EDIT_QUEUE_URL"]
    letters = {
        "wire": DeadLetters(sqs, os.environ["WIRE_DEAD_LETTERS_URL"]),
        "inbox": DeadLetters(sqs, os.environ["INBOX_DEAD_LETTERS_URL"]),
        "edits": DeadLetters(sqs, os.environ["EDIT_DEAD_LETTERS_URL"]),
        "render": DeadLetters(sqs, os.environ["RENDER_DEAD_LETTERS_URL"]),
        "pictures": DeadLetters(sqs, os.environ["PICTURES_DEAD_LETTERS_URL"]),
    }
    inbox = Queue(sqs, os.environ["INBOX_QUEUE_URL"])
    work = {"wire": Queue(sqs, wire), "inbox": inbox, "edits": Queue(sqs, edits)}
    failed = {name: Failed(each, work.get(name)) for name, each in letters.items()}
    return Stack(
        table=table,
        feeds=feeds,
        bodies=bodies,
        pages=Pages(s3, os.environ["SITE_BUCKET"]),
        bus=Bus(client("events"), os.environ["EDITOR_BUS"], bodies),
        refused=letters["edits"],
        letters=letters,
        wire=work["wire"],
        redrive=Redrive(table, feeds, drops, Stream(client("dynamodbstreams")), failed),
        cdn=bool(os.environ["DISTRIBUTION_ID"]),
        pushes=os.environ["PUSH_ADDRESS"],
        inbox=os.environ["INBOX_BUCKET"],
        alarms=Alarms(cache(client), os.environ["STACK_NAME"]),
    )
