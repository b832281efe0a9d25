"""What a recurring job is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from plumas_core.app import App


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again and again, ``every`` so many milliseconds; callable by itself.

    ``run`` does what is due at the moment by ``app.clock`` and returns how much it did.
    """

    name: str
    every: int
    run: Callable[[App], Awaitable[int]]
