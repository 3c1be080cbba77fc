"""Schedules, as EventBridge Scheduler fires them, and Lambda's retries of what they invoke.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html: a rate begins when the
schedule is made. Scheduler only hands the event over; a function that fails is invoked again by
Lambda, as its event invoke configuration says (twice, after one and two minutes, when none does).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from wireroom_infra.embedded.clock import Clock
from wireroom_infra.embedded.errors import DeployError, NotAllowed
from wireroom_infra.embedded.functions import Function
from wireroom_infra.embedded.invoker import Invoker
from wireroom_infra.embedded.permissions import Role

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")


class Schedule:
    """`description`: Scheduler's own GetSchedule. `retries`: Lambda's, when the function fails."""

    def __init__(
        self,
        description: Mapping[str, Any],
        function: Function,
        invoker: Invoker,
        *,
        role: Role,
        retries: int,
        clock: Clock,
    ) -> None:
        self.name: str = description["Name"]
        self.function = function
        self.arn: str = description["Arn"]
        self._input: str | None = description["Target"].get("Input")
        self._every = rate(description["ScheduleExpression"])
        self._retries = retries
        self._invoker = invoker
        self._clock = clock
        self._next = clock.now()
        self._again: list[tuple[datetime, Any, int]] = []
        if "scheduler.amazonaws.com" not in role.trusted:
            raise NotAllowed("scheduler.amazonaws.com", "sts:AssumeRole", role.name)
        if not role.allows("lambda:InvokeFunction", function.arn):
            raise NotAllowed(role.name, "lambda:InvokeFunction", function.arn)

    def reset(self) -> None:
        """Due now, with no retry outstanding."""
        self._next = self._clock.now()
        self._again.clear()

    def tick(self) -> bool:
        """Fire if it is due, once however long ago it was; retry what failed. True if it did."""
        now = self._clock.now()
        due = [entry for entry in self._again if entry[0] <= now]
        self._again = [entry for entry in self._again if entry[0] > now]
        for _, event, attempt in due:
            self._invoke(event, attempt)
        if now < self._next:
            return bool(due)
        missed = (now - self._next) // self._every
        scheduled = self._next + missed * self._every
        self._next = scheduled + self._every
        self._invoke(self._event(scheduled), 0)
        return True

    def _invoke(self, event: Any, attempt: int) -> None:
        outcome = self._invoker.invoke(self.function, event)
        if outcome.error is not None and attempt < self._retries:
            wait = timedelta(minutes=attempt + 1)
            self._again.append((self._clock.now() + wait, event, attempt + 1))

    def _event(self, scheduled: datetime) -> Any:
        """What Scheduler sends when its target names no input of its own."""
        if self._input is not None:
            return json.loads(self._input)
        _, _, _, region, account, _ = self.arn.split(":", 5)
        return {
            "version": "0",
            "id": self._invoker.request_id(),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": account,
            "time": f"{scheduled:%Y-%m-%dT%H:%M:%SZ}",
            "region": region,
            "resources": [self.arn],
            "detail": "{}",
        }


def rate(expression: str) -> timedelta:
    """The interval of a `rate(…)`; DeployError for any other expression."""
    found = _RATE.fullmatch(expression)
    if found is None:
        raise DeployError(f"the embedded AWS knows rate(…), not {expression}")
    return timedelta(**{f"{found[2]}s": int(found[1])})
