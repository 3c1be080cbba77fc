"""The fixed scenarios: a world, and the one thing that then happens in it.

Each fault is tried at every call that the functions make from then on until all work is done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle
from typing import Any
from unittest.mock import patch

import boto3
from msgspec import Struct
from msgspec.structs import replace

import wireroom.pipeline.edit
import wireroom.pipeline.process
import wireroom.pipeline.render
import wireroom.site.build
from tests.simulation import more, search, sitemaps
from tests.simulation.cloud import Record
from tests.simulation.dead_letters import dead_letters, unexplained
from tests.simulation.faults import Fault, Once, Outage
from tests.simulation.newsroom import REFUSED, Newsroom, Spoiling, pushed
from tests.simulation.simulation import MISTAKE, Invocation, Shard
from tests.simulation.state import ALARMED
from tests.simulation.truth import identity
from tests.simulation.verdict import articles_of
from tests.simulation.wire import CUT_OFF, IN_TAKES, OURS, PROVIDER, document, version
from wireroom.newsroom.identity import article_id
from wireroom.site.theme import Text, Theme
from wireroom.store.feeds import Feeds

Act = Callable[[Newsroom], None]
THEME = Theme(
    css=":root { --accent: #004d40; }",
    texts={"about": Text(title="About us", html="<p>We are small.</p>")},
    templates={
        "article.html": '{% extends "wireroom/article.html" %}{% block headline %}'
        "OURS {{ super() }}{% endblock %}",
        "front.html": '{% extends "wireroom/front.html" %}{% block stories %}'
        '{{ 1 / 0 if name == "sport" else "OURS" }} {{ super() }}{% endblock %}',
    },
)
SMALL = {
    "rows of a chunk": 12,
    "stories filed in a chunk": 1,
    "lists of a chunk": 2,
    "objects of a chunk": 20,
    "left over in a chunk": 4,
    "rows of a list": 3,
    "entries of a front": 2,
    "articles of a read": 3,
    "addresses of a sitemap": 2,
}
# For what files stories: that the lists are worked off in small steps, too, is seen with SMALL.
FILING = {"rows of a chunk": 12, "stories filed in a chunk": 1, "left over in a chunk": 4}
DAY = datetime.fromisoformat("2026-02-11T06:00:00+00:00")


class Scenario(Struct, frozen=True):
    """`before`: makes the world, which is settled without faults. `act`: what happens then. `then`:
    steps that follow, each of which can also go on from any moment between two of its invocations.
    `meanwhile`: what happens while an invocation is suspended by `sleep-other`; with `sleep-same`
    the story `same` gets another headline. `check`: gives problems beyond those of the verdict.
    `sizes`: of the stage. `repeats`: an invocation may write a page twice, as jobs of one
    batch do, or a slow writer."""

    name: str
    before: Act
    act: Act
    meanwhile: Act = lambda newsroom: newsroom.kill(2)
    same: int = 1
    check: Callable[[Newsroom], list[str]] = lambda _: []
    sizes: Mapping[str, int] = {}
    repeats: bool = False
    then: tuple[Act, ...] = ()


def _nothing(_: Newsroom) -> None:
    """An empty site."""


def _one(newsroom: Newsroom) -> None:
    newsroom.send(1, 1)
    newsroom.pull()


def _two(newsroom: Newsroom) -> None:
    newsroom.send(1, 1)
    newsroom.send(2, 1, categories=("India", "Sport"))
    newsroom.pull()


def _excerpt(newsroom: Newsroom) -> None:
    newsroom.send(1, 1)
    newsroom.send(3, 1, body=f"<p>Body of omen3x, of which more {CUT_OFF}", byline="Asha Rao")
    newsroom.pull()


def _filed(newsroom: Newsroom) -> None:
    """Stories of another day, which the sweep has filed for readers' search."""
    newsroom.send(1, 1, published=DAY - timedelta(days=2), categories=())
    newsroom.send(2, 1, published=DAY - timedelta(days=2), categories=())
    newsroom.pull()
    newsroom.simulation.drain()
    newsroom.simulation.fire("SweepFunction")


def _signed(newsroom: Newsroom) -> None:
    """Story 1 is the only one of its author."""
    newsroom.send(1, 1, byline="Dr. B. Khan, PTN")
    newsroom.send(2, 1, byline="Asha Rao")
    newsroom.pull()


def _recurring(newsroom: Newsroom) -> None:
    """An author of three stories, of whom the sitemap of the last one's month tells."""
    for story, days in ((1, 20), (2, 20), (3, 0)):
        newsroom.send(story, 1, byline="Asha Rao", published=DAY - timedelta(days=days))
    newsroom.send(4, 1, published=DAY)
    newsroom.pull()
    newsroom.simulation.drain()
    newsroom.simulation.fire("SweepFunction")


def _shortened(newsroom: Newsroom) -> None:
    """And a part of that sitemap is needed no more."""
    _recurring(newsroom)
    newsroom.simulation.drain()
    newsroom.kill(4)


def _swept_daily(newsroom: Newsroom) -> None:
    before = newsroom.table.jobs.get("sweep")
    for hours in (24, 1):
        newsroom.simulation.clock.advance(timedelta(hours=hours).total_seconds())
        newsroom.simulation.fire("SweepFunction")
        if newsroom.table.jobs.get("sweep") != before:  # else it failed: there is the next hour
            break


def _two_alike(newsroom: Newsroom) -> None:
    newsroom.send(1, 1)
    newsroom.send(2, 1)
    newsroom.pull()


def _one_then_two(newsroom: Newsroom) -> None:
    """The page of story 1 is written before there is a story 2, so it does not name story 2."""
    _one(newsroom)
    newsroom.simulation.drain()
    _two(newsroom)


def _held(newsroom: Newsroom) -> None:
    _two(newsroom)
    newsroom.simulation.drain()
    newsroom.hold(1)


def _days(newsroom: Newsroom) -> None:
    newsroom.send(1, 1, published=DAY - timedelta(days=4))
    newsroom.send(2, 1, published=DAY)
    newsroom.pull()


def _three_days(newsroom: Newsroom) -> None:
    _days(newsroom)
    newsroom.send(3, 1, published=DAY - timedelta(days=2))


def _moved(newsroom: Newsroom) -> None:
    _two(newsroom)
    newsroom.simulation.drain()
    newsroom.slug(1, "omen1x second")


def _mapped(newsroom: Newsroom) -> None:
    """Two stories that the sitemap of their month names."""
    _two(newsroom)
    newsroom.simulation.drain()
    newsroom.simulation.fire("SweepFunction")


def _moved_and_mapped(newsroom: Newsroom) -> None:
    _moved(newsroom)
    newsroom.simulation.drain()
    newsroom.simulation.fire("SweepFunction")


def _killed_before(newsroom: Newsroom) -> None:
    """Story 1 was killed, and is back."""
    _two(newsroom)
    newsroom.simulation.drain()
    newsroom.kill(1)
    newsroom.simulation.settle()
    newsroom.reinstate(1)


def _pinned(newsroom: Newsroom) -> None:
    _two(newsroom)
    newsroom.simulation.drain()
    newsroom.pin(1)
    newsroom.pin(1, "india")


def _new(newsroom: Newsroom) -> None:
    newsroom.send(3, 1, categories=("Sport",))
    newsroom.pull()


def _update(newsroom: Newsroom) -> None:
    newsroom.send(1, 2)
    newsroom.pull()


def _embargoed(newsroom: Newsroom) -> None:
    newsroom.send(3, 1, embargo=newsroom.simulation.now() + timedelta(minutes=20))
    newsroom.pull()


def _nearly_out(newsroom: Newsroom) -> None:
    """An edit half a minute before the embargo of the story ends."""
    simulation = newsroom.simulation
    end = simulation.now() + timedelta(hours=1)
    newsroom.send(3, 1, embargo=end)
    while f"article#{identity(3)}" not in simulation.cloud.table:
        newsroom.pull()
        simulation.drain(simulation.faults)
    simulation.clock.advance_to(end - timedelta(seconds=30))
    newsroom.headline(3, "omen3x ours")


def _drafted(newsroom: Newsroom) -> None:
    _two(newsroom)
    newsroom.write("draft", "begins")
    newsroom.simulation.drain()


def _our_own(newsroom: Newsroom) -> None:
    """The draft is saved again, then published: whichever call fails, by then it is there."""
    over = newsroom.write("draft", "goes on")
    simulation = newsroom.simulation
    while newsroom.table.articles.get(identity(OURS)).wire.hash == over:
        simulation.drain(simulation.faults)
    newsroom.write("publish", "is told")


def _in_text(newsroom: Newsroom) -> None:
    _two(newsroom)
    newsroom.wire_text()


def _takes(newsroom: Newsroom) -> None:
    """The second take comes before the lead, and has left the feed when that comes."""
    newsroom.take(2)
    simulation = newsroom.simulation
    while f"article#{identity(IN_TAKES)}" not in simulation.cloud.table:
        newsroom.pull()
        simulation.drain(simulation.faults)
    newsroom.gone(2)
    newsroom.take()
    newsroom.take(1)
    newsroom.pull()


def _taken(newsroom: Newsroom) -> None:
    """The lead, and its first take."""
    _in_text(newsroom)
    newsroom.take(1)
    newsroom.take()
    newsroom.pull()


def _another_lead(newsroom: Newsroom) -> None:
    newsroom.gone(1)
    newsroom.take(2)
    newsroom.take(lead=2)
    newsroom.pull()


def _late_draft(newsroom: Newsroom) -> None:
    """A draft of a story that another editor has published since the draft was opened."""
    over = newsroom.write("publish", "is told")
    simulation = newsroom.simulation
    while not newsroom.table.articles.get(identity(OURS)).published:
        simulation.drain(simulation.faults)
    newsroom.write("draft", "is taken back", over)


def _scheduled(newsroom: Newsroom) -> None:
    _held(newsroom)
    newsroom.publish_at(1, newsroom.simulation.now() + timedelta(minutes=20))
    newsroom.release(1)


def _expires_first(newsroom: Newsroom) -> None:
    """A story whose scheduled time is after its expiry. It must expire, and never be live again."""
    now = newsroom.simulation.now()
    newsroom.expire_at(1, now + timedelta(minutes=20))
    newsroom.publish_at(1, now + timedelta(days=9))


def _corrected(newsroom: Newsroom) -> None:
    newsroom.correct(1, "<p>omen1x put right.</p>", "omen1x was wrong.")
    newsroom.send(1, 2)
    newsroom.pull()


def _early_kill(newsroom: Newsroom) -> None:
    newsroom.kill(3)
    newsroom.send(3, 1)
    newsroom.pull()


def _agency_kill(newsroom: Newsroom) -> None:
    """A kill notice with the text and the time of the story."""
    _resend(newsroom, withdrawn=True)
    newsroom.pull()


def _notice(newsroom: Newsroom) -> None:
    """A kill notice, which may be processed before the story that it takes back."""
    newsroom.send(3, 1)
    newsroom.pull()
    newsroom.pull()
    newsroom.send(3, 2, withdrawn=True)
    newsroom.pull()


def _notice_beside(newsroom: Newsroom) -> None:
    """A kill notice in one document with its story, with a headline of its own and no date."""
    _resend(newsroom, notice=2)
    newsroom.pull()


def _notice_named_by_settings(newsroom: Newsroom) -> None:
    """The same, with a label that only the feed's `kill_titles` name."""
    _resend(newsroom, notice=5)
    newsroom.pull()


def _notice_of_its_own(newsroom: Newsroom) -> None:
    """A kill notice with a guid of its own, in a document without its story, to whose address it
    links. A new version follows, which stays down."""
    newsroom.send(2, 2, withdrawn=True, own=True, spelling=1)
    newsroom.pull()
    newsroom.pull()
    newsroom.send(2, 3, spelling=2)
    newsroom.pull()


def _notice_of_its_own_beside(newsroom: Newsroom) -> None:
    """The same, in one document with its story, which has another guid."""
    _resend(newsroom, notice=7)
    newsroom.pull()


def _notice_of_its_own_first(newsroom: Newsroom) -> None:
    """Such a notice comes before its story."""
    newsroom.send(5, 2, withdrawn=True, own=True, spelling=1)
    newsroom.pull()
    newsroom.pull()
    newsroom.send(5, 3, spelling=2)
    newsroom.pull()


def _matches_nothing(newsroom: Newsroom) -> None:
    """A kill notice whose guid and link are not the guid of its story, in a document without it."""
    newsroom.send(1, 2, withdrawn=True, own=True)
    newsroom.pull()


def _alarmed(newsroom: Newsroom) -> list[str]:
    told = newsroom.simulation.measured[ALARMED]
    return [] if told else ["no alarm reports the kill notice that matches no story"]


def _comes_killed(newsroom: Newsroom) -> None:
    newsroom.send(3, 1, notice=3)
    newsroom.pull()


def _in_its_theme(newsroom: Newsroom) -> list[str]:
    site = newsroom.simulation.cloud.objects[newsroom.simulation.stage.site]
    pages = {key: each.body.decode() for key, each in site.items() if b"<body>" in each.body}
    problems = [
        f"theme: {key} needs {path}, which is not there"
        for key, text in pages.items()
        for path in re.findall(r'(?:href|src)="/(assets/[^"]+)"', text)
        if path not in site
    ]
    problems += [
        f"theme: {key} is not in it" for key, text in pages.items() if "assets/theme-" not in text
    ]
    for key in ("index.html", "india/index.html", *(key for key in pages if "/omen1x" in key)):
        if "OURS" not in pages.get(key, ""):
            problems.append(f"theme: {key} is not made with its template")
    sport = pages.get("sport/index.html", "")
    if "OURS" in sport or "No stories yet" not in sport:
        problems.append("theme: the front of Sport is not made with the built-in template")
    if "We are small." not in pages.get("about/index.html", ""):
        problems.append("theme: its own page is not there")
    return problems


def _never_seen(newsroom: Newsroom) -> list[str]:
    changes = newsroom.simulation.watch.changes[identity(3)]
    return ["story 3 was live before it was killed"] * any(
        new.state == "live" for _, new in changes
    )


def _killed_once(newsroom: Newsroom) -> None:
    _two(newsroom)
    newsroom.simulation.drain()
    newsroom.kill(2)


def _respelled(newsroom: Newsroom) -> None:
    """New versions of a killed story, whose address the feed spells differently."""
    newsroom.send(2, 2, spelling=1)
    newsroom.pull()
    newsroom.pull()
    newsroom.send(2, 3, spelling=2)
    newsroom.pull()


def _resend(newsroom: Newsroom, **changed: object) -> None:
    shown = newsroom.simulation.publishers["ptn-top"].shown[1]
    newsroom.show("ptn-top", replace(shown, **changed))


def _body_alone(newsroom: Newsroom) -> None:
    """An update that changes the story's page and no list."""
    _resend(newsroom, body="<p>Body of omen1x, at length.</p>")
    newsroom.pull()


def _brought_back(newsroom: Newsroom) -> None:
    """The agency sends another version after the withdrawal. An editor's `reinstate` publishes
    it."""
    newsroom.send(1, 3)
    newsroom.pull()
    newsroom.reinstate(1)


def _undated(newsroom: Newsroom) -> None:
    """Two versions without dates, of which the first may be processed last."""
    newsroom.send(3, 1, dated=False)
    newsroom.pull()
    newsroom.pull()
    newsroom.send(3, 1, dated=False, headline="omen3x put otherwise", categories=("Sport",))
    newsroom.pull()


def _second_number(newsroom: Newsroom) -> None:
    newsroom.send(3, 2, numbered=True)
    newsroom.pull()


def _first_number(newsroom: Newsroom) -> None:
    """Version 1 comes after version 2, and with the later date."""
    newsroom.send(3, 1, numbered=True)
    newsroom.pull()


def _back_and_forth(newsroom: Newsroom) -> None:
    """Two texts with the same time, and then the first again. A fetch sees each of them, whichever
    call fails."""
    first = newsroom.simulation.publishers["ptn-top"].shown[1]
    _resend(newsroom, headline="omen1x put otherwise")
    newsroom.pull()
    newsroom.pull()
    _resend(newsroom, headline=first.headline)
    newsroom.pull()


def _feed_moves(newsroom: Newsroom) -> None:
    publisher = newsroom.simulation.publishers["ptn-top"]
    publisher.moved_to = "https://moved.example/top.xml"
    newsroom.send(1, 2)
    newsroom.pull()
    newsroom.send(2, 2)
    newsroom.pull()


def _subscribed(newsroom: Newsroom) -> None:
    newsroom.subscribe("ptn-top")
    _two(newsroom)


def _pushed(newsroom: Newsroom) -> None:
    newsroom.send(3, 1)
    newsroom.push("ptn-top")
    newsroom.pull()


def _two_pushed(newsroom: Newsroom) -> None:
    newsroom.take_pushes()
    newsroom.post(1, 1)
    newsroom.post(2, 1, categories=("India", "Sport"))


def _post_another(newsroom: Newsroom) -> None:
    """Another push meets each call of the first."""
    newsroom.post(4, newsroom.simulation.calls)


def _out_of_order(newsroom: Newsroom) -> None:
    """A newer version comes first, then the older one, and one that is sent again."""
    newsroom.post(3, 2)
    newsroom.post(3, 1)
    newsroom.post(3, 2)


def _forged(newsroom: Newsroom) -> None:
    """What is not signed with the token is not there for anybody."""
    sent = version(3, 1, DAY, DAY)
    forged = pushed("", "application/rss+xml", document([sent], ""), "what nobody knows")
    newsroom.simulation.begin("PushFunction", forged, lambda _: None)
    newsroom.post(1, 2)


def _pushed_picture(newsroom: Newsroom) -> None:
    address = newsroom.post_picture("5a", "omen3x")
    newsroom.post(3, 1, picture=address)


def _two_dropped(newsroom: Newsroom) -> None:
    newsroom.take_files()
    newsroom.drop(1, 1)
    newsroom.drop(2, 1, categories=("India", "Sport"))


def _drop_another(newsroom: Newsroom) -> None:
    """Another run, with a file of the same feed, meets each call of the first."""
    newsroom.drop(4, newsroom.simulation.calls)


def _drop_over(newsroom: Newsroom) -> None:
    """The file is replaced by a newer one at each call, of which S3 tells only a minute later."""
    simulation = newsroom.simulation
    newsroom.drop(3, simulation.calls, "the story")
    queue = simulation.cloud.queues[simulation.stage.queues["InboxQueue"]]
    queue[-1].visible += timedelta(minutes=1)


def _safe_elsewhere(newsroom: Newsroom) -> None:
    """A file whose story is in another one, too: whoever replaces the first may lose it."""
    newsroom.drop(3, 1)
    newsroom.put_file("the story", newsroom.files["3 + 1.xml"])


def _break_over(newsroom: Newsroom) -> None:
    """The file is replaced by a broken one at each call."""
    newsroom.simulation.clock.advance(2)
    newsroom.drop(3, newsroom.simulation.calls, "the story", half=True)


def _break_over_untold(newsroom: Newsroom) -> None:
    """The same, and S3 tells of it only when the invocation that was under way is over."""
    _break_over(newsroom)
    simulation = newsroom.simulation
    for message in (each for held in simulation.cloud.queues.values() for each in held):
        if "the+story" in message.body:
            message.visible = simulation.now() + timedelta(minutes=1)


def _versions_as_files(newsroom: Newsroom) -> None:
    """A newer version comes first, then the older one, and the newer one once more."""
    newsroom.drop(3, 2)
    newsroom.drop(3, 1)
    newsroom.drop(3, 2, "again")


def _half_a_file(newsroom: Newsroom) -> None:
    newsroom.drop(3, 1, "the story", half=True)


def _mended(newsroom: Newsroom) -> None:
    newsroom.simulation.clock.advance(2)
    newsroom.drop(3, 1, "the story")


def _no_trace(newsroom: Newsroom) -> list[str]:
    objects = newsroom.simulation.cloud.objects[newsroom.simulation.stage.inbox]
    return [f"{key} was mended, and is still there" for key in objects if "failed/" in key]


def _taken_again(newsroom: Newsroom) -> None:
    """A file that came before there was a feed for it, and one whose feed has lost its folder."""
    newsroom.take_files()
    newsroom.redrive()


def _before_its_feed(newsroom: Newsroom) -> None:
    _two(newsroom)
    newsroom.drop(3, 1, "the story")
    newsroom.ever_broken.add("the story")


def _second_first(newsroom: Newsroom) -> None:
    """The page of story 2 is written before there is a story 1. The stream has a third shard, so
    that a job can run beside two suspended invocations of render."""
    newsroom.simulation.shards.append(Shard())
    newsroom.send(2, 1)
    newsroom.pull()
    newsroom.simulation.drain()
    newsroom.send(1, 1)
    newsroom.pull()


def _slow_writers(newsroom: Newsroom) -> None:
    """A page that names story 1 is about to be written while story 1 is killed. An unlisting that
    runs now does not find that page."""
    slow = _rendering(newsroom, lambda: newsroom.correct(2, "<p>omen2x put right.</p>", "Wrong."))
    killing = _rendering(newsroom, lambda: newsroom.kill(1))
    newsroom.simulation.deliver_all()
    for invocation in (*slow, *killing):
        newsroom.simulation.move(invocation, 10_000)


def _rendering(newsroom: Newsroom, say: Callable[[], None]) -> list[Invocation]:
    """Do an edit, and let render run until it is about to write the first page. Gives the
    invocations, which are suspended there."""
    simulation = newsroom.simulation
    say()
    for source in simulation.stage.sources.values():
        simulation.receive(source, source.batch)
    before = list(simulation.running)
    simulation.overlap = True
    for shard in simulation.shards:
        simulation.deliver(shard, 1)
    simulation.overlap = False
    begun = [each for each in simulation.running if each not in before]
    for invocation in begun:
        simulation.move_to(invocation, "HeadObject")  # past the files that a cold container puts
        simulation.move_to(invocation, "PutObject")
    return begun


def _moved_for_good(newsroom: Newsroom) -> list[str]:
    row = Feeds(boto3.client("dynamodb"), newsroom.simulation.stage.table).get("ptn-top")
    wanted = newsroom.simulation.publishers["ptn-top"].moved_to
    return [] if row and row.state.url == wanted else [f"the feed is not asked at {wanted}: {row}"]


def _twins(newsroom: Newsroom) -> None:
    newsroom.send(3, 1, headline="The same words")
    newsroom.send(4, 1, headline="The same words")
    newsroom.pull()


def _embargoed_twins(newsroom: Newsroom) -> None:
    end = newsroom.simulation.now() + timedelta(minutes=20)
    newsroom.send(3, 1, headline="The same words", embargo=end)
    newsroom.send(4, 1, headline="The same words", embargo=end)
    newsroom.pull()


def _bad_entries(newsroom: Newsroom) -> None:
    """Three stories at once: ingest rejects one of them, process another."""
    newsroom.send(3, 1, bad="empty")
    newsroom.send(4, 1, bad="endless")
    newsroom.send(1, 2, headline="omen1x again")
    newsroom.pull()


def _put_right(newsroom: Newsroom) -> None:
    """An entry that ingest rejected is redriven while it is still bad, and the agency corrects it
    before the next fetch. (Seed 500029.)"""
    newsroom.redrive()
    newsroom.send(3, 2)
    newsroom.pull()


def _refused(newsroom: Newsroom) -> None:
    newsroom.headline(1, "omen1x ours")
    for what in REFUSED:
        newsroom.refuse(what, 2)
    newsroom.babble()


def _new_and_edited(newsroom: Newsroom) -> None:
    newsroom.send(3, 1)
    newsroom.pull()
    newsroom.headline(1, "omen1x ours")


def _outage(newsroom: Newsroom, fault: Fault) -> None:
    """No transaction succeeds until the queues have moved all messages to dead-letter queues."""
    simulation = newsroom.simulation
    once = simulation.faults
    simulation.drain(Outage({"TransactWriteItems"}, fault, once))
    simulation.faults = once
    simulation.problems += unexplained(newsroom)


def _redriven(newsroom: Newsroom) -> None:
    newsroom.redrive()


def _five(newsroom: Newsroom) -> None:
    for story, name in ((3, "Sport"), (4, "India"), (5, "India")):
        newsroom.send(story, 1, categories=(name,))
    newsroom.pull()
    newsroom.headline(1, "omen1x ours")
    newsroom.headline(2, "omen2x ours")
    newsroom.simulation.watch.given_up = True  # the change of story 4, until it is redriven


def _mistakes(newsroom: Newsroom) -> None:
    """An unforeseen error in one entry, one event, one page and one change. The others of their
    batches must be processed. When the error is gone, a redrive does the rest."""
    simulation = newsroom.simulation
    once = simulation.faults
    with ExitStack() as stack:
        for module, name, word in (
            (wireroom.pipeline.process, "merge", "omen3x"),
            (wireroom.pipeline.edit, "settle", "omen1x ours"),
            (wireroom.pipeline.render, "affected", "omen4x"),
            (wireroom.site.build, "front", "'sport', ["),
        ):
            fails = partial(_mistaken, getattr(module, name), word)
            stack.enter_context(patch.object(module, name, fails))
        simulation.drain(once)
    simulation.faults = once
    simulation.problems += unexplained(newsroom)
    if not isinstance(once, Once):
        simulation.problems += _stopped(newsroom)


def _mistaken(real: Callable[..., Any], word: str, *args: Any, **more: Any) -> Any:
    if word in repr((args, more)):
        raise RuntimeError(MISTAKE)
    return real(*args, **more)


def _stopped(newsroom: Newsroom) -> Iterator[str]:
    """Problems: a dead letter of the four errors is missing or has another reason, or another thing
    was not processed."""
    about = (
        "feed ptn-top, entry 3",
        "headline of ptn:1",
        "page /sport/",
        f"article {article_id(PROVIDER, '4')}",
    )
    wanted = sorted(f"{each}: RuntimeError: {MISTAKE}" for each in about)
    if (found := sorted({letter.reason for letter in dead_letters(newsroom)})) != wanted:
        yield f"1: dead letters {found}, not {wanted}"
    home = newsroom.simulation.watch.pages["index.html"]
    for word in ("omen2x ours", "omen5x"):
        if word not in home:
            yield f"1: {word} was stopped by a mistake in another"


def _unreadable(newsroom: Newsroom) -> None:
    """The row of an article can't be read when render gets its change. Its dead letter says so, and
    the other change of the batch is rendered. When the row has been put right, a redrive does the
    rest; what that writes to the stream can't be read either, as it has the row as it was."""
    simulation = newsroom.simulation
    key = f"article#{identity(1)}"
    simulation._places[f"article#{identity(2)}"] = simulation._places[key]  # one batch
    newsroom.headline(1, "omen1x ours")
    newsroom.correct(2, "<p>omen2x put right.</p>", "omen2x was wrong.")
    sources = simulation.stage.sources.values()
    while hidden := [m.visible for s in sources for m in simulation.cloud.queues[s.queue]]:
        simulation.clock.advance_to(max(min(hidden), simulation.clock.now()))
        for source in sources:
            simulation.receive(source, source.batch)
    written = simulation.cloud.table[key]["article"]
    records = simulation.cloud.records
    (at,) = (n for n, each in enumerate(records) if each.new == written)
    waits = at >= simulation._routed  # not if an edit slept while the other was rendered
    spoiled = written | {"state": {"S": MISTAKE}}
    records[at] = replace(records[at], new=spoiled)
    simulation.cloud.table[key]["article"] = spoiled
    once = simulation.faults
    simulation.drain(once)
    simulation.problems += unexplained(newsroom)
    reason = f"article {identity(1)}: its row can't be read: ValidationError: Invalid enum value"
    if not isinstance(once, Once):
        found = [letter.reason for letter in dead_letters(newsroom)]
        if len(found) != 1 or not found[0].startswith(reason):
            simulation.problems.append(f"1: dead letters {found}, not of {reason}")
        if not any("omen2x put right" in page for page in simulation.watch.pages.values()):
            simulation.problems.append("1: story 2 was stopped by the row of story 1")
    newsroom.redrive()
    if waits and not any(letter.reason.startswith(reason) for letter in dead_letters(newsroom)):
        simulation.problems.append("1: a redrive lost the dead letter of a row that can't be read")
    simulation.cloud.table[key]["article"] = written
    number = len(records) + 1
    records.append(Record(number, simulation.now(), (key, "article"), spoiled, written))
    simulation.drain(once)
    simulation.faults = once
    newsroom.redrive()


def _given_up(newsroom: Newsroom) -> None:
    """A kill whose change the stream gave up before render could write it."""
    simulation = newsroom.simulation
    newsroom.kill(1)
    for source in simulation.stage.sources.values():
        simulation.receive(source, source.batch)
    simulation.give_up()
    newsroom.redrive()


def _spoiled(newsroom: Newsroom) -> None:
    """Spoil every page, in different ways."""
    simulation = newsroom.simulation
    site = simulation.cloud.objects[simulation.stage.site]
    new: Iterator[Spoiling] = cycle(("gone", "garbage"))
    replaced: Iterator[Spoiling] = cycle(("earlier", "gone", "garbage"))
    for key in sorted(key for key in site if not key.startswith("assets/")):
        if site[key].redirect:
            newsroom.spoil(key, "leads nowhere")
        elif site[key].status:
            newsroom.spoil(key, "another status")
        elif (simulation.stage.site, key) in simulation.cloud.replaced:
            newsroom.spoil(key, next(replaced))
        else:
            newsroom.spoil(key, next(new))


def _swept(newsroom: Newsroom) -> None:
    _spoiled(newsroom)
    simulation = newsroom.simulation
    # Less than a day, after which the pages of articles are put again with another Cache-Control.
    simulation.clock.advance(timedelta(hours=20).total_seconds())
    simulation.fire("SweepFunction")
    if newsroom.table.jobs.get("sweep") is None:  # it failed: there is the next hour
        simulation.clock.advance(timedelta(hours=1).total_seconds())
        simulation.fire("SweepFunction")


def _made_right(newsroom: Newsroom, *, exact: bool = True) -> list[str]:
    articles = articles_of(newsroom)
    return [
        *sitemaps.late(newsroom, articles, exact=exact),
        *more.late(newsroom, articles),
        *search.late(newsroom, articles, exact=False),
    ]


def _republished(newsroom: Newsroom) -> None:
    _spoiled(newsroom)
    newsroom.republish(everything=True)


def _article_republished(newsroom: Newsroom) -> None:
    for key, held in newsroom.simulation.cloud.objects[newsroom.simulation.stage.site].items():
        if re.fullmatch(r"\d{4}/\d\d/\d\d/omen1x-[^/]+/index.html", key):
            newsroom.spoil(key, "leads nowhere" if held.redirect else "garbage")
    newsroom.republish(article="ptn:1")


def _spread(newsroom: Newsroom) -> None:
    """Stories on three days of two months, and one that has moved."""
    newsroom.send(1, 1, published=DAY - timedelta(days=12))
    newsroom.send(2, 1, published=DAY - timedelta(days=1.5))
    newsroom.send(3, 1, published=DAY - timedelta(days=1.5), categories=())
    newsroom.send(4, 1, published=DAY, categories=())
    newsroom.pull()
    newsroom.simulation.drain()
    newsroom.slug(1, "omen1x second")


def _sections(newsroom: Newsroom) -> None:
    """Stories in each section, and one pinned."""
    newsroom.send(1, 1, published=DAY - timedelta(days=2))
    newsroom.send(2, 1, categories=("India", "Sport"))
    newsroom.send(3, 1, categories=("Gossip",))
    newsroom.pull()
    newsroom.simulation.drain()
    newsroom.pin(1, "india")


def _evening(newsroom: Newsroom) -> None:
    """Stories that belong to other days in a time zone some hours further east."""
    newsroom.send(1, 1, published=DAY - timedelta(days=3, hours=-8))
    newsroom.send(2, 1, published=DAY)
    newsroom.pull()


def _both(newsroom: Newsroom) -> None:
    newsroom.headline(1, "omen1x ours")
    newsroom.kill(2, "error")
    newsroom.note(1, "Called the agency.")


def _back(newsroom: Newsroom) -> None:
    """A hold that is released again, and a republish that may run in between."""
    simulation = newsroom.simulation
    newsroom.hold(1)
    for source in simulation.stage.sources.values():
        simulation.receive(source, source.batch)
    newsroom.republish(page="/")
    for source in simulation.stage.sources.values():
        simulation.receive(source, source.batch)
    simulation.route()
    for shard in simulation.shards:  # the republish is under way before the hold is rendered
        if shard.waiting and shard.waiting[0].key[0].startswith("job#"):
            simulation.deliver(shard, 1)
    newsroom.release(1)


def _pictured(newsroom: Newsroom) -> None:
    """A story with a picture. The agency has none at first."""
    newsroom.simulation.pictures_down = True
    newsroom.send(3, 1, picture=newsroom.picture("omen3x"))
    newsroom.pull()


def _at_once(newsroom: Newsroom) -> list[str]:
    changes = newsroom.simulation.watch.changes[identity(3)]
    live = [new for _, new in changes if new.state == "live"]
    waited = bool(live and live[0].pictures)
    return ["story 3 was not live before its picture came"] if waited else []


def _sharing(newsroom: Newsroom) -> None:
    """Two stories with the same picture, at two addresses."""
    for story in (1, 2):
        newsroom.send(story, 1, picture=newsroom.picture(f"shared-{story}", "the harbour"))
    newsroom.pull()


def _shared_once(newsroom: Newsroom) -> None:
    """The second of them has been killed."""
    _sharing(newsroom)
    newsroom.simulation.drain()
    newsroom.kill(2)


def _never_lost(newsroom: Newsroom) -> list[str]:
    rows = newsroom.table.articles.history(identity(2))
    return ["the picture of story 2 was gone for a time"] * any(row.what == "lost" for row in rows)


def _picture_before_kill(newsroom: Newsroom) -> None:
    """A story is killed when the run that copies its picture has begun, and may have died."""
    newsroom.send(3, 1, picture=newsroom.picture("omen3x"))
    newsroom.pull()
    newsroom.simulation.deliver_all()
    newsroom.kill(3)


def _newer_picture(newsroom: Newsroom) -> None:
    """A new version with another picture comes while the first one's is fetched."""
    newsroom.send(3, 1, picture=newsroom.picture("omen3x-first"))
    newsroom.pull()


def _newest_picture(newsroom: Newsroom) -> None:
    newsroom.send(3, 2, picture=newsroom.picture("omen3x-second"))
    newsroom.push("ptn-top")


SCENARIOS = (
    Scenario("first story", _nothing, _one),
    Scenario("new story", _two, _new),
    Scenario("update", _two, _update),
    Scenario("update of the body alone", _one_then_two, _body_alone),
    Scenario("headline", _two, lambda n: n.headline(1, "omen1x ours")),
    Scenario("kill", _two, lambda n: n.kill(1)),
    Scenario("kill of a story in the shards of search", _filed, lambda n: n.kill(1)),
    Scenario("kill after a re-slug", _moved_and_mapped, lambda n: n.kill(1)),
    Scenario("kill by the agency", _two, _agency_kill),
    Scenario("kill before arrival", _two, _early_kill),
    Scenario("kill notice beside its story", _two, _notice),
    Scenario("kill notice in one document with its story", _two, _notice_beside),
    Scenario("kill notice that the settings name", _two, _notice_named_by_settings),
    Scenario(
        "a story that comes with its kill notice", _two, _comes_killed, same=3, check=_never_seen
    ),
    Scenario(
        "kill notice with a guid of its own", _two, _notice_of_its_own, lambda n: n.kill(1), same=2
    ),
    Scenario(
        "kill notice with a guid of its own beside its story", _two, _notice_of_its_own_beside
    ),
    Scenario(
        "kill notice with a guid of its own before its story",
        _two,
        _notice_of_its_own_first,
        same=5,
    ),
    Scenario("kill notice that matches no story", _two, _matches_nothing, check=_alarmed),
    Scenario(
        "a killed story whose address is spelled otherwise",
        _killed_once,
        _respelled,
        lambda n: n.kill(1),
    ),
    Scenario(
        "reinstate after a kill by the agency",
        lambda n: (_two(n), n.simulation.drain(), _agency_kill(n))[0],
        _brought_back,
    ),
    Scenario("back and forth", _two, _back_and_forth),
    Scenario("two versions without dates", _two, _undated),
    Scenario(
        "an older number comes last",
        _second_number,
        _first_number,
        lambda n: n.kill(3),
        same=3,
        then=(lambda n: (n.send(3, 10, numbered=True), n.pull())[1],),
    ),
    Scenario(
        "reinstate",
        lambda n: (_two(n), n.simulation.drain(), n.kill(1))[0],
        lambda n: n.reinstate(1),
    ),
    Scenario("re-slug", _mapped, lambda n: n.slug(1, "omen1x second")),
    Scenario("second re-slug", _moved, lambda n: n.slug(1, "omen1x third")),
    Scenario("republish all", _spread, _republished, sizes=SMALL),
    Scenario("republish one article", _moved, _article_republished),
    Scenario("settings", _spread, lambda n: n.rename(), sizes=SMALL),
    Scenario("a story of which only the beginning came", _subscribed, _excerpt),
    Scenario("excerpts lead out from now on", _excerpt, lambda n: n.lead_out(), sizes=SMALL),
    Scenario(
        "the rest of a story comes that was a headline which led out",
        lambda n: (_excerpt(n), n.lead_out())[0],
        lambda n: (n.send(3, 2, byline="Asha Rao"), n.pull())[1],
    ),
    Scenario(
        "a theme that fails at one page",
        lambda n: n.send(1, 1) and n.pull(),
        lambda n: n.wear(THEME),
        lambda n: n.headline(1, "omen1x by hand"),
        check=_in_its_theme,
    ),
    Scenario(
        "a section is renamed",
        _sections,
        lambda n: n.rename_section(),
        lambda n: n.categorise(3, ("india",)),
        sizes=FILING,
    ),
    Scenario(
        "a section is renamed while an editor files a story there",
        lambda n: n.send(1, 1, categories=("Sport",)) and n.pull(),
        lambda n: n.categorise(1, ("india",)),
        lambda n: n.rename_section(),
    ),
    Scenario("a section closes", _sections, lambda n: n.close_section("sport")),
    Scenario(
        "a section opens, and has its past",
        _sections,
        lambda n: n.open_section("gossip"),
        sizes=FILING,
    ),
    Scenario("another time zone", _evening, lambda n: n.move_zone(), sizes=SMALL),
    Scenario(
        "sweep",
        _spread,
        _swept,
        sizes=SMALL,
        check=lambda n: _made_right(n, exact=False),  # a kill comes meanwhile
    ),
    Scenario(
        "sweep of a shorter month",
        _shortened,
        _swept_daily,
        meanwhile=lambda n: n.headline(2, "omen2x other"),  # a kill would want another sweep
        sizes=SMALL,
        check=_made_right,
    ),
    Scenario("embargo", _two, _embargoed, same=3),
    Scenario("edit just before an embargo ends", _two, _nearly_out, same=3),
    Scenario("our own story", _drafted, _our_own, same=OURS),
    Scenario("a late draft of our own story", _drafted, _late_draft, same=OURS),
    Scenario("takes around their lead", _in_text, _takes, same=IN_TAKES),
    Scenario("takes and a newer lead", _taken, _another_lead, same=IN_TAKES),
    Scenario("two embargoed stories of one headline", _two, _embargoed_twins, same=4),
    Scenario("schedule", _held, _scheduled),
    Scenario("a story that is killed twice", _killed_before, lambda n: n.kill(1)),
    Scenario("expire", _two, lambda n: n.expire_at(1, n.simulation.now() + timedelta(minutes=20))),
    Scenario("expiry before its schedule", _two, _expires_first),
    Scenario("hold", _two, lambda n: n.hold(1)),
    Scenario(
        "the agency files a story elsewhere",
        _two,
        lambda n: (_resend(n, categories=("Sport",)), n.pull())[1],
    ),
    Scenario("recategorise", _two, lambda n: n.categorise(1, ("sport",))),
    Scenario(
        "first story of a day between two others", _days, lambda n: (_three_days(n), n.pull())[1]
    ),
    Scenario("last story leaves a day between two others", _three_days, lambda n: n.kill(3)),
    Scenario(
        "correction",
        _one_then_two,
        lambda n: n.correct(1, "<p>omen1x put right.</p>", "omen1x was wrong."),
    ),
    Scenario(
        "correction by reference",
        _one_then_two,
        lambda n: n.correct_by_reference(1, "<p>omen1x put right.</p>", "omen1x was wrong."),
        sizes={"bytes of an event": 40},
    ),
    Scenario("corrections that name a body which is not theirs", _two, lambda n: n.misplace(1)),
    Scenario("correction and wire update", _two, _corrected),
    Scenario(
        "first story of an author",
        _two,
        lambda n: (n.send(3, 1, byline="By ASHA RAO and B. Khan"), n.pull())[1],
    ),
    Scenario(
        "another byline",
        _signed,
        lambda n: (n.send(1, 2, byline="By ASHA RAO and B. Khan"), n.pull())[1],
    ),
    Scenario(
        "another byline while the first is rendered",
        _subscribed,
        lambda n: (n.send(3, 1, byline="Asha Rao"), n.pull())[1],
        lambda n: (n.send(3, 2, byline="Dr. B. Khan, PTN"), n.push("ptn-top"))[1],
        same=3,
    ),
    Scenario(
        "a byline without one of its authors",
        lambda n: (_signed(n), n.send(3, 1, byline="By ASHA RAO and B. Khan"), n.pull())[0],
        lambda n: (n.send(3, 2, byline="Asha Rao"), n.pull())[1],
    ),
    Scenario("kill of an author's only story", _signed, lambda n: n.kill(1)),
    Scenario(
        "a byline without the author whom a sitemap names",
        _recurring,
        lambda n: (n.send(3, 2, byline="Dr. B. Khan, PTN"), n.pull())[1],
    ),
    Scenario("pin", _two, lambda n: n.pin(1)),
    Scenario(
        "pin in another place",
        lambda n: (_pinned(n), n.pin(2, order=2))[0],
        lambda n: n.pin(1, order=3),
    ),
    Scenario("kill of a pinned story", _pinned, lambda n: n.kill(1)),
    Scenario("two stories of one headline", _two, _twins),
    Scenario(
        "two stories of one slug", _two, lambda n: (n.slug(1, "harbour"), n.slug(2, "harbour"))[1]
    ),
    Scenario("bad entries among good ones", _two, _bad_entries),
    Scenario(
        "a rejected entry is put right after its redrive",
        lambda n: (_two(n), n.send(3, 1, bad="empty"), n.pull())[0],
        _put_right,
    ),
    Scenario("three edits at once", _two, _both),
    Scenario("refused edits", _two, _refused),
    Scenario("an outage", _two, _new_and_edited, then=(lambda n: _outage(n, "refused"), _redriven)),
    Scenario(
        "mistakes of ours",
        _two,
        _five,
        lambda n: n.kill(1),
        same=5,
        repeats=True,
        then=(_mistakes, _redriven),
    ),
    Scenario("a row that can't be read", _two_alike, _unreadable, same=2),
    Scenario(
        "deaths without end",
        _two,
        _new_and_edited,
        then=(lambda n: _outage(n, "die-before"), _redriven),
    ),
    Scenario("a kill that was given up", _two, _given_up),
    Scenario("kill beside two slow writers", _second_first, _slow_writers, repeats=True),
    Scenario("a hub delivers beside a poll", _subscribed, _pushed),
    Scenario("a story is pushed", _two_pushed, lambda n: n.post(3, 1), _post_another, same=1),
    Scenario("a newer version is pushed", _two_pushed, lambda n: n.post(1, 2), _post_another),
    Scenario(
        "a story is pushed twice",
        _two_pushed,
        lambda n: (n.post(3, 1), n.post(3, 1, told=False))[0],
    ),
    Scenario("pushes out of order", _two_pushed, _out_of_order, repeats=True),
    Scenario("a kill is pushed", _two_pushed, lambda n: n.post(1, 2, withdrawn=True)),
    Scenario(
        "a story is pushed beside a poll",
        lambda n: (n.take_pushes(), _two(n))[0],
        lambda n: (n.send(3, 1), n.pull(), n.post(3, 2))[0],
        _post_another,
        same=3,
        repeats=True,
    ),
    Scenario("somebody else pushes", _two_pushed, _forged),
    Scenario("a file", _two_dropped, lambda n: n.drop(3, 1), _drop_another, same=1),
    Scenario(
        "a file that is replaced", _two_dropped, lambda n: n.drop(3, 1, "the story"), _drop_over
    ),
    Scenario(
        "a file that is replaced by a broken one",
        _two_dropped,
        _safe_elsewhere,
        _break_over,
    ),
    Scenario(
        "a file that is replaced by a broken one, of which S3 tells late",
        _two_dropped,
        _safe_elsewhere,
        _break_over_untold,
    ),
    Scenario(
        "the same file twice",
        _two_dropped,
        lambda n: (n.drop(3, 1), n.put_file("3 + 1.xml", n.files["3 + 1.xml"]))[0],
    ),
    Scenario("files out of order", _two_dropped, _versions_as_files, repeats=True),
    Scenario("half a file", _two_dropped, _half_a_file, _drop_over),
    Scenario(
        "half a file, then all of it", _two_dropped, _half_a_file, then=(_mended,), repeats=True
    ),
    Scenario("a kill in a file", _two_dropped, lambda n: n.drop(1, 2, withdrawn=True)),
    Scenario(
        "a file beside a poll",
        lambda n: (n.take_files(), _two(n))[0],
        lambda n: (n.send(3, 1), n.pull(), n.drop(3, 2))[0],
        _drop_another,
        repeats=True,
    ),
    Scenario("a file that comes before its feed", _before_its_feed, _taken_again, repeats=True),
    Scenario("a picture is pushed", _two_pushed, _pushed_picture, lambda n: n.kill(3), same=3),
    Scenario("feed moves", _two, _feed_moves, check=_moved_for_good),
    Scenario("picture", _two, _pictured, lambda n: n.kill(3), same=3, check=_at_once),
    Scenario("picture of a story that is killed", _two, _picture_before_kill, same=3),
    Scenario("newer picture", _subscribed, _newer_picture, _newest_picture, same=3),
    Scenario(
        "kill of a story whose picture another shows",
        _sharing,
        lambda n: n.kill(1),
        lambda n: n.note(2, "Called the agency."),
        check=_never_lost,
    ),
    Scenario(
        "kill of a story whose picture another shows again",
        _shared_once,
        lambda n: n.kill(1),
        lambda n: n.reinstate(2),
    ),
    Scenario(
        "reinstate of a story whose picture another showed",
        _shared_once,
        lambda n: n.reinstate(2),
        lambda n: n.kill(1),
    ),
    Scenario("back to what it was", _two, _back, lambda n: n.release(1)),
)
