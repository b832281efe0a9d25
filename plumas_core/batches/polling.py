"""Looking after batches at the provider, less and less often, until their rows can be had.

One call for each open batch that is due. An ended batch is collected at once, whatever its end
was: the rows that finished are kept and paid for, and only the others are asked again.
"""

from __future__ import annotations

import structlog
from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.batches.leases import Batch, LeaseLost, claim, release
from plumas_core.batches.packing import queued_tokens
from plumas_core.batches.settling import collect, give_back_rows
from plumas_core.clock import HOUR, MINUTE, SECOND
from plumas_core.ids import encode
from plumas_core.judging.refusals import put_back, told_pause
from plumas_core.providers.errors import BadAnswer, ProviderError
from plumas_core.providers.interface import AIProviderInterface, BatchState, ProviderBatchId
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
TOO_OLD = 26 * HOUR
"""Providers end a batch within 24 hours; one that still runs is cancelled."""


async def poll(app: App) -> int:
    """Look after every batch that is due; return how many were settled."""
    done = 0
    while (batch := await claim(app, ("submitted", "collecting"))) is not None:
        provider = app.providers.get_provider_for_model(batch.model_id)
        try:
            if provider is None or batch.provider_batch_id is None:
                await _again(app, batch, "no provider for the model")
            else:
                done += await _look(app, batch, provider, ProviderBatchId(batch.provider_batch_id))
        except LeaseLost as lost:
            log.warning("lease_lost", batch=encode(batch.id), cause=str(lost))
        except ProviderError as reason:
            await _again(app, batch, str(reason), reason)
    return done


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
    try:
        await collect(app, batch, provider.collect_batch(name))
    except BadAnswer as reason:
        if batch.polls < MOST_POLLS_OF_DAMAGED:
            raise
        log.error("results_stay_damaged", batch=encode(batch.id), cause=str(reason))
        await app.db.write(lambda c: _settle_what_came(app, c, batch))
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
    if app.clock() - (batch.submitted_at or batch.created_at) > TOO_OLD:
        await provider.cancel_batch(name)
    next_at = app.clock() + pause_after(batch.polls)
    await app.db.write(
        lambda c: release(c, batch, finished=state.finished, polls=batch.polls + 1, next_at=next_at)
    )


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


def _settle_what_came(app: App, c: Connection, batch: Batch) -> None:
    """End a batch whose results cannot be read to their end; the rows without one wait again."""
    give_back_rows(app, c, batch, "the results broke off")
    release(c, batch, state="settled", settled_at=app.clock())


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
