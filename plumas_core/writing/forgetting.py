"""Texts that never entered a duel are dropped after a while; what they cost stays known."""

from __future__ import annotations

from sqlalchemy import select, update

from plumas_core.app import App
from plumas_core.storage.tables.duels import entries
from plumas_core.storage.tables.work import writings


async def forget_old(app: App) -> int:
    """Empty the texts of ``/write`` that are older than ``policy.keep_writings``."""
    entered = select(entries.c.text).where(entries.c.state == "entered", entries.c.kind == "ai")
    old = (
        update(writings)
        .where(
            writings.c.entry_id.is_(None),
            writings.c.finished_at <= app.clock() - app.policy.keep_writings,
            writings.c.text != "",
            writings.c.text.not_in(entered),
        )
        .values(text="", prompt="", title=None)
    )
    return await app.db.write(lambda c: c.execute(old).rowcount)
