"""How rows are split into batches: by count, by bytes and by what may wait in the queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from plumas_core.providers.interface import BatchLimits

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Sized(Generic[R]):
    """A row with its encoded size in bytes and its likely prompt in tokens."""

    row: R
    bytes: int
    tokens: int


def split(rows: Iterable[Sized[R]], limits: BatchLimits, queued: int = 0) -> list[list[Sized[R]]]:
    """Return the rows as batches that keep the limits, in the order given.

    ``queued``: tokens that other open batches of the model already have in the queue. Rows that
    the queue has no room for are left out: they wait. A queue that is empty takes one row of any
    size, so that nothing waits for ever.
    """
    batches: list[list[Sized[R]]] = []
    current: list[Sized[R]] = []
    size = 0
    for sized in rows:
        if limits.queued_tokens is not None:
            if queued and queued + sized.tokens > limits.queued_tokens:
                break
            queued += sized.tokens
        if current and (len(current) >= limits.rows or size + sized.bytes > limits.bytes):
            batches.append(current)
            current, size = [], 0
        current.append(sized)
        size += sized.bytes
    if current:
        batches.append(current)
    return batches


def chunks(items: Sequence[R], size: int) -> Iterable[Sequence[R]]:
    """Yield ``items`` in pieces of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
