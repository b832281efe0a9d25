"""What the ledger's tests stand on: a writer's connection, and rows for the work that costs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Boolean, Connection, Table, Text, event, insert

from plumas_core.clock import Clock
from plumas_core.credits.ledger import Book
from plumas_core.ids import Ids
from plumas_core.storage.tables.agents import agents
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.people import communities, members, places
from plumas_core.storage.tables.work import calls, writings

COMMUNITY = 7
OTHER_COMMUNITY = 8
MEMBERS = (1, 2, 3)
ENTRY = 100
WRITING = 200
DUEL = 300
WORK = f"entry:{ENTRY}"


def new_book(clock: Clock) -> Book:
    return Book(Ids(clock, random.Random(1)), clock)


def add(c: Connection, table: Table, **given: Any) -> None:
    """Insert a row; columns that must have a value and are not given get one of their type."""
    filled = {
        column.name: given.get(column.name, _some(column.type))
        for column in table.columns
        if column.name in given or not (column.nullable or column.server_default or column.default)
    }
    c.execute(insert(table).values(**filled))


def _some(kind: object) -> object:
    if isinstance(kind, Boolean):
        return False
    return "x" if isinstance(kind, Text) else 1


def settle_world(c: Connection) -> None:
    """Add two communities with members, a duel with an entry, and a text being written."""
    for community in (COMMUNITY, OTHER_COMMUNITY):
        add(c, communities, id=community)
    for member in MEMBERS:
        add(c, members, id=member)
    add(c, places, id=1)
    add(c, agents, id=1, kind="writer")
    ours = {"community_id": COMMUNITY, "place_id": 1}
    add(c, duels, id=DUEL, **ours, state="open", pace="batch")
    add(c, entries, id=ENTRY, duel_id=DUEL, state="entered", kind="human")
    add_writing(c, WRITING, state="writing")


def add_writing(c: Connection, number: int, **given: Any) -> None:
    """Add a text of an AI writer; paid by the pool, unless something else is given."""
    usual = {"member_id": 1, "community_id": COMMUNITY, "state": "done", "payer": "pool"}
    add(c, writings, **{"id": number, "key": f"w{number}", "agent_id": 1, **usual, **given})


def add_call(c: Connection, number: int, hold: int | None, cost: int, **given: Any) -> None:
    """Add a settled call that ``hold`` pays for."""
    usual = {"kind": "judge", "mode": "batch", "state": "settled", "settled_at": 1}
    add(c, calls, **{"id": number, "hold_id": hold, "cost": cost, **usual, **given})


def grant(c: Connection, book: Book, account: int, amount: int, key: str = "") -> None:
    """Give an account new credits."""
    book.transfer(
        c,
        debit=book.issued(c),
        credit=account,
        amount=amount,
        key=key or f"grant:{account}:{amount}",
        purpose="grant",
    )


def reserve(c: Connection, book: Book, payer: int, amount: int, key: str, **given: Any) -> int:
    """Open a hold for the entry, unless something else is given."""
    usual = {"purpose": "judge", "work": WORK, "community": COMMUNITY}
    return book.hold(c, payer=payer, amount=amount, key=key, **{**usual, **given})


@contextmanager
def watched(c: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that are sent, with their values."""
    sent: list[tuple[str, Any]] = []

    def keep(_c: object, _cursor: object, sql: str, values: Any, *_rest: object) -> None:
        sent.append((sql, values))

    event.listen(c, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(c, "before_cursor_execute", keep)
