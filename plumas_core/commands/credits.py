"""``/credits``: what a member or the pool has, what is held, and what it went on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlalchemy import Connection, select

from plumas_core.app import App
from plumas_core.commands.give import POOL, find_member
from plumas_core.commands.reply import Button, Note, Reply, Table, Title, fields
from plumas_core.commands.spec import (
    ActionSpec,
    Audience,
    CommandSpec,
    Press,
    RefParam,
    Request,
)
from plumas_core.credits.money import show, show_available, show_due
from plumas_core.credits.movements import Movement, balance, movements
from plumas_core.duels.rows import name_of
from plumas_core.problems import Problem
from plumas_core.storage.tables.people import members

SHORT = 8
LONG = 60


@dataclass(frozen=True, slots=True)
class CreditsArgs:
    """Whose credits: one's own, the pool's, or for an admin another member's."""

    member: str | None = None


async def show_credits(app: App, request: Request[CreditsArgs]) -> Reply:
    """Show a balance and its last movements."""
    return await app.db.write(lambda c: _credits(app, c, request, request.args.member, SHORT))


async def press_history(app: App, request: Request[Press]) -> Reply:
    """Show the whole history of what the button is about."""
    whose = request.args.ref if request.args.ref == POOL[0] else None
    return await app.db.write(lambda c: _credits(app, c, request, whose, LONG))


def _credits(
    app: App,
    c: Connection,
    request: Request[CreditsArgs] | Request[Press],
    whose: str | None,
    limit: int,
) -> Reply:
    t = app.texts
    locale = request.locale
    is_pool = whose is not None and whose.strip().casefold() in POOL
    if is_pool:
        account, name = app.book.pool(c, request.community.id), t.text(locale, "the-pool")
        community = None
    else:
        member_id, name = request.member.id, request.member.name
        if whose is not None:
            member_id, name = find_member(c, request.community.id, whose)
        is_own = member_id == request.member.id
        if not is_own and request.audience < Audience.ADMIN:
            raise Problem("denied-admin")
        account = app.book.wallet(c, member_id)
        community = None if is_own else request.community.id
    now = balance(c, account)
    rows = movements(c, account, limit, community=community)
    own = [
        (t.text(locale, "field-balance"), show_available(now.available, locale)),
        (t.text(locale, "field-held"), show_due(now.held, locale)),
    ]
    # An admin sees of another member what happened here, not what they have everywhere.
    summary = fields(own if community is None else [])
    title = Title(t.text(locale, "credits-title", name=name))
    if not rows:
        nothing = "credits-none" if community is None else "credits-none-here"
        empty = Note(t.text(locale, nothing), "info")
        return Reply((title, summary, empty), visibility="private")
    table = _table(app, c, rows, request, locale)
    history = Button("history", POOL[0] if is_pool else "mine", t.text(locale, "button-history"))
    buttons = (history,) if limit == SHORT and len(rows) == SHORT and community is None else ()
    return Reply((title, summary, table), buttons=buttons, visibility="private")


def _table(
    app: App,
    c: Connection,
    rows: list[Movement],
    request: Request[CreditsArgs] | Request[Press],
    locale: str,
) -> Table:
    t = app.texts
    zone = ZoneInfo(request.community.time_zone)
    columns = tuple(
        t.text(locale, f"column-{name}") for name in ("when", "what", "model", "tokens", "amount")
    )
    return Table(
        columns,
        tuple(
            (
                format_datetime(
                    datetime.fromtimestamp(row.at / 1000, zone), "short", locale=locale
                ),
                _what(app, c, row, locale),
                ", ".join(use.model_id for use in row.uses),
                _tokens(row),
                show(row.amount, locale),
            )
            for row in rows
        ),
        (3, 4),
    )


def _what(app: App, c: Connection, row: Movement, locale: str) -> str:
    """Name a movement, with the other member of a gift."""
    name = ""
    if row.purpose == "gift" and row.other_kind == "wallet":
        known = c.execute(select(members.c.id).where(members.c.id == row.other_owner)).first()
        name = name_of(c, row.other_owner) if known else "?"
    elif row.other_kind == "pool":
        name = app.texts.text(locale, "the-pool")
    key = f"purpose-{row.purpose.replace(' ', '-')}"
    return app.texts.text(locale, key, name=name or "-")


def _tokens(row: Movement) -> str:
    if not row.uses:
        return ""
    sent = sum(use.input for use in row.uses)
    answered = sum(use.output for use in row.uses)
    return f"{sent} + {answered}"


CREDITS = CommandSpec(
    path=("credits",),
    args=CreditsArgs,
    handler=show_credits,
    params=(RefParam(name="member", of="wallet"),),
    visibility="private",
)

ACTIONS = (ActionSpec(name="history", handler=press_history),)
