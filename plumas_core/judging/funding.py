"""Paying for one more call: a second attempt, or a dearer path, extends the hold first.

A reading that nobody can pay for now waits, and the host is told once; it is tried again after a
pause, behind those that wait longer, and the duel's verdict does not wait for it longer than the
rules for late judging.
"""

from __future__ import annotations

from functools import partial

import structlog
from sqlalchemy import ColumnElement, Connection, select, update

from plumas_core.app import App
from plumas_core.catalog.errors import MissingPrice
from plumas_core.clock import MINUTE
from plumas_core.commands.reply import note
from plumas_core.credits.caps import caps_of, check_caps
from plumas_core.credits.errors import CapReached, InsufficientCredits
from plumas_core.duels.announcing import announce
from plumas_core.duels.rows import duel_by_id
from plumas_core.duels.states import UNREAD
from plumas_core.ids import encode
from plumas_core.judging.asking import Evaluation, find_evaluations
from plumas_core.judging.unpriced import UNPRICED_PAUSE
from plumas_core.linking.money import extend_hold
from plumas_core.storage.tables.duels import WAITING, evaluations
from plumas_core.storage.tables.ledger import holds

log = structlog.get_logger(__name__)

FUND_LIMIT = 500
"""Readings looked at in one tick; those that stay without money go behind the others."""
PAUSE = MINUTE
"""How long a reading waits that nobody could pay for."""


async def fund(app: App) -> int:
    """Extend the holds of readings that wait for money; return how many may go on."""
    due = await app.db.read(lambda c: _due(app, c))
    funded = 0
    for entry_id in due:
        try:
            funded += await app.db.write(partial(_fund_entry, app, entry_id=entry_id))
        except MissingPrice as missing:
            log.error("reading_without_price", entry=encode(entry_id), cause=str(missing))
            await app.db.write(partial(_put_off, app, entry_id=entry_id, pause=UNPRICED_PAUSE))
    return funded


def _due(app: App, c: Connection) -> list[int]:
    """Return the entries with readings that wait for money, the longest untried first."""
    query = (
        select(evaluations.c.entry_id)
        .where(*_waiting(app))
        .order_by(evaluations.c.next_at, evaluations.c.id)
        .limit(FUND_LIMIT)
    )
    return list(dict.fromkeys(c.execute(query).scalars()))


def _waiting(app: App) -> tuple[ColumnElement[bool], ...]:
    return (
        WAITING,
        evaluations.c.unfunded.is_(True),
        evaluations.c.next_at <= app.clock(),
    )


def _put_off(app: App, c: Connection, entry_id: int, pause: int) -> None:
    c.execute(
        update(evaluations)
        .where(evaluations.c.entry_id == entry_id, *_waiting(app))
        .values(next_at=app.clock() + pause)
    )


def _fund_entry(app: App, c: Connection, entry_id: int) -> int:
    """Bring one entry's hold up to what all of its unread readings may still cost.

    Raises:
        MissingPrice: the catalog has no price for one of them.
    """
    waiting = find_evaluations(c, evaluations.c.entry_id == entry_id, *_waiting(app))
    if not waiting:
        return 0
    one = waiting[0]
    if one.hold_id is None:
        _put_off(app, c, entry_id, PAUSE)
        return 0
    unread = find_evaluations(
        c, evaluations.c.entry_id == one.entry_id, evaluations.c.state.in_(UNREAD)
    )
    needed = sum(_estimate(app, evaluation) for evaluation in unread)
    left = c.execute(
        select(holds.c.amount - holds.c.drawn).where(holds.c.id == one.hold_id)
    ).scalar_one()
    if needed > left:
        key = _key(entry_id, unread, left)
        try:
            check_caps(
                c,
                community=one.community_id,
                amount=needed - left,
                now=app.clock(),
                caps=caps_of(app.policy),
            )
            extend_hold(app, c, one.hold_id, needed - left, key)
        except (InsufficientCredits, CapReached):
            _tell_host(app, c, one.duel_id)
            _put_off(app, c, entry_id, PAUSE)
            return 0
    c.execute(
        update(evaluations)
        .where(evaluations.c.id.in_([evaluation.id for evaluation in waiting]))
        .values(unfunded=False)
    )
    return len(waiting)


def _key(entry_id: int, unread: list[Evaluation], left: int) -> str:
    """Name an extension by all that makes it another one."""
    readings = ",".join(
        f"{one.id}.{one.tries}.{one.broken}" for one in sorted(unread, key=lambda one: one.id)
    )
    return f"fund:{entry_id}:{left}:{readings}"


def _estimate(app: App, evaluation: Evaluation) -> int:
    model = app.catalog.get(evaluation.model_id)
    if model is None:
        raise MissingPrice(evaluation.model_id, "it is not in the catalog any more")
    return app.desk.estimate(
        model, evaluation, "single" if evaluation.mode == "single" else "batch"
    )


def _tell_host(app: App, c: Connection, duel_id: int) -> None:
    duel = duel_by_id(c, duel_id)
    if duel is None:
        return
    text = app.texts.text(duel.locale, "duel-waits-for-credits", number=duel.number)
    announce(
        app,
        c,
        duel,
        key=f"unfunded:{duel_id}",
        reply=note(text, "warning"),
        mentions=(duel.host_id,),
    )
