"""Updates, written down before Telegram is told that they were received."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from adapters.telegram.events import source_of
from plumas_core.clock import DAY
from plumas_core.storage.tables.inbox import inbox

KEPT: Final = 2 * DAY
"""Handled updates are remembered for so long; Telegram brings none again after a day."""

MOST_TRIES: Final = 3
"""Times that an update is handed over again before it is given up: it may be what kills us."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """An update as Telegram sent it; ``received_at`` is when it was written down."""

    number: int
    lane: str
    payload: str
    received_at: int


class Inbox:
    """The updates of one bot of ours: each bot's are counted from a number of its own."""

    def __init__(self, bot: int) -> None:
        self._source = source_of(bot)
        self._ours = inbox.c.platform == self._source

    def receive(self, c: Connection, batch: Sequence[Delivered]) -> list[int]:
        """Write a batch down; return the numbers of those that were not known yet."""
        numbers = [one.number for one in batch]
        query = select(inbox.c.number).where(self._ours, inbox.c.number.in_(numbers))
        known = set(c.execute(query).scalars())
        fresh = {one.number: one for one in batch if one.number not in known}
        if fresh:
            c.execute(
                insert(inbox),
                [
                    {
                        "platform": self._source,
                        "number": one.number,
                        "lane": one.lane,
                        "payload": one.payload,
                        "received_at": one.received_at,
                    }
                    for one in fresh.values()
                ],
            )
        return list(fresh)

    def finish(self, c: Connection, number: int, now: int) -> None:
        """Record that an update is handled, and forget what it said."""
        mine = (self._ours, inbox.c.number == number)
        c.execute(update(inbox).where(*mine).values(done_at=now, payload=""))

    def waiting(self, c: Connection, lane: str, held: Sequence[int], most: int) -> list[Delivered]:
        """Return a chat's oldest unhandled updates but for those that are ``held`` already."""
        undone = (self._ours, inbox.c.done_at.is_(None), inbox.c.lane == lane)
        query = (
            select(inbox.c.number, inbox.c.lane, inbox.c.payload, inbox.c.received_at)
            .where(*undone, inbox.c.number.not_in(held))
            .order_by(inbox.c.number)
            .limit(most)
        )
        return [Delivered(*row) for row in c.execute(query)]

    def received_at(self, c: Connection, number: int) -> int | None:
        """Return when an update was written down, ``None`` if it was not."""
        query = select(inbox.c.received_at).where(self._ours, inbox.c.number == number)
        return c.execute(query).scalar()

    def left_over(self, c: Connection) -> list[str]:
        """Return the chats with unhandled updates."""
        query = select(inbox.c.lane).where(self._ours, inbox.c.done_at.is_(None)).distinct()
        return list(c.execute(query).scalars())

    def count_try(self, c: Connection, number: int) -> int | None:
        """Note that an update is handed over again.

        Returns:
            How often it was; ``None`` if it is done.
        """
        mine = (self._ours, inbox.c.number == number, inbox.c.done_at.is_(None))
        raised = update(inbox).where(*mine).values(tries=inbox.c.tries + 1)
        return c.execute(raised.returning(inbox.c.tries)).scalar()

    def forget_old(self, c: Connection, now: int) -> None:
        """Delete what was handled long ago."""
        c.execute(delete(inbox).where(self._ours, inbox.c.done_at < now - KEPT))
