"""Every AWS call that a handler makes: whose it is, whether its role allows it, and a record.

botocore's event hooks see each call of each client. Which function is running is a context
variable; while the embedded AWS runs, threads inherit it (below), so calls from a pool that
a handler starts are its own.
"""

from __future__ import annotations

import functools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from itertools import product
from typing import Any

from botocore.exceptions import ClientError
from botocore.handlers import BUILTIN_HANDLERS
from msgspec import Struct

from wireroom_infra.embedded.permissions import Role


class Call(Struct, frozen=True):
    """One AWS call. `resource`: the ARN that it names first, or `*`. `function`: logical id."""

    function: str
    service: str
    operation: str
    resource: str
    request_id: str


class Calls:
    """The calls since the last reset, oldest first."""

    def __init__(self) -> None:
        self._calls: list[Call] = []

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def add(self, call: Call) -> None:
        self._calls.append(call)

    def reset(self) -> None:
        self._calls = []

    def count(self, function: str | None = None) -> Counter[tuple[str, str]]:
        """(service, operation) → how many; of one function, or of all."""
        return Counter(
            (c.service, c.operation) for c in self._calls if function in (None, c.function)
        )


class Running(Struct):
    """An invocation under way, as its AWS calls see it."""

    function: str
    request_id: str
    role: Role
    calls: Calls
    region: str
    account: str


running: ContextVar[Running | None] = ContextVar("running", default=None)


def _before_call(params: dict[str, Any], model: Any, context: Any, **_: Any) -> None:
    invocation = running.get()
    if invocation is None:
        return
    service, operation = model.service_model.service_name, model.name
    needs = list(required(service, operation, params, invocation.region, invocation.account))
    invocation.calls.add(
        Call(invocation.function, service, operation, needs[0][1], invocation.request_id)
    )
    for (action, resource), key in product(needs, partition_keys(params)):
        if not invocation.role.allows(action, resource, key):
            raise _denied(service, operation, invocation.role.name, action, resource)
    if service == "s3" and operation in ("GetObject", "HeadObject"):
        context["wireroom_may_list"] = invocation.role.allows(
            "s3:ListBucket", f"arn:aws:s3:::{params['Bucket']}"
        )


def _after_call(parsed: dict[str, Any], context: Any, **_: Any) -> None:
    # Whoever may not list a bucket may not learn that a key is missing:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    if context.get("wireroom_may_list", True):
        return
    if parsed.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
        parsed["Error"] = {"Code": "AccessDenied", "Message": "Access Denied"}
        parsed["ResponseMetadata"]["HTTPStatusCode"] = 403


def _denied(service: str, operation: str, role: str, action: str, resource: str) -> ClientError:
    code = "AccessDenied" if service in ("s3", "sns") else "AccessDeniedException"
    message = f"{role} is not authorized to perform: {action} on resource: {resource}"
    return ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": 403 if service == "s3" else 400},
        },
        operation,
    )


# --- what a call needs --------------------------------------------------------------------------

Need = tuple[str, str]

_TRANSACT = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
_S3_ACTION = {
    "HeadObject": "GetObject",
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "DeleteObjects": "DeleteObject",
}
_SQS_ACTION = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}


def required(
    service: str, operation: str, params: dict[str, Any], region: str, account: str
) -> Iterator[Need]:
    """The (action, resource) pairs that a call needs, at least one.

    https://docs.aws.amazon.com/service-authorization/latest/reference/. A service that is not
    known here needs its operation on `*`, which no narrow policy grants.
    """
    arn: Callable[[str, str], str] = lambda kind, name: f"arn:aws:{kind}:{region}:{account}:{name}"  # noqa: E731
    if service == "dynamodb":
        for action, table in _dynamodb(operation, params):
            yield f"dynamodb:{action}", arn("dynamodb", f"table/{table}")
    elif service == "s3":
        yield from _s3(operation, params)
    elif service == "sqs":
        queue = params.get("QueueUrl", params.get("QueueName", "*")).rsplit("/", 1)[-1]
        yield f"sqs:{_SQS_ACTION.get(operation, operation)}", arn("sqs", queue)
    elif service == "events" and operation == "PutEvents":
        for bus in {e.get("EventBusName", "default") for e in params["Entries"]}:
            yield "events:PutEvents", arn("events", f"event-bus/{bus.rsplit('/', 1)[-1]}")
    elif service == "secretsmanager":
        secret = params.get("SecretId", "*")
        named = secret if secret.startswith("arn:") else arn("secretsmanager", f"secret:{secret}")
        yield f"secretsmanager:{operation}", named
    elif service == "ssm":
        for name in params.get("Names") or [params.get("Name", params.get("Path", "*"))]:
            yield f"ssm:{operation}", arn("ssm", f"parameter/{name.lstrip('/')}")
    elif service == "cloudwatch" and operation == "DescribeAlarms":
        yield "cloudwatch:DescribeAlarms", arn("cloudwatch", "alarm:*")
    elif service == "cloudfront" and "DistributionId" in params:
        name = params["DistributionId"]
        yield f"cloudfront:{operation}", f"arn:aws:cloudfront::{account}:distribution/{name}"
    else:
        yield f"{service}:{operation}", "*"


def _dynamodb(operation: str, params: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if operation in ("TransactWriteItems", "TransactGetItems"):
        for item in params["TransactItems"]:
            for kind, what in item.items():
                yield _TRANSACT[kind], _table(what["TableName"])
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        for table in params["RequestItems"]:
            yield operation, _table(table)
    else:
        table = _table(params.get("TableName", "*"))
        yield operation, f"{table}/index/{params['IndexName']}" if "IndexName" in params else table


def partition_keys(params: dict[str, Any]) -> list[str]:
    """The partition keys of the rows that a call of DynamoDB names one by one; [""] if it names
    none. A transaction has to be allowed for all of its rows."""
    changes = params.get("TransactItems", [])
    rows = [what for change in changes for what in change.values()] or [params]
    return list(dict.fromkeys(map(_key, rows)))


def _key(params: dict[str, Any]) -> str:
    row = params.get("Key") or params.get("Item")
    pk = row.get("pk") if isinstance(row, dict) else None
    return str(pk.get("S", "")) if isinstance(pk, dict) else ""


def _table(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _s3(operation: str, params: dict[str, Any]) -> Iterator[Need]:
    bucket = f"arn:aws:s3:::{params.get('Bucket', '*')}"
    action = f"s3:{_S3_ACTION.get(operation, operation)}"
    if operation == "DeleteObjects":
        for named in params["Delete"]["Objects"]:
            yield action, f"{bucket}/{named['Key']}"
    elif operation == "CopyObject":
        source = params["CopySource"]
        where = source if isinstance(source, str) else f"{source['Bucket']}/{source['Key']}"
        yield "s3:PutObject", f"{bucket}/{params['Key']}"
        yield "s3:GetObject", f"arn:aws:s3:::{where.lstrip('/')}"
    elif "Key" in params:
        yield action, f"{bucket}/{params['Key']}"
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
        if operation == "PutObject" and "IfMatch" in params:
            yield "s3:GetObject", f"{bucket}/{params['Key']}"
    else:
        yield action, bucket


_submit = ThreadPoolExecutor.submit
_start = threading.Thread.start


def _submit_with_context(self: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
    if running.get() is None:
        return _submit(self, fn, *args, **kwargs)
    return _submit(self, copy_context().run, fn, *args, **kwargs)


def _start_with_context(self: threading.Thread) -> None:
    if running.get() is not None:
        self.run = functools.partial(copy_context().run, self.run)  # type: ignore[method-assign]
    _start(self)


# A thread that a handler starts makes its calls in the handler's name; Python's own threads start
# with an empty context.
ThreadPoolExecutor.submit = _submit_with_context  # type: ignore[method-assign]
threading.Thread.start = _start_with_context  # type: ignore[method-assign]

# Handlers in this list reach every client made from now on, as moto's own do.
BUILTIN_HANDLERS.append(("before-parameter-build", _before_call))
BUILTIN_HANDLERS.append(("after-call", _after_call))
