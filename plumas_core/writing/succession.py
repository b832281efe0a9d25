"""A text whose model turned out to be gone is written by its successor, if that can be paid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import structlog
from sqlalchemy import Connection, insert, select, update

from plumas_core.app import App
from plumas_core.catalog.errors import MissingPrice
from plumas_core.catalog.estimate import estimate_cost
from plumas_core.catalog.gone import switch_off
from plumas_core.catalog.models import Model
from plumas_core.catalog.words import availability, default_model, gone_models, line_after
from plumas_core.commands.reply import note
from plumas_core.credits.caps import caps_of, check_caps, pool_allowance_left
from plumas_core.credits.errors import CapReached, InsufficientCredits
from plumas_core.duels.announcing import announce
from plumas_core.duels.card import revise_card
from plumas_core.duels.rows import as_value, duel_by_id, entry_by_id
from plumas_core.ids import encode
from plumas_core.linking.money import extend_hold
from plumas_core.problems import Problem
from plumas_core.providers.errors import ModelRetired
from plumas_core.storage.tables.duels import entries
from plumas_core.storage.tables.ledger import holds
from plumas_core.storage.tables.work import calls, writings
from plumas_core.writing.asking import Writing
from plumas_core.writing.question import question

log = structlog.get_logger(__name__)


def hand_on(app: App, c: Connection, writing: Writing, reason: ModelRetired) -> Writing | None:
    """Switch the model off, and give a claimed writing to the next that can write it.

    The hold is extended first where that one is dearer. ``None``: there is none, or nobody can pay
    it; the writing is as it was.
    """
    old = app.catalog.get(writing.model_id)
    if old is None:
        return None
    if not old.retired_at(app.clock()) and old.id not in gone_models(c):
        switch_off(app, c, old, str(reason))
    for model in _candidates(app, c, writing, old):
        if _can_be_paid(app, c, replace(writing, model_id=model.id), model):
            return _moved(app, c, writing, old, model)
    return None


def _candidates(app: App, c: Connection, writing: Writing, old: Model) -> Iterator[Model]:
    """Yield the models of the line that are on, and then what is written with by default."""
    states = availability(app, c, writing.community_id)
    for model in line_after(app, old):
        if states[model.id].on:
            yield model
    try:
        yield default_model(app, c, writing.community_id).model
    except Problem:
        return


def _can_be_paid(app: App, c: Connection, writing: Writing, model: Model) -> bool:
    """Bring the hold up to what the model may cost; tell whether that could be done."""
    asked = question(app, c, writing)
    try:
        needed = estimate_cost(
            model,
            prompt_texts=(asked.system or "", asked.prompt),
            output_tokens=asked.max_output_tokens,
            mode="single",
            at=writing.created_at,
        )
    except MissingPrice:
        return False
    held = select(holds.c.amount - holds.c.drawn).where(
        holds.c.id == writing.hold_id, holds.c.state == "open"
    )
    left = c.execute(held).scalar()
    if left is None or writing.hold_id is None:
        return False
    more = needed - left
    return more <= 0 or _extended(app, c, writing, writing.hold_id, more)


def _extended(app: App, c: Connection, writing: Writing, hold: int, more: int) -> bool:
    now, caps = app.clock(), caps_of(app.policy)
    community = writing.community_id
    if writing.payer == "pool" and more > pool_allowance_left(
        c, writing.member_id, community, now, caps
    ):
        return False
    try:
        check_caps(c, community=community, amount=more, now=now, caps=caps)
        extend_hold(app, c, hold, more, f"writing:{encode(writing.id)}:{writing.model_id}")
    except (InsufficientCredits, CapReached):
        return False
    return True


def _moved(app: App, c: Connection, writing: Writing, old: Model, model: Model) -> Writing | None:
    """Write down that ``model`` is asked now; ``None`` where the writing was taken away."""
    now = app.clock()
    c.execute(
        update(calls)
        .where(calls.c.writing_id == writing.id, calls.c.state == "in_flight")
        .values(state="failed", error=ModelRetired.mark, settled_at=now)
    )
    moved = c.execute(
        update(writings)
        .where(
            writings.c.id == writing.id,
            writings.c.fence == writing.fence,
            writings.c.state == "writing",
        )
        .values(model_id=model.id, fence=writings.c.fence + 1)
        .returning(writings)
    )
    row = moved.mappings().first()
    if row is None:
        return None
    following = as_value(Writing, row)
    c.execute(
        insert(calls).values(
            id=app.ids.new(),
            kind="write",
            writing_id=following.id,
            provider=model.provider,
            model_id=model.id,
            mode="single",
            attempt=following.fence,
            state="in_flight",
            hold_id=following.hold_id,
            community_id=following.community_id,
            member_id=following.member_id,
            created_at=now,
        )
    )
    log.info("writing_moved", writing=encode(writing.id), old=old.id, new=model.id)
    if following.entry_id is not None:
        _tell_duel(app, c, following.entry_id, old, model)
    return following


def _tell_duel(app: App, c: Connection, entry_id: int, old: Model, model: Model) -> None:
    """Let a guest's entry name the model that writes it, and tell the duel's places."""
    c.execute(
        update(entries)
        .where(entries.c.id == entry_id)
        .values(model_id=model.id, family=model.family)
    )
    entry = entry_by_id(c, entry_id)
    duel = duel_by_id(c, entry.duel_id) if entry else None
    if entry is None or duel is None:
        return
    text = app.texts.text(
        duel.locale, "guest-model-succeeded", name=entry.byline, old=old.name, new=model.name
    )
    announce(
        app,
        c,
        duel,
        key=f"entry:{entry.id}:model:{model.id}",
        reply=note(text, "warning"),
    )
    revise_card(app, c, duel.id)
