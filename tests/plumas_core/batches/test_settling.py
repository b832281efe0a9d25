"""Results that come back: in any order, twice, or not to the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks.city import Size, build, settings
from bot.wiring import open_app
from plumas_core.app import App
from plumas_core.batches import settling
from plumas_core.batches.leases import claim
from plumas_core.credits.audit import audit
from plumas_core.providers.errors import Unavailable
from plumas_core.providers.interface import RowResult
from plumas_core.providers.openai_api.answers import RowReader
from plumas_core.storage.tables.ledger import transfers
from plumas_core.storage.tables.work import batches, calls

SIZE = Size(duels=2, entries=4, seats=3)
"""24 rows, with a hold for each 3 of them; they come back shuffled."""


@asynccontextmanager
async def city(folder: Path) -> AsyncIterator[tuple[App, list[RowResult]]]:
    """A program whose one batch has ended, and the results of the batch."""
    (results,) = await build(folder, SIZE)
    async with open_app(settings(folder)) as app:
        read = RowReader(app.catalog).read
        rows = [read(line) for line in results.read_bytes().splitlines()]
        yield app, [row for row in rows if row is not None]


async def stream(
    results: Sequence[RowResult], failure: Exception | None = None
) -> AsyncIterator[RowResult]:
    for result in results:
        yield result
    if failure is not None:
        raise failure


async def collect(app: App, results: AsyncIterator[RowResult]) -> None:
    batch = await claim(app, ("collecting",))
    assert batch is not None
    await settling.collect(app, batch, results)


async def answered(app: App) -> int:
    query = select(func.count()).select_from(calls).where(calls.c.state != "in_flight")
    return await app.db.read(lambda c: c.execute(query).scalar_one())


async def payments(app: App) -> int:
    query = select(func.count()).select_from(transfers).where(transfers.c.hold.is_not(None))
    return await app.db.read(lambda c: c.execute(query).scalar_one())


async def assert_whole(app: App) -> None:
    report = await app.db.read(lambda c: audit(c, app.clock()))
    assert report.ok, report.findings


async def test_a_hold_pays_once_for_its_answers_however_they_are_shuffled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "CHUNK", 6)
    async with city(tmp_path) as (app, results):
        rows = [result.custom_id for result in results]
        assert rows != sorted(rows)
        await collect(app, stream(results))
        assert await answered(app) == SIZE.rows
        assert await payments(app) == SIZE.duels * SIZE.entries
        await assert_whole(app)


async def test_results_that_break_off_are_settled_as_far_as_they_came(tmp_path: Path) -> None:
    async with city(tmp_path) as (app, results):
        with pytest.raises(Unavailable):
            await collect(app, stream(results[:10], Unavailable("the line went dead")))
        assert await answered(app) == 10
        await assert_whole(app)


async def test_results_that_are_read_again_change_nothing(tmp_path: Path) -> None:
    async with city(tmp_path) as (app, results):
        with pytest.raises(Unavailable):
            await collect(app, stream(results, Unavailable("the line went dead")))
        paid = await payments(app)
        await app.db.write(lambda c: c.execute(batches.update().values(lease_until=None)))
        await collect(app, stream([*results, *results]))
        assert await payments(app) == paid
        assert await answered(app) == SIZE.rows
        await assert_whole(app)


async def test_a_row_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    async with city(tmp_path) as (app, results):
        foreign = [
            RowResult(custom_id, "succeeded", text="{}")
            for custom_id in ("", "1-0-1", f"{results[0].custom_id}0", f" {results[0].custom_id}")
        ]
        await collect(app, stream([*foreign, *results]))
        assert await answered(app) == SIZE.rows
        await assert_whole(app)
