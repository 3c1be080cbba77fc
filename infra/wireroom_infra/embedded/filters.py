"""Event filters of event source mappings: the part of EventBridge's pattern language used here.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html: a record passes when
any of the filters matches it; a list in a pattern holds alternatives.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from wireroom_infra.embedded.errors import DeployError

Filter = Callable[[Mapping[str, Any]], bool]

_ABSENT = object()


def event_filter(criteria: Mapping[str, Any] | None) -> Filter:
    """A predicate for records from a FilterCriteria; everything passes without one.

    Raises DeployError for a pattern that is not understood.
    """
    patterns = [json.loads(f["Pattern"]) for f in (criteria or {}).get("Filters", [])]
    for pattern in patterns:
        _check(pattern, "")
    if not patterns:
        return lambda record: True
    return lambda record: any(_matches(pattern, record) for pattern in patterns)


def _check(pattern: Any, path: str) -> None:
    if isinstance(pattern, dict):
        for key, value in pattern.items():
            _check(value, f"{path}.{key}")
        return
    if not isinstance(pattern, list):
        raise DeployError(f"filter{path}: a value must be a list of alternatives")
    for test in pattern:
        if isinstance(test, dict) and set(test) not in ({"prefix"}, {"exists"}):
            raise DeployError(f"filter{path}: the embedded AWS does not know {sorted(test)}")


def _matches(pattern: Mapping[str, Any], value: Any) -> bool:
    if not isinstance(value, Mapping):
        value = {}
    for key, wanted in pattern.items():
        found = value.get(key, _ABSENT)
        if isinstance(wanted, dict):
            if not _matches(wanted, found):
                return False
        elif not any(_passes(test, found) for test in wanted):
            return False
    return True


def _passes(test: Any, found: Any) -> bool:
    if isinstance(test, dict):
        if "exists" in test:
            return (found is not _ABSENT) is bool(test["exists"])
        return isinstance(found, str) and found.startswith(test["prefix"])
    return found is not _ABSENT and bool(found == test)
