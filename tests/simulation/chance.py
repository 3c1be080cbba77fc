"""A random run: a seed decides what publishers and editors do, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import boto3
from msgspec import Struct
from msgspec.structs import replace

from tests.simulation import faults, more, search, sitemaps
from tests.simulation.newsroom import REFUSED, Newsroom, Post, Spoiling
from tests.simulation.simulation import Simulation
from tests.simulation.stage import Stage
from tests.simulation.truth import identity
from tests.simulation.verdict import EMPTY, _same, articles_of, swept, verdict
from tests.simulation.watch import SKEW
from tests.simulation.wire import (
    ADDRESSED,
    BYLINES,
    NOTICES,
    SPELLINGS,
    Version,
    document,
    etag_of,
    token,
)
from wireroom.store.items import struct
from wireroom.wire.polling import FeedState

PLACES = (("India",), ("Sport",), ("India", "Sport"), ("Gossip",))
SMALL = {
    "rows of a chunk": 7,
    "stories filed in a chunk": 1,
    "lists of a chunk": 2,
    "objects of a chunk": 9,
    "left over in a chunk": 2,
    "rows of a list": 6,
    "entries of a front": 2,
    "articles of a read": 2,
    "addresses of a sitemap": 2,
    "months of a step": 1,
    "shards of a step": 1,
    "articles let out": 1,
    "messages of a batch": 2,
    "wildcards of a purge": 1,
}
BAD = 11  # a story that can't become an article at first
PINNED = 4  # stories that may be pinned, so that a list's window has room for them
OUTAGES = ("TransactWriteItems", "PutItem", "UpdateItem", "Query", "PutObject", "SendMessageBatch")
SCHEDULES = ("IngestFunction", "IngestFunction", "ReleaseFunction", "PurgeFunction")
_START = datetime.fromisoformat("2026-02-11T06:00:00+00:00")
KILLS = ("legal", "error", "licence-expired")


class Run(Struct, frozen=True):
    """The result of a seed. `problems` is empty if all invariants held."""

    seed: int
    problems: list[str]
    calls: int
    events: int
    newsroom: Newsroom

    @property
    def story(self) -> str:
        return (
            f"{self.newsroom.simulation.trace}\n\n"
            + "\n".join(self.problems)
            + f"\n\nreplay: make simulate SEED={self.seed}\n"
        )


def run(stage: Stage, seed: int, *, traced: bool = False) -> Run:
    """Run one seed, from an empty newsroom to its verdict. If it fails, once more with its trace,
    which a run without problems has only if it is to be `traced`."""
    simulation = Simulation(stage, seed, SMALL if seed % 3 == 0 else {})
    simulation.trace.kept = traced
    newsroom = Newsroom(simulation)
    try:
        world = _World(newsroom)
        world.open()
        world.play()
        if world.pushes:
            newsroom.finish_posts()
        if world.files:
            world.finish_files()
        simulation.settle()
        problems = verdict(newsroom)
        if not problems and seed % 4 == 0:
            problems = _sweeps(newsroom)
    finally:
        simulation.close()
    if problems and not traced:
        again = run(stage, seed, traced=True)
        return replace(again, problems=again.problems or problems)
    return Run(seed, list(dict.fromkeys(problems)), simulation.calls, simulation.events, newsroom)


def _sweeps(newsroom: Newsroom) -> list[str]:
    """Problems of sweeps: one must find nothing to repair, and then repair a page that is
    spoiled."""
    simulation = newsroom.simulation
    if (repaired := swept(newsroom)[1]) != 0:
        return [f"sweep: it repaired {repaired} pages of a site that was right"]
    if (repaired := sum(swept(newsroom, 22.9))) != 0:
        return [f"sweep: the second one repaired {repaired} pages"]
    if late := _late(newsroom):
        return late
    objects = simulation.cloud.objects[simulation.stage.site]
    kept = sorted(key for key in objects if not key.startswith("assets/"))
    kept = [key for key in kept if not EMPTY.search(objects[key].body.decode("utf-8", "replace"))]
    key = simulation.random.choice(kept)
    ways: list[Spoiling] = ["gone", "garbage", "another status"]
    if objects[key].redirect:
        ways = ["leads nowhere"]
    earlier = simulation.cloud.replaced.get((simulation.stage.site, key))
    if earlier and _same(earlier.body) != _same(objects[key].body):
        ways.append("earlier")
    newsroom.spoil(key, simulation.random.choice(ways))
    counted = not sitemaps.hourly(key) and not key.startswith(search.WORDS)
    if not sum(swept(newsroom)) and counted:
        return [f"sweep: it repaired nothing when {key} was spoiled"]
    # Nothing purges what an edge took of a page that we spoiled ourselves.
    cloud = simulation.cloud
    cloud.copies = tuple(copy for copy in cloud.copies if copy.key != key)
    return [*verdict(newsroom), *_late(newsroom)]


def _late(newsroom: Newsroom) -> list[str]:
    """Problems of what both sweeps have made right, if they have run after all else."""
    articles = articles_of(newsroom)
    return [
        *sitemaps.late(newsroom, articles),
        *more.late(newsroom, articles),
        *search.late(newsroom, articles),
    ]


class _World:
    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        self.simulation = newsroom.simulation
        self.random = newsroom.simulation.random
        self.stories = self.random.randrange(1, 9 if self.simulation.sizes else 5)
        self.versions: dict[int, int] = {}
        self.feeds = self.random.choice((1, 1, 2))
        self.pictures = newsroom.simulation.seed % 4 == 1  # whether stories have them
        self.pushes = newsroom.simulation.seed % 4 == 2  # whether a feed is pushed
        self.posts: list[Post] = []
        self.files = newsroom.simulation.seed % 4 == 3  # whether a feed comes as files
        self.halves: list[dict[str, Any]] = []  # files that are not whole yet
        self.agency_kills: set[int] = set()
        self.undated = {story for story in range(1, self.stories + 1) if self.random.random() < 0.2}
        self.back_to: dict[tuple[int, str], Version] = {}  # (story, feed) → before its last change

    def open(self) -> None:
        self.newsroom.open(self.feeds)
        if self.pushes:
            self.newsroom.take_pushes()
        if self.files:
            self.newsroom.take_files()

    def play(self) -> None:
        """Let things happen for a while, with faults as often as the seed decides."""
        chance, simulation = self.random, self.simulation
        simulation.overlap = True
        simulation.faults = faults.Chance(chance, chance.choice((0.0, 0.003, 0.01, 0.03, 0.08)))
        simulation.skewed = chance.choice((0.0, 1.0))
        simulation.duplicates = chance.choice((0.0, 0.1))
        simulation.stale = chance.choice((0.0, 0.3))
        luck = simulation.faults
        steps = chance.randrange(8, 24)
        outage = chance.randrange(steps) if chance.random() < 0.15 else steps
        for step in range(steps):
            if step == outage:
                simulation.faults = faults.Outage(
                    {chance.choice(OUTAGES)}, chance.choice(("refused", "die-before")), luck
                )
            if step == outage + 3:
                simulation.faults = luck
            self._happens()
            for _ in range(chance.randrange(1, 12)):
                self._moves()
        simulation.faults = luck
        # Nothing new happens now, but faults go on: no later change hides what goes wrong.
        for _ in range(chance.choice((0, 60, 200))):
            self._moves()

    def _moves(self) -> None:
        """Choose what runs next: an invocation that has begun, or a new one.

        The most urgent one goes on, and may then be suspended for long. Most races need an
        invocation that is suspended while others do all their work.
        """
        chance, simulation = self.random, self.simulation
        if simulation.running and chance.random() < 0.7:
            next_one = max(simulation.running, key=lambda each: each.urgency)
            if chance.random() < 0.2:
                next_one = chance.choice(simulation.running)
            simulation.move(next_one, chance.choice((1, 2, 5, 12, 25, 50, 400)))
            if chance.random() < 0.4:
                next_one.urgency = -chance.random()
            return
        choice = chance.random()
        if choice < 0.25:
            schedules = (*SCHEDULES, "PicturesFunction") if self.pictures else SCHEDULES
            simulation.fire(chance.choice(schedules))
        elif choice < 0.6:
            source = chance.choice(list(simulation.stage.sources.values()))
            simulation.receive(source, chance.randrange(1, source.batch + 1), shuffle=True)
        else:
            shards = simulation.shards
            if self.pictures and choice > 0.9:
                shards = simulation.picture_shards
            for shard in chance.sample(shards, chance.choice((1, 2))):
                simulation.deliver(shard, chance.choice((1, 2, 5, 100)))

    def _happens(self) -> None:
        """One thing that happens in the world."""
        chance, simulation, newsroom = self.random, self.simulation, self.newsroom
        if self.pushes and chance.random() < 0.25:
            self._pushes()
            return
        if self.files and chance.random() < 0.25:
            self._drops()
            return
        choice = chance.random()
        if choice < 0.38 or not self._good():
            self._sends()
        elif choice < 0.71:
            self._edits()
        elif choice < 0.74:
            self._errs()
        elif choice < 0.82:
            simulation.pass_time(chance.choice((1, 2, 5, 20, 45, 90, 400)))
        elif choice < 0.86:
            publisher = chance.choice(list(simulation.publishers.values()))
            publisher.trouble = chance.choice(("", "down", "garbled", "not-modified", "stale"))
            simulation.pictures_down = publisher.trouble == "down"
            simulation.trace.say(
                simulation.now(), f"{publisher.feed.id} is {publisher.trouble or 'well'}"
            )
        elif choice < 0.89:
            self._repeats()
        elif choice < 0.92:
            self._ages()
        elif choice < 0.94:
            simulation.deploy()
        elif choice < 0.95:
            newsroom.redrive()
        elif choice < 0.96:
            self._decides()
        elif choice < 0.97:
            simulation.fire("SweepFunction")
        else:
            newsroom.republish(**chance.choice(_REPUBLISH))

    def _decides(self) -> None:
        """Apply another site.toml. Editors use present and former names of sections, but not those
        of a section that may close, as it would depend on the order whether the event is
        refused."""
        newsroom = self.newsroom
        gossip = "gossip" in self.simulation.truth.sections
        self.random.choice(
            (
                newsroom.rename,
                newsroom.rename_section,
                newsroom.move_zone,
                lambda: (newsroom.close_section if gossip else newsroom.open_section)("gossip"),
            )
        )()

    def _sends(self) -> None:
        """The agency sends a new story, or another version of one.

        A version without a date is sent only when the one before it has been fetched (`_fetched`).
        The same holds for a withdrawal and the versions before and after it, as none of them
        replaces another.
        """
        chance = self.random
        story = chance.randrange(1, self.stories + 1)
        feed = chance.choice(list(self.simulation.publishers))
        if story in self.undated:
            feed = next(iter(self.simulation.publishers))
        shown = self.simulation.publishers[feed].shown.get(story)
        number = self.versions[story] = self.versions.get(story, 0) + 1
        more: dict[str, object] = {
            "headline": f"{token(story)} rises {number}",
            "body": f"<p>Body of {token(story)}, as of {number}.</p>",
            "categories": chance.choice(PLACES[: chance.choice((1, 4))]),
            "published": _START - timedelta(days=story // 2, minutes=-story),
            "dated": story not in self.undated,
            "spelling": number % len(SPELLINGS),
            "byline": tuple(BYLINES)[(story + number) % len(BYLINES)],
        }
        if self.pictures and number % 3:
            # Of some stories every version has the same one, and several stories share three.
            one = number if story % 2 else 1
            more["picture"] = self.newsroom.picture(f"{story}-{one}", f"pier {(story + one) % 3}")
        if chance.random() < 0.15:
            more["headline"] = "The same words"
        again = shown if chance.random() < 0.3 and self._fetched(feed) else None
        if again:  # only what is not its text
            more |= {name: getattr(again, name) for name in ("headline", "body", "summary")}
        # Without dates, clocks decide whether an editor's schedule came before an embargo.
        if story not in self.undated and chance.random() < (0.3 if again else 0.1):
            more["embargo"] = self.simulation.now() + timedelta(
                seconds=chance.choice((-60, 60, 900))
            )
        if shown and _gone(shown) and not self._fetched(feed):
            return
        if chance.random() < 0.15 and self._may_withdraw(story):
            if shown and not self._fetched(feed):
                return
            if chance.random() < 0.5:
                more["notice"] = chance.randrange(1, len(NOTICES) + 1)  # beside it
            else:
                more["withdrawn"] = True
                more["own"] = story in ADDRESSED
        if shown and (story in self.undated or chance.random() < 0.2):
            if not self._fetched(feed):
                return
            number = shown.number  # of the same time
            if (story, feed) in self.back_to:  # it files the story elsewhere once, and not back
                more["categories"] = shown.categories
        elif story in self.undated:
            number = 1
        if again and all(
            (more.get(name) or None) == (getattr(again, name) or None)
            for name in ("categories", "byline", "embargo", "withdrawn", "notice", "own")
        ):
            return  # a later time alone makes no version
        if shown and number == shown.number and self._came_after(story, feed, shown):
            self.newsroom.show(feed, self.back_to[story, feed])
        else:
            if _gone(self.newsroom.send(story, number, feed, **more)):
                self.agency_kills.add(story)
        publisher = self.simulation.publishers[feed]
        if shown and number == shown.number:
            self.back_to[story, feed] = shown
            publisher.forget()
        else:
            self.back_to.pop((story, feed), None)

    def _pushes(self) -> None:
        """A sender posts a new story, or another version of one; or what was not taken, or what
        came before, comes again. None of that waits for the other."""
        chance, newsroom = self.random, self.newsroom
        if newsroom.unsent and chance.random() < 0.6:
            newsroom.post_unsent()
            return
        if self.posts and chance.random() < 0.3:
            newsroom.begin_post_again(chance.choice(self.posts))
            return
        story = chance.randrange(1, self.stories + 1)
        shown = [each.shown.get(story) for each in self.simulation.publishers.values()]
        if story in self.undated or any(each and _gone(each) for each in shown):
            return  # without dates, the order in which they come decides
        number = self.versions[story] = self.versions.get(story, 0) + 1
        post = newsroom.begin_post(
            story,
            number,
            published=_START - timedelta(days=story // 2, minutes=-story),
            categories=chance.choice(PLACES),
            byline=tuple(BYLINES)[(story + number) % len(BYLINES)],
            spelling=number % len(SPELLINGS),
        )
        self.posts.append(post)

    def _drops(self) -> None:
        """A sender puts a new story into the inbox, or another version of one: over the file
        before, beside it, or only half of it at first. What is there may come again."""
        chance, newsroom = self.random, self.newsroom
        whole = [name for name in newsroom.files if name not in newsroom.broken]
        if self.halves and chance.random() < 0.6:
            newsroom.drop(**self.halves.pop())
            return
        if whole and chance.random() < 0.3:
            name = chance.choice(whole)
            newsroom.put_file(name, newsroom.files[name])
            return
        story = chance.randrange(1, self.stories + 1)
        shown = [each.shown.get(story) for each in self.simulation.publishers.values()]
        if story in self.undated or any(each and _gone(each) for each in shown):
            return  # as for pushes
        number = self.versions[story] = self.versions.get(story, 0) + 1
        file: dict[str, Any] = {
            "story": story,
            "number": number,
            "published": _START - timedelta(days=story // 2, minutes=-story),
            "categories": chance.choice(PLACES),
            "byline": tuple(BYLINES)[(story + number) % len(BYLINES)],
            "spelling": number % len(SPELLINGS),
        }
        if chance.random() < 0.25:
            newsroom.drop(**file, half=True)
            self.halves.append(file)
        else:
            newsroom.drop(**file, name=chance.choice(("", f"{story}.xml")))

    def finish_files(self) -> None:
        """Whoever has put half a file there puts all of it: others count on its story."""
        self.simulation.pass_time(5)
        for file in self.halves:
            self.newsroom.drop(**file)

    def _fetched(self, feed: str) -> bool:
        """Whether ingest has seen what the feed shows now, and so long ago that it counts as before
        what the feed shows next, whatever the clocks' skew."""
        row = self.simulation.cloud.item((f"feed#{feed}", "feed"))
        state = struct(row["state"]["M"], FeedState) if row and "state" in row else FeedState()
        publisher = self.simulation.publishers[feed]
        shown = document(list(publisher.shown.values()), publisher.links)
        seen = state.last_fetch
        return bool(
            state.etag == etag_of(shown) and seen and seen + 2 * SKEW < self.simulation.now()
        )

    def _came_after(self, story: int, feed: str, shown: Version) -> bool:
        """Whether the story can go back to how it was before: first that came, and then `shown`."""
        before = self.back_to.get((story, feed))
        changes = self.simulation.watch.changes[identity(story)]
        came = [new.wire.headline for _, new in changes if new.wire]
        return bool(
            before and not _gone(before) and self.random.random() < 0.5
            and before.categories == shown.categories
            and before.headline != shown.headline
            and before.headline in came and came[-1] == shown.headline
        )  # fmt: skip

    def _may_withdraw(self, story: int) -> bool:
        """Whether the agency may withdraw the story: it has come, and each `reinstate` that an
        editor has sent has been applied."""
        sent = self.simulation.truth.events.values()
        events = [each.id for each in sent if (each.story, each.action) == (story, "reinstate")]
        return story in self.simulation.truth.sent() and all(
            self.newsroom.table.articles.applied(identity(story), event) for event in events
        )

    def _may_reinstate(self, story: int) -> bool:
        """Whether an editor may reinstate the story: of one that the agency withdrew, only when the
        withdrawal has been applied."""
        if story not in self.agency_kills:
            return True
        article = self.newsroom.table.articles.get(identity(story))
        if article is None or article.wire is None or article.wire.withdrawn:
            return False  # there is nothing yet but the notice
        kill = article.desk.kill
        return bool(
            kill and kill.value == "withdrawn-by-agency" and kill.at <= self.simulation.now()
        )

    def _errs(self) -> None:
        """The agency or an editor sends something invalid. The agency may correct it later."""
        chance, newsroom = self.random, self.newsroom
        choice = chance.random()
        if choice < 0.4:
            feed = chance.choice(list(self.simulation.publishers))
            bad = chance.choice(("empty", "endless", ""))
            shown = self.simulation.publishers[feed].shown.get(BAD)
            # If a run fails after its fetch, and the feed shows another version by the next run,
            # nobody has read the first. So a good and a bad one replace each other only when read.
            if shown and bool(bad) != bool(shown.bad) and not self._fetched(feed):
                return
            number = self.versions[BAD] = self.versions.get(BAD, 0) + 1
            newsroom.send(BAD, number, feed, bad=bad)
        elif choice < 0.9:
            newsroom.refuse(chance.choice(REFUSED), chance.choice(self._good()))
        else:
            newsroom.babble()

    def _good(self) -> list[int]:
        return [story for story in self.versions if story != BAD]

    def _edits(self) -> None:
        chance, newsroom = self.random, self.newsroom
        if chance.random() < 0.05:  # maybe before it arrives
            newsroom.kill(chance.randrange(1, self.stories + 1), "legal")
            return
        story = chance.choice([story for story in self.versions if story != BAD] or [1])
        pinned = story if story <= PINNED else min(self._good())
        word, count = token(story), newsroom.number
        later = newsroom.simulation.now() + timedelta(seconds=chance.choice((-30, 40, 600, 10**6)))
        edits: list[Callable[[], object]] = [
            lambda: newsroom.headline(story, f"{word} ours {count}"),
            lambda: newsroom.headline(story, None),
            lambda: newsroom.standfirst(story, f"{word} in short {count}"),
            lambda: newsroom.slug(story, f"{word} moved {chance.randrange(3)}"),
            lambda: newsroom.correct(
                story, f"<p>{word} put right {count}.</p>", f"{word} was wrong {count}"
            ),
            lambda: newsroom.revert(story),
            lambda: newsroom.categorise(story, chance.choice((("sport",), ("india",), (), None))),
            lambda: newsroom.hold(story),
            lambda: newsroom.release(story),
            lambda: newsroom.publish_at(story, chance.choice((later, None))),
            lambda: newsroom.expire_at(story, chance.choice((later, None))),
            lambda: newsroom.kill(story, chance.choice(KILLS)),
            lambda: newsroom.kill(story, chance.choice(KILLS)),
            lambda: newsroom.pin(pinned, chance.choice(("home", "india")), chance.randrange(1, 4)),
            lambda: newsroom.unpin(pinned, chance.choice(("home", "india"))),
            lambda: newsroom.note(story, f"Note {count}."),
        ]
        if self._may_reinstate(story):
            edits += [lambda: self._reinstates(story)] * (8 if story in self.agency_kills else 2)
        edit = chance.choice(edits)
        edit()
        if chance.random() < 0.15:  # and thinks again
            edit()

    def _reinstates(self, story: int) -> None:
        if story not in self.agency_kills and self.random.random() < 0.3:
            self.newsroom.kill(story)  # and takes it back at once
        self.newsroom.reinstate(story)
        self.agency_kills.discard(story)

    def _repeats(self) -> None:
        """Deliver a present or former message once more, or a message too early."""
        chance, cloud = self.random, self.simulation.cloud
        queue = chance.choice(list(self.simulation.stage.sources))
        held = cloud.queues[queue]
        if not held:
            return
        message = chance.choice(held)
        if chance.random() < 0.5:
            message.visible = self.simulation.clock.now()
        else:
            cloud.send(queue, message.body)
        self.simulation.trace.say(self.simulation.now(), f"{message.id} is delivered once more")

    def _ages(self) -> None:
        """Rewrite rows as an older or a newer release may have written them: without some fields,
        or with further ones."""
        chance, simulation = self.random, self.simulation
        queues, cloud = simulation.stage.queues, simulation.cloud
        for message in cloud.queues[queues["WireQueue"]]:
            if chance.random() < 0.5:
                message.body = message.body.replace(',"known":true', "").replace(
                    ',"known":false', ""
                )
                message.body = message.body.replace(
                    '{"feed":', '{"since":"a later release","feed":', 1
                )
        for message in cloud.queues[queues["EditQueue"]]:
            if chance.random() < 0.5:
                message.body = message.body.replace(
                    '{"version": "0"', '{"replay-name": "of the archive", "version": "0"', 1
                )
        for key, row in list(cloud.rows()):
            if key[1] == "job" and chance.random() < 0.5:
                older = {name: value for name, value in row.items() if name not in _LATER}
                newer = older | {"later": {"S": "of another release"}}
                boto3.client("dynamodb").put_item(TableName=simulation.stage.table, Item=newer)
        simulation.trace.say(simulation.now(), "rows and messages of another release")


def _gone(version: Version) -> bool:
    """Whether the agency takes the story back with it."""
    return version.withdrawn or version.notice > 0


_LATER = {"changed", "by", "total"}
_REPUBLISH: tuple[dict[str, object], ...] = (
    {"everything": True},
    {"list": "india"},
    {"page": "/"},
    {"page": "/india/"},
    {"first": "2026-02-10", "last": "2026-02-12"},
)
