"""How far a batch is at a moment: reckoned from its terms and the clock, never recorded.

Rows are finished one after another, in an order that looks shuffled and is always the same. What
is not finished when the time is up has expired; what is not finished when the batch is cancelled
is cancelled.
"""

from __future__ import annotations

from math import gcd
from typing import Final

from plumas_core.clock import SECOND
from plumas_core.providers.interface import BatchState, RowOutcome
from plumas_core.providers.offline.draws import digest, source
from plumas_core.providers.offline.world import Kept, Terms

QUEUED: Final = 0.1
"""Share of a batch's time that goes by before its first row is begun."""

VALIDATION: Final = 2 * SECOND
"""What it takes a real provider to find that its queue is full."""

CANCELLING: Final = 5 * SECOND
"""What it takes to stop once asked."""


def takes(shortest: int, longest: int, seed: int, intent: str, created_at: int) -> int:
    """Return how long a batch takes: between the two, in their own unit."""
    return source("takes", seed, intent, created_at).randint(shortest, longest)


def ends_at(kept: Kept) -> int:
    """Return when the batch has ended, in UTC milliseconds."""
    terms = kept.terms
    end = terms.created_at + terms.takes
    if terms.fault == "queue_full":
        return min(end, terms.created_at + VALIDATION)
    if kept.cancelled_at is not None:
        return min(end, kept.cancelled_at + CANCELLING)
    return end


def finished_at(kept: Kept, at: int) -> int:
    """Return how many rows, failed ones included, are finished at ``at``."""
    terms = kept.terms
    if kept.cancelled_at is not None:
        at = min(at, kept.cancelled_at)
    worked = (at - terms.created_at) / max(terms.takes, 1) - QUEUED
    done = min(max(worked / (1 - QUEUED), 0.0), 1.0)
    return int(done * int(terms.rows * terms.finishes))


def is_gone(kept: Kept, now: int) -> bool:
    """Tell whether the batch has vanished: half of its time is over and it was to vanish."""
    terms = kept.terms
    return terms.fault == "vanish" and now >= terms.created_at + terms.takes // 2


def state(kept: Kept, now: int) -> BatchState:
    """Return what a poll says at ``now``."""
    total = kept.terms.rows
    if is_gone(kept, now):
        return BatchState("missing")
    if now < ends_at(kept):
        finished = 0 if kept.terms.fault == "queue_full" else finished_at(kept, now)
        return BatchState("running", total, finished)
    if kept.terms.fault == "queue_full":
        error = "token_limit_exceeded: the queue of this model is full (simulated)"
        return BatchState("failed", total, error=error, queue_full=True)
    return BatchState("ended", total, finished_at(kept, now))


def unfinished(kept: Kept) -> RowOutcome:
    """Return what became of the rows that an ended batch did not finish."""
    end = kept.terms.created_at + kept.terms.takes
    return "cancelled" if kept.cancelled_at is not None and kept.cancelled_at < end else "expired"


def row_order(terms: Terms, id: str) -> Order:
    """Return the order in which the batch's rows are finished and collected."""
    return Order(terms.rows, digest("order", terms.seed, id))


class Order:
    """A shuffle of ``range(rows)`` that needs no memory: ``position → (a·position + b) mod rows``.

    With ``a`` prime to the number of rows every row comes once.
    """

    def __init__(self, rows: int, chance: int) -> None:
        self._rows = rows
        self._step = 1 + chance % max(rows - 1, 1)
        while gcd(self._step, rows) != 1:
            self._step += 1
        self._start = 1 + (chance >> 32) % max(rows - 1, 1)

    def __getitem__(self, position: int) -> int:
        """Return the number of the row at ``position``, both counted from 0."""
        return (self._step * position + self._start) % self._rows
