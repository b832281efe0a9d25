"""Suspected copies that nobody answered for: judged, flagged, once their time is over."""

from __future__ import annotations

from sqlalchemy import Connection, select

from plumas_core.app import App
from plumas_core.duels.deciding import judge_unanswered
from plumas_core.storage.tables.duels import suspicions


async def judge_unanswered_copies(app: App) -> int:
    """Let their readings begin; return how many texts there were."""
    if not await app.db.read(lambda c: _late(app, c)):
        return 0
    return await app.db.write(lambda c: judge_unanswered(app, c))


def _late(app: App, c: Connection) -> bool:
    waiting = select(suspicions.c.entry_id).where(
        suspicions.c.answer.is_(None), suspicions.c.due_at <= app.clock()
    )
    return c.execute(waiting.limit(1)).first() is not None
