"""How the tests are shared out to processes that run side by side."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.shares import SECONDS, TOGETHER, shared_out

FILES = (*SECONDS, "tests/simulation/test_seeds.py", "tests/wire/test_dates.py", "tests/x.py")


def test_the_long_tests_are_there() -> None:
    assert TOGETHER.keys() <= SECONDS.keys()
    assert all((ROOT / file).exists() for file in SECONDS)


@given(st.lists(st.sampled_from(FILES)), st.integers(1, 8))
def test_no_test_is_left_out_or_run_twice(files: list[str], processes: int) -> None:
    assert sorted(shared_out(files, processes)) == list(range(len(files)))


def test_each_process_begins_with_its_part_of_the_long_tests_and_of_the_simulation() -> None:
    short = ["tests/wire/test_dates.py"] * 200
    attacks, seeds = "tests/browser/test_attacks.py", "tests/simulation/test_seeds.py"
    files = [*short, attacks, *short, attacks, seeds, *["tests/installed/test_wheel.py"] * 2, seeds]
    order = [files[place] for place in shared_out(files, 2)]
    half = len(files) // 2
    first, second = order[:half], order[half:]
    assert first[:3] == ["tests/installed/test_wheel.py"] * 2 + [seeds]
    assert second[:3] == [attacks, attacks, seeds]
    assert set(first[3:]) == set(second[3:]) == {short[0]}
