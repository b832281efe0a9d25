"""Paying for one more call: a second attempt, or a dearer path, extends the hold first.

A reading that nobody can pay for now waits, and the host is told once; it is tried again with
every tick, and the duel's verdict does not wait for it longer than the rules for late judging.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, select, update

from plumas_core.app import App
from plumas_core.commands.reply import note
from plumas_core.credits.caps import caps_of, check_caps
from plumas_core.credits.errors import CapReached, InsufficientCredits
from plumas_core.duels.rows import duel_by_id
from plumas_core.duels.states import UNREAD
from plumas_core.judging.asking import Evaluation, find_evaluations
from plumas_core.storage.tables.duels import evaluations
from plumas_core.storage.tables.ledger import holds

FUND_LIMIT = 500
"""Readings looked at in one tick; those that stay without money must not slow the others."""


async def fund(app: App) -> int:
    """Extend the holds of readings that wait for money; return how many may go on."""
    return await app.db.write(lambda c: _fund(app, c))


def _fund(app: App, c: Connection) -> int:
    waiting = find_evaluations(
        c,
        evaluations.c.state == "waiting",
        evaluations.c.unfunded.is_(True),
        limit=FUND_LIMIT,
    )
    by_entry: dict[int, list[Evaluation]] = defaultdict(list)
    for evaluation in waiting:
        by_entry[evaluation.entry_id].append(evaluation)
    return sum(_fund_entry(app, c, found) for found in by_entry.values())


def _fund_entry(app: App, c: Connection, waiting: list[Evaluation]) -> int:
    """Bring one entry's hold up to what all of its unread readings may still cost."""
    one = waiting[0]
    if one.hold_id is None:
        return 0
    unread = find_evaluations(
        c, evaluations.c.entry_id == one.entry_id, evaluations.c.state.in_(UNREAD)
    )
    needed = sum(_estimate(app, evaluation) for evaluation in unread)
    left = c.execute(
        select(holds.c.amount - holds.c.drawn).where(holds.c.id == one.hold_id)
    ).scalar_one()
    if needed > left:
        tries = sum(evaluation.tries for evaluation in unread)
        key = f"fund:{one.entry_id}:{tries}:{len(unread)}:{left}"
        try:
            check_caps(
                c,
                community=one.community_id,
                amount=needed - left,
                now=app.clock(),
                caps=caps_of(app.policy),
            )
            app.book.extend(c, one.hold_id, needed - left, key)
        except (InsufficientCredits, CapReached):
            _tell_host(app, c, one.duel_id)
            return 0
    c.execute(
        update(evaluations)
        .where(evaluations.c.id.in_([evaluation.id for evaluation in waiting]))
        .values(unfunded=False)
    )
    return len(waiting)


def _estimate(app: App, evaluation: Evaluation) -> int:
    model = app.catalog.get(evaluation.model_id)
    if model is None:
        return 0
    return app.desk.estimate(
        model, evaluation, "single" if evaluation.mode == "single" else "batch"
    )


def _tell_host(app: App, c: Connection, duel_id: int) -> None:
    duel = duel_by_id(c, duel_id)
    if duel is None:
        return
    text = app.texts.text(duel.locale, "duel-waits-for-credits", number=duel.number)
    app.outbox.enqueue(
        c,
        key=f"unfunded:{duel_id}",
        place=duel.place_id,
        reply=note(text, "warning"),
        mentions=(duel.host_id,),
    )
