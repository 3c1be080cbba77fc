from __future__ import annotations

import pytest

from tests.pipeline.world import World
from wireroom_infra.embedded import EmbeddedAWS


@pytest.fixture
def world(aws: EmbeddedAWS) -> World:
    """A newsroom with four categories, no feed and no story; its empty site is written."""
    found = World(aws)
    found.apply()
    aws.calls.reset()
    return found
