"""moto's CloudWatch, as CloudFormation needs it. Nothing measures here, so an alarm keeps its state
until somebody sets it."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from wireroom_infra.embedded.moto_gaps.cloudformation import Deployed, register
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT, REGION


def apply() -> None:
    """Correct moto; called once per process."""
    register("AWS::CloudWatch::Alarm", _create_alarm, ("Arn",), name_property="AlarmName")


def empty() -> None:
    for alarm in cloudwatch_backends[ACCOUNT][REGION].alarms.values():
        if alarm.state_value != "OK":
            alarm.update_state("", "{}", "OK")


def _create_alarm(name: str, properties: dict[str, Any]) -> Deployed:
    alarm = cloudwatch_backends[ACCOUNT][REGION].put_metric_alarm(
        name=name,
        description=properties["AlarmDescription"],
        namespace=properties.get("Namespace", ""),
        metric_name=properties.get("MetricName", ""),
        dimensions=[],
        statistic=properties.get("Statistic", ""),
        period=int(properties.get("Period", 60)),
        evaluation_periods=int(properties["EvaluationPeriods"]),
        threshold=float(properties["Threshold"]),
        comparison_operator=properties["ComparisonOperator"],
        alarm_actions=properties.get("AlarmActions", []),
    )
    return Deployed(name, {"Arn": alarm.alarm_arn})
