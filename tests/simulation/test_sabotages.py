"""Tests that the simulation notices each sabotage."""

from __future__ import annotations

import pytest

from tests.simulation.chance import run
from tests.simulation.prepared import Prepared
from tests.simulation.sabotage import SABOTAGES, Sabotage, applied
from tests.simulation.scenarios import SCENARIOS
from tests.simulation.stage import Stage


def test_there_are_twenty_sabotages_at_least_each_with_a_name_of_its_own() -> None:
    assert len({sabotage.name for sabotage in SABOTAGES}) == len(SABOTAGES) >= 20


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.name)
def test_a_sabotage_is_noticed(stage: Stage, sabotage: Sabotage) -> None:
    with applied(sabotage):
        assert noticed(stage, sabotage), f"survived: {sabotage.name}"


def noticed(stage: Stage, sabotage: Sabotage) -> bool:
    """Whether a scenario or seed fails with the sabotage. The other tests here show that all pass
    without it."""
    if not sabotage.scenario:
        return any(run(stage, seed).problems for seed in range(sabotage.seeds))
    scenario = next(each for each in SCENARIOS if each.name == sabotage.scenario)
    try:
        prepared = Prepared(stage, scenario)
    except AssertionError:  # it shows without any fault
        return True
    points = sorted(prepared.points, key=lambda point: point[1] != sabotage.fault)
    return any(prepared.crash(number, kind) for number, kind in points)
