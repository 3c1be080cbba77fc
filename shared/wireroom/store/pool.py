"""Makes several calls at the same time, in a pool of threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import lru_cache
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

WIDTH = 16  # threads; a client keeps as many connections (`store.aws.CONFIG`)


@lru_cache
def _executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=WIDTH, thread_name_prefix="wireroom")


def each(
    call: Callable[[A], B],
    values: Iterable[A],
    ready: Callable[[A], bool] = lambda value: True,
) -> list[B]:
    """The results of `call` for each of `values`, in order. The calls run at the same time. The
    first error is raised when all are done.

    `ready`: whether the call for a value may start now. If not, `ready` is asked again when another
    call has ended; meanwhile the value takes no thread. `call` must not use `each`, as all share
    the same threads.
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
