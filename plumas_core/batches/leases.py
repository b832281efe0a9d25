"""Claiming a batch: one process at a time works on it, for a while, with a fence.

The fence rises with every claim. Every change names the fence it was claimed with, so that a
process that slept through its lease changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select, update

from plumas_core.app import App
from plumas_core.clock import MINUTE
from plumas_core.duels.rows import as_value
from plumas_core.storage.tables.work import batches

LEASE = 10 * MINUTE
"""Longer than the slowest single call to a provider may take, by its own time-out."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A claimed batch; a row of ``batches``."""

    id: int
    provider: str
    model_id: str
    state: str
    rows: int
    provider_batch_id: str | None
    created_at: int
    sent_at: int | None
    submitted_at: int | None
    polls: int
    cancel_asked_at: int | None
    fence: int


class LeaseLost(Exception):
    """Another process took the batch over; whatever was under way here is not to be recorded."""


async def claim(app: App, states: Sequence[str], *where: ColumnElement[bool]) -> Batch | None:
    """Claim the next due batch in one of ``states``, or return ``None``."""
    return await app.db.write(lambda c: _claim(app, c, states, where))


def _claim(
    app: App, c: Connection, states: Sequence[str], where: Sequence[ColumnElement[bool]]
) -> Batch | None:
    now = app.clock()
    free = (batches.c.lease_until.is_(None)) | (batches.c.lease_until <= now)
    query = (
        select(batches.c.id)
        .where(batches.c.state.in_(states), batches.c.next_at <= now, free, *where)
        .order_by(batches.c.next_at, batches.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = c.execute(query).scalar()
    if found is None:
        return None
    claimed = (
        update(batches)
        .where(batches.c.id == found)
        .values(lease_by=app.worker, lease_until=now + LEASE, fence=batches.c.fence + 1)
        .returning(batches)
    )
    return as_value(Batch, c.execute(claimed).mappings().one())


def change(c: Connection, app: App, batch: Batch, **values: object) -> None:
    """Change a claimed batch and keep the claim for another while.

    Raises:
        LeaseLost: the claim is not ours any more; the transaction must not go on.
    """
    _change(c, batch, lease_until=app.clock() + LEASE, **values)


def release(c: Connection, batch: Batch, **values: object) -> None:
    """Change a claimed batch and give the claim up.

    Raises:
        LeaseLost: the claim is not ours any more; the transaction must not go on.
    """
    _change(c, batch, lease_by=None, lease_until=None, **values)


def _change(c: Connection, batch: Batch, **values: object) -> None:
    changed = c.execute(
        update(batches)
        .where(batches.c.id == batch.id, batches.c.fence == batch.fence)
        .values(**values)
    )
    if changed.rowcount != 1:
        raise LeaseLost(f"batch {batch.id} was taken over")
