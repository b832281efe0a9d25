"""Readings that wait become batches: the intent, written down before anything is sent.

Whatever waits at the same moment for the same model of the same provider travels together,
whichever duel it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, update

from plumas_core.app import App
from plumas_core.batches.row_ids import RowId
from plumas_core.batches.splitting import Sized, split
from plumas_core.catalog.estimate import likely_tokens
from plumas_core.catalog.models import Model
from plumas_core.clock import HOUR
from plumas_core.judging.asking import Evaluation, find_evaluations
from plumas_core.judging.unpriced import UNPRICED_PAUSE, tell_of_unpriced, why_unpriced
from plumas_core.providers.interface import AIProviderInterface, BatchLimits, BatchRow
from plumas_core.storage.tables.duels import WAITING, evaluations, seats
from plumas_core.storage.tables.work import batches, calls

OPEN_STATES = ("intent", "uploading", "submitting", "submitted", "collecting", "unknown")
"""A batch that is not over."""

LONGEST_ROW_ID = RowId((1 << 60) - 1, 9_999_999, 999)
"""No row's id is longer, so that sizes are never reckoned too small."""

PACK_LIMIT = 5_000
"""Readings packed in one transaction, at most; the next tick takes the rest."""

ROOM_REMEMBERED = 24 * HOUR
"""How long a queue that was full is tried with less; by then every batch in it has ended."""


@dataclass(frozen=True, slots=True)
class _Route:
    provider: str
    model_id: str


async def pack(app: App) -> int:
    """Make batches of the readings that wait; return how many batches were made."""
    routes = await app.db.read(lambda c: _routes(c, app.clock()))
    made = 0
    for route in routes:
        provider = app.providers.get_provider_for_model(route.model_id)
        if provider is None:
            continue
        made += await app.db.write(partial(_pack_route, app, route=route, provider=provider))
    return made


def _routes(c: Connection, now: int) -> list[_Route]:
    query = (
        select(seats.c.provider, seats.c.model_id)
        .join(evaluations, evaluations.c.seat_id == seats.c.id)
        .where(*_waiting(now))
        .distinct()
        .order_by(seats.c.provider, seats.c.model_id)
    )
    return [_Route(*row) for row in c.execute(query)]


def _waiting(now: int) -> tuple[ColumnElement[bool], ...]:
    return (
        WAITING,
        evaluations.c.mode == "batch",
        evaluations.c.unfunded.is_(False),
        evaluations.c.next_at <= now,
    )


def _pack_route(app: App, c: Connection, route: _Route, provider: AIProviderInterface) -> int:
    now = app.clock()
    if _held_back(c, route, now):
        return 0
    model = app.catalog.get(route.model_id)
    if model is None or model.retired_at(app.clock()):
        return 0  # a retired one is never called: what waits for it goes to its successor
    ready = find_evaluations(
        c,
        *_waiting(now),
        seats.c.model_id == route.model_id,
        seats.c.provider == route.provider,
        limit=PACK_LIMIT,
    )
    sized = [
        _sized(app, provider, model, evaluation)
        for evaluation in _without_unpriced(app, c, model, ready)
    ]
    limits = _limits(c, route, provider.limits_for(route.model_id), now)
    groups = split(sized, limits, queued_tokens(c, route.provider, route.model_id))
    for group in groups:
        _write_intent(app, c, route, group)
    return len(groups)


def _without_unpriced(
    app: App, c: Connection, model: Model, ready: list[Evaluation]
) -> list[Evaluation]:
    """Return the readings that can be billed; the others wait for the operator."""
    reasons = {at: why_unpriced(model, "batch", at) for at in {one.priced_at for one in ready}}
    unpriced = [one.id for one in ready if reasons[one.priced_at] is not None]
    if not unpriced:
        return ready
    tell_of_unpriced(app, c, model, next(why for why in reasons.values() if why is not None))
    c.execute(
        update(evaluations)
        .where(evaluations.c.id.in_(unpriced))
        .values(next_at=app.clock() + UNPRICED_PAUSE)
    )
    return [one for one in ready if reasons[one.priced_at] is None]


def _sized(
    app: App, provider: AIProviderInterface, model: Model, evaluation: Evaluation
) -> Sized[Evaluation]:
    request = app.desk.request(evaluation)
    size = provider.encoded_size(BatchRow(str(LONGEST_ROW_ID), request))
    return Sized(evaluation, size, likely_tokens(model, (request.system or "") + request.prompt))


def _held_back(c: Connection, route: _Route, now: int) -> bool:
    """Tell whether the next batch of this model has to wait.

    It does while the last one failed lately, and while the outcome of a create is unknown:
    nothing would be created, and readings that wait can still be asked singly when it gets late.
    """
    query = (
        select(batches.c.state, batches.c.next_at)
        .where(batches.c.provider == route.provider, batches.c.model_id == route.model_id)
        .order_by(batches.c.id.desc())
    )
    last = c.execute(query.limit(1)).first()
    if last is not None and last[0] == "failed" and last[1] > now:
        return True
    return c.execute(query.where(batches.c.state == "unknown").limit(1)).first() is not None


def _limits(c: Connection, route: _Route, limits: BatchLimits, now: int) -> BatchLimits:
    """Return the provider's limits, and no more tokens in its queue than it lately had room for."""
    query = (
        select(batches.c.queue_room)
        .where(
            batches.c.provider == route.provider,
            batches.c.model_id == route.model_id,
            batches.c.queue_room.is_not(None),
            batches.c.settled_at > now - ROOM_REMEMBERED,
        )
        .order_by(batches.c.settled_at.desc(), batches.c.id.desc())
    )
    room = c.execute(query.limit(1)).scalar()
    if room is None:
        return limits
    known = limits.queued_tokens
    return replace(limits, queued_tokens=room if known is None else min(room, known))


def queued_tokens(c: Connection, provider: str, model_id: str) -> int:
    """Return how many tokens our open batches of a model likely take of its queue."""
    query = select(func.coalesce(func.sum(batches.c.tokens), 0)).where(
        batches.c.provider == provider,
        batches.c.model_id == model_id,
        batches.c.state.in_(OPEN_STATES),
    )
    return int(c.execute(query).scalar_one())


def _write_intent(app: App, c: Connection, route: _Route, group: list[Sized[Evaluation]]) -> None:
    intent = app.ids.new()
    now = app.clock()
    c.execute(
        insert(batches).values(
            id=intent,
            provider=route.provider,
            model_id=route.model_id,
            state="intent",
            rows=len(group),
            tokens=sum(sized.tokens for sized in group),
            created_at=now,
            next_at=now,
        )
    )
    c.execute(
        insert(calls),
        [
            {
                "id": app.ids.new(),
                "kind": "judge",
                "evaluation_id": sized.row.id,
                "provider": route.provider,
                "model_id": route.model_id,
                "mode": "batch",
                "batch_id": intent,
                "row": number,
                "attempt": sized.row.tries + 1,
                "state": "in_flight",
                "hold_id": sized.row.hold_id,
                "community_id": sized.row.community_id,
                "created_at": now,
            }
            for number, sized in enumerate(group)
        ],
    )
    c.execute(
        update(evaluations)
        .where(evaluations.c.id == bindparam("which"))
        .values(state="in_flight", tries=evaluations.c.tries + 1),
        [{"which": sized.row.id} for sized in group],
    )
