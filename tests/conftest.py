"""One deployed stack per test process, emptied before each test that asks for it."""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

import boto3
import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import settings

from tests.desk.issuer import Issuer
from tests.shares import shared_out
from wireroom.site import search
from wireroom_infra.embedded import EmbeddedAWS, VirtualClock
from wireroom_infra.local.loopback import serving

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

# A withdrawal puts each shard of readers' search. That these are few makes no other difference.
search.SHARDS = 8

ROOT = Path(__file__).parents[1]
START = datetime(2026, 2, 11, 9, tzinfo=UTC)


class SharedClients:
    """As `boto3`, with one client for all that ask for the same: the functions of each test start
    cold, as each command does, and their clients took a tenth of its time."""

    def __init__(self) -> None:
        self._made: dict[Any, Any] = {}
        self._session = cache(boto3.Session)

    def client(self, service: str, **more: Any) -> Any:
        key = service, *sorted((name, id(value)) for name, value in more.items())
        if key not in self._made:
            made = self._session().client(service, **more)
            self._made[key] = made, more  # what `more` holds keeps its id
        return self._made[key][0]

    def session(self, **more: Any) -> Any:
        return self._session.__wrapped__(**more) if more else self

    def __enter__(self) -> Self:
        self._exit = ExitStack()
        self._exit.enter_context(patch.object(boto3, "client", self.client))
        self._exit.enter_context(patch.object(boto3, "Session", self.session))
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()


class SharedStack:
    """Deployed when a test first asks for it, and again after a test that needed it gone."""

    def __init__(self) -> None:
        self._aws: EmbeddedAWS | None = None
        self._exit = ExitStack()
        self.issuer = Issuer()

    def start(self) -> EmbeddedAWS:
        if self._aws is None:
            clock = VirtualClock(START)
            self._exit.enter_context(SharedClients())
            self.issuer.address = self._exit.enter_context(serving(self.issuer.respond))
            parameters = self.issuer.parameters
            self._aws = self._exit.enter_context(
                EmbeddedAWS(ROOT / "template.yaml", clock=clock, parameters=parameters)
            )
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
