"""What judging a duel costs through the batch APIs, beside the same tokens asked one by one.

The whole duel is played by the program, on both providers' stand-ins; time is a test's, and passes
at once. Each call keeps the tokens that its provider named, in the parts that are billed apart;
the floor is those tokens at the catalog's list prices, for single calls.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from benchmarks.figures import Figure, at_most
from benchmarks.prose import Prose
from plumas_core.catalog.models import Model
from plumas_core.catalog.pricing import price
from plumas_core.catalog.usage import Usage
from plumas_core.clock import HOUR, MINUTE
from plumas_core.policy import CREDIT
from plumas_core.storage.tables.duels import duels
from plumas_core.storage.tables.work import calls
from tests.support.providers import both_providers, real_stage
from tests.support.stage import Stage
from tests.support.time import ManualClock

ENTRIES: Final = 10
SEATS: Final = 5
BOUND: Final = 0.5
LONGEST: Final = 6 * HOUR

PARTS: Final = ("input", "cached_input", "cache_write_5m", "cache_write_1h", "output")
"""The parts of a call that are billed apart, as the catalog names their rates."""

PICODOLLARS: Final = 10**12


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the judges on one model used, and what was charged for it (picodollars)."""

    model: Model
    usages: list[Usage]
    charged: int


def duel_cost() -> Figure:
    """Play the duel, print the arithmetic, and return the figure."""
    with tempfile.TemporaryDirectory() as folder:
        judged, at = asyncio.run(_play(Path(folder)))
    charged = sum(one.charged for one in judged)
    single = sum(price(one.model, usage, "single", at) for one in judged for usage in one.usages)
    _show(judged, at, charged, single)
    title = f"credits to judge {ENTRIES} entries by {SEATS} seats in batch"
    return at_most(title, charged / CREDIT, single / CREDIT, BOUND)


async def _play(folder: Path) -> tuple[list[_Judged], int]:
    """Play the duel; return what was used by model, and the time of the prices."""
    clock = ManualClock()
    prose = Prose(random.Random(9))
    async with both_providers(clock) as both, real_stage(folder, clock, both) as stage:
        await stage.say("op", "/grant 90 pool")
        await stage.say("host", '/duel new "The lighthouse" ends:10m')
        for number in range(ENTRIES):
            await stage.say(f"m{number}", f"/duel enter {prose.text()}")
        end = clock.now + LONGEST
        while not await stage.count(duels, duels.c.state == "verdict"):
            if clock.now > end:
                raise RuntimeError("the duel does not end")
            await stage.pass_time(5 * MINUTE, MINUTE)
        await _prove(stage)
        return await _judged(stage), clock.now


async def _prove(stage: Stage) -> None:
    """Make sure that every reading was bought once, in batch, and that the books balance."""
    bought = await stage.count(calls, calls.c.mode == "batch", calls.c.state == "settled")
    report = await stage.audit()
    if bought != ENTRIES * SEATS or await stage.count(calls) != bought or not report.ok:
        raise RuntimeError(f"{bought} readings were bought; {report.findings}")


async def _judged(stage: Stage) -> list[_Judged]:
    found: dict[str, _Judged] = {}
    for row in await stage.rows(select(calls).order_by(calls.c.model_id, calls.c.id)):
        model = stage.app.catalog.get(row["model_id"])
        if model is None:
            raise RuntimeError(f"{row['model_id']} is not in the catalog")
        usage = Usage(
            input=row["input"],
            output=row["output"],
            cached=row["cached"],
            cache_write_5m=row["cache_write_5m"],
            cache_write_1h=row["cache_write_1h"],
            reasoning=row["reasoning"],
        )
        one = found.setdefault(model.id, _Judged(model, [], 0))
        found[model.id] = _Judged(model, [*one.usages, usage], one.charged + row["cost"])
    return list(found.values())


def _show(judged: list[_Judged], at: int, charged: int, single: int) -> None:
    """Print tokens times rates, for both ways, and their sums."""
    table = Table(
        "model", "part", "tokens", "batch, USD/M", "list, USD/M", "batch, USD", "list, USD"
    )
    for one in judged:
        tables = one.model.table_at(at)
        if tables is None or tables.base.batch is None:
            raise RuntimeError(f"{one.model.id} has no price in batch")
        for part in PARTS:
            tokens = sum(getattr(used, _COUNTS.get(part, part)) for used in one.usages)
            if tokens:
                rates = [
                    getattr(prices, part) for prices in (tables.base.batch, tables.base.single)
                ]
                costs = [f"{tokens * rate / 10**6:f}" for rate in rates]
                table.add_row(one.model.id, part, f"{tokens:,}", *map(str, rates), *costs)
    sums = [f"{Decimal(total) / PICODOLLARS:f}" for total in (charged, single)]
    table.add_row("charged, and the same tokens at list price", "", "", "", "", *sums)
    Console(width=120).print(table)


_COUNTS: Final = {"cached_input": "cached"}
"""What a call counts under another name than its rate has."""
