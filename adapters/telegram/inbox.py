"""Updates, written down before Telegram is told that they were received."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from adapters.telegram.events import PLATFORM
from plumas_core.clock import DAY
from plumas_core.storage.tables.inbox import inbox

KEPT: Final = 2 * DAY
"""Handled updates are remembered for so long; Telegram brings none again after a day."""

MOST_TRIES: Final = 3
"""Starts that may find an update unhandled before it is given up: it may be what kills us."""

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
    """An update as Telegram sent it."""

    number: int
    lane: str
    payload: str


def receive(c: Connection, batch: Sequence[Delivered], now: int) -> list[int]:
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
                    "received_at": now,
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
        select(inbox.c.number, inbox.c.lane, inbox.c.payload)
        .where(_OURS, inbox.c.done_at.is_(None), inbox.c.lane == lane, inbox.c.number.not_in(held))
        .order_by(inbox.c.number)
        .limit(most)
    )
    return [Delivered(*row) for row in c.execute(query)]


def take_up(c: Connection, now: int) -> tuple[list[str], list[int]]:
    """Begin a new life: return the chats with unhandled updates, and the updates given up."""
    left = (_OURS, inbox.c.done_at.is_(None))
    c.execute(update(inbox).where(*left).values(tries=inbox.c.tries + 1))
    hopeless = select(inbox.c.number).where(*left, inbox.c.tries > MOST_TRIES)
    given_up = list(c.execute(hopeless).scalars())
    for number in given_up:
        finish(c, number, now)
    lanes: Iterable[str] = c.execute(select(inbox.c.lane).where(*left).distinct()).scalars()
    return list(lanes), given_up


def forget_old(c: Connection, now: int) -> None:
    """Delete what was handled long ago."""
    c.execute(delete(inbox).where(_OURS, inbox.c.done_at < now - KEPT))
