"""Counts and times as CloudWatch metrics, in embedded metric format: log lines, no calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.metrics.functions import is_metrics_disabled


def measure(counts: Mapping[str, int], *, prefix: str = "", late: Iterable[float] = ()) -> None:
    """Print the metrics of one invocation.

    `counts`: what happened → how often; `late`: seconds from when ingest first saw a change to when
    its page was written. Prints nothing with POWERTOOLS_METRICS_DISABLED.
    """
    # Checked here, because powertools prints a metric at its hundredth value without checking.
    if is_metrics_disabled():
        return
    metrics = EphemeralMetrics()  # of this invocation alone
    for name, count in counts.items():
        metrics.add_metric(f"{prefix}{name}", MetricUnit.Count, count)
    for seconds in late:
        metrics.add_metric("seen_to_written", MetricUnit.Seconds, seconds)
    if metrics.metric_set:  # an idle minute has nothing to say
        metrics.flush_metrics()
