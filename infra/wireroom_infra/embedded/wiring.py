"""What was deployed, read back from AWS itself: functions, event sources, schedules and rules.

Nothing here looks at the template. What does not fit together (an ARN of nothing, a role that may
not, a queue that does not let a rule in) is refused, where AWS would fail later and quietly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from wireroom_infra.embedded.calls import Calls
from wireroom_infra.embedded.clock import Clock
from wireroom_infra.embedded.deploy import Stack
from wireroom_infra.embedded.errors import DeployError, NotAllowed
from wireroom_infra.embedded.functions import Function
from wireroom_infra.embedded.invoker import Invoker
from wireroom_infra.embedded.moto_gaps.awslambda import log_group
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT, REGION
from wireroom_infra.embedded.moto_gaps.s3 import notified
from wireroom_infra.embedded.moto_gaps.sqs import queue_policy
from wireroom_infra.embedded.permissions import Role, resource_policy_allows
from wireroom_infra.embedded.queues import QueueSource
from wireroom_infra.embedded.schedules import Schedule
from wireroom_infra.embedded.stream import StreamSource

Client = Callable[[str], Any]  # service → its boto3 client


class Wiring(Struct):
    """`functions` by logical id; `dead_letter_queues` are ARNs, sorted."""

    functions: dict[str, Function]
    queues: list[QueueSource]
    streams: list[StreamSource]
    schedules: list[Schedule]
    dead_letter_queues: list[str]


def read_wiring(
    stack: Stack,
    code: Mapping[str, Path],
    client: Client,
    *,
    roles: Mapping[str, Role],
    invoker: Invoker,
    clock: Clock,
    calls: Calls,
) -> Wiring:
    """All that drives the stack. `code`: function's logical id → its folder; `roles` by ARN.

    Raises DeployError for what does not exist and NotAllowed for what may not be done.
    """
    functions = {
        name: _function(
            stack.ids[name], name, folder, client, roles=roles, clock=clock, calls=calls
        )
        for name, folder in code.items()
        if name in stack.ids  # else its condition is false
    }
    by_arn = {function.arn: function for function in functions.values()}
    wiring = Wiring(functions, [], [], [], [])
    for mapping in _event_sources(client):
        function = by_arn[mapping["FunctionArn"]]
        sqs = client("sqs")
        if ":sqs:" in mapping["EventSourceArn"]:
            wiring.queues.append(QueueSource(mapping, function, invoker, sqs))
        else:
            wiring.streams.append(
                StreamSource(
                    mapping,
                    function,
                    invoker,
                    sqs=sqs,
                    clock=clock,
                    readers=wiring.streams,
                )
            )
    for schedule in _schedules(client):
        target = schedule["Target"]
        found, role = by_arn.get(target["Arn"]), roles.get(target["RoleArn"])
        if found is None or role is None:
            raise DeployError(f"schedule {schedule['Name']} names no function or role: {target}")
        retries = _retries(client, found)
        wiring.schedules.append(
            Schedule(schedule, found, invoker, role=role, retries=retries, clock=clock)
        )
    targets = list(_targets(client))
    _check_rules(targets)
    _check_buckets(client)
    dead = {stream.destination for stream in wiring.streams if stream.destination}
    dead |= {t["DeadLetterConfig"]["Arn"] for _, t in targets if "DeadLetterConfig" in t}
    wiring.dead_letter_queues = sorted(dead | set(_redrive_targets(client)))
    return wiring


def _function(
    name: str,
    logical_id: str,
    folder: Path,
    client: Client,
    *,
    roles: Mapping[str, Role],
    clock: Clock,
    calls: Calls,
) -> Function:
    configuration = client("lambda").get_function_configuration(FunctionName=name)
    role = roles.get(configuration["Role"])
    if role is None:
        raise DeployError(f"{logical_id}: no role has the ARN {configuration['Role']}")
    if "lambda.amazonaws.com" not in role.trusted:
        raise NotAllowed("lambda.amazonaws.com", "sts:AssumeRole", role.name)
    return Function(
        logical_id,
        configuration,
        code=folder,
        role=role,
        log_group=log_group(name),
        account=ACCOUNT,
        region=REGION,
        clock=clock,
        calls=calls,
    )


def _event_sources(client: Client) -> Iterator[Mapping[str, Any]]:
    for page in client("lambda").get_paginator("list_event_source_mappings").paginate():
        for mapping in page["EventSourceMappings"]:
            if mapping["State"] == "Enabled":
                yield mapping


def _schedules(client: Client) -> Iterator[Mapping[str, Any]]:
    scheduler = client("scheduler")
    for listed in scheduler.list_schedules()["Schedules"]:
        described = scheduler.get_schedule(Name=listed["Name"], GroupName=listed["GroupName"])
        if described["State"] == "ENABLED":
            yield described


def _retries(client: Client, function: Function) -> int:
    """How often Lambda tries again what a schedule invoked; 2 where nothing is configured."""
    answer = client("lambda").list_function_event_invoke_configs(FunctionName=function.name)
    for config in answer["FunctionEventInvokeConfigs"]:
        return int(config.get("MaximumRetryAttempts", 2))
    return 2


def _redrive_targets(client: Client) -> Iterator[str]:
    sqs = client("sqs")
    for url in sqs.list_queues().get("QueueUrls", []):
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        if policy := attributes["Attributes"].get("RedrivePolicy"):
            yield json.loads(policy)["deadLetterTargetArn"]


def _targets(client: Client) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(rule's ARN, target) of every rule of every bus."""
    events = client("events")
    for bus in events.list_event_buses()["EventBuses"]:
        for rule in events.list_rules(EventBusName=bus["Name"])["Rules"]:
            targets = events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus["Name"])
            for target in targets["Targets"]:
                yield rule["Arn"], target


def _check_buckets(client: Client) -> None:
    """S3 needs each queue's leave, too."""
    for bucket in client("s3").list_buckets()["Buckets"]:
        for queue in notified(bucket["Name"]):
            policy, source = queue_policy(queue), f"arn:aws:s3:::{bucket['Name']}"
            service = "s3.amazonaws.com"
            if not resource_policy_allows(policy, service, "sqs:SendMessage", queue, source):
                raise NotAllowed(source, "sqs:SendMessage", queue)


def _check_rules(targets: list[tuple[str, Mapping[str, Any]]]) -> None:
    """EventBridge needs each queue's own leave to send to it; moto does not ask."""
    for rule, target in targets:
        for arn in (target["Arn"], target.get("DeadLetterConfig", {}).get("Arn", "")):
            if ":sqs:" not in arn:
                continue
            policy = queue_policy(arn)
            service = "events.amazonaws.com"
            if not resource_policy_allows(policy, service, "sqs:SendMessage", arn, rule):
                raise NotAllowed(rule, "sqs:SendMessage", arn)
