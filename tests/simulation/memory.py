"""Caches the results of pure functions of Wireroom, as runs call them thousands of times with the
same values.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any

MOST = 5_000  # results that one function's memory holds


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with a cache. It must be pure, and nobody may change its results.

    Two values are the same if their pickled bytes are, with their types: text and safe markup
    differ.
    """
    known: dict[bytes, Any] = {}

    def answer(*values: Any, **named: Any) -> Any:
        key = pickled((values, named))
        if key not in known:
            if len(known) >= MOST:
                known.clear()
            known[key] = function(*values, **named)
        return known[key]

    return answer


def pickled(value: Any) -> bytes:
    """The same bytes for equal values of the same types."""
    written = io.BytesIO()
    pickler = pickle.Pickler(written, pickle.HIGHEST_PROTOCOL)
    pickler.fast = True  # without references to what came before, equal values give equal bytes
    pickler.dump(value)
    return written.getvalue()
