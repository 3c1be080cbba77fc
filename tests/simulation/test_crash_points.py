"""Every call of every scenario goes wrong in every way, once each; none is skipped."""

from __future__ import annotations

import pytest

from tests.simulation.scenarios import KINDS, SCENARIOS, Prepared, Scenario
from tests.simulation.stage import Stage


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_whichever_call_goes_wrong_all_invariants_hold(
    stage: Stage, scenario: Scenario, record_property, capsys
) -> None:
    prepared = Prepared(stage, scenario)
    tried = 0
    for number in range(prepared.points):
        for kind in KINDS:
            tried += 1
            for story in prepared.crash(number, kind):
                pytest.fail(f"{story}\n\n{scenario.name}: call {number}, {kind}")
    assert tried == prepared.points * len(KINDS) >= 100
    record_property("points", tried)
    with capsys.disabled():
        print(f"\n{scenario.name}: {prepared.points} calls x {len(KINDS)} faults = {tried}")  # noqa: T201
