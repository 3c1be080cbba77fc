"""Doing several calls side by side: the one place where Wireroom starts threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import lru_cache
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

WIDTH = 16  # as many as a client keeps connections


@lru_cache
def _executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=WIDTH, thread_name_prefix="wireroom")


def each(
    call: Callable[[A], B],
    values: Iterable[A],
    ready: Callable[[A], bool] = lambda value: True,
) -> list[B]:
    """`call` of each value, side by side, in order. The first error is raised once all are done.

    `ready`: whether a value's call may start now; if not it is asked again whenever another call
    has ended, and meanwhile takes no thread. Not to be nested: the threads are few and shared.
    """
    waiting = dict(enumerate(values))
    if len(waiting) < 2:
        return [call(value) for value in waiting.values() if ready(value)]
    futures: dict[int, Future[B]] = {}
    running: set[Future[B]] = set()
    while waiting:
        for place, value in list(waiting.items()):
            if ready(value):
                futures[place] = _executor().submit(copy_context().run, call, waiting.pop(place))
                running.add(futures[place])
        if waiting and not running:
            raise RuntimeError("nothing runs, and nothing may start")
        if waiting:
            running = wait(running, return_when=FIRST_COMPLETED).not_done
    errors = [error for _, future in sorted(futures.items()) if (error := future.exception())]
    if errors:
        raise errors[0]
    return [future.result() for _, future in sorted(futures.items())]
