"""Readings asked one by one: the pace ``now``, or where a batch cannot be had or came too late.

At most ``policy.single_concurrency`` are under way, and the next begins as soon as one has ended.
A call is written down before it is sent. If the process dies while one is under way its cost is
not known to us: after ``LEASE`` the call counts as ``lost``, the reading waits again, and what the
provider billed is the house's loss.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import Connection, func, insert, select, update

from plumas_core.app import App
from plumas_core.catalog.models import Model
from plumas_core.clock import MINUTE
from plumas_core.ids import encode
from plumas_core.judging.asking import Evaluation, find_evaluations
from plumas_core.judging.refusals import NOT_RUN, put_back, told_pause
from plumas_core.judging.settlement import open_calls, settle_judging
from plumas_core.judging.unpriced import UNPRICED_PAUSE, tell_of_unpriced, why_unpriced
from plumas_core.providers.errors import ModelRetired, OutcomeUnknown, ProviderError, Unavailable
from plumas_core.providers.interface import RowResult
from plumas_core.storage.tables.duels import WAITING, evaluations
from plumas_core.storage.tables.work import ASKED_SINGLY, calls

log = structlog.get_logger(__name__)

LEASE = 15 * MINUTE
"""Longer than a provider's own time-out of ten minutes."""


@dataclass(frozen=True, slots=True)
class _Asked:
    call_id: int
    evaluation: Evaluation


async def ask_singles(app: App) -> int:
    """Ask what waits to be asked singly, until nothing does; return how many calls were made."""
    made = 0
    under_way: set[asyncio.Task[None]] = set()
    try:
        while True:
            asked = await app.db.write(lambda c: _claim(app, c))
            made += len(asked)
            under_way |= {asyncio.create_task(_ask_guarded(app, one)) for one in asked}
            if not under_way:
                return made
            _, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


def _claim(app: App, c: Connection) -> list[_Asked]:
    now = app.clock()
    _lose_old(app, c, now)
    under_way = c.execute(
        select(func.count()).where(ASKED_SINGLY, calls.c.kind == "judge")
    ).scalar_one()
    free = app.policy.single_concurrency - under_way
    if free <= 0:
        return []
    waiting = find_evaluations(
        c,
        WAITING,
        evaluations.c.mode == "single",
        evaluations.c.unfunded.is_(False),
        evaluations.c.next_at <= now,
        limit=free,
    )
    asked = []
    for evaluation in waiting:
        call_id = app.ids.new()
        c.execute(
            insert(calls).values(
                id=call_id,
                kind="judge",
                evaluation_id=evaluation.id,
                provider=evaluation.provider,
                model_id=evaluation.model_id,
                mode="single",
                attempt=evaluation.tries + 1,
                state="in_flight",
                hold_id=evaluation.hold_id,
                community_id=evaluation.community_id,
                created_at=now,
            )
        )
        c.execute(
            update(evaluations)
            .where(evaluations.c.id == evaluation.id)
            .values(state="in_flight", tries=evaluations.c.tries + 1)
        )
        asked.append(_Asked(call_id, evaluation))
    return asked


def _lose_old(app: App, c: Connection, now: int) -> None:
    """Give up calls whose process is gone; their readings wait again."""
    gone = select(calls.c.evaluation_id).where(
        ASKED_SINGLY,
        calls.c.kind == "judge",
        calls.c.created_at <= now - LEASE,
    )
    lost = c.execute(gone).scalars().all()
    if not lost:
        return
    log.warning("calls_lost", calls=len(lost))
    c.execute(
        update(calls)
        .where(calls.c.evaluation_id.in_(lost), ASKED_SINGLY)
        .values(state="lost", settled_at=now)
    )
    mine = (evaluations.c.id.in_(lost), evaluations.c.state == "in_flight")
    over = evaluations.c.tries - evaluations.c.refused >= app.policy.unbilled_tries
    c.execute(update(evaluations).where(*mine, over).values(state="missing", reason="lost"))
    c.execute(update(evaluations).where(*mine).values(state="waiting"))


async def _ask_guarded(app: App, asked: _Asked) -> None:
    """Ask, and let what goes wrong with one reading be no matter to the others.

    The call stays as it is, so that it counts as lost in time.
    """
    try:
        await _ask(app, asked)
    except Exception as error:
        log.error(
            "call_broke_off",
            call=encode(asked.call_id),
            reference=encode(app.ids.new()),
            exc_info=error,
        )


async def _ask(app: App, asked: _Asked) -> None:
    model_id = asked.evaluation.model_id
    provider = app.providers.get_provider_for_model(model_id)
    model = app.catalog.get(model_id)
    if model is not None:
        why = why_unpriced(model, "single", asked.evaluation.priced_at)
        if why is not None:
            await app.db.write(partial(_unpriced, app, asked=asked, model=model, why=why))
            return
    request = app.desk.request(asked.evaluation)
    app.crash_point("complete:before")
    try:
        if provider is None:
            raise Unavailable("no provider for the model")
        if model is None:
            raise Unavailable("the model is not in the catalog any more")
        if model.retired_at(app.clock()):
            raise ModelRetired(f"{model_id} is retired")
        answer = await provider.complete(request)
        result = RowResult("", "succeeded", answer.text, answer.usage, answer.stop)
    except NOT_RUN as reason:
        log.warning("call_refused", call=encode(asked.call_id), cause=str(reason))
        why, pause = str(reason), told_pause(reason)
        await app.db.write(
            lambda c: put_back(app, c, calls.c.id == asked.call_id, why=why, at_least=pause)
        )
        return
    except OutcomeUnknown as reason:
        log.warning("call_lost", call=encode(asked.call_id), cause=str(reason))
        return
    except ProviderError as reason:
        log.warning("call_failed", call=encode(asked.call_id), cause=str(reason))
        result = RowResult("", "failed", error=str(reason))
    app.crash_point("complete:after")
    await app.db.write(lambda c: _settle(app, c, asked, result))


def _unpriced(app: App, c: Connection, *, asked: _Asked, model: Model, why: str) -> None:
    """Send nothing that could not be billed: the reading waits for the operator."""
    tell_of_unpriced(app, c, model, why)
    put_back(app, c, calls.c.id == asked.call_id, why=why, at_least=UNPRICED_PAUSE)


def _settle(app: App, c: Connection, asked: _Asked, result: RowResult) -> None:
    model = app.catalog.get(asked.evaluation.model_id)
    under_way = open_calls(c, calls.c.id == asked.call_id)
    if model is not None and under_way:
        key = f"call:{encode(asked.call_id)}"
        settle_judging(app, c, model, "single", [(under_way[0], result)], key)
