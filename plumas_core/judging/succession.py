"""When a provider knows a model no more: it is switched off, and its seats go to its successor.

Failed readings of duels that are being judged, and batches that were refused, are looked through
for a provider's "not found". The model is switched off everywhere, the operators are told, and
what waits for it is read by the next model of its line that may be used in the community; where
there is none, by the model of another seat. A seat moves only while none of its readings is under
way, so that no batch changes its model on the way and every answer is priced as what gave it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, Select, exists, or_, select, update

from plumas_core.app import App
from plumas_core.batches.leases import Batch
from plumas_core.batches.settling import give_back_rows
from plumas_core.batches.submitting import SURELY_UNSENT
from plumas_core.catalog.gone import switch_off
from plumas_core.catalog.models import Model
from plumas_core.catalog.words import availability, default_model, gone_models, line_after
from plumas_core.commands.reply import note
from plumas_core.duels.announcing import announce
from plumas_core.duels.card import revise_card
from plumas_core.duels.rows import Duel, Seat, as_value, duel_by_id, seats_of
from plumas_core.ids import encode
from plumas_core.problems import Problem
from plumas_core.providers.errors import ModelRetired
from plumas_core.storage.tables.agents import EVERYWHERE, model_words
from plumas_core.storage.tables.duels import duels, entries, evaluations, seats
from plumas_core.storage.tables.ledger import holds
from plumas_core.storage.tables.work import batches, calls

log = structlog.get_logger(__name__)

_ROW_CODE = re.compile(r"(?:model_not_found|not_found_error)(?: in line [0-9]+)?")
"""What both providers call it in a row of a batch, and OpenAI in a batch that never ran (facts)."""

_UNDER_WAY = evaluations.alias("under_way")
_LAST = calls.alias("last")


def names_no_model(error: str) -> bool:
    """Tell whether a failure's text, as calls and batches keep it, says that a model is gone."""
    return error.endswith(ModelRetired.mark) or _ROW_CODE.fullmatch(error) is not None


def _may_name_no_model(column: ColumnElement[str | None]) -> ColumnElement[bool]:
    """Narrow rows down for :func:`names_no_model`, in the database."""
    return or_(column.like(f"%{ModelRetired.mark}"), column.like("%not\\_found%", escape="\\"))


@dataclass(frozen=True, slots=True)
class _Gone:
    """A model that answered "not found", at ``at`` (UTC milliseconds), with what was said."""

    model_id: str
    error: str
    at: int


async def succeed(app: App) -> int:
    """Switch off what is gone and move its seats; return how many models and seats that were."""
    if not await app.db.read(lambda c: _found(c) or _stranded(app, c)):
        return 0
    return await app.db.write(lambda c: _succeed(app, c))


def _succeed(app: App, c: Connection) -> int:
    off = 0
    for gone in _found(c):
        model = app.catalog.get(gone.model_id)
        if model is not None:
            switch_off(app, c, model, gone.error)
            off += 1
    for model_id in gone_models(c):
        _take_back_unsent(app, c, model_id)
    return off + sum(_move(app, c, seat) for seat in _stranded(app, c))


def _found(c: Connection) -> list[_Gone]:
    """Return the models that were not found since the last word on them."""
    found: dict[str, _Gone] = {}
    for gone in (*_failed_readings(c), *_refused_batches(c)):
        last = found.get(gone.model_id)
        if names_no_model(gone.error) and (last is None or last.at < gone.at):
            found[gone.model_id] = gone
    if not found:
        return []
    query = select(model_words.c.model_id, model_words.c.at).where(
        model_words.c.scope == EVERYWHERE, model_words.c.model_id.in_(found)
    )
    said = dict(c.execute(query).all())
    return [gone for gone in found.values() if said.get(gone.model_id, -1) < gone.at]


def _failed_readings(c: Connection) -> Iterator[_Gone]:
    return (_Gone(*row) for row in c.execute(_failures()))


@cache
def _failures() -> Select[Any]:
    return (
        select(calls.c.model_id, calls.c.error, calls.c.settled_at)
        .join(evaluations, evaluations.c.id == calls.c.evaluation_id)
        .join(duels, duels.c.id == evaluations.c.duel_id)
        .where(
            duels.c.state == "judging",
            evaluations.c.state.in_(("waiting", "missing")),
            calls.c.attempt == evaluations.c.tries,
            calls.c.state == "failed",
            _may_name_no_model(calls.c.error),
        )
    )


def _refused_batches(c: Connection) -> Iterator[_Gone]:
    for model_id, error, sent_at, created_at in c.execute(_refusals()):
        yield _Gone(model_id, error, sent_at or created_at)


@cache
def _refusals() -> Select[Any]:
    return select(
        batches.c.model_id, batches.c.error, batches.c.sent_at, batches.c.created_at
    ).where(batches.c.state == "intent", _may_name_no_model(batches.c.error))


def _take_back_unsent(app: App, c: Connection, model_id: str) -> None:
    """End the batches of a model that never reached their provider; their rows wait again."""
    now = app.clock()
    free = batches.c.lease_until.is_(None) | (batches.c.lease_until <= now)
    # The fence rises, so that nobody who once claimed such a batch can go on with it.
    ended = (
        update(batches)
        .where(batches.c.model_id == model_id, batches.c.state.in_(SURELY_UNSENT), free)
        .values(state="failed", settled_at=now, next_at=now, fence=batches.c.fence + 1)
        .returning(batches)
    )
    for row in c.execute(ended).mappings().all():
        batch = as_value(Batch, row)
        log.info("batch_taken_back", batch=encode(batch.id), model=model_id)
        give_back_rows(app, c, batch, row["error"] or f"{model_id} {ModelRetired.mark}")


def _stranded(app: App, c: Connection) -> list[Seat]:
    """Return the seats whose model is gone or retired and which still have readings to do."""
    gone = gone_models(c)
    now = app.clock()
    found = [as_value(Seat, row) for row in c.execute(_free_seats()).mappings()]
    return [
        seat
        for seat in found
        if seat.model_id in gone
        or ((model := app.catalog.get(seat.model_id)) is not None and model.retired_at(now))
    ]


@cache
def _free_seats() -> Select[Any]:
    """Select the seats that have readings to do, and none under way."""
    busy = exists().where(
        _UNDER_WAY.c.seat_id == seats.c.id,
        _UNDER_WAY.c.state == "in_flight",
    )
    return (
        select(seats)
        .join(evaluations, evaluations.c.seat_id == seats.c.id)
        .where(evaluations.c.id.in_(_owed()), ~busy)
        .distinct()
        .order_by(seats.c.id)
    )


@cache
def _owed() -> Select[tuple[int]]:
    """Select the readings that wait, or that ended for want of a model while they can be paid."""
    for_want = exists().where(
        _LAST.c.evaluation_id == evaluations.c.id,
        _LAST.c.attempt == evaluations.c.tries,
        _may_name_no_model(_LAST.c.error),
    )
    return (
        select(evaluations.c.id)
        .join(duels, duels.c.id == evaluations.c.duel_id)
        .join(entries, entries.c.id == evaluations.c.entry_id)
        .join(holds, holds.c.id == entries.c.hold_id)
        .where(
            duels.c.state == "judging",
            holds.c.state == "open",
            (evaluations.c.state == "waiting") | ((evaluations.c.state == "missing") & for_want),
        )
    )


def _move(app: App, c: Connection, seat: Seat) -> int:
    """Give a seat another model, and its readings to be funded and asked; return 1 if there is."""
    duel = duel_by_id(c, seat.duel_id)
    old = app.catalog.get(seat.model_id)
    new = _successor(app, c, duel, seat) if duel else None
    if duel is None or new is None:
        return 0
    c.execute(
        update(seats)
        .where(seats.c.id == seat.id)
        .values(model_id=new.id, provider=new.provider, family=new.family, priced_at=app.clock())
    )
    waiting = {"state": "waiting", "unfunded": True, "reason": None, "next_at": app.clock()}
    if not new.capabilities.batch:
        waiting["mode"] = "single"
    c.execute(
        update(evaluations)
        .where(evaluations.c.seat_id == seat.id, evaluations.c.id.in_(_owed()))
        .values(**waiting)
    )
    log.info("seat_moved", duel=encode(duel.id), seat=seat.position, old=seat.model_id, new=new.id)
    text = app.texts.text(
        duel.locale,
        "duel-model-succeeded",
        number=duel.number,
        old=old.name if old else seat.model_id,
        new=new.name,
    )
    announce(
        app,
        c,
        duel,
        key=f"succession:{duel.id}:{seat.model_id}:{new.id}",
        reply=note(text, "warning"),
    )
    revise_card(app, c, duel.id)
    return 1


def _successor(app: App, c: Connection, duel: Duel, seat: Seat) -> Model | None:
    """Return the first model after the seat's that may be used, or else of another seat.

    Where there is none either, it is what is written with by default.
    """
    states = availability(app, c, duel.community_id)
    old = app.catalog.get(seat.model_id)
    others = [app.catalog.get(other.model_id) for other in seats_of(c, duel.id)]
    line = () if old is None else tuple(line_after(app, old))
    for model in (*line, *(one for one in others if one is not None)):
        if states[model.id].on and model.table_at(app.clock()) is not None:
            return model
    try:
        return default_model(app, c, duel.community_id).model
    except Problem:
        return None
