"""Time, as the program is given it: UTC milliseconds, and a way to wait in the same time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], int]
"""Returns the present in UTC milliseconds."""

Sleep: TypeAlias = Callable[[float], Awaitable[None]]
"""Waits, in seconds of the same time that the clock tells."""

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def system_clock() -> int:
    """Return the machine's own time."""
    return time.time_ns() // 1_000_000


class ScaledTime:
    """Time that runs ``scale`` times as fast as the machine's, from now on."""

    def __init__(self, scale: float, clock: Clock = system_clock) -> None:
        if scale <= 0:
            raise ValueError("time cannot stand still or run backwards")
        self.scale = scale
        self._clock = clock
        self._start = clock()

    def now(self) -> int:
        """Return the scaled time, in UTC milliseconds."""
        return self._start + int((self._clock() - self._start) * self.scale)

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` of scaled time."""
        await asyncio.sleep(seconds / self.scale)
