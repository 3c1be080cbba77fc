"""Metrics: each value once for each invocation, and none where they are turned off."""

from __future__ import annotations

import json

import pytest

from wireroom.measure import measure


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    monkeypatch.delenv("POWERTOOLS_DEV", raising=False)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Wireroom")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "wireroom")


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, list[float]]:
    """Each metric that was printed, with all its values in order."""
    values: dict[str, list[float]] = {}
    for line in capsys.readouterr().out.splitlines():
        found = json.loads(line)
        (metrics,) = found["_aws"]["CloudWatchMetrics"]
        assert (metrics["Namespace"], found["service"]) == ("Wireroom", "wireroom")
        for metric in metrics["Metrics"]:
            assert len(found[metric["Name"]]) <= 100  # more are not taken by CloudWatch
            values.setdefault(metric["Name"], []).extend(found[metric["Name"]])
    return values


@pytest.mark.parametrize("stories", [1, 99, 100, 101, 250])
def test_each_value_is_printed_once_for_each_invocation(
    on: None, capsys: pytest.CaptureFixture[str], stories: int
) -> None:
    for _ in range(3):
        measure({"pages_written": stories, "pages_repaired": 0}, late=range(stories))
        assert printed(capsys) == {
            "pages_written": [stories],
            "pages_repaired": [0],
            "seen_to_written": list(range(stories)),
        }


def test_an_invocation_that_counted_nothing_prints_nothing(
    on: None, capsys: pytest.CaptureFixture[str]
) -> None:
    measure({})
    assert printed(capsys) == {}


def test_no_metric_is_printed_where_they_are_turned_off(
    on: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    for _ in range(120):
        measure({"pages_written": 1}, late=range(150))
    assert printed(capsys) == {}
