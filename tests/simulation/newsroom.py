"""The simulated newsroom: its settings and feeds, what publishers send and what editors say."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import boto3
from msgspec.structs import replace

from tests.simulation.simulation import Simulation
from tests.simulation.truth import Said
from tests.simulation.wire import PROVIDER, Publisher, Version, version
from wireroom.model import Category, Feed, Job, Settings, Site
from wireroom.store.feeds import Feeds
from wireroom.store.table import Table

SETTINGS = Settings(
    site=Site(name="The Harbour Post", url="https://harbour.example", timezone="Asia/Kolkata"),
    categories=tuple(
        Category(name=name, slug=name.lower(), terms=(name.lower(),)) for name in ("India", "Sport")
    ),
    version="1",
)
FEEDS = tuple(
    Feed(id=f"ptn-{name}", url=f"https://ptn.example/{name}.xml", provider=PROVIDER)
    for name in ("top", "more")
)


class Newsroom:
    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.settings = SETTINGS
        self.said = 0

    def snapshot(self) -> Newsroom:
        kept = Newsroom(self.simulation.snapshot())
        kept.settings, kept.said = self.settings, self.said
        return kept

    @property
    def table(self) -> Table:
        return Table(boto3.client("dynamodb"), self.simulation.stage.table)

    def open(self, feeds: int = 1) -> None:
        """Apply the settings, with so many feeds, and make the pages of the empty site."""
        simulation = self.simulation
        for feed in FEEDS[:feeds]:
            simulation.publishers[feed.id] = Publisher(feed, simulation.truth.serve)
        self.apply(self.settings)
        simulation.drain()

    def apply(self, settings: Settings) -> None:
        """As `wireroom apply` does."""
        simulation = self.simulation
        self.said += 1
        self.settings = settings = replace(settings, version=str(self.said))
        job = Job(id=f"apply-{self.said}", requested=simulation.now())
        feeds = [publisher.feed for publisher in simulation.publishers.values()]
        Feeds(boto3.client("dynamodb"), simulation.stage.table).apply(settings, feeds, job)
        simulation.trace.say(simulation.now(), f"settings of {settings.site.name!r} are applied")

    def rename(self) -> None:
        self.apply(
            replace(self.settings, site=replace(self.settings.site, name=f"Post {self.said}"))
        )

    # --- the wire ---

    def send(self, story: int, number: int, feed: str = "ptn-top", **more: Any) -> Version:
        """The publisher's feed shows version `number` of `story` from now on."""
        start = datetime.fromisoformat("2026-02-11T06:00:00+00:00") + timedelta(minutes=story)
        published = more.pop("published", start)
        sent = version(story, number, published, published + timedelta(minutes=number), **more)
        self.simulation.publishers[feed].show(sent)
        self.simulation.events += 1
        self.simulation.trace.say(
            self.simulation.now(), f"{feed} now shows {sent.headline!r}, version {number}"
        )
        return sent

    def pull(self) -> None:
        """Let time come to when every feed is due, and ingest run."""
        simulation = self.simulation
        simulation.clock.advance_to(max(simulation._due(feed) for feed in simulation.publishers))
        simulation.fire("IngestFunction")

    # --- the desk ---

    def say(
        self, action: str, story: int, decides: dict[str, Any] | None = None, **detail: Any
    ) -> str:
        """An editor's event, onto the queue as EventBridge puts it; `decides`: for the world model.

        Gives the event's id.
        """
        simulation = self.simulation
        simulation.clock.advance(1)
        self.said += 1
        identity = f"e{self.said}"
        at = simulation.clock.now()
        if action != "republish":
            detail = {"article": f"{PROVIDER}:{story}"} | detail
        envelope = {
            "version": "0", "id": identity, "detail-type": action, "source": "newsroom",
            "account": "123456789012", "time": at.isoformat(), "region": "eu-west-1",
            "resources": [], "detail": {"by": "asha"} | detail,
        }  # fmt: skip
        simulation.cloud.send(
            simulation.stage.queues["EditQueue"], json.dumps(envelope, default=_text)
        )
        simulation.truth.say(
            Said(id=identity, story=story, at=at, action=action, fields=decides or {})
        )
        simulation.events += 1
        simulation.trace.say(
            at, f"asha says {identity}: {action} {json.dumps(detail, default=_text)}"
        )
        return identity

    def headline(self, story: int, text: str | None) -> None:
        self.say("headline", story, {"headline": text}, headline=text)

    def standfirst(self, story: int, text: str) -> None:
        self.say("headline", story, {"standfirst": text}, standfirst=text)

    def slug(self, story: int, text: str) -> None:
        self.say("headline", story, {"slug": text}, slug=text)

    def correct(self, story: int, body: str, text: str) -> None:
        self.say("correct", story, {"body": body, "correction": text}, body=body, correction=text)

    def revert(self, story: int) -> None:
        self.say("correct", story, {"body": None}, revert=True)

    def categorise(self, story: int, slugs: tuple[str, ...] | None) -> None:
        detail: dict[str, Any] = {"auto": True} if slugs is None else {"set": slugs}
        self.say("categorise", story, {"categories": slugs}, **detail)

    def hold(self, story: int) -> None:
        self.say("hold", story, {"hold": True})

    def release(self, story: int) -> None:
        self.say("release", story, {"hold": False})

    def publish_at(self, story: int, at: datetime | None) -> None:
        self.say("schedule", story, {"publish_at": at}, publish_at=at)

    def expire_at(self, story: int, at: datetime | None) -> None:
        self.say("schedule", story, {"expire_at": at}, expire_at=at)

    def kill(self, story: int, reason: str = "legal") -> None:
        self.say("kill", story, {"kill": reason}, reason=reason)

    def reinstate(self, story: int) -> None:
        self.say("reinstate", story, {"kill": None})

    def pin(self, story: int, name: str = "home", order: int = 1) -> None:
        self.say("pin", story, {f"pin {name}": True}, list=name, order=order)

    def unpin(self, story: int, name: str = "home") -> None:
        self.say("unpin", story, {f"pin {name}": False}, list=name)

    def note(self, story: int, text: str) -> None:
        self.say("note", story, note=text)

    def republish(self, **what: Any) -> None:
        self.say("republish", 0, **what)

    # --- after a fault ---

    def redrive(self) -> int:
        """Send all dead letters round again; gives how many there were."""
        simulation = self.simulation
        queues, held = simulation.stage.queues, simulation.cloud.queues
        count = 0
        for source, letters in (("WireQueue", "WireDeadLetters"), ("EditQueue", "EditDeadLetters")):
            for letter in held[queues[letters]]:
                count += 1
                simulation.cloud.send(queues[source], letter.body)
            held[queues[letters]] = []
        lost = held[queues["RenderDeadLetters"]]
        if lost:
            held[queues["RenderDeadLetters"]] = []
            self.republish(everything=True)
        return count + len(lost)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
