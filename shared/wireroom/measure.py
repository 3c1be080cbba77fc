"""Counts and times as CloudWatch metrics, in embedded metric format: log lines, no calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit


def measure(counts: Mapping[str, int], *, prefix: str = "", late: Iterable[float] = ()) -> None:
    """`counts`: what happened → how often; `late`: seconds from first seen to page written."""
    metrics = Metrics()
    for name, count in counts.items():
        metrics.add_metric(f"{prefix}{name}", MetricUnit.Count, count)
    for seconds in late:
        metrics.add_metric("seen_to_written", MetricUnit.Seconds, seconds)
    if metrics.metric_set:  # an idle minute has nothing to say
        metrics.flush_metrics()
