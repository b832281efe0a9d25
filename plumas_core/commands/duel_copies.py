"""The buttons about a suspected copy: judge it, or leave it out."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.commands.reply import Block, Note, Reply
from plumas_core.commands.spec import ActionSpec, Audience, Press, Request
from plumas_core.duels.copies import Answer, answered_text
from plumas_core.duels.deciding import decide
from plumas_core.duels.rows import current, duel_by_id, entry_by_id
from plumas_core.ids import decode, encode
from plumas_core.problems import Problem


async def press_copy_in(app: App, request: Request[Press]) -> Reply:
    """Let a suspected copy be judged."""
    return await app.db.write(partial(_press, app, request=request, answer="judge"))


async def press_copy_out(app: App, request: Request[Press]) -> Reply:
    """Leave a suspected copy out of its duel."""
    return await app.db.write(partial(_press, app, request=request, answer="leave"))


def _press(app: App, c: Connection, *, request: Request[Press], answer: Answer) -> Reply:
    entry_id = decode(request.args.ref)
    entry = entry_by_id(c, entry_id) if entry_id is not None else None
    duel = duel_by_id(c, entry.duel_id) if entry is not None else None
    if entry is None or duel is None or duel.community_id != request.community.id:
        raise Problem("entry-unknown")
    admin = request.audience >= Audience.ADMIN
    stands = decide(app, c, duel, entry, answer, request.member.id, admin=admin)
    t = app.texts
    blocks: list[Block] = []
    if stands != answer:
        blocks.append(Note(t.text(request.locale, "copy-before"), "info"))
    blocks.append(Note(answered_text(app, entry, stands, request.locale), "info"))
    if stands == "leave" and current(c, duel).state == "judging" and not current(c, duel).rated:
        blocks.append(Note(t.text(request.locale, "copy-unrated", number=duel.number), "info"))
    return Reply(tuple(blocks), visibility="private", ref=encode(entry.id))


ACTIONS = (
    ActionSpec(name="copy-in", handler=press_copy_in, about="entry"),
    ActionSpec(name="copy-out", handler=press_copy_out, about="entry"),
)
