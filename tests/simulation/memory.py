"""Caches the results of pure functions of Wireroom, as runs call them thousands of times with the
same values.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import msgspec
from markupsafe import Markup

MOST = 5_000  # results that one function's memory holds


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with a cache. It must be pure, and nobody may change its results.

    Two values are the same if they are written alike as JSON: text and safe markup differ, lists
    and tuples do not, nor structs with the same fields.
    """
    known: dict[bytes, Any] = {}

    def answer(*values: Any, **named: Any) -> Any:
        key = written((values, named))
        if key not in known:
            if len(known) >= MOST:
                known.clear()
            known[key] = function(*values, **named)
        return known[key]

    return answer


def _otherwise(value: Any) -> Any:
    """How a value is written that JSON has no word for."""
    if isinstance(value, Markup):
        return "safe", str(value)
    if isinstance(value, FunctionType) and not value.__closure__ and value.__name__ != "<lambda>":
        return value.__module__, value.__qualname__
    raise TypeError(f"{value!r} can't be compared")


# Times keep their offset in JSON, unlike in msgpack.
written: Callable[[Any], bytes] = msgspec.json.Encoder(enc_hook=_otherwise).encode
