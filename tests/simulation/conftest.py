from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import SharedStack
from tests.simulation.stage import Stage


@pytest.fixture
def stage(shared_stack: SharedStack) -> Iterator[Stage]:
    """The deployed stack, with AWS, time and chance in the simulation's hands."""
    aws = shared_stack.start()
    aws.reset()
    with Stage(aws) as opened:
        yield opened
