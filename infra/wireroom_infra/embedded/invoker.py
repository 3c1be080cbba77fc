"""Invocations on behalf of AWS itself, where an exception is an outcome and not the caller's."""

from __future__ import annotations

import logging
import random
import uuid
from typing import Any

from msgspec import Struct

from wireroom_infra.embedded.errors import EmbeddedError, TimedOut
from wireroom_infra.embedded.functions import Function

_log = logging.getLogger("wireroom_infra.embedded")


class Outcome(Struct, frozen=True):
    """Either a response or the error that the handler raised."""

    response: Any
    error: Exception | None
    request_id: str


class Failure(Struct, frozen=True):
    """An invocation that ended in an exception. `function`: logical id."""

    function: str
    error: Exception
    request_id: str


class Invoker:
    """Invokes functions and remembers which invocations failed."""

    def __init__(self, seed: int | None) -> None:
        self.failures: list[Failure] = []
        self._random = random.Random(seed)  # noqa: S311 (names, not secrets)

    def request_id(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def invoke(self, function: Function, event: Any) -> Outcome:
        """Invoke; what the handler raises is logged, kept in `failures` and given back."""
        request_id = self.request_id()
        try:
            return Outcome(function.invoke(event, request_id), None, request_id)
        except EmbeddedError as error:
            if not isinstance(error, TimedOut):
                raise
            failed: Exception = error
        except Exception as error:  # noqa: BLE001 (a handler may raise anything)
            failed = error
        _log.error("%s failed (request %s)", function.logical_id, request_id, exc_info=failed)
        self.failures.append(Failure(function.logical_id, failed, request_id))
        return Outcome(None, failed, request_id)
