"""How fast the middle of the pipeline is, and how fast the whole of it is on the embedded AWS.

    make bench

Prints one line for each: what, how many a second. Compare runs on one machine only.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wireroom import clock
from wireroom.model import Arrival, Category, Entry, Feed, Job, Settings, Site
from wireroom.newsroom.listing import listings
from wireroom.newsroom.merge import merge
from wireroom.newsroom.normalise import normalise
from wireroom.newsroom.settle import settle
from wireroom.site import build
from wireroom.store.bodies import body_key
from wireroom.store.feeds import Feeds
from wireroom.store.queues import encode
from wireroom.wire.diff import changed
from wireroom.wire.formats.feeds import parse
from wireroom_infra.embedded import EmbeddedAWS, VirtualClock
from wireroom_infra.sample import wire as sample_wire

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 2, 11, 9, tzinfo=UTC)
SITE = Site(name="Bench", url="https://bench.example", timezone="Asia/Kolkata")
SETTINGS = Settings(
    site=SITE,
    categories=tuple(
        Category(name=name, slug=name.lower(), terms=(name.lower(),))
        for name in ("India", "Politics", "Business", "Sport", "World")
    ),
)
FEED = Feed(id="bench", url="https://wire.example/feed.xml", provider="ptn")


def measure(what: str, work: Callable[[], int], seconds: float = 1.0) -> None:
    """Repeat `work`, which gives how many things it did, for about `seconds`."""
    work()
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        done += work()
    rate = done / (time.perf_counter() - started)
    print(f"{what:45} {rate:10,.0f} a second")


def main() -> None:
    logging.disable(logging.CRITICAL)
    documents = sample_wire.documents(NOW, 0, "http://127.0.0.1:1")
    feeds = [(name, each.content) for name, each in documents.items()]
    parsed = {name: parse(content, url=f"https://x.example/{name}") for name, content in feeds}
    entries = [entry for document in parsed.values() for entry in document.entries]
    stories = [normalise(entry, FEED, SETTINGS.categories) for entry in entries]
    articles = []
    for story in stories:
        _, article = merge(None, story, body=body_key(story.body), arrived=NOW)
        assert article
        articles.append(settle(article, now=NOW, settings=SETTINGS))
    front = [listings(article)["home", key] for article in articles for key in _keys(article)][:30]

    measure(
        "entries parsed from documents",
        lambda: sum(len(parse(content, url="https://x.example/f").entries) for _, content in feeds),
    )
    measure(
        "entries compared with what was seen",
        lambda: len(entries) * bool(changed(entries, changed(entries, b"").seen)),
    )
    measure(
        "entries normalised and sanitised",
        lambda: len([normalise(entry, FEED, SETTINGS.categories) for entry in entries]),
    )
    measure(
        "article pages built",
        lambda: len(
            [
                build.article(SETTINGS, article, story.body, front[:10])
                for article, story in zip(articles, stories, strict=True)
            ]
        ),
    )
    measure("fronts of 30 built", lambda: len([build.front(SETTINGS, "home", front, "")]))
    whole()


def _keys(article: object) -> list[str]:
    return [key for name, key in listings(article) if name == "home"]  # type: ignore[arg-type]


def whole() -> None:
    """New stories in three categories through queue, table, stream and pages."""
    with EmbeddedAWS(ROOT / "template.yaml", clock=VirtualClock(NOW)) as aws:
        feeds = Feeds(aws.client("dynamodb"), aws.outputs["TableName"])
        feeds.apply(SETTINGS, (), Job(id="apply", requested=clock.now()))
        aws.drain()
        sqs, url = aws.client("sqs"), aws.outputs["WireQueueUrl"]
        number = 0

        def publish(stories: int) -> int:
            nonlocal number
            for _ in range(stories):
                number += 1
                message = encode(arrival(number))
                sqs.send_message(QueueUrl=url, MessageBody=message)
            aws.drain()
            return stories

        measure("stories published, one at a time", lambda: publish(1), 5)
        measure("stories published, a hundred at a time", lambda: publish(100), 10)


def arrival(number: int, feed: Feed = FEED) -> Arrival:
    """A story of its own for each `number`."""
    entry = Entry(
        id=str(number),
        title=f"Story {number}",
        body="<p>A paragraph of ordinary copy, about a reservoir.</p>" * 12,
        full=True,
        published=NOW - timedelta(seconds=number),
        categories=("India", "Politics", "Sport"),
    )
    return Arrival(feed=feed, seen=clock.now(), entry=entry)


if __name__ == "__main__":
    main()
