"""Plays a scenario again and again, each time with one fault in one of its calls.

A scenario has hundreds of faults to try, and most of what follows a fault is the same as without
it, or as after another one. So a run begins late and ends early, where that leaves nothing out:

- it begins between the two invocations before its fault, as all until then goes as without it
- it ends when it has come to a `state` from which another run has come to a good end
- it is not played at all if an invocation sleeps after a read that it could as well have made
  after its sleep: nothing of what it read has changed meanwhile
"""

from __future__ import annotations

from collections.abc import Callable

from tests.simulation.dead_letters import unjust
from tests.simulation.faults import Fault, Faults, Listener, Once, Thing, differs, reads
from tests.simulation.newsroom import Newsroom
from tests.simulation.scenarios import Scenario
from tests.simulation.simulation import Simulation
from tests.simulation.stage import Stage
from tests.simulation.state import States
from tests.simulation.verdict import Sites, verdict, within
from tests.simulation.waste import wasted
from tests.simulation.wire import token

# Ways to die, and ways in which a call can fail; after the latter the handler must report the
# truth.
KINDS: tuple[Fault, ...] = (
    "die-before", "die-after", "refused", "partly", "lost", "again", "sleep-same", "sleep-other",
)  # fmt: skip


class _Met(Exception):
    """A run has come to a state of one that ended well."""


class Prepared:
    """A scenario up to `act`, from which it can be continued any number of times.

    `made`: each call from `act` on until all work is done. `points`: (number of a call in `made`,
    fault) of each fault that makes a difference. `cut`: the points whose runs ended early.
    `alike`: those that come to what the point one call before comes to.
    """

    def __init__(self, stage: Stage, scenario: Scenario) -> None:
        self.scenario = scenario
        self.cut: set[tuple[int, Fault]] = set()
        self.alike: set[tuple[int, Fault]] = set()
        self._slept: dict[tuple[int, Fault], set[Thing]] = {}  # point → what changed in the sleep
        self._states = States()
        self._good: dict[bytes, int] = {}  # state → the calls from there to a good end
        self._sites: Sites = {}
        self._later: list[Newsroom] = []  # between two invocations after `act`
        start = Newsroom(Simulation(stage, scenario.name, scenario.sizes))
        start.open()
        scenario.before(start)
        start.simulation.settle()
        start.simulation.trace.clear()
        self._start = start.snapshot()
        listener = Listener()
        newsroom, problems = self._whole(listener)
        if not scenario.repeats:
            problems += wasted(newsroom.simulation.trace)
        if problems:
            raise AssertionError(
                f"{scenario.name}, without any fault:\n{_report(newsroom, problems)}"
            )
        self.made = listener.made
        self.points = [
            (number, kind)
            for number, call in enumerate(self.made)
            for kind in KINDS
            if differs(kind, call.operation, call.before)
        ]

    def calm(self) -> Newsroom:
        """The end of the scenario without any fault."""
        return self._whole(None)[0]

    def crash(self, number: int, kind: Fault) -> list[str]:
        """Play the scenario with the fault `kind` in call `number` of `made`, as far as that says
        something new. Gives the problems with the trace, [] if there are none."""
        if self._as_before(number, kind):
            return []
        _, problems = self.part(number, kind)
        if not problems:
            return []
        newsroom, again = self.part(number, kind, traced=True)
        return [_report(newsroom, again or problems)]

    def strike(self, number: int, kind: Fault) -> tuple[Newsroom, list[str]]:
        """Play the whole scenario with one fault. Gives its end and the problems."""
        fault = self._once(number, kind)
        newsroom, problems = self._whole(fault)
        return newsroom, problems + _missed(fault)

    def part(self, number: int, kind: Fault, traced: bool = False) -> tuple[Newsroom, list[str]]:
        """As `strike`, from the latest moment before the fault until it has come to what is known
        to end well. `traced`: with the trace, which takes its time."""
        fault = self._once(number, kind)
        later = [each for each in self._later if each.simulation.calls <= fault.at]
        newsroom = self._continued(later[-1] if later else self._start, fault)
        simulation = newsroom.simulation
        simulation.trace.kept = traced
        been: list[tuple[bytes, int]] = []  # (state, calls until then)
        try:
            self._act(newsroom, lambda: self._compare(newsroom, fault, been))
            simulation.settle(fault)
        except _Met:
            self._slept[number, kind] = simulation.slept
            self.cut.add((number, kind))
            self._remember(been, simulation.calls + self._good[been[-1][0]])
            return newsroom, _missed(fault)
        simulation.between = lambda: None
        self._slept[number, kind] = simulation.slept
        calls, clean = simulation.calls, not unjust(newsroom)
        problems = self._judged(newsroom, fault)
        if clean and not problems:
            self._remember(been, calls)
        return newsroom, problems + _missed(fault)

    def _as_before(self, number: int, kind: Fault) -> bool:
        """Whether the invocation that sleeps at a call would go on in the same way if it slept one
        call earlier: it only read something that did not change while it slept there, and asked
        neither for the time nor for chance between the two calls."""
        changed = self._slept.get((number - 1, kind))
        if not kind.startswith("sleep") or changed is None:
            return False
        before, call = self.made[number - 1], self.made[number]
        read = reads(before)
        if (
            before.invocation != call.invocation
            or before.asked != call.asked
            or read is None
            or read & changed
        ):
            return False
        self._slept[number, kind] = changed
        self.alike.add((number, kind))
        return True

    def forget(self) -> None:
        """Cut no run because of those that were played before."""
        self._good.clear()

    def _once(self, number: int, kind: Fault) -> Once:
        return Once(self._start.simulation.calls + number, kind)

    def _whole(self, faults: Faults | None) -> tuple[Newsroom, list[str]]:
        newsroom = self._continued(self._start, faults)
        listens = isinstance(faults, Listener)
        self._act(newsroom, lambda: self._keep(newsroom) if listens else None)
        newsroom.simulation.settle(faults)
        newsroom.simulation.between = lambda: None
        return newsroom, self._judged(newsroom, faults)

    def _act(self, newsroom: Newsroom, between: Callable[[], None]) -> None:
        """Do the steps of the scenario that are to come; from its second on, `between` is called
        between two invocations."""
        if newsroom.step == 0:
            self.scenario.act(newsroom)
            newsroom.step, newsroom.simulation.settling = 1, None
        newsroom.simulation.between = between
        for step in self.scenario.then[newsroom.step - 1 :]:
            step(newsroom)
            newsroom.step += 1

    def _continued(self, start: Newsroom, faults: Faults | None) -> Newsroom:
        newsroom = start.snapshot()
        simulation = newsroom.simulation
        simulation.moment = start.simulation.moment
        simulation.resume()
        if faults:
            simulation.faults = faults
            simulation.meanwhile = lambda kind: self._meanwhile(newsroom, kind)
        return newsroom

    def _judged(self, newsroom: Newsroom, faults: Faults | None) -> list[str]:
        problems = []
        slept = isinstance(faults, Once) and faults.fault == "sleep-same"
        if not slept:  # otherwise the edit may be of a story that has not come yet
            problems = [
                f"1: a passing fault made a dead letter: {each.reason}" for each in unjust(newsroom)
            ]
        return problems + verdict(newsroom, self._sites) + self.scenario.check(newsroom)

    def _keep(self, newsroom: Newsroom) -> None:
        if newsroom.simulation.settling is None:  # later `settle` would begin anew
            self._later.append(newsroom.snapshot())

    def _compare(self, newsroom: Newsroom, fault: Once, been: list[tuple[bytes, int]]) -> None:
        simulation = newsroom.simulation
        if not fault.struck or simulation.problems or simulation.watch.problems:
            return
        state = self._states.of(newsroom)
        been.append((state, simulation.calls))
        rest = self._good.get(state)
        if rest is not None and within(simulation.calls + rest, simulation.events):
            raise _Met

    def _remember(self, been: list[tuple[bytes, int]], calls: int) -> None:
        """The run that has `been` in these states came to a good end after so many calls."""
        self._states.forget()
        for state, before in been:
            self._good[state] = max(calls - before, self._good.get(state, 0))

    def _meanwhile(self, newsroom: Newsroom, kind: str) -> None:
        if kind == "sleep-same":
            newsroom.headline(self.scenario.same, f"{token(self.scenario.same)} meanwhile")
        else:
            self.scenario.meanwhile(newsroom)


def _missed(fault: Once) -> list[str]:
    return [] if fault.struck else [f"call {fault.at} was never made"]


def _report(newsroom: Newsroom, problems: list[str]) -> str:
    return f"{newsroom.simulation.trace}\n\n" + "\n".join(problems)
