"""Runs outside of pytest: one seed with its trace, or any number of seeds."""

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
FOUND = ROOT / "build" / "simulation"  # for the traces of failing seeds


def simulate(seed: int) -> int:
    """Replay one seed and print its trace. Gives the exit status: 1 if an invariant did not
    hold."""
    with ExitStack() as stack:
        aws = stack.enter_context(EmbeddedAWS(ROOT / "template.yaml", clock=VirtualClock(START)))
        stage = stack.enter_context(Stage(aws))
        came = run(stage, seed, traced=True)
    print(came.story)
    return bool(came.problems)


def soak(first: int, seeds: int | None, processes: int) -> int:
    """Run `seeds` seeds from `first` on, or until stopped. The traces of failing ones are kept.
    Gives the exit status: 1 if any failed."""
    FOUND.mkdir(parents=True, exist_ok=True)
    started, done, calls = time.monotonic(), 0, 0
    failed: list[int] = []
    spawn = multiprocessing.get_context("spawn")
    room = threading.Semaphore(
        2 * processes
    )  # otherwise the pool would take numbers from the endless iterator for ever
    end = None if seeds is None else first + seeds

    def blocks() -> Iterator[range]:
        for number in itertools.count(first, BLOCK) if end is None else range(first, end, BLOCK):
            room.acquire()
            yield range(number, number + BLOCK if end is None else min(number + BLOCK, end))

    with spawn.Pool(processes, maxtasksperchild=5) as pool:
        for count, bad, made in pool.imap_unordered(_block, blocks()):
            room.release()
            done, calls = done + count, calls + made
            failed += bad
            minutes = (time.monotonic() - started) / 60
            print(
                f"{done} seeds, {calls} calls, {len(failed)} failed, {minutes:.0f} min", flush=True
            )
    print(f"Seeds {first} to {first + done - 1}: {done} runs, {calls} calls, {len(failed)} failed.")
    for seed in sorted(failed):
        print(f"  make simulate SEED={seed}, its story is in {FOUND / str(seed)}.txt")
    return bool(failed)


def _block(seeds: range) -> tuple[int, list[int], int]:
    """(how many seeds ran, those that failed, how many calls they made) for a block of seeds."""
    failed, calls = [], 0
    with ExitStack() as stack:
        aws = stack.enter_context(EmbeddedAWS(ROOT / "template.yaml", clock=VirtualClock(START)))
        stage = stack.enter_context(Stage(aws))
        for seed in seeds:
            try:
                came = run(stage, seed)
            except Exception as error:  # noqa: BLE001 (the soak goes on)
                _keep(seed, repr(error))
                failed.append(seed)
                continue
            calls += came.calls
            if came.problems:
                failed.append(seed)
                _keep(seed, came.story)
    return len(seeds), failed, calls


def _keep(seed: int, story: str) -> None:
    (FOUND / f"{seed}.txt").write_text(story, encoding="utf-8")
    print(
        f"seed {seed} failed: make simulate SEED={seed}\n{story.rpartition(chr(10) * 2)[0][-600:]}",
        flush=True,
    )
