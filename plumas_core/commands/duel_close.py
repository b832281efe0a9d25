"""``/duel close`` and ``/duel cancel``: ending a duel before its time."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.commands.duel_enter import DuelArgs, pressed_duel
from plumas_core.commands.once import handled_before, remember
from plumas_core.commands.reply import Button, Note, Reply, Text
from plumas_core.commands.spec import (
    ActionSpec,
    Audience,
    CommandSpec,
    Press,
    RefParam,
    Request,
)
from plumas_core.duels.announcing import announce
from plumas_core.duels.closing import agree_to_close, cancel
from plumas_core.duels.rows import Duel, duel_by_id, find_duel
from plumas_core.duels.states import RUNNING
from plumas_core.ids import encode
from plumas_core.operations import record
from plumas_core.problems import Problem


async def close_duel(app: App, request: Request[DuelArgs]) -> Reply:
    """Close a duel now: an admin at once, a host once every entrant has agreed."""

    def work(c: Connection) -> Reply:
        duel = _before_or(c, request, ("open",))
        return _close(app, c, duel, request)

    return await app.db.write(work)


async def press_close(app: App, request: Request[Press]) -> Reply:
    """Ask for the close, or agree to it, from a button."""
    duel = await pressed_duel(app, request)
    return await app.db.write(lambda c: _close(app, c, duel_by_id(c, duel.id) or duel, request))


def _close(
    app: App, c: Connection, duel: Duel, request: Request[DuelArgs] | Request[Press]
) -> Reply:
    t = app.texts
    admin = request.audience >= Audience.ADMIN
    if handled_before(c, request) is not None:
        key = "close-agreed" if duel.state == "open" else "close-done"
        return Reply((Note(t.text(request.locale, key, number=duel.number), "info"),))
    remember(app, c, request, duel.id)
    if agree_to_close(app, c, duel, request.member.id, admin=admin):
        if admin:
            record(app, c, request.member.id, duel.community_id, "duel close", encode(duel.id))
        text = t.text(request.locale, "close-done", number=duel.number)
        return Reply((Note(text, "info"),), ref=encode(duel.id))
    if request.member.id == duel.host_id:
        _ask_entrants(app, c, duel)
        text = t.text(request.locale, "close-asked", number=duel.number)
    else:
        text = t.text(request.locale, "close-agreed", number=duel.number)
    return Reply((Note(text, "info"),), visibility="private", ref=encode(duel.id))


def _ask_entrants(app: App, c: Connection, duel: Duel) -> None:
    text = app.texts.text(duel.locale, "close-ask", number=duel.number, theme=duel.theme)
    agree = Button("close", encode(duel.id), app.texts.text(duel.locale, "button-agree"), "primary")
    announce(
        app,
        c,
        duel,
        key=f"duel:{duel.id}:close",
        reply=Reply((Text((text,)),), buttons=(agree,), ref=encode(duel.id)),
    )


async def cancel_duel(app: App, request: Request[DuelArgs]) -> Reply:
    """End a duel without a verdict; everything that is held is given back."""

    def work(c: Connection) -> Reply:
        duel = _before_or(c, request, RUNNING)
        admin = request.audience >= Audience.ADMIN
        if request.member.id != duel.host_id and not admin:
            raise Problem("duel-not-host", number=duel.number)
        if handled_before(c, request) is None:
            cancel(app, c, duel)
            remember(app, c, request, duel.id)
            if admin:
                record(app, c, request.member.id, duel.community_id, "duel cancel", encode(duel.id))
        text = app.texts.text(request.locale, "cancel-done", number=duel.number)
        return Reply((Note(text, "info"),), visibility="private", ref=encode(duel.id))

    return await app.db.write(work)


def _before_or(c: Connection, request: Request[DuelArgs], states: Sequence[str]) -> Duel:
    """Return the duel that this event worked on before, or the one that it means now."""
    before = handled_before(c, request)
    duel = duel_by_id(c, before) if before is not None else None
    return duel or find_duel(c, request.community.id, request.args.duel, states)


DUEL_CLOSE = CommandSpec(
    path=("duel", "close"),
    args=DuelArgs,
    handler=close_duel,
    params=(RefParam(name="duel", of="duel"),),
)

DUEL_CANCEL = CommandSpec(
    path=("duel", "cancel"),
    args=DuelArgs,
    handler=cancel_duel,
    params=(RefParam(name="duel", of="duel"),),
    visibility="private",
)

ACTIONS = (ActionSpec(name="close", handler=press_close, about="duel"),)
