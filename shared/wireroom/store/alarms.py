"""The stack's own alarms in CloudWatch."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from wireroom.store.aws import translated

MOST = 100  # in one call


class Alarm(Struct, frozen=True, kw_only=True):
    """`name`: the logical id in the template. `since`: when it came into that state. `meaning`: its
    description in the template."""

    name: str
    state: Literal["ALARM", "INSUFFICIENT_DATA", "OK"]
    since: datetime | None
    meaning: str


class Alarms:
    """`client`: service → its boto3 client, made when it is first needed. `stack`: its name."""

    def __init__(self, client: Callable[[str], Any], stack: str) -> None:
        self._client = client
        self._stack = stack

    def all(self) -> list[Alarm]:
        """Every alarm of the stack, by name. One call."""
        # CloudFormation names them so. Another stack's name may begin with this one's.
        named = re.compile(rf"{re.escape(self._stack)}-([A-Za-z0-9]+)-[A-Z0-9]+")
        with translated("look at the alarms"):
            answer = self._client("cloudwatch").describe_alarms(
                AlarmNamePrefix=f"{self._stack}-", MaxRecords=MOST
            )
        found = [
            Alarm(
                name=name[1],
                state=each["StateValue"],
                since=each.get("StateUpdatedTimestamp"),
                meaning=each.get("AlarmDescription", ""),
            )
            for each in answer["MetricAlarms"]
            if (name := named.fullmatch(each["AlarmName"]))
        ]
        return sorted(found, key=lambda alarm: alarm.name)
