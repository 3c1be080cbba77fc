"""What time it is in the embedded AWS: the real time, or one that a test moves.

A virtual clock reaches Wireroom through `wireroom.clock.now`, and moto through
`moto.core.utils.utcnow`, which SQS visibility and delays, stream records, S3 timestamps and
EventBridge times all go by. Code must call `clock.now()`: a `from wireroom.clock import now`
would keep the real one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import moto.core.utils

import wireroom.clock

_real_utcnow: Callable[[], datetime] = moto.core.utils.utcnow
_real_now = wireroom.clock.now
_virtual: Callable[[], datetime] | None = None


class Clock(Protocol):
    """`now` is aware and in UTC."""

    def now(self) -> datetime: ...
    def install(self) -> None: ...
    def uninstall(self) -> None: ...


class RealClock:
    """The time as it is."""

    def now(self) -> datetime:
        return _real_now()

    def install(self) -> None:
        """Nothing to do."""

    def uninstall(self) -> None:
        """Nothing to do."""


class VirtualClock:
    """A time that stands still until it is moved. `start` is aware."""

    def __init__(self, start: datetime) -> None:
        self.start = start.astimezone(UTC)
        self._now = self.start

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        """Move forward; never back, as neither SQS nor a stream expects it."""
        if seconds < 0:
            raise ValueError(f"a clock can't go back: {seconds}")
        self._now += timedelta(seconds=seconds)

    def advance_to(self, moment: datetime) -> None:
        self._now = max(self._now, moment.astimezone(UTC))

    def reset(self) -> None:
        """Back to the start, for the next test."""
        self._now = self.start

    def install(self) -> None:
        global _virtual  # noqa: PLW0603 (moto's time is one per process, as its state is)
        _virtual = self.now
        wireroom.clock.now = self.now

    def uninstall(self) -> None:
        global _virtual  # noqa: PLW0603
        _virtual = None
        wireroom.clock.now = _real_now


def _utcnow() -> datetime:
    return _virtual().replace(tzinfo=None) if _virtual else _real_utcnow()


def patch_moto() -> None:
    """Let moto ask this module for the time, also where `utcnow` was imported by name before."""
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and getattr(module, "utcnow", None) is _real_utcnow:
            module.utcnow = _utcnow  # type: ignore[attr-defined]
