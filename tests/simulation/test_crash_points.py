"""Tries each fault that makes a difference at each call of each scenario."""

from __future__ import annotations

import pytest

from tests.simulation.prepared import Prepared
from tests.simulation.scenarios import SCENARIOS, Scenario
from tests.simulation.stage import Stage


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_whichever_call_goes_wrong_all_invariants_hold(
    stage: Stage, scenario: Scenario, record_property, capsys
) -> None:
    prepared = Prepared(stage, scenario)
    for number, kind in prepared.points:
        for story in prepared.crash(number, kind):
            pytest.fail(f"{story}\n\n{scenario.name}: call {number}, {kind}")
    tried, calls = len(prepared.points), len(prepared.made)
    assert tried >= 60
    record_property("points", tried)
    with capsys.disabled():
        print(f"\n{scenario.name}: {calls} calls, {tried} faults")  # noqa: T201
