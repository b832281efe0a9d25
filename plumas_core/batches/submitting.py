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
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from plumas_core.app import App
from plumas_core.batches.leases import Batch, LeaseLost, change, claim, release
from plumas_core.batches.row_ids import RowId
from plumas_core.clock import HOUR, MINUTE, SECOND
from plumas_core.ids import encode
from plumas_core.judging.asking import Evaluation, find_evaluations
from plumas_core.judging.fallback import tell_of_singles
from plumas_core.judging.refusals import put_back, told_pause
from plumas_core.providers.errors import (
    BatchUnsupported,
    ModelRetired,
    NotAuthorised,
    OutcomeUnknown,
    ProviderError,
    QuotaExhausted,
    TooLong,
)
from plumas_core.providers.interface import (
    AIProviderInterface,
    BatchIntent,
    BatchRow,
    Candidate,
    ProviderBatchId,
)
from plumas_core.storage.tables.duels import duels, evaluations
from plumas_core.storage.tables.work import batches, calls

log = structlog.get_logger(__name__)

FIRST_POLL = 10 * SECOND
LOOK_AGAIN = 30 * SECOND
LIST_LAG = 5 * MINUTE
"""How long after a create a provider's list may still not show it (facts: seconds)."""
RETRY = 30 * SECOND
OPERATOR_RETRY = 10 * MINUTE
"""Pause after a failure that only the operator can mend (key, quota)."""
REFUSALS = 3
"""A batch that is refused so often for what it is, is asked for row by row."""
NEVER_FOUND = 26 * HOUR
"""How long a create is looked for: a batch that came of it has ended by then."""

_LATE = calls.alias("late")
_OTHER = batches.alias("other")


async def submit(app: App) -> int:
    """Bring every due intent to its provider; return how many batches were created or found."""
    if await app.db.read(_nothing_unsent):
        return 0
    done = 0
    await _release_late(app)
    while (batch := await claim(app, _UNSENT, _no_other_create(app))) is not None:
        try:
            done += await _bring_on(app, batch)
        except LeaseLost as lost:
            log.warning("lease_lost", batch=encode(batch.id), cause=str(lost))
    return done


SURELY_UNSENT = ("intent", "uploading")
"""Batches of which the provider surely has none."""

_UNSENT = (*SURELY_UNSENT, "submitting", "unknown")


def _nothing_unsent(c: Connection) -> bool:
    unsent = select(batches.c.id).where(batches.c.state.in_(_UNSENT)).limit(1)
    return c.execute(unsent).first() is None


async def _bring_on(app: App, batch: Batch) -> int:
    """Take a claimed batch one step on; return 1 if it is at its provider now."""
    provider = app.providers.get_provider_for_model(batch.model_id)
    if batch.state in SURELY_UNSENT:
        if provider is not None:
            return await _create(app, batch, provider)
        await _give_up(app, batch, "no provider for the model")
        return 0
    if app.clock() - (batch.sent_at or batch.created_at) >= NEVER_FOUND:
        await _give_up(app, batch, "what became of its create was never found out")
    elif provider is None:
        await _later(app, batch, "no provider for the model", OPERATOR_RETRY)
    else:
        return await _reconcile(app, batch, provider)
    return 0


async def _give_up(app: App, batch: Batch, why: str) -> None:
    """End a batch without a create that we know of; its rows wait again."""
    log.error("batch_given_up", batch=encode(batch.id), model=batch.model_id, cause=why)
    await app.db.write(lambda c: _failed(app, c, batch, why))


def _failed(app: App, c: Connection, batch: Batch, why: str, queue_room: int | None = None) -> None:
    now = app.clock()
    values = {"settled_at": now, "next_at": now, "queue_room": queue_room}
    release(c, batch, state="failed", error=why[:500], **values)
    put_back(app, c, calls.c.batch_id == batch.id, why=why)


async def _release_late(app: App) -> None:
    """Take out of batches that are not sent what is late by the rules, so that it goes singly."""
    late = _late_calls(app)
    if await app.db.read(lambda c: c.execute(late.limit(1)).first()) is None:
        return
    which = calls.c.id.in_(late)
    freed = await app.db.write(lambda c: put_back(app, c, which, why="late, and not sent"))
    log.warning("late_rows_not_sent", rows=freed)


def _late_calls(app: App) -> Select[tuple[int]]:
    """Select the rows of batches that nobody is sending whose duels wait too long."""
    now = app.clock()
    free = batches.c.lease_until.is_(None) | (batches.c.lease_until <= now)
    return (
        select(_LATE.c.id)
        .join(batches, batches.c.id == _LATE.c.batch_id)
        .join(evaluations, evaluations.c.id == _LATE.c.evaluation_id)
        .join(duels, duels.c.id == evaluations.c.duel_id)
        .where(
            batches.c.state.in_(SURELY_UNSENT),
            free,
            _LATE.c.state == "in_flight",
            duels.c.judging_at <= now - app.policy.late_single,
        )
    )


def _no_other_create(app: App) -> ColumnElement[bool]:
    """One create at a time is under way for each provider's key.

    Nothing new is created for a model while the outcome of a create for it is unknown: where the
    provider's list does not name our intents, the new batch could be taken for the one looked for.
    """
    under_way = and_(_OTHER.c.state == "submitting", _OTHER.c.lease_until > app.clock())
    looked_for = and_(
        batches.c.state.in_(SURELY_UNSENT),
        _OTHER.c.state.in_(("submitting", "unknown")),
        _OTHER.c.model_id == batches.c.model_id,
    )
    return ~exists(
        select(_OTHER.c.id).where(
            _OTHER.c.provider == batches.c.provider,
            _OTHER.c.id != batches.c.id,
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
        await _refused(app, batch, reason)
        return 0
    await app.db.write(lambda c: _submitted(app, c, batch, created))
    return 1


async def _refused(app: App, batch: Batch, reason: ProviderError) -> None:
    """Decide what becomes of a batch that the provider did not take: it was surely not created."""
    why = str(reason)
    if isinstance(reason, TooLong) and batch.rows > 1:
        log.warning("batch_too_large", batch=encode(batch.id), rows=batch.rows, cause=why)
        await app.db.write(lambda c: _failed(app, c, batch, why, _tokens(c, batch) // 2))
        return
    lasting = not reason.can_retry and not isinstance(reason, _FOR_OTHERS)
    if lasting and batch.polls + 1 >= REFUSALS:
        await app.db.write(lambda c: _go_single(app, c, batch, why))
        return
    refusals = batch.polls + lasting
    await _later(app, batch, why, _pause(reason), state="intent", polls=refusals)


_FOR_OTHERS = (QuotaExhausted, NotAuthorised, ModelRetired)
"""Refusals that say nothing of the batch; a model that is gone is ``judging.succession``'s."""


def _tokens(c: Connection, batch: Batch) -> int:
    return int(c.execute(select(batches.c.tokens).where(batches.c.id == batch.id)).scalar_one())


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
        polls=0,
        error=None,
    )


async def _later(
    app: App, batch: Batch, reason: str, pause: int, state: str | None = None, polls: int = 0
) -> None:
    """Put the batch aside for a while, in ``state`` or the one it is in.

    ``polls``: until it is at its provider, how often the batch was refused for what it is.
    """
    log.warning("batch_waits", batch=encode(batch.id), state=state or batch.state, cause=reason)
    next_at = app.clock() + pause
    values: dict[str, object] = {"error": reason[:500], "next_at": next_at, "polls": polls}
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
    concerned = select(evaluations.c.duel_id).where(evaluations.c.id.in_(mine)).distinct()
    tell_of_singles(app, c, c.execute(concerned).scalars().all())
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
