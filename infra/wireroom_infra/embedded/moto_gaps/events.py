"""moto's EventBridge and EventBridge Scheduler, as CloudFormation needs them, with their limit."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonpath_ng.ext
import moto.events.models as events_models
from moto.events.exceptions import ValidationException
from moto.scheduler.models import scheduler_backends

from wireroom_infra.embedded.moto_gaps.cloudformation import register
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT, REGION

# Bytes of the entries of a request together, as EventBridge counts them; 1 MB in some regions.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
ENTRIES = 256 << 10


def apply() -> None:
    """Correct moto; called once per process."""
    register("AWS::Scheduler::Schedule", _create_schedule, name_property="Name")
    # Ref of a bus is its name; moto has no physical id, so its ARN shows through.
    events_models.EventBus.physical_resource_id = property(lambda self: self.name)
    # moto compiles a target's eight paths for each event; it builds a parser for each of them.
    jsonpath_ng.ext.parse = cache(jsonpath_ng.ext.parse)  # type: ignore[attr-defined]

    put_events = events_models.EventsBackend.put_events

    def put_events_within_limit(self: Any, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if sum(map(_size, events)) >= ENTRIES:
            raise ValidationException("Total size of the entries in the request is over the limit.")
        answer: list[dict[str, Any]] = put_events(self, events)
        return answer

    events_models.EventsBackend.put_events = put_events_within_limit


def _size(entry: dict[str, Any]) -> int:
    texts = (entry.get("Source", ""), entry.get("DetailType", ""), entry.get("Detail", ""))
    resources = entry.get("Resources", ())
    return 14 * ("Time" in entry) + sum(len(text.encode()) for text in (*texts, *resources))


def _create_schedule(name: str, properties: dict[str, Any]) -> None:
    scheduler_backends[ACCOUNT][REGION].create_schedule(
        name=name,
        group_name=properties.get("GroupName", "default"),
        description=properties.get("Description", ""),
        schedule_expression=properties["ScheduleExpression"],
        schedule_expression_timezone=properties.get("ScheduleExpressionTimezone", "UTC"),
        flexible_time_window=properties["FlexibleTimeWindow"],
        target=properties["Target"],
        state=properties.get("State", "ENABLED"),
        start_date=properties.get("StartDate"),
        end_date=properties.get("EndDate"),
        kms_key_arn=properties.get("KmsKeyArn"),
        action_after_completion=None,
    )
