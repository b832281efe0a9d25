"""Discord's rate limits: a bucket for each route and channel, and one for all that a bot asks.

What a bucket has left is told with every answer; whoever asks more is refused, and told how long
to wait. A bot that heeds the answers is hardly ever refused by a bucket; the one for everything is
not told of, and shows itself by refusing. Interactions' callbacks stand outside of it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Headers = dict[str, str]


@dataclass
class Window:
    """How many were taken since ``began``."""

    began: float
    taken: int = 0


@dataclass
class Rates:
    """``limit`` requests to one bucket in ``span`` seconds, ``everything`` to all of them."""

    limit: int
    everything: int
    span: float
    clock: Callable[[], float] = time.monotonic
    refused: list[str] = field(default_factory=list)
    _windows: dict[str, Window] = field(default_factory=dict)

    def take(self, method: str, path: str, major: str) -> tuple[Headers, float | None]:
        """Take one of a bucket; return what is told of it, and how long to wait if it is empty."""
        if not path.startswith("/interactions"):
            wait = self._wait("everything", self.everything)
            if wait is not None:
                self.refused.append("everything")
                return {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}, wait
        bucket = hashlib.blake2s(f"{method} {path}".encode(), digest_size=8).hexdigest()
        key = f"{bucket}:{major}"
        wait = self._wait(key, self.limit)
        window = self._windows[key]
        left = max(window.began + self.span - self.clock(), 0.001)
        told = {
            "X-RateLimit-Bucket": bucket,
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(self.limit - window.taken, 0)),
            "X-RateLimit-Reset": f"{time.time() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
        }
        if wait is not None:
            self.refused.append(f"{method} {path}")
            told["X-RateLimit-Scope"] = "user"
        return told, wait

    def _wait(self, key: str, limit: int) -> float | None:
        now = self.clock()
        window = self._windows.setdefault(key, Window(now))
        if now - window.began >= self.span:
            window.began, window.taken = now, 0
        if window.taken >= limit:
            return window.began + self.span - now
        window.taken += 1
        return None
