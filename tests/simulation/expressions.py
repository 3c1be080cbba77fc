"""DynamoDB's expressions, as far as Wireroom uses them: conditions, keys and updates.

An expression is compiled once to a function of (item, names, values). Anything unknown raises an
error, so that a new kind of expression never gets a wrong answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, reduce
from typing import Any

Item = dict[str, Any]
Condition = Callable[[Mapping[str, Any], Mapping[str, str], Mapping[str, Any]], bool]

_TOKEN = re.compile(r"\s*(<=|>=|<>|[=<>(),]|[#:]?\w+)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@lru_cache(maxsize=256)
def condition(text: str) -> Condition:
    parser = _Parser(text)
    found = parser.either()
    parser.end()
    return found


@lru_cache(maxsize=256)
def update(text: str) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """(attribute, value name) pairs to set, and attributes to remove, of an UpdateExpression."""
    found = re.fullmatch(r"SET (.+?)(?: REMOVE (.+))?", text)
    if found is None:
        raise NotImplementedError(f"update expression {text!r}")
    pairs = []
    for part in found[1].split(","):
        name, equals, value = part.partition("=")
        if not equals or not re.fullmatch(r":\w+", value.strip()):
            raise NotImplementedError(f"update expression {text!r}")
        pairs.append((name.strip(), value.strip()))
    return tuple(pairs), tuple(part.strip() for part in (found[2] or "").split(",") if part.strip())


def named(name: str, names: Mapping[str, str]) -> str:
    return names[name] if name.startswith("#") else name


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _TOKEN.findall(text)
        if "".join(self._tokens) != re.sub(r"\s", "", text):
            raise NotImplementedError(f"expression {text!r}")

    def _next(self) -> str:
        if not self._tokens:
            raise NotImplementedError(f"expression {self._text!r}")
        return str(self._tokens.pop(0))

    def _take(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            self._tokens.pop(0)
            return True
        return False

    def end(self) -> None:
        if self._tokens:
            raise NotImplementedError(f"expression {self._text!r}")

    def either(self) -> Condition:
        parts = [self._both()]
        while self._take("OR"):
            parts.append(self._both())
        return reduce(lambda a, b: lambda i, n, v: a(i, n, v) or b(i, n, v), parts)

    def _both(self) -> Condition:
        parts = [self._term()]
        while self._take("AND"):
            parts.append(self._term())
        return reduce(lambda a, b: lambda i, n, v: a(i, n, v) and b(i, n, v), parts)

    def _term(self) -> Condition:
        if self._take("("):
            inner = self.either()
            if not self._take(")"):
                raise NotImplementedError(f"expression {self._text!r}")
            return inner
        first = self._next()
        if first in {"attribute_not_exists", "attribute_exists"} and self._take("("):
            name, _ = self._next(), self._next()
            wanted = first == "attribute_exists"
            return lambda i, n, v: (named(name, n) in i) is wanted
        if first == "begins_with" and self._take("("):
            name, _, prefix, _ = (self._next() for _ in range(4))
            return lambda i, n, v: i.get(named(name, n), {}).get("S", "").startswith(v[prefix]["S"])
        operator = self._next()
        if operator == "BETWEEN":
            low, _, high = self._next(), self._next(), self._next()
            return lambda i, n, v: (
                _compared(">=", i, n, v, first, low) and _compared("<=", i, n, v, first, high)
            )
        value = self._next()
        if operator not in _COMPARE or not value.startswith(":"):
            raise NotImplementedError(f"expression {self._text!r}")
        return lambda i, n, v: _compared(operator, i, n, v, first, value)


def _compared(operator: str, item: Any, names: Any, values: Any, name: str, value: str) -> bool:
    held, wanted = item.get(named(name, names)), values[value]
    if held is None or held.keys() != wanted.keys():
        return operator == "<>"
    ((kind, a),), ((_, b),) = held.items(), wanted.items()
    if kind == "N":
        a, b = int(a), int(b)
    return _COMPARE[operator](a, b)
