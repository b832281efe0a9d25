"""From a batch's results to readings and money, each row exactly once.

Results are streamed and settled in chunks, a chunk in one transaction. A provider gives them in
any order; they are settled in the order of their rows, whose neighbours are of one text and its
hold. A row is settled only while its call is in flight, so results that are read again after a
death change nothing. Ids that are not of this batch, and a second answer to a row, are counted and
left alone; a row that got no answer cost nothing and is asked again, up to a limit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial

import structlog
from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.batches.leases import Batch, change, release
from plumas_core.batches.packing import PACK_LIMIT
from plumas_core.batches.row_ids import Row, RowIdReader
from plumas_core.batches.splitting import chunks
from plumas_core.catalog.models import Model
from plumas_core.ids import encode
from plumas_core.judging.refusals import put_back
from plumas_core.judging.settlement import open_calls, settle_judging
from plumas_core.providers.errors import ModelRetired, ProviderError
from plumas_core.providers.interface import RowResult
from plumas_core.storage.tables.work import calls

log = structlog.get_logger(__name__)

CHUNK = 1_000
"""Rows settled in one transaction: enough to share its commit, few enough to stay small."""

BLOCK = PACK_LIMIT
"""Results that are brought into order at once: all of a batch, which takes some 10 MB."""


async def collect(app: App, batch: Batch, results: AsyncIterator[RowResult]) -> None:
    """Settle a claimed batch from its results, and end it.

    Raises:
        LeaseLost: another process took the batch over.
        ProviderError: the results stopped coming; what came is settled, the rest is for later.
    """
    model = app.catalog.get(batch.model_id)
    if model is None:
        raise ModelRetired(f"{batch.model_id} is not in the catalog any more")
    strange = 0
    expired = False
    block: list[RowResult] = []
    try:
        async for result in results:
            block.append(result)
            expired = expired or result.outcome == "expired"
            if len(block) == BLOCK:
                strange += await _settle(app, batch, model, block)
                block = []
    except ProviderError:
        await _settle(app, batch, model, block)
        raise
    strange += await _settle(app, batch, model, block)
    if strange:
        log.warning("strange_rows", batch=encode(batch.id), rows=strange)
    await app.db.write(lambda c: _finish(app, c, batch, model, expired=expired))


async def _settle(app: App, batch: Batch, model: Model, block: Sequence[RowResult]) -> int:
    """Settle some results; return how many of them were not ours, or not open any more."""
    ids = RowIdReader(batch.id)
    by_row: dict[Row, RowResult] = {}
    for result in block:
        row = ids.read(result.custom_id)
        if row is not None:
            by_row.setdefault(row, result)
    settled = 0
    for rows in chunks(sorted(by_row), CHUNK):
        app.crash_point("settle:before")
        chunk = {row: by_row[row] for row in rows}
        settled += await app.db.write(
            partial(_settle_chunk, app, batch=batch, model=model, chunk=chunk)
        )
    return len(block) - settled


def _settle_chunk(
    app: App, c: Connection, *, batch: Batch, model: Model, chunk: Mapping[Row, RowResult]
) -> int:
    """Settle those of the rows that are open; return how many they were."""
    change(c, app, batch)
    first, last = min(chunk)[0], max(chunk)[0]
    under_way = open_calls(c, calls.c.batch_id == batch.id, calls.c.row.between(first, last))
    answers = [
        (call, answer)
        for call in under_way
        if (answer := chunk.get((call.row or 0, call.attempt))) is not None
    ]
    if answers:
        key = f"{encode(batch.id)}:{min(call.row or 0 for call, _ in answers)}"
        settle_judging(app, c, model, "batch", answers, key)
    return len(answers)


def _finish(app: App, c: Connection, batch: Batch, model: Model, *, expired: bool) -> None:
    silent = _give_back(app, c, batch, model, "no answer came")
    release(
        c,
        batch,
        state="expired" if expired else "settled",
        settled_at=app.clock(),
        finished=batch.rows - silent,
    )


def give_back_rows(app: App, c: Connection, batch: Batch, why: str) -> None:
    """Let every row of a batch that never ran wait again; nothing was billed, none is counted."""
    put_back(app, c, calls.c.batch_id == batch.id, why=why)


def miss_rows(app: App, c: Connection, batch: Batch, why: str) -> None:
    """Let the rows without a result of a batch that ran wait again, and count that."""
    model = app.catalog.get(batch.model_id)
    if model is not None:
        _give_back(app, c, batch, model, why)


def _give_back(app: App, c: Connection, batch: Batch, model: Model, why: str) -> int:
    under_way = open_calls(c, calls.c.batch_id == batch.id)
    for piece in chunks(under_way, CHUNK):
        answers = [(call, RowResult("", "failed", error=why)) for call in piece]
        settle_judging(app, c, model, "batch", answers, f"{encode(batch.id)}:end:{piece[0].id}")
    return len(under_way)
