"""What can go wrong with a call, and the error that botocore would raise."""

from __future__ import annotations

import random
from collections.abc import Container, Mapping
from typing import Any, Literal, Protocol

from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from msgspec import Struct

from tests.simulation.cloud import cancelled, failure
from wireroom.errors import FetchError

# die-…      the invocation ends before or after the call is done
# refused    AWS answers with an error; the call is not done
# conflict   somebody else writes at the same moment; the call is not done
# lost       the call is done, but its answer never comes: a network error
# again      the call is done and its answer lost, then the SDK's retry does it again
# partly     an answer of 200, by which a part of the batch was not done
# sleep-…    the invocation is suspended before the call until all else is done; meanwhile an editor
#            decides something about the same story, or about another
Fault = Literal[
    "",
    "die-before",
    "die-after",
    "refused",
    "conflict",
    "lost",
    "again",
    "partly",
    "sleep-same",
    "sleep-other",
]


CONFLICTS = {
    "PutObject",
    "CopyObject",
    "DeleteObject",
    "PutItem",
    "UpdateItem",
    "TransactWriteItems",
}
PARTLY = {"BatchGetItem", "SendMessageBatch", "DeleteObjects"}
READS = {
    "BatchGetItem", "GetItem", "Query", "Scan", "GetObject", "HeadObject", "ListObjectsV2",
    "GetSecretValue", "GetInvalidation",
}  # fmt: skip


def differs(fault: Fault, operation: str, before: str) -> bool:
    """Whether `fault` in a call of `operation` can have an effect that no other fault has.

    `before`: the operation that the invocation called last, or "". A read changes nothing, so it
    makes no difference whether an invocation dies before or after it, or reads twice.
    """
    match fault:
        case "die-before":  # or else as that read's own "die-before"
            return before not in READS
        case "die-after":  # as "die-before"
            return operation not in READS
        case "again":  # as without a fault; the token of a transaction makes it one as well
            return operation not in READS and operation != "TransactWriteItems"
        case "partly":  # as "refused", see `Once`
            return operation in PARTLY or operation in CONFLICTS
    return True


class Call(Struct, frozen=True):
    """A call of an invocation. `number`: from 0 in the run; `before`: the operation that the
    invocation called last, or ""; `asked`: how often the functions have asked for the time and for
    chance until now."""

    number: int
    invocation: str
    service: str
    operation: str
    params: Mapping[str, Any]
    before: str
    asked: int


class Faults(Protocol):
    def plan(self, call: Call) -> Fault: ...


class Calm:
    """Nothing goes wrong."""

    def plan(self, call: Call) -> Fault:
        return ""


class Listener:
    """Nothing goes wrong; `made` gets each call."""

    def __init__(self) -> None:
        self.made: list[Call] = []

    def plan(self, call: Call) -> Fault:
        self.made.append(call)
        return ""


Thing = str | tuple[str, str]


def reads(call: Call) -> set[Thing] | None:
    """What a read of AWS depends on, as `changed` and `replaced` name it; None if on something else
    than rows and objects."""
    params = call.params
    match call.operation:
        case "GetItem":
            return {_key(params["Key"])}
        case "BatchGetItem":
            return {_key(key) for asked in params["RequestItems"].values() for key in asked["Keys"]}
        case "Query" if params.get("IndexName", "due") == "due":
            return {params["ExpressionAttributeValues"][":pk"]["S"]}
        case "GetObject" | "HeadObject":
            return {(params["Bucket"], params["Key"])}
        case "ListObjectsV2":
            return {params["Bucket"]}
        case "GetSecretValue":
            return set()
    return None


def changed(key: tuple[str, str], *images: Mapping[str, Any] | None) -> set[Thing]:
    """What a change of a row changes for reads: the row, its partition, and those in the index."""
    return {key, key[0], *(image["due_pk"]["S"] for image in images if image and "due_pk" in image)}


def _key(key: Mapping[str, Any]) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]


class Once:
    """One call goes wrong in one way: number `at`, counted from 0."""

    def __init__(self, at: int, fault: Fault) -> None:
        self.at, self.fault = at, fault
        self.struck = False

    def plan(self, call: Call) -> Fault:
        if call.number != self.at:
            return ""
        self.struck = True
        if self.fault == "partly" and call.operation not in PARTLY:
            return "conflict" if call.operation in CONFLICTS else "refused"
        return self.fault


class Outage:
    """All calls of `operations` have `fault` while the outage lasts. `others`: plans the other
    calls."""

    def __init__(self, operations: Container[str], fault: Fault, others: Faults) -> None:
        self._operations, self._fault, self._others = operations, fault, others

    def plan(self, call: Call) -> Fault:
        other = self._others.plan(call)
        return other or (self._fault if call.operation in self._operations else "")


class Chance:
    """Each call goes wrong with a probability of `rate`, as `chance` decides."""

    def __init__(self, chance: random.Random, rate: float) -> None:
        self._chance, self._rate = chance, rate

    def plan(self, call: Call) -> Fault:
        if self._chance.random() >= self._rate:
            return ""
        kinds: list[Fault] = ["die-before", "die-after", "refused", "conflict", "lost", "again"]
        if call.operation in PARTLY:
            kinds += ["partly", "partly"]
        return self._chance.choice(kinds)


def refusal(chance: random.Random, service: str, operation: str) -> Exception:
    """An error with which AWS, or the way to it, refuses a call."""
    if service == "http":
        return FetchError("server-error", "503 from the publisher")
    found = {
        "s3": [("SlowDown", 503), ("InternalError", 500)],
        "sqs": [("RequestThrottled", 400), ("ServiceUnavailable", 503)],
        "dynamodb": [
            ("ProvisionedThroughputExceededException", 400),
            ("ThrottlingException", 400),
            ("InternalServerError", 500),
        ],
        "dynamodbstreams": [("InternalServerError", 500)],
        "cloudfront": [("Throttling", 400), ("ServiceUnavailable", 503)],
        "secretsmanager": [("InternalServiceError", 500), ("ThrottlingException", 400)],
    }[service]
    if operation == "CreateInvalidation":
        found = [*found, ("TooManyInvalidationsInProgress", 400)]
    if operation in {"HeadObject"}:
        found = [("503", 503), ("500", 500)]  # no body, so no code either
    if operation == "PutObject":
        found = [*found, ("ConditionalRequestConflict", 409)]
    if operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        found = [*found, ("TransactionConflictException", 400)]
    choice = chance.randrange(len(found) + 2)
    if operation == "TransactWriteItems" and choice % 2:
        kind = chance.choice(["TransactionConflict", "ThrottlingError"])
        return cancelled([kind, "None"])
    if choice == len(found):
        return EndpointConnectionError(endpoint_url=f"https://{service}.simulated")
    if choice > len(found):
        return ConnectionClosedError(endpoint_url=f"https://{service}.simulated")
    return failure(operation, *found[choice])


def conflict(operation: str) -> Exception:
    """Somebody else is writing the same object or row at this very moment."""
    if operation in {"PutObject", "CopyObject", "DeleteObject"}:
        return failure(operation, "ConditionalRequestConflict", 409)
    if operation == "TransactWriteItems":
        return cancelled(["TransactionConflict", "None"])
    return failure(operation, "TransactionConflictException", 400)


def lost(service: str) -> Exception:
    return ReadTimeoutError(endpoint_url=f"https://{service}.simulated")


def partial(
    chance: random.Random, operation: str, params: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The part of a batch that is done, and what the answer says of the rest."""
    if operation == "BatchGetItem":
        ((table, wanted),) = params["RequestItems"].items()
        keys = sorted(wanted["Keys"], key=str)  # Wireroom may ask in any order
        keep = chance.randrange(len(keys))
        rest = {table: {**wanted, "Keys": keys[keep:]}}
        done = {table: {**wanted, "Keys": keys[:keep]}}
        return {"RequestItems": done} if keep else {}, {"UnprocessedKeys": rest}
    if operation == "DeleteObjects":
        objects = params["Delete"]["Objects"]
        keep = chance.randrange(len(objects))
        errors = [{**each, "Code": "InternalError"} for each in objects[keep:]]
        done = {**params, "Delete": {**params["Delete"], "Objects": objects[:keep]}}
        return done if keep else {}, {"Errors": errors}
    entries = params["Entries"]
    keep = chance.randrange(len(entries))
    failed = [
        {"Id": e["Id"], "Code": "InternalError", "SenderFault": False} for e in entries[keep:]
    ]
    done = {**params, "Entries": entries[:keep]}
    return done if keep else {}, {"Failed": failed}
