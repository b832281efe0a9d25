"""An offline provider in a folder of the test's own, at a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import TypeAlias

import pytest

from plumas_core.clock import MINUTE
from plumas_core.providers.interface import (
    BatchIntent,
    BatchRow,
    CompletionRequest,
    ProviderBatchId,
    RowResult,
)
from plumas_core.providers.offline.faults import parse_faults
from plumas_core.providers.offline.provider import OfflineProvider, Pace
from tests.support.time import ManualClock

PACE = Pace(shortest=4 * MINUTE, longest=4 * MINUTE)
"""A batch of exactly four minutes, so that a test can say when."""

MODEL = "offline-pluma"

MakeProvider: TypeAlias = Callable[..., OfflineProvider]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return tmp_path / "world"


@pytest.fixture
def make(world: Path, clock: ManualClock) -> MakeProvider:
    """Return a maker of providers on the same world: each is a process that opens it anew."""

    def provider(faults: str = "", seed: int = 0, pace: Pace = PACE) -> OfflineProvider:
        return OfflineProvider(world, clock, clock.sleep, seed, parse_faults(faults), pace)

    return provider


class Rows:
    """Rows that can be read more than once."""

    def __init__(self, rows: Iterable[BatchRow]) -> None:
        self._rows = list(rows)

    async def __aiter__(self) -> AsyncIterator[BatchRow]:
        for row in self._rows:
            yield row


def rows(count: int, intent: str = "intent") -> Rows:
    """Return rows of an intent; each asks for a text about another number."""
    return Rows(
        BatchRow(f"{intent}-{n}-1", CompletionRequest(MODEL, f"The winter of {n}"))
        for n in range(count)
    )


async def submit(provider: OfflineProvider, count: int, intent: str = "intent") -> ProviderBatchId:
    return await provider.submit_batch(intent, rows(count, intent), None)


async def collect(provider: OfflineProvider, batch: ProviderBatchId) -> list[RowResult]:
    return [result async for result in provider.collect_batch(batch)]


def intent_of(clock: ManualClock, count: int, intent: str = "intent") -> BatchIntent:
    """Return what is remembered of a create that was sent in the minute before now."""
    return BatchIntent(intent, MODEL, count, clock() - MINUTE, clock())


def files_in(world: Path) -> list[Path]:
    """Return every file of the world."""
    return [path for path in world.rglob("*") if path.is_file()]
