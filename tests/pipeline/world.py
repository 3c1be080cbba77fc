"""A newsroom on the deployed stack: settings applied, entries and events sent, the site read."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from msgspec.structs import replace

from wireroom import clock
from wireroom.model import Arrival, Category, Entry, Feed, Job, Settings, Site
from wireroom.newsroom.identity import article_id
from wireroom.pipeline.render import Render
from wireroom.store.bodies import Bodies
from wireroom.store.feeds import Feeds
from wireroom.store.pages import Pages, without_render_id
from wireroom.store.queues import Queue, encode
from wireroom.store.table import Table
from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.embedded.aws import Snapshot

SITE = Site(
    name="The Harbour Post", url="https://harbour.example", timezone="Asia/Kolkata", locale="en"
)
CATEGORIES = tuple(
    Category(name=name, slug=name.lower(), terms=(name.lower(),))
    for name in ("Business", "India", "Politics", "Sport")
)
SETTINGS = Settings(site=SITE, categories=CATEGORIES, providers=("ptn",))
FEED = Feed(id="ptn-top", url="http://127.0.0.1:1/top.xml", provider="ptn", pictures="link")
_LATEST = re.compile(r'<aside class="(?:latest|more)".*?</aside>', re.DOTALL)


class World:
    def __init__(self, aws: EmbeddedAWS) -> None:
        self.aws = aws
        self.table = Table(aws.client("dynamodb"), aws.outputs["TableName"])
        self.feeds = Feeds(aws.client("dynamodb"), aws.outputs["TableName"])
        self._events = 0

    def apply(
        self, settings: Settings = SETTINGS, feeds: tuple[Feed, ...] = (), *, pages: bool = True
    ) -> str:
        """Without `pages`, for settings that change none, the job that makes them anew is over."""
        self._events += 1
        job = Job(id=f"apply-{self._events}", requested=clock.now())
        version = self.feeds.apply(settings, feeds, job)
        if not pages:
            job = replace(job, phase="file")
            self.table.jobs.put(job, replace(job, phase="done"))
        self.aws.drain()
        return version

    def render(self, site: Pages) -> Render:
        """A container of render's own, which writes to `site`."""
        bodies = Bodies(self.aws.client("s3"), self.aws.outputs["ContentBucket"])
        letters = Queue(self.aws.client("sqs"), self.aws.outputs["RenderDeadLettersUrl"])
        return Render(self.table, bodies, site, letters)

    # --- the wire ---

    def send(self, *entries: Entry, feed: Feed = FEED, known: bool = False) -> None:
        """Entries onto WireQueue, as ingest would put them."""
        for entry in entries:
            arrival = Arrival(feed=feed, seen=clock.now(), known=known, entry=entry)
            self.send_raw(encode(arrival))

    def send_raw(self, body: str) -> None:
        self.aws.client("sqs").send_message(
            QueueUrl=self.aws.outputs["WireQueueUrl"], MessageBody=body
        )

    def publish(self, *entries: Entry, **more: Any) -> None:
        self.send(*entries, **more)
        self.aws.drain()

    # --- editors ---

    def say(self, action: str, **detail: Any) -> None:
        """An editor's event on the bus; the time between two of them is a second."""
        self.aws.clock.advance(1)
        detail = {"by": "asha"} | detail
        answer = self.aws.client("events").put_events(
            Entries=[
                {
                    "EventBusName": self.aws.outputs["EditorBus"],
                    "Source": "newsroom",
                    "DetailType": action,
                    "Detail": json.dumps(detail, default=_text),
                    "Time": clock.now(),
                }
            ]
        )
        assert answer["FailedEntryCount"] == 0

    def edit(self, action: str, **detail: Any) -> None:
        self.say(action, **detail)
        self.aws.drain()

    # --- what came of it ---

    def article(self, entry: str = "1", provider: str = "ptn"):
        return self.table.articles.get(article_id(provider, entry))

    def site(self) -> dict[str, str]:
        """key → content of every object of the site bucket, without render ids."""
        found = self.aws.contents(self.aws.outputs["SiteBucket"])
        return {key: _text_of(body) for key, body in found.items()}

    def page(self, path: str) -> str:
        key = path.removeprefix("/")
        key = f"{key}index.html" if not key or key.endswith("/") else key
        return _text_of(self.aws.contents(self.aws.outputs["SiteBucket"])[key])

    def calls(self) -> Counter[str]:
        return Counter(f"{call.service}:{call.operation}" for call in self.aws.calls)

    def letters(self) -> list[str]:
        return [letter.reason for letter in self.aws.dead_letters()]


def _text_of(body: bytes) -> str:
    return without_render_id(body.decode("utf-8", "replace"))


_prepared: WeakKeyDictionary[EmbeddedAWS, dict[Callable[[World], None], Snapshot]] = (
    WeakKeyDictionary()
)


def prepared(aws: EmbeddedAWS, prepare: Callable[[World], None]) -> World:
    """A world as `prepare` leaves it. That is done once per stack; then it is put back."""
    known = _prepared.setdefault(aws, {})
    if prepare not in known:
        prepare(World(aws))
        known[prepare] = aws.snapshot()
    aws.restore(known[prepare])
    random.seed("wireroom")
    world = World(aws)
    world._events = 1
    return world


def empty_site(world: World) -> None:
    world.apply()


def without_latest(page: str) -> str:
    return _LATEST.sub("", page)


def entry(number: int | str = 1, version: int = 1, **more: Any) -> Entry:
    """Version `version` of the story `number`, sent that many minutes after it was published."""
    published: datetime = more.pop("published", clock.now() - timedelta(hours=1))
    fields = {
        "id": str(number),
        "title": f"Story {number} version {version}",
        "body": f"<p>Body of story {number}, version {version}.</p>",
        "full": True,
        "link": f"https://ptn.example/{number}",
        "published": published,
        "updated": published + timedelta(minutes=version),
        "categories": ("India",),
    }
    return Entry(**(fields | more))


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
