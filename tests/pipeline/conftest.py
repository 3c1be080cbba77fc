from __future__ import annotations

import pytest

from infra.embedded import EmbeddedAWS
from tests.pipeline.world import World


@pytest.fixture
def world(aws: EmbeddedAWS) -> World:
    """A newsroom with four categories, no feed and no story; its empty site is written."""
    found = World(aws)
    found.apply()
    aws.calls.reset()
    return found
