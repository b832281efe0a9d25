"""From an intent to a batch at the provider, created once.

    intent ──► uploading ──► submitting ──► submitted
                                  │  ▲
                                  ▼  │
                                unknown ──► (nothing there) intent

The rows are brought up first, which may be repeated. ``submitting`` is recorded just before the
one create is sent. A create whose answer never came, or a death before its answer was recorded,
leaves the batch ``unknown``: it is looked for in the provider's list, and only if the provider
surely has none is it created again. What remains: a provider whose list shows a new batch only
after ``LIST_LAG`` would get a second create; its rows would be recognised as extras and the batch
cancelled when the list shows it, if the provider names our intent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import structlog
from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from plumas_core.app import App
from plumas_core.batches.leases import Batch, LeaseLost, change, claim, release
from plumas_core.batches.row_ids import RowId
from plumas_core.clock import MINUTE, SECOND
from plumas_core.ids import encode
from plumas_core.judging.asking import Evaluation, find_evaluations
from plumas_core.judging.refusals import told_pause
from plumas_core.providers.errors import (
    BatchUnsupported,
    OutcomeUnknown,
    ProviderError,
)
from plumas_core.providers.interface import (
    AIProviderInterface,
    BatchIntent,
    BatchRow,
    Candidate,
    ProviderBatchId,
)
from plumas_core.storage.tables.duels import evaluations
from plumas_core.storage.tables.work import batches, calls

log = structlog.get_logger(__name__)

FIRST_POLL = 10 * SECOND
LOOK_AGAIN = 30 * SECOND
LIST_LAG = 5 * MINUTE
"""How long after a create a provider's list may still not show it (facts: seconds)."""
RETRY = 30 * SECOND
OPERATOR_RETRY = 10 * MINUTE
"""Pause after a failure that only the operator can mend (key, quota)."""


async def submit(app: App) -> int:
    """Bring every due intent to its provider; return how many batches were created or found."""
    done = 0
    while (batch := await claim(app, _UNSENT, _no_other_create(app))) is not None:
        provider = app.providers.get_provider_for_model(batch.model_id)
        try:
            if provider is None:
                await _later(app, batch, "no provider for the model", OPERATOR_RETRY)
            elif batch.state in ("submitting", "unknown"):
                done += await _reconcile(app, batch, provider)
            else:
                done += await _create(app, batch, provider)
        except LeaseLost as lost:
            log.warning("lease_lost", batch=encode(batch.id), cause=str(lost))
    return done


_UNSENT = ("intent", "uploading", "submitting", "unknown")


def _no_other_create(app: App) -> ColumnElement[bool]:
    """One create at a time is under way for each provider's key.

    Nothing new is created for a model while the outcome of a create for it is unknown: where the
    provider's list does not name our intents, the new batch could be taken for the one looked for.
    """
    other = batches.alias()
    under_way = and_(other.c.state == "submitting", other.c.lease_until > app.clock())
    looked_for = and_(
        batches.c.state.in_(("intent", "uploading")),
        other.c.state.in_(("submitting", "unknown")),
        other.c.model_id == batches.c.model_id,
    )
    return ~exists(
        select(other.c.id).where(
            other.c.provider == batches.c.provider,
            other.c.id != batches.c.id,
            or_(under_way, looked_for),
        )
    )


async def _create(app: App, batch: Batch, provider: AIProviderInterface) -> int:
    needed = await app.db.write(lambda c: _leave_out(app, c, batch))
    if not needed:
        log.info("batch_not_needed", batch=encode(batch.id))
        return 0
    rows = _Rows(app, batch)
    try:
        app.crash_point("upload:before")
        upload = await provider.upload_batch(encode(batch.id), rows)
        app.crash_point("upload:after")
        await app.db.write(
            lambda c: change(
                c, app, batch, state="submitting", upload_id=upload, sent_at=app.clock()
            )
        )
        app.crash_point("create:before")
        created = await provider.submit_batch(encode(batch.id), rows, upload)
        app.crash_point("create:after")
    except OutcomeUnknown as reason:
        await _later(app, batch, str(reason), LOOK_AGAIN, state="unknown")
        return 0
    except BatchUnsupported as reason:
        refusal = str(reason)
        await app.db.write(lambda c: _go_single(app, c, batch, refusal))
        return 0
    except ProviderError as reason:
        await _later(app, batch, str(reason), _pause(reason), state="intent")
        return 0
    await app.db.write(lambda c: _submitted(app, c, batch, created))
    return 1


def _leave_out(app: App, c: Connection, batch: Batch) -> int:
    """Leave out what nobody waits for any more, and begin; return how many rows are left.

    The batch ends here if there is none. Surely none of it was created at the provider so far.
    """
    wanted = select(evaluations.c.id).where(evaluations.c.state == "in_flight")
    mine = (calls.c.batch_id == batch.id, calls.c.state == "in_flight")
    now = app.clock()
    c.execute(
        update(calls)
        .where(*mine, calls.c.evaluation_id.not_in(wanted))
        .values(state="failed", error="not needed", settled_at=now)
    )
    left = int(c.execute(select(func.count()).select_from(calls).where(*mine)).scalar_one())
    if left:
        change(c, app, batch, state="uploading", rows=left)
    else:
        release(c, batch, state="failed", error="not needed", settled_at=now, next_at=now)
    return left


async def _reconcile(app: App, batch: Batch, provider: AIProviderInterface) -> int:
    """Find out what became of a create whose answer we do not have."""
    now = app.clock()
    sent_at = batch.sent_at or batch.created_at
    intent = BatchIntent(encode(batch.id), batch.model_id, batch.rows, sent_at, now)
    try:
        candidates = await provider.find_batch(intent)
    except ProviderError as reason:
        await _later(app, batch, str(reason), _pause(reason), state="unknown")
        return 0
    free, rival = await app.db.read(
        lambda c: (_unclaimed(c, batch, candidates), _has_rival(c, batch))
    )
    if not free:
        state = "intent" if now - sent_at >= LIST_LAG else "unknown"
        await _later(app, batch, "the provider shows no such batch", LOOK_AGAIN, state=state)
        return 0
    found, *extras = free
    if not found.certain and (extras or rival):
        await _later(app, batch, "several batches at the provider may be it", LOOK_AGAIN, "unknown")
        return 0
    for extra in extras:
        if extra.certain:
            log.warning("extra_batch_cancelled", batch=encode(batch.id), extra=extra.id)
            await provider.cancel_batch(extra.id)
    try:
        await app.db.write(lambda c: _submitted(app, c, batch, found.id))
    except IntegrityError:  # its own intent was quicker to claim it
        await _later(app, batch, "the batch found is another's", LOOK_AGAIN, "unknown")
        return 0
    return 1


def _unclaimed(c: Connection, batch: Batch, candidates: list[Candidate]) -> list[Candidate]:
    """Return the candidates that no other batch of ours is, surest and oldest first."""
    if not candidates:
        return []
    taken = set(
        c.execute(
            select(batches.c.provider_batch_id).where(
                batches.c.provider == batch.provider,
                batches.c.provider_batch_id.in_([one.id for one in candidates]),
                batches.c.id != batch.id,
            )
        ).scalars()
    )
    free = [one for one in candidates if one.id not in taken]
    return sorted(free, key=lambda one: (not one.certain, one.created_at, one.id))


def _has_rival(c: Connection, batch: Batch) -> bool:
    """Tell whether another create of ours, of as many rows, has an unknown outcome too.

    Their batches could be taken for each other where the provider does not name our intents; once
    a batch has ended its rows do.
    """
    query = select(batches.c.id).where(
        batches.c.provider == batch.provider,
        batches.c.id != batch.id,
        batches.c.state.in_(("submitting", "unknown")),
        batches.c.rows == batch.rows,
    )
    return c.execute(query.limit(1)).first() is not None


def _submitted(app: App, c: Connection, batch: Batch, created: ProviderBatchId) -> None:
    now = app.clock()
    release(
        c,
        batch,
        state="submitted",
        provider_batch_id=created,
        submitted_at=now,
        next_at=now + FIRST_POLL,
        error=None,
    )


async def _later(app: App, batch: Batch, reason: str, pause: int, state: str | None = None) -> None:
    """Put the batch aside for a while, in ``state`` or the one it is in."""
    log.warning("batch_waits", batch=encode(batch.id), state=state or batch.state, cause=reason)
    next_at = app.clock() + pause
    values: dict[str, object] = {"error": reason[:500], "next_at": next_at}
    if state is not None:
        values["state"] = state
    await app.db.write(lambda c: release(c, batch, **values))


def _pause(reason: ProviderError) -> int:
    return max(told_pause(reason), RETRY if reason.can_retry else OPERATOR_RETRY)


def _go_single(app: App, c: Connection, batch: Batch, reason: str) -> None:
    """The provider has no batch API for us: its rows wait again, to be asked one by one."""
    log.warning("batch_refused", batch=encode(batch.id), cause=reason)
    release(c, batch, state="failed", error=reason[:500], settled_at=app.clock())
    mine = select(calls.c.evaluation_id).where(
        calls.c.batch_id == batch.id, calls.c.state == "in_flight"
    )
    c.execute(
        update(evaluations)
        .where(evaluations.c.id.in_(mine), evaluations.c.state == "in_flight")
        .values(state="waiting", mode="single", unfunded=True, refused=evaluations.c.refused + 1)
    )
    c.execute(
        update(calls)
        .where(calls.c.batch_id == batch.id, calls.c.state == "in_flight")
        .values(state="failed", error="batch refused", settled_at=app.clock())
    )


class _Rows:
    """The batch's rows, built from the database as they are read, in pieces; re-readable."""

    def __init__(self, app: App, batch: Batch) -> None:
        self._app = app
        self._batch = batch

    async def __aiter__(self) -> AsyncIterator[BatchRow]:
        last = -1
        while piece := await self._piece(last):
            for row, attempt, evaluation in piece:
                row_id = RowId(self._batch.id, row, attempt)
                yield BatchRow(str(row_id), self._app.desk.request(evaluation))
                last = row

    async def _piece(self, last: int) -> list[tuple[int, int, Evaluation]]:
        return await self._app.db.read(lambda c: self._read(c, last))

    def _read(self, c: Connection, last: int) -> list[tuple[int, int, Evaluation]]:
        rows = c.execute(
            select(calls.c.row, calls.c.attempt, calls.c.evaluation_id)
            .where(
                calls.c.batch_id == self._batch.id,
                calls.c.state == "in_flight",
                calls.c.row > last,
            )
            .order_by(calls.c.row)
            .limit(_PIECE)
        ).all()
        found = {
            one.id: one
            for one in find_evaluations(c, evaluations.c.id.in_([row[2] for row in rows]))
        }
        return [(row, attempt, found[which]) for row, attempt, which in rows if which in found]


_PIECE = 500
