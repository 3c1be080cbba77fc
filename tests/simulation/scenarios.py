"""The fixed scenarios: what stands before, and the one thing that then happens.

A crash is tried at every call that the functions make from then on until all is at rest.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from tests.simulation.faults import Fault, Once
from tests.simulation.newsroom import Newsroom
from tests.simulation.simulation import Simulation
from tests.simulation.stage import Stage
from tests.simulation.verdict import letters, verdict

Act = Callable[[Newsroom], None]
DAY = datetime.fromisoformat("2026-02-11T06:00:00+00:00")


class Scenario(Struct, frozen=True):
    """`before` is settled without faults; `act` is what happens then. `meanwhile`: while an
    invocation sleeps."""

    name: str
    before: Act
    act: Act
    meanwhile: Act = lambda newsroom: newsroom.kill(2)


def _nothing(_: Newsroom) -> None:
    """An empty site."""


def _one(newsroom: Newsroom) -> None:
    newsroom.send(1, 1)
    newsroom.pull()


def _two(newsroom: Newsroom) -> None:
    newsroom.send(1, 1)
    newsroom.send(2, 1, categories=("India", "Sport"))
    newsroom.pull()


def _one_then_two(newsroom: Newsroom) -> None:
    """The page of story 1 was made before there was a story 2, so nothing in it names that."""
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


def _scheduled(newsroom: Newsroom) -> None:
    _held(newsroom)
    newsroom.publish_at(1, newsroom.simulation.now() + timedelta(minutes=20))
    newsroom.release(1)


def _expires_first(newsroom: Newsroom) -> None:
    """Scheduled for a time at which it will have expired: it must say so, and never come out."""
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
    newsroom.send(1, 2, withdrawn=True)
    newsroom.pull()


def _feed_moves(newsroom: Newsroom) -> None:
    publisher = newsroom.simulation.publishers["ptn-top"]
    publisher.moved_to = "https://moved.example/top.xml"
    newsroom.send(1, 2)
    newsroom.pull()
    newsroom.send(2, 2)
    newsroom.pull()


def _twins(newsroom: Newsroom) -> None:
    newsroom.send(3, 1, headline="The same words")
    newsroom.send(4, 1, headline="The same words")
    newsroom.pull()


def _many(newsroom: Newsroom) -> None:
    """Three stories of one batch, one of which can't become an article."""
    newsroom.send(3, 1)
    newsroom.send(4, 1)
    newsroom.send(1, 2, headline="omen1x again")
    newsroom.pull()


def _both(newsroom: Newsroom) -> None:
    newsroom.headline(1, "omen1x ours")
    newsroom.kill(2, "error")
    newsroom.note(1, "Called the agency.")


def _back(newsroom: Newsroom) -> None:
    """A kill that is taken back, and a republish that may see the site in between."""
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


SCENARIOS = (
    Scenario("first story", _nothing, _one),
    Scenario("new story", _two, _new),
    Scenario("update", _two, _update),
    Scenario("headline", _two, lambda n: n.headline(1, "omen1x ours")),
    Scenario("kill", _two, lambda n: n.kill(1)),
    Scenario("kill after a re-slug", _moved, lambda n: n.kill(1)),
    Scenario("kill by the agency", _two, _agency_kill),
    Scenario("kill before arrival", _two, _early_kill),
    Scenario(
        "reinstate",
        lambda n: (_two(n), n.simulation.drain(), n.kill(1))[0],
        lambda n: n.reinstate(1),
    ),
    Scenario("re-slug", _two, lambda n: n.slug(1, "omen1x second")),
    Scenario("second re-slug", _moved, lambda n: n.slug(1, "omen1x third")),
    Scenario("republish all", _two, lambda n: n.republish(everything=True)),
    Scenario("settings", _two, lambda n: n.rename()),
    Scenario("embargo", _two, _embargoed),
    Scenario("schedule", _held, _scheduled),
    Scenario("expire", _two, lambda n: n.expire_at(1, n.simulation.now() + timedelta(minutes=20))),
    Scenario("expiry before its schedule", _two, _expires_first),
    Scenario("hold", _two, lambda n: n.hold(1)),
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
    Scenario("correction and wire update", _two, _corrected),
    Scenario("pin", _two, lambda n: n.pin(1)),
    Scenario("kill of a pinned story", _pinned, lambda n: n.kill(1)),
    Scenario("two stories of one headline", _two, _twins),
    Scenario("three entries at once", _two, _many),
    Scenario("three edits at once", _two, _both),
    Scenario("feed moves", _two, _feed_moves),
    Scenario("back to what it was", _two, _back, lambda n: n.release(1)),
)


# Beside both ways to die, the ways in which a call can fail: handlers live on and must not lie.
KINDS: tuple[Fault, ...] = (
    "die-before", "die-after", "partly", "lost", "again", "sleep-same", "sleep-other"
)  # fmt: skip


class Prepared:
    """A scenario up to the moment before it happens, to start from as often as wanted."""

    def __init__(self, stage: Stage, scenario: Scenario) -> None:
        self.scenario = scenario
        start = Newsroom(Simulation(stage, scenario.name))
        start.open()
        scenario.before(start)
        start.simulation.settle()
        start.simulation.trace.lines.clear()
        self._start = start.snapshot()
        newsroom, problems = self.play(None)
        if problems:
            raise AssertionError(
                f"{scenario.name}, without any fault:\n{_told(newsroom, problems)}"
            )
        self.points = self.calls  # that the functions made, from the act on until all is at rest

    def play(self, fault: Once | None) -> tuple[Newsroom, list[str]]:
        """The scenario, with one fault; gives what came of it and what did not hold."""
        newsroom = self._start.snapshot()
        simulation = newsroom.simulation
        simulation.moment = self._start.simulation.moment
        simulation.resume()
        if fault:
            simulation.faults = fault
            simulation.meanwhile = lambda kind: self._meanwhile(newsroom, kind)
        self.scenario.act(newsroom)
        simulation.settle(fault)
        self.calls = simulation.calls - self._start.simulation.calls
        problems = []
        if not (fault and fault.fault == "sleep-same"):  # it may speak of what is not there yet
            problems = [
                f"1: a passing fault made a dead letter: {each.reason}"
                for each in letters(newsroom)
            ]
        return newsroom, problems + verdict(newsroom)

    def _meanwhile(self, newsroom: Newsroom, kind: str) -> None:
        if kind == "sleep-same":
            newsroom.headline(1, "omen1x meanwhile")
        else:
            self.scenario.meanwhile(newsroom)

    def crash(self, number: int, kind: Fault) -> list[str]:
        """One call goes wrong; gives the story of what did not hold then."""
        fault = Once(self._start.simulation.calls + number, kind)
        newsroom, problems = self.play(fault)
        if not fault.struck:
            problems.append(f"call {number} was never made")
        return [_told(newsroom, problems)] if problems else []


def _told(newsroom: Newsroom, problems: list[str]) -> str:
    return f"{newsroom.simulation.trace}\n\n" + "\n".join(problems)
