"""Updates, written down before Telegram is told that they were received."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from adapters.telegram.events import PLATFORM
from plumas_core.clock import DAY
from plumas_core.storage.tables.inbox import inbox

KEPT: Final = 2 * DAY
"""Handled updates are remembered for so long; Telegram brings none again after a day."""

MOST_TRIES: Final = 3
"""Times that an update is handed over again before it is given up: it may be what kills us."""

_OURS = inbox.c.platform == PLATFORM
_KNOWN = select(inbox.c.number).where(
    _OURS, inbox.c.number.in_(bindparam("numbers", expanding=True))
)
_FINISH = (
    update(inbox)
    .where(_OURS, inbox.c.number == bindparam("handled"))
    .values(done_at=bindparam("now"), payload="")
)


@dataclass(frozen=True, slots=True)
class Delivered:
    """An update as Telegram sent it; ``received_at`` is when it was written down."""

    number: int
    lane: str
    payload: str
    received_at: int


def receive(c: Connection, batch: Sequence[Delivered]) -> list[int]:
    """Write a batch down; return the numbers of those that were not known yet."""
    numbers = [one.number for one in batch]
    known = set(c.execute(_KNOWN, {"numbers": numbers}).scalars())
    fresh = {one.number: one for one in batch if one.number not in known}
    if fresh:
        c.execute(
            insert(inbox),
            [
                {
                    "platform": PLATFORM,
                    "number": one.number,
                    "lane": one.lane,
                    "payload": one.payload,
                    "received_at": one.received_at,
                }
                for one in fresh.values()
            ],
        )
    return list(fresh)


def finish(c: Connection, number: int, now: int) -> None:
    """Record that an update is handled, and forget what it said."""
    c.execute(update(inbox).where(_OURS, inbox.c.number == number).values(done_at=now, payload=""))


def waiting(c: Connection, lane: str, held: Sequence[int], most: int) -> list[Delivered]:
    """Return a chat's oldest unhandled updates but for those that are ``held`` already."""
    query = (
        select(inbox.c.number, inbox.c.lane, inbox.c.payload, inbox.c.received_at)
        .where(_OURS, inbox.c.done_at.is_(None), inbox.c.lane == lane, inbox.c.number.not_in(held))
        .order_by(inbox.c.number)
        .limit(most)
    )
    return [Delivered(*row) for row in c.execute(query)]


def left_over(c: Connection) -> list[str]:
    """Return the chats with unhandled updates."""
    query = select(inbox.c.lane).where(_OURS, inbox.c.done_at.is_(None)).distinct()
    return list(c.execute(query).scalars())


def count_try(c: Connection, number: int) -> int | None:
    """Note that an update is handed over again; return how often it was, ``None`` if it is done."""
    mine = (_OURS, inbox.c.number == number, inbox.c.done_at.is_(None))
    raised = update(inbox).where(*mine).values(tries=inbox.c.tries + 1)
    return c.execute(raised.returning(inbox.c.tries)).scalar()


def forget_old(c: Connection, now: int) -> None:
    """Delete what was handled long ago."""
    c.execute(delete(inbox).where(_OURS, inbox.c.done_at < now - KEPT))
