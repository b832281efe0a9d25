"""AI writers as guests of a duel: invited by a member, who pays the writing.

The entry is made at once, so that it takes its place; the text comes from the job that works off
``writings``. When it is there its judging is paid like anyone's.
"""

from __future__ import annotations

import asyncio
from functools import partial

import structlog
from sqlalchemy import Connection, select, update

from plumas_core.agents.service import Agent
from plumas_core.app import App
from plumas_core.catalog.errors import MissingPrice
from plumas_core.catalog.models import Model
from plumas_core.commands.reply import Button, Note, Reply
from plumas_core.credits.errors import CapReached, InsufficientCredits
from plumas_core.duels.announcing import announce
from plumas_core.duels.card import revise_card
from plumas_core.duels.entering import HOLDING, fund_entry
from plumas_core.duels.rows import (
    Duel,
    Entry,
    as_value,
    current,
    duel_by_id,
    entries_of,
    entry_by_id,
)
from plumas_core.duels.texts import text_digest
from plumas_core.ids import encode
from plumas_core.problems import Problem
from plumas_core.providers.errors import ProviderError
from plumas_core.storage.tables.duels import entries
from plumas_core.storage.tables.work import calls, writings
from plumas_core.writing.asking import Order, Writing, ask
from plumas_core.writing.running import Written, claim, give_back, write

log = structlog.get_logger(__name__)

MOST_INVITED = 2
"""Guests that one member may invite into one duel, withdrawn ones included, for each place."""
TRIES = 2
"""Calls for an invited text whose answer was lost, before its place is given up."""


def invite(
    app: App, c: Connection, duel: Duel, *, member_id: int, writer: Agent, model: Model, key: str
) -> Entry:
    """Invite an AI writer into an open duel.

    Raises:
        Problem: the duel is closed or full, or this writer is in it already.
        InsufficientCredits: neither the wallet nor the pool can pay the writing.
    """
    known = c.execute(select(entries).where(entries.c.key == key)).mappings().first()
    if known is not None:
        return as_value(Entry, known)
    duel = current(c, duel)
    _require_room(app, c, duel, member_id, writer)
    entry_id = _take_place(app, c, duel, member_id, writer, model, key)
    order = Order(
        member_id=member_id,
        community_id=duel.community_id,
        place_id=duel.place_id,
        writer=writer,
        model=model,
        prompt=duel.theme,
        title=None,
        max_words=min(duel.max_words, app.policy.write_words),
        locale=duel.locale,
        private=True,
        entry_id=entry_id,
    )
    ask(app, c, order, key)
    revise_card(app, c, duel.id)
    entry = entry_by_id(c, entry_id)
    if entry is None:
        raise RuntimeError("an entry that was just written down is not found")
    return entry


def _require_room(app: App, c: Connection, duel: Duel, member_id: int, writer: Agent) -> None:
    """Refuse a guest whom the duel cannot take, whoever invites, or not from this member."""
    if duel.state != "open" or app.clock() >= duel.ends_at:
        raise Problem("duel-not-open", number=duel.number)
    taken = entries_of(c, duel.id, *HOLDING)
    if len(taken) >= duel.max_entries:
        raise Problem("duel-full", most=duel.max_entries)
    if sum(entry.kind == "ai" for entry in taken) >= app.policy.ai_entries:
        raise Problem("duel-ai-full", most=app.policy.ai_entries)
    invited = sum(entry.guest and entry.member_id == member_id for entry in entries_of(c, duel.id))
    if invited >= MOST_INVITED * app.policy.ai_entries:
        raise Problem("duel-ai-full", most=app.policy.ai_entries)
    if any(entry.agent_id == writer.id for entry in taken):
        raise Problem("duel-writer-in", name=writer.text(duel.locale).name)


def _take_place(
    app: App, c: Connection, duel: Duel, member_id: int, writer: Agent, model: Model, key: str
) -> int:
    """Enter the guest without a text yet; return the entry's id."""
    entry_id = app.ids.new()
    c.execute(
        entries.insert().values(
            id=entry_id,
            key=key,
            duel_id=duel.id,
            state="writing",
            kind="ai",
            guest=True,
            member_id=member_id,
            agent_id=writer.id,
            byline=writer.text(duel.locale).name,
            model_id=model.id,
            family=model.family,
            text="",
            words=0,
            locale=duel.locale,
            created_at=app.clock(),
        )
    )
    return entry_id


async def write_invited(app: App) -> int:
    """Write the texts that invited writers owe; return how many were tried."""
    await app.db.write(lambda c: _recover(app, c))
    waiting = await app.db.read(_waiting)
    gate = asyncio.Semaphore(app.policy.single_concurrency)
    return sum(await asyncio.gather(*(_write_guarded(app, gate, one) for one in waiting)))


async def _write_guarded(app: App, gate: asyncio.Semaphore, writing_id: int) -> int:
    """Write one text, and let what goes wrong with it be no matter to the others.

    It stays claimed then, so that it counts as lost in time. Returns 1 if it was ours to write.
    """
    async with gate:
        writing = await app.db.write(partial(claim, app, writing_id=writing_id))
        if writing is None:
            return 0
        try:
            await _write_one(app, writing)
        except Exception as error:
            log.error(
                "invited_text_broke_off",
                writing=encode(writing_id),
                reference=encode(app.ids.new()),
                exc_info=error,
            )
        return 1


async def _write_one(app: App, writing: Writing) -> None:
    try:
        async for piece in write(app, writing):
            if isinstance(piece, Written):
                await app.db.write(partial(finish, app, writing=piece.writing))
    except (ProviderError, MissingPrice) as reason:
        log.warning("invited_text_failed", writing=encode(writing.id), cause=str(reason))
        await app.db.write(lambda c: _drop(app, c, writing))


def _waiting(c: Connection) -> list[int]:
    query = (
        select(writings.c.id)
        .where(writings.c.state == "waiting", writings.c.entry_id.is_not(None))
        .order_by(writings.c.id)
    )
    return list(c.execute(query).scalars())


def finish(app: App, c: Connection, writing: Writing) -> None:
    """Put a written text into its entry and have its judging paid; safe to repeat."""
    entry = entry_by_id(c, writing.entry_id or 0)
    duel = duel_by_id(c, entry.duel_id) if entry else None
    if entry is None or duel is None or entry.state != "writing":
        return
    if writing.state != "done" or duel.state != "open":
        _drop(app, c, writing)
        return
    c.execute(
        update(entries)
        .where(entries.c.id == entry.id)
        .values(
            state="unfunded",
            title=writing.title,
            text=writing.text,
            digest=text_digest(writing.text),
            words=writing.words,
        )
    )
    ready = entry_by_id(c, entry.id)
    if ready is None:
        return
    try:
        fund_entry(app, c, duel, ready, "pool", f"invited:{entry.id}")
    except (InsufficientCredits, CapReached):
        _offer_to_pay(app, c, duel, ready)
    revise_card(app, c, duel.id)


def _offer_to_pay(app: App, c: Connection, duel: Duel, entry: Entry) -> None:
    text = app.texts.text(duel.locale, "entry-unfunded-guest", name=entry.byline)
    pay = Button("pay", encode(entry.id), app.texts.text(duel.locale, "button-pay"), "primary")
    announce(
        app,
        c,
        duel,
        key=f"entry:{entry.id}:unfunded",
        reply=Reply((Note(text, "warning"),), buttons=(pay,)),
        mentions=(entry.member_id,) if entry.member_id else (),
    )


def _drop(app: App, c: Connection, writing: Writing) -> None:
    """The writer has no text to give: its place is free again, and nobody paid."""
    changed = c.execute(
        update(entries)
        .where(entries.c.id == writing.entry_id, entries.c.state == "writing")
        .values(state="dropped")
        .returning(entries.c.duel_id, entries.c.byline)
    ).first()
    give_back(app, c, writing, "dropped")
    if changed is None:
        return
    duel = duel_by_id(c, changed[0])
    if duel is None:
        return
    text = app.texts.text(duel.locale, "guest-failed", name=changed[1])
    announce(
        app,
        c,
        duel,
        key=f"writing:{writing.id}:dropped",
        reply=Reply((Note(text, "warning"),)),
    )
    revise_card(app, c, duel.id)


def _recover(app: App, c: Connection) -> None:
    """Take up what a dead process left: finished texts not yet entered, calls without answer."""
    orphaned = (
        select(writings)
        .join(entries, entries.c.id == writings.c.entry_id)
        .where(entries.c.state == "writing", writings.c.state.in_(("done", "failed")))
    )
    for row in c.execute(orphaned).mappings().all():
        finish(app, c, as_value(Writing, row))
    lost = select(writings).where(
        writings.c.state == "writing",
        writings.c.entry_id.is_not(None),
        writings.c.lease_until <= app.clock(),
    )
    for row in c.execute(lost).mappings().all():
        writing = as_value(Writing, row)
        log.warning("invited_text_lost", writing=encode(writing.id), fence=writing.fence)
        if writing.fence >= TRIES:
            _drop(app, c, writing)
        else:
            _lose_call(app, c, writing)
            c.execute(
                update(writings)
                .where(writings.c.id == writing.id)
                .values(state="waiting", lease_by=None, lease_until=None)
            )


def _lose_call(app: App, c: Connection, writing: Writing) -> None:
    """Record that a call's answer never came."""
    c.execute(
        update(calls)
        .where(calls.c.writing_id == writing.id, calls.c.state == "in_flight")
        .values(state="lost", settled_at=app.clock())
    )
