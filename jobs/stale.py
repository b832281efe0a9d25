"""Holds whose work has ended: given back, so that no credit is ever locked up."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection, select

from plumas_core.app import App
from plumas_core.ids import encode
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.ledger import holds
from plumas_core.storage.tables.work import writings

log = structlog.get_logger(__name__)


async def find_stale(app: App) -> int:
    """Give back every open hold whose entry or writing is over; return how many there were."""
    return await app.db.write(lambda c: _give_back(app, c))


def _give_back(app: App, c: Connection) -> int:
    over_entries = (
        select(holds.c.id)
        .join(entries, entries.c.hold_id == holds.c.id)
        .join(duels, duels.c.id == entries.c.duel_id)
        .where(
            holds.c.state == "open",
            duels.c.state.not_in(("open", "judging")) | (entries.c.state != "entered"),
        )
    )
    over_writings = (
        select(holds.c.id)
        .join(writings, writings.c.hold_id == holds.c.id)
        .where(holds.c.state == "open", writings.c.state.in_(("done", "failed")))
    )
    stale = [*c.execute(over_entries).scalars(), *c.execute(over_writings).scalars()]
    for hold in stale:
        log.warning("stale_hold_given_back", hold=encode(hold))
        app.book.void(c, hold, f"stale:{hold}")
    return len(stale)
