"""Runs outside of pytest: one seed with its story, or seeds without end."""

# ruff: noqa: T201

from __future__ import annotations

import itertools
import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

from tests.conftest import ROOT, START
from tests.simulation.chance import run
from tests.simulation.stage import Stage
from wireroom_infra.embedded import EmbeddedAWS, VirtualClock

BLOCK = 100  # seeds of one process, which then makes room for a fresh one
FOUND = ROOT / "build" / "simulation"  # where the stories of failing seeds go


def simulate(seed: int) -> int:
    """Replay one seed and print its story; 1 when something did not hold."""
    with ExitStack() as stack:
        aws = stack.enter_context(EmbeddedAWS(ROOT / "template.yaml", clock=VirtualClock(START)))
        stage = stack.enter_context(Stage(aws))
        came = run(stage, seed)
    print(came.story)
    return bool(came.problems)


def soak(first: int, processes: int) -> None:
    """Run seeds from `first` on, until told to stop; failing ones are printed and kept."""
    FOUND.mkdir(parents=True, exist_ok=True)
    started, seeds, failed, calls = time.monotonic(), 0, 0, 0
    spawn = multiprocessing.get_context("spawn")
    room = threading.Semaphore(2 * processes)  # or the pool would draw from the numbers for ever

    def blocks() -> Iterator[int]:
        for number in itertools.count(first, BLOCK):
            room.acquire()
            yield number

    with spawn.Pool(processes, maxtasksperchild=5) as pool:
        for count, bad, made in pool.imap_unordered(_block, blocks()):
            room.release()
            seeds, failed, calls = seeds + count, failed + bad, calls + made
            minutes = (time.monotonic() - started) / 60
            print(f"{seeds} seeds, {calls} calls, {failed} failed, {minutes:.0f} min", flush=True)


def _block(first: int) -> tuple[int, int, int]:
    failed = calls = 0
    with ExitStack() as stack:
        aws = stack.enter_context(EmbeddedAWS(ROOT / "template.yaml", clock=VirtualClock(START)))
        stage = stack.enter_context(Stage(aws))
        for seed in range(first, first + BLOCK):
            try:
                came = run(stage, seed)
            except Exception as error:  # noqa: BLE001 (the soak goes on)
                _keep(seed, repr(error))
                failed += 1
                continue
            calls += came.calls
            if came.problems:
                failed += 1
                _keep(seed, came.story)
    return BLOCK, failed, calls


def _keep(seed: int, story: str) -> None:
    (FOUND / f"{seed}.txt").write_text(story, encoding="utf-8")
    print(
        f"seed {seed} failed: make simulate SEED={seed}\n{story.rpartition(chr(10) * 2)[0][-600:]}",
        flush=True,
    )
