"""``/duel status``, ``list`` and ``results``: how duels stand, and how they ended."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from plumas_core.app import App
from plumas_core.commands.duel_enter import DuelArgs, pressed_duel
from plumas_core.commands.reply import Block, Note, Reply, Table, Text, Title, fields
from plumas_core.commands.spec import ActionSpec, Audience, CommandSpec, Press, RefParam, Request
from plumas_core.credits.money import show
from plumas_core.duels.card import card
from plumas_core.duels.copies import may_answer, questions
from plumas_core.duels.results import duel_cost, reasons, results
from plumas_core.duels.rows import Duel, as_value, entries_of, find_duel, seats_of
from plumas_core.problems import Problem
from plumas_core.storage.tables.duels import duels, entries

LISTED = 15


@dataclass(frozen=True, slots=True)
class ListArgs:
    """``/duel list`` takes nothing."""


async def duel_status(app: App, request: Request[DuelArgs]) -> Reply:
    """Show how a duel stands, and the member their own part in it."""

    def work(c: Connection) -> Reply:
        duel = find_duel(c, request.community.id, request.args.duel)
        return _details(app, c, duel, request)

    return await app.db.read(work)


async def press_status(app: App, request: Request[Press]) -> Reply:
    """Show the details of a card's duel."""
    duel = await pressed_duel(app, request)
    return await app.db.read(lambda c: _details(app, c, duel, request))


def _details(
    app: App, c: Connection, duel: Duel, request: Request[DuelArgs] | Request[Press]
) -> Reply:
    t = app.texts
    member_id, locale = request.member.id, request.locale
    shown = card(app, c, duel, locale)
    mine = [
        entry
        for entry in entries_of(
            c, duel.id, "entered", "unfunded", "writing", "withdrawn", "disqualified"
        )
        if entry.member_id == member_id
    ]
    blocks: list[Block] = list(shown.blocks)
    for entry in mine:
        name = entry.title or (entry.byline if entry.agent_id else t.text(locale, "untitled"))
        blocks.append(Text((t.text(locale, f"mine-{entry.state}", name=name, words=entry.words),)))
    blocks.extend(_flags(app, c, duel, request))
    buttons = shown.buttons
    if may_answer(c, duel, member_id, admin=request.audience >= Audience.ADMIN):
        asked, answers = questions(app, c, duel, locale)
        blocks.extend(asked)
        buttons += answers
    seats = [
        (seat.name, model.name if (model := app.catalog.get(seat.model_id)) else seat.model_id)
        for seat in seats_of(c, duel.id)
    ]
    columns = (t.text(locale, "column-judge"), t.text(locale, "column-model"))
    blocks.append(Table(columns, tuple(seats)))
    if duel.texts_digest:
        blocks.append(fields([(t.text(locale, "field-digest"), duel.texts_digest)]))
    if duel.judging_at is not None:
        cost = show(duel_cost(c, duel.id), locale)
        blocks.append(fields([(t.text(locale, "field-cost"), cost)]))
    return Reply(tuple(blocks), buttons=buttons, visibility="private", ref=shown.ref)


def _flags(
    app: App, c: Connection, duel: Duel, request: Request[DuelArgs] | Request[Press]
) -> list[Block]:
    """Return which texts look like copies or speak to the judges, without their authors.

    The host is told, or the admins where the host has a text among them; nobody who has one is.
    """
    entered = entries_of(c, duel.id, "entered")
    told = may_answer(c, duel, request.member.id, admin=request.audience >= Audience.ADMIN)
    flagged = [entry for entry in entered if entry.flags]
    if not told or not flagged:
        return []
    t = app.texts
    locale = request.locale
    notes: list[Block] = [Note(t.text(locale, "host-flags", count=len(flagged)), "warning")]
    for entry in flagged:
        name = entry.title or t.text(locale, "untitled")
        for flag in entry.flags.split(","):
            text = t.text(locale, f"flag-{flag}", name=name, words=entry.words)
            notes.append(Note(text, "warning"))
    return notes


async def list_duels(app: App, request: Request[ListArgs]) -> Reply:
    """List the community's duels, newest first."""

    def work(c: Connection) -> Reply:
        counted = (
            select(func.count())
            .where(entries.c.duel_id == duels.c.id, entries.c.state == "entered")
            .scalar_subquery()
        )
        query = (
            select(duels, counted.label("texts"))
            .where(duels.c.community_id == request.community.id)
            .order_by(duels.c.number.desc())
            .limit(LISTED)
        )
        rows = [(as_value(Duel, row), row["texts"]) for row in c.execute(query).mappings()]
        return _listed(app, rows, request.locale)

    return await app.db.read(work)


def _listed(app: App, rows: list[tuple[Duel, int]], locale: str) -> Reply:
    t = app.texts
    title = Title(t.text(locale, "list-title"))
    if not rows:
        return Reply((title, Note(t.text(locale, "list-none"), "info")), visibility="private")
    columns = (
        t.text(locale, "column-number"),
        t.text(locale, "column-theme"),
        t.text(locale, "column-state"),
        t.text(locale, "column-texts"),
    )
    table = Table(
        columns,
        tuple(
            (f"#{duel.number}", duel.theme, t.text(locale, f"state-{duel.state}"), str(texts))
            for duel, texts in rows
        ),
        (3,),
    )
    return Reply((title, table), visibility="private")


async def duel_results(app: App, request: Request[DuelArgs]) -> Reply:
    """Show a duel's verdict."""

    def work(c: Connection) -> Reply:
        ended = ("verdict", "annulled", "cancelled")
        duel = find_duel(c, request.community.id, request.args.duel, ended)
        if duel.state not in ended:
            raise Problem("results-not-yet", number=duel.number)
        return results(app, c, duel, request.locale)

    return await app.db.read(work)


async def press_results(app: App, request: Request[Press]) -> Reply:
    """Show the verdict of a card's duel to whoever pressed."""
    duel = await pressed_duel(app, request)
    return await app.db.read(lambda c: results(app, c, duel, request.locale))


async def press_reasons(app: App, request: Request[Press]) -> Reply:
    """Tell an author why their text stands where it stands."""
    duel = await pressed_duel(app, request)
    return await app.db.read(lambda c: reasons(app, c, duel, request.member.id, request.locale))


DUEL_STATUS = CommandSpec(
    path=("duel", "status"),
    args=DuelArgs,
    handler=duel_status,
    params=(RefParam(name="duel", of="duel"),),
    visibility="private",
)

DUEL_LIST = CommandSpec(
    path=("duel", "list"), args=ListArgs, handler=list_duels, visibility="private"
)

DUEL_RESULTS = CommandSpec(
    path=("duel", "results"),
    args=DuelArgs,
    handler=duel_results,
    params=(RefParam(name="duel", of="duel"),),
)

ACTIONS = (
    ActionSpec(name="status", handler=press_status, about="duel", audience=Audience.GUEST),
    ActionSpec(name="results", handler=press_results, about="duel", audience=Audience.GUEST),
    ActionSpec(name="reasons", handler=press_reasons, about="duel", audience=Audience.GUEST),
)
