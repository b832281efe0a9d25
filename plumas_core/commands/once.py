"""An event that is delivered twice works once, on what it worked on the first time.

Commands that make a row keep the event's key in it. Those that change what is there, and choose it
by what is newest, write their event down here, in the transaction that does their work.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from plumas_core.app import App
from plumas_core.storage.tables.delivery import handled


def handled_before(c: Connection, key: str) -> int | None:
    """Return what an event worked on when it was handled before, ``None`` if it was not."""
    return c.execute(select(handled.c.target).where(handled.c.key == key)).scalar()


def remember(app: App, c: Connection, key: str, target: int) -> None:
    """Write down that an event is handled, and what it worked on."""
    c.execute(insert(handled).values(key=key, target=target, at=app.clock()))
