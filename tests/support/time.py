"""Time that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import calendar

START = calendar.timegm((2026, 11, 2, 12, 0, 0)) * 1_000
"""Monday, 2 November 2026, noon, in UTC milliseconds."""


class ManualClock:
    """A clock to hand in: call it, or read ``now``; only ``advance`` and ``sleep`` move it."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, milliseconds: int) -> None:
        """Let time pass; it never runs backwards."""
        if milliseconds < 0:
            raise ValueError("time does not run backwards")
        self.now += milliseconds

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass at once, and give the others their turn."""
        self.advance(round(seconds * 1_000))
        await asyncio.sleep(0)
