"""What pure functions of Wireroom gave for the same values before, so that runs which print and
parse the same things thousands of times do it once."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any

MOST = 5_000  # results that one function's memory holds


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, which must be one of values alone and give what nobody changes.

    Values are the same when their bytes are, types and all: text and safe markup differ.
    """
    known: dict[bytes, Any] = {}

    def answer(*values: Any, **named: Any) -> Any:
        key = _bytes((values, named))
        if key not in known:
            if len(known) >= MOST:
                known.clear()
            known[key] = function(*values, **named)
        return known[key]

    return answer


def _bytes(value: Any) -> bytes:
    written = io.BytesIO()
    pickler = pickle.Pickler(written, pickle.HIGHEST_PROTOCOL)
    pickler.fast = True  # without references to what came before, equal values give equal bytes
    pickler.dump(value)
    return written.getvalue()
