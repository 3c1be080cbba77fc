"""One deployed stack per test process, emptied before each test that asks for it."""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import settings

from tests.shares import shared_out
from wireroom_infra.embedded import EmbeddedAWS, VirtualClock

# A test does the same thing each time: the examples of a property are those of its own source.
# Chance belongs to `make fuzz`, which asks for the other profile and prints what to pin.
# How long an example takes is no matter of a test: a machine may be busy.
settings.register_profile("same each time", deadline=None, derandomize=True, database=None)
settings.register_profile("chance", deadline=None, print_blob=True, max_examples=1_000)
settings.load_profile("same each time")

# botocore parses megabytes of its models anew for each session: once is enough for all tests.
_read = cache(JSONFileLoader().load_file)
JSONFileLoader.load_file = lambda _, path: _read(path)

# moto and botocore keep some million objects; to look through them again and again finds nothing.
gc.freeze()
gc.set_threshold(100_000, 20, 100)

ROOT = Path(__file__).parents[1]
START = datetime(2026, 2, 11, 9, tzinfo=UTC)


def _shared_clients() -> Callable[..., Any]:
    """As `boto3.client`, with one for all that ask for the same: the functions of each test start
    cold, and their clients took a tenth of its time."""
    made, client = {}, boto3.client

    def shared(service: str, **more: Any) -> Any:
        key = service, *sorted((name, id(value)) for name, value in more.items())
        if key not in made:
            made[key] = client(service, **more), more  # what `more` holds keeps its id
        return made[key][0]

    return shared


class SharedStack:
    """Deployed when a test first asks for it, and again after a test that needed it gone."""

    def __init__(self) -> None:
        self._aws: EmbeddedAWS | None = None
        self._exit = ExitStack()

    def start(self) -> EmbeddedAWS:
        if self._aws is None:
            clock = VirtualClock(START)
            self._exit.enter_context(patch.object(boto3, "client", _shared_clients()))
            self._aws = self._exit.enter_context(EmbeddedAWS(ROOT / "template.yaml", clock=clock))
        return self._aws

    def stop(self) -> None:
        self._exit.close()
        self._aws = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if processes > 1:
        files = [item.path.relative_to(ROOT).as_posix() for item in items]
        items[:] = [items[place] for place in shared_out(files, processes)]


@pytest.fixture(autouse=True)
def _same_luck() -> None:
    """What Wireroom leaves to chance (jitter, backoff) is the same each time, in any order."""
    random.seed("wireroom")


@pytest.fixture(scope="session")
def shared_stack() -> Iterator[SharedStack]:
    stack = SharedStack()
    yield stack
    stack.stop()


@pytest.fixture
def aws(shared_stack: SharedStack) -> EmbeddedAWS:
    """The stack of template.yaml, empty, with a virtual clock at 2026-02-11T09:00:00Z."""
    aws = shared_stack.start()
    aws.reset()
    return aws


@pytest.fixture
def no_aws(shared_stack: SharedStack) -> None:
    """For a test that deploys a stack of its own: there can be one at a time in a process."""
    shared_stack.stop()
