"""The order of tests in which processes side by side end at about the same time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

# File → about how many seconds each of its tests takes. Only tests that take long are here.
SECONDS = {
    "tests/browser/test_attacks.py": 25,
    "tests/browser/test_every_kind.py": 9,
    "tests/browser/test_ordinary.py": 6,
    "tests/infra/test_running.py": 10,
    "tests/installed/test_wheel.py": 20,
    "tests/pipeline/test_cost.py": 8,
    "tests/pipeline/test_grants.py": 7,
    "tests/pipeline/test_incremental.py": 12,
}
# File → the group of tests that share what takes long, so that one process runs them all.
TOGETHER = {
    "tests/browser/test_every_kind.py": "sample sites",
    "tests/browser/test_ordinary.py": "sample sites",
    "tests/installed/test_wheel.py": "wheel",
}
SIMULATION = "tests/simulation/"  # its tests are many, and take some seconds each


class Group(NamedTuple):
    """Long tests that one process runs. `tests`: their places in the list of all tests."""

    seconds: int
    tests: list[int]


def shared_out(files: Sequence[str], processes: int) -> list[int]:
    """The order of tests for pytest-xdist's `worksteal`; `files` are those of the tests.

    It gives each process a slice of the list, all of one length. A process that is done takes what
    stands at the end of another's slice. So each slice begins with its part of the long tests, the
    simulation follows, and short tests are left to take.
    """
    slices: list[list[int]] = [[] for _ in range(processes)]
    seconds = [0] * processes
    for group in sorted(_long(files), key=lambda group: -group.seconds):
        least = seconds.index(min(seconds))
        slices[least] += group.tests
        seconds[least] += group.seconds
    simulation = [place for place, file in enumerate(files) if file.startswith(SIMULATION)]
    for number, each in enumerate(slices):
        each.extend(simulation[number::processes])
    taken = set().union(*slices)
    short = iter([place for place in range(len(files)) if place not in taken])
    waiting = len(files)
    for number, each in enumerate(slices):
        size = waiting // (processes - number)
        each.extend(islice(short, max(0, size - len(each))))
        waiting -= len(each)
    return [place for each in slices for place in each]


def _long(files: Sequence[str]) -> Iterator[Group]:
    together: dict[str, list[int]] = {}
    for place, file in enumerate(files):
        if file in TOGETHER:
            together.setdefault(TOGETHER[file], []).append(place)
        elif file in SECONDS:
            yield Group(SECONDS[file], [place])
    for places in together.values():
        yield Group(sum(SECONDS[files[place]] for place in places), places)
