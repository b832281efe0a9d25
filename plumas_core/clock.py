"""Time, as the program is given it: UTC milliseconds, and a way to wait in the same time."""

from __future__ import annotations

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
