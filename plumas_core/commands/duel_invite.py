"""``/duel invite``: an AI writer as a guest."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.catalog.words import choose_model, default_model
from plumas_core.commands.duel_enter import pressed_duel
from plumas_core.commands.reply import Block, Button, Note, Reply, Text
from plumas_core.commands.spec import ActionSpec, CommandSpec, Press, RefParam, Request
from plumas_core.duels.inviting import invite
from plumas_core.duels.rows import Duel, duel_by_id, find_duel
from plumas_core.ids import decode, encode
from plumas_core.problems import Problem

BUTTONS = 20
"""Writers offered by button, at most."""


@dataclass(frozen=True, slots=True)
class InviteArgs:
    """What ``/duel invite`` takes."""

    writer: str
    model: str | None = None
    duel: str | None = None


async def invite_writer(app: App, request: Request[InviteArgs]) -> Reply:
    """Invite a writer by name."""
    args = request.args

    def work(c: Connection) -> Reply:
        duel = find_duel(c, request.community.id, args.duel, ("open",))
        return _invited(app, c, duel, request, args.writer, args.model)

    return await app.db.write(work)


async def press_invite(app: App, request: Request[Press]) -> Reply:
    """Offer the writers that may be invited, a button for each."""
    duel = await pressed_duel(app, request)
    writers = await app.db.read(lambda c: app.agents.visible(c, request.member.id, "writer"))
    t = app.texts
    blocks: tuple[Block, ...] = (Text((t.text(request.locale, "invite-who"),)),)
    buttons = tuple(
        Button("guest", f"{encode(duel.id)}.{encode(writer.id)}", writer.text(request.locale).name)
        for writer in writers[:BUTTONS]
    )
    return Reply(blocks, buttons=buttons, visibility="private", ref=encode(duel.id))


async def press_guest(app: App, request: Request[Press]) -> Reply:
    """Invite the writer of a button."""
    duel_ref, _, writer_ref = request.args.ref.partition(".")
    duel_id, writer_id = decode(duel_ref), decode(writer_ref)

    def work(c: Connection) -> Reply:
        duel = duel_by_id(c, duel_id) if duel_id is not None else None
        writer = app.agents.by_id(c, writer_id) if writer_id is not None else None
        if duel is None or writer is None or duel.community_id != request.community.id:
            raise Problem("duel-gone")
        return _invited(app, c, duel, request, writer.slug, None)

    return await app.db.write(work)


def _invited(
    app: App,
    c: Connection,
    duel: Duel,
    request: Request[InviteArgs] | Request[Press],
    writer_name: str,
    model_name: str | None,
) -> Reply:
    writer = app.agents.get(c, request.member.id, writer_name, "writer")
    chosen = (
        choose_model(app, c, duel.community_id, model_name)
        if model_name
        else default_model(app, c, duel.community_id)
    )
    t = app.texts
    entry = invite(
        app,
        c,
        duel,
        member_id=request.member.id,
        writer=writer,
        model=chosen.model,
        key=request.key,
    )
    text = t.text(
        request.locale, "invited", name=entry.byline, number=duel.number, model=chosen.model.name
    )
    blocks: list[Block] = [Text((text,))]
    if chosen.instead_of is not None:
        swapped = t.text(
            request.locale, "model-swapped", old=chosen.instead_of.name, new=chosen.model.name
        )
        blocks.append(Note(swapped, "info"))
    if chosen.model.simulated:
        blocks.append(Note(t.text(request.locale, "simulated-text"), "simulated"))
    return Reply(tuple(blocks), ref=encode(entry.id))


DUEL_INVITE = CommandSpec(
    path=("duel", "invite"),
    args=InviteArgs,
    handler=invite_writer,
    params=(
        RefParam(name="writer", of="writer", required=True),
        RefParam(name="model", of="model"),
        RefParam(name="duel", of="duel"),
    ),
)

ACTIONS = (
    ActionSpec(name="invite", handler=press_invite, about="duel"),
    ActionSpec(name="guest", handler=press_guest, about="duel", visibility="public"),
)
