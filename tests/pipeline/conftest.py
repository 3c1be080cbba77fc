from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.pipeline.newsroom import Newsroom, Wire, fed
from tests.pipeline.world import World, empty_site, prepared
from wireroom_infra.embedded import EmbeddedAWS


@pytest.fixture
def world(aws: EmbeddedAWS) -> World:
    """A newsroom with four categories, no feed and no story; its empty site is written."""
    return prepared(aws, empty_site)


@pytest.fixture
def newsroom(world: World) -> Iterator[Newsroom]:
    """The same, with a publisher that serves what a test gives it."""
    with fed(world, Wire()) as found:
        yield found
