"""Looking after batches at the provider, less and less often, until their rows can be had.

One call for each open batch that is due. An ended batch is collected at once, whatever its end
was: the rows that finished are kept and paid for, and only the others are asked again.
"""

from __future__ import annotations

from functools import partial

import structlog
from sqlalchemy import Connection, select

from plumas_core.app import App
from plumas_core.batches.leases import Batch, LeaseLost, claim, release
from plumas_core.batches.packing import queued_tokens
from plumas_core.batches.settling import collect, miss_rows
from plumas_core.catalog.errors import MissingPrice
from plumas_core.clock import DAY, HOUR, MINUTE, SECOND
from plumas_core.delivery.operators import tell_operators
from plumas_core.ids import encode
from plumas_core.judging.refusals import put_back, told_pause
from plumas_core.providers.errors import BadAnswer, ProviderError, ResultsGone
from plumas_core.providers.interface import AIProviderInterface, BatchState, ProviderBatchId
from plumas_core.storage.tables.duels import evaluations
from plumas_core.storage.tables.work import calls

log = structlog.get_logger(__name__)

FIRST_PAUSE = 10 * SECOND
LONGEST_PAUSE = 5 * MINUTE
GROWTH = 1.5
UNSEEN_AFTER_CREATE = 10 * MINUTE
"""A batch that the provider does not know is believed lost only this long after its create."""
QUEUE_PAUSE = 10 * MINUTE
FAILED_PAUSE = MINUTE
MOST_POLLS_OF_DAMAGED = 20
"""How often results are fetched that break off in the middle, before those that came must do."""
MOST_POLLS_OF_GONE = 6
"""How often results are asked for that the provider says it has not: two minutes and more."""
RESULTS_KEPT = 29 * DAY
"""The least that a provider keeps results (facts: 29 and 30 days); nothing comes after it."""
FIRST_PRICE_PAUSE = MINUTE
LONGEST_PRICE_PAUSE = 6 * HOUR
TOO_OLD = 26 * HOUR
"""Providers end a batch within 24 hours; one that still runs is cancelled."""


async def poll(app: App) -> int:
    """Look after every batch that is due; return how many were settled."""
    done = 0
    while (batch := await claim(app, ("submitted", "collecting"))) is not None:
        provider = app.providers.get(batch.provider)
        try:
            if app.clock() - (batch.submitted_at or batch.created_at) > RESULTS_KEPT:
                await _end(app, batch, "its results are kept no longer")
            elif provider is None or batch.provider_batch_id is None:
                await _again(app, batch, "no provider for the model")
            else:
                done += await _look(app, batch, provider, ProviderBatchId(batch.provider_batch_id))
        except LeaseLost as lost:
            log.warning("lease_lost", batch=encode(batch.id), cause=str(lost))
        except ResultsGone as reason:
            if batch.polls < MOST_POLLS_OF_GONE:
                await _again(app, batch, str(reason), reason)
            else:
                await _end(app, batch, str(reason))
        except ProviderError as reason:
            await _again(app, batch, str(reason), reason)
        except MissingPrice as missing:
            why = str(missing)
            await app.db.write(partial(_unpriced, app, batch=batch, why=why))
    return done


def _unpriced(app: App, c: Connection, batch: Batch, why: str) -> None:
    """Put off the results of a model that has no price until the operator has added it."""
    log.error("batch_without_price", batch=encode(batch.id), cause=why)
    pause = min(FIRST_PRICE_PAUSE << min(batch.polls, 20), LONGEST_PRICE_PAUSE)
    release(c, batch, error=why[:500], polls=batch.polls + 1, next_at=app.clock() + pause)
    text = app.texts.text(
        app.policy.default_locale, "operator-unpriced", model=batch.model_id, rows=batch.rows
    )
    tell_operators(app, c, f"batch-unpriced:{batch.id}", text)


async def _look(
    app: App, batch: Batch, provider: AIProviderInterface, name: ProviderBatchId
) -> int:
    if batch.state == "submitted":
        state = await provider.poll_batch(name)
        if state.phase == "running":
            await _still_running(app, batch, provider, name, state)
            return 0
        if state.phase == "missing" and _just_created(app, batch):
            await _again(app, batch, "the provider does not show it yet")
            return 0
        if state.phase in ("failed", "missing"):
            await app.db.write(lambda c: _lost(app, c, batch, state))
            return 0
        await app.db.write(
            lambda c: release(c, batch, state="collecting", polls=0, next_at=app.clock())
        )
        return 0
    if app.catalog.get(batch.model_id) is None:
        raise MissingPrice(batch.model_id, "it is not in the catalog any more")
    try:
        await collect(app, batch, provider.collect_batch(name))
    except BadAnswer as reason:
        if batch.polls < MOST_POLLS_OF_DAMAGED:
            raise
        await _end(app, batch, str(reason))
    app.crash_point("discard:before")
    try:
        await provider.discard_batch(name)
    except ProviderError as reason:  # the provider deletes it by itself in time
        log.warning("batch_not_discarded", batch=encode(batch.id), cause=str(reason))
    return 1


def _just_created(app: App, batch: Batch) -> bool:
    return app.clock() - (batch.submitted_at or batch.created_at) < UNSEEN_AFTER_CREATE


async def _still_running(
    app: App,
    batch: Batch,
    provider: AIProviderInterface,
    name: ProviderBatchId,
    state: BatchState,
) -> None:
    asked_at = batch.cancel_asked_at
    if asked_at is None and await _is_to_stop(app, batch):
        log.info("batch_cancel_asked", batch=encode(batch.id))
        await provider.cancel_batch(name)
        asked_at = app.clock()
    next_at = app.clock() + pause_after(batch.polls)
    await app.db.write(
        lambda c: release(
            c,
            batch,
            finished=state.finished,
            polls=batch.polls + 1,
            next_at=next_at,
            cancel_asked_at=asked_at,
        )
    )


async def _is_to_stop(app: App, batch: Batch) -> bool:
    """Tell whether a batch takes too long, or nobody waits for any of its rows."""
    if app.clock() - (batch.submitted_at or batch.created_at) > TOO_OLD:
        return True
    awaited = (
        select(calls.c.id)
        .join(evaluations, evaluations.c.id == calls.c.evaluation_id)
        .where(
            calls.c.batch_id == batch.id,
            calls.c.state == "in_flight",
            evaluations.c.state == "in_flight",
        )
        .limit(1)
    )
    return await app.db.read(lambda c: c.execute(awaited).first()) is None


def pause_after(polls: int) -> int:
    """Return how long to wait before the next look, in milliseconds: from seconds to minutes."""
    return min(int(FIRST_PAUSE * GROWTH ** min(polls, 30)), LONGEST_PAUSE)


async def _again(app: App, batch: Batch, why: str, reason: ProviderError | None = None) -> None:
    pause = pause_after(batch.polls)
    if reason is not None:
        pause = max(pause, told_pause(reason))
    log.warning("batch_waits", batch=encode(batch.id), state=batch.state, cause=why)
    next_at = app.clock() + pause
    await app.db.write(
        lambda c: release(c, batch, error=why[:500], polls=batch.polls + 1, next_at=next_at)
    )


async def _end(app: App, batch: Batch, why: str) -> None:
    """End a batch of which no more results will come; what came is settled and paid."""
    log.error("batch_given_up", batch=encode(batch.id), model=batch.model_id, cause=why)
    await app.db.write(lambda c: _give_up(app, c, batch, why))


def _give_up(app: App, c: Connection, batch: Batch, why: str) -> None:
    """Let the rows without a result wait again, or count as missing."""
    if app.catalog.get(batch.model_id) is None:
        put_back(app, c, calls.c.batch_id == batch.id, why=why)
    else:
        miss_rows(app, c, batch, why)
    release(c, batch, state="settled", settled_at=app.clock(), error=why[:500])


def _lost(app: App, c: Connection, batch: Batch, state: BatchState) -> None:
    """The batch never ran, or is gone: nothing was billed, and its rows wait again."""
    why = state.error or f"the batch is {state.phase}"
    log.warning("batch_lost", batch=encode(batch.id), cause=why)
    now = app.clock()
    pause, room = FAILED_PAUSE, None
    if state.queue_full:
        # What is there now was too much: the next time half of it is tried.
        pause, room = QUEUE_PAUSE, queued_tokens(c, batch.provider, batch.model_id) // 2
    release(
        c,
        batch,
        state="failed",
        error=why[:500],
        settled_at=now,
        next_at=now + pause,
        queue_room=room,
    )
    put_back(app, c, calls.c.batch_id == batch.id, why=why, at_least=pause)
