"""A small IAM: may this role do this action on this resource?

Reads the deployed roles: their inline policies and attached managed ones. An explicit Deny wins;
`*` and `?` match as IAM's do. One condition is understood: which rows of a table, by partition key
(dynamodb:LeadingKeys). Another one in a role's policy is refused at deployment rather than taken
for granted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from wireroom_infra.embedded.errors import DeployError
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT

_FOR_KEYS, _KEYS = "ForAllValues:StringLike", "dynamodb:LeadingKeys"


class Statement:
    """One statement of a policy, with its patterns compiled."""

    def __init__(self, role: str, source: Mapping[str, Any]) -> None:
        unknown = set(source) - {"Sid", "Effect", "Action", "Resource", "Condition"}
        if unknown:
            raise DeployError(f"role {role}: the embedded AWS can't evaluate {sorted(unknown)}")
        condition = source.get("Condition", {})
        keys = condition.get(_FOR_KEYS, {}).get(_KEYS)
        if condition and (set(condition) != {_FOR_KEYS} or set(condition[_FOR_KEYS]) != {_KEYS}):
            raise DeployError(
                f"role {role}: the embedded AWS can't evaluate its Condition {condition}"
            )
        self.keys = _as_tuple(keys) if keys else ("*",)
        self.allow = source["Effect"] == "Allow"
        self.actions = _as_tuple(source["Action"])
        self.resources = _as_tuple(source["Resource"])

    def covers(self, action: str, resource: str, key: str = "") -> list[tuple[str, str]]:
        """The (action, resource) patterns of the statement that match. `key`: the partition key of
        the row that is meant, or ""."""
        if not any(matches(each, key) for each in self.keys):
            return []
        return [
            (a, r)
            for a in self.actions
            if matches(a.lower(), action.lower())
            for r in self.resources
            if matches(r, resource)
        ]


class Role:
    """A deployed role. `used` collects the grants that something needed."""

    def __init__(self, name: str, trusted: Iterable[str], policies: Iterable[Any]) -> None:
        self.name = name
        self.trusted = frozenset(trusted)
        self.statements = [
            Statement(name, statement)
            for policy in policies
            for statement in _as_list(policy["Statement"])
        ]
        self.used: set[tuple[str, str]] = set()
        self._answers: dict[tuple[str, str, str], frozenset[tuple[str, str]]] = {}

    @cached_property
    def granted(self) -> frozenset[tuple[str, str]]:
        """Each (action, resource) pattern that the role's policies allow."""
        return frozenset(
            (action, resource)
            for statement in self.statements
            if statement.allow
            for action in statement.actions
            for resource in statement.resources
        )

    def allows(self, action: str, resource: str, key: str = "") -> bool:
        """Whether the role may; a yes marks its grants as used. `key`: as in `covers`."""
        if not self._by_key:
            key = ""
        asked = (action, resource, key)
        if asked not in self._answers:
            self._answers[asked] = self._decide(*asked)
        grants = self._answers[asked]
        self.used.update(grants)
        return bool(grants)

    @cached_property
    def _by_key(self) -> bool:
        """Whether keys matter to any of its statements: else answers are kept for all of them."""
        return any(each.keys != ("*",) for each in self.statements)

    def _decide(self, action: str, resource: str, key: str) -> frozenset[tuple[str, str]]:
        """The grants that cover it; none when it is denied."""
        covering = [(s, s.covers(action, resource, key)) for s in self.statements]
        if any(grants and not statement.allow for statement, grants in covering):
            return frozenset()
        return frozenset(grant for _, grants in covering for grant in grants)


def read_roles(iam: Any) -> dict[str, Role]:
    """Every role of the account, by its ARN. `iam`: a boto3 client."""
    roles: dict[str, Role] = {}
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            roles[role["Arn"]] = _read_role(iam, role)
    return roles


def _read_role(iam: Any, role: Mapping[str, Any]) -> Role:
    name = role["RoleName"]
    documents = [
        iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        policy = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]
        version = iam.get_policy_version(
            PolicyArn=attached["PolicyArn"], VersionId=policy["DefaultVersionId"]
        )
        documents.append(version["PolicyVersion"]["Document"])
    trusted = [
        service
        for statement in _as_list(_parsed(role["AssumeRolePolicyDocument"])["Statement"])
        if statement["Effect"] == "Allow" and "sts:AssumeRole" in _as_list(statement["Action"])
        for service in _as_list(statement["Principal"].get("Service", []))
    ]
    return Role(name, trusted, map(_parsed, documents))


def resource_policy_allows(
    policy: str | None, service: str, action: str, resource: str, source_arn: str
) -> bool:
    """Whether a queue's own policy lets `service` do `action`, acting for `source_arn`.

    Knows the conditions on aws:SourceArn and aws:SourceAccount that the template uses; any other is
    a no.
    """
    if not policy:
        return False
    sources = {"aws:sourcearn": source_arn, "aws:sourceaccount": ACCOUNT}
    for statement in _as_list(_parsed(policy)["Statement"]):
        principal = statement.get("Principal", {})
        services = ["*"] if principal == "*" else _as_list(principal.get("Service", []))
        if (
            statement["Effect"] == "Allow"
            and any(matches(s, service) for s in services)
            and any(matches(a.lower(), action.lower()) for a in _as_list(statement["Action"]))
            and any(matches(r, resource) for r in _as_list(statement["Resource"]))
            and all(
                operator in ("ArnEquals", "ArnLike", "StringEquals")
                and key.lower() in sources
                and any(matches(str(v), sources[key.lower()]) for v in _as_list(value))
                for operator, tests in statement.get("Condition", {}).items()
                for key, value in tests.items()
            )
        ):
            return True
    return False


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in text)
    return re.compile("".join(parts), re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """IAM's own wildcards: `*` any characters, also `/` and `:`, `?` one."""
    return _pattern(pattern).fullmatch(text) is not None


def _parsed(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _as_tuple(value: Any) -> tuple[str, ...]:
    return tuple(_as_list(value))
