"""Doing several calls side by side: the one place where Wireroom starts threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

WIDTH = 16  # as many as a client keeps connections


@lru_cache
def _executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=WIDTH, thread_name_prefix="wireroom")


def each(call: Callable[[A], B], values: Iterable[A]) -> list[B]:
    """`call` of each value, side by side, in order. The first error is raised once all are done.

    Not to be nested: the threads are few and shared.
    """
    several = list(values)
    if len(several) < 2:
        return [call(value) for value in several]
    futures = [_executor().submit(copy_context().run, call, value) for value in several]
    errors = [error for future in futures if (error := future.exception())]
    if errors:
        raise errors[0]
    return [future.result() for future in futures]
