"""Random runs. `make soak` goes on where these end."""

from __future__ import annotations

import pytest

from tests.simulation.chance import run
from tests.simulation.stage import Stage

SEEDS = 200
EACH = 10  # seeds of one test, so that processes side by side share them


@pytest.mark.parametrize("first", range(0, SEEDS, EACH))
def test_whatever_luck_the_newsroom_has_all_invariants_hold(stage: Stage, first: int) -> None:
    for seed in range(first, first + EACH):
        came = run(stage, seed)
        assert not came.problems, came.story
