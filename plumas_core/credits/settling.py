"""Drawing from holds and closing them, any number at once, in a handful of statements.

The holds and the keys are read first, each order is judged in its turn on what the ones before it
left, and the rows are written together at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, TextClause

from plumas_core.clock import Clock
from plumas_core.credits import statements
from plumas_core.credits.errors import BadSum, HoldClosed, KeyReused, UnknownHold
from plumas_core.ids import Ids
from plumas_core.storage.many import execute_many
from plumas_core.storage.tables.ledger import MOST_AMOUNT

AT_ONCE = 5_000
"""Values in one ``IN``; SQLite takes 32,766 parameters in a statement."""

OVERRUN_SUFFIX = "+overrun"
"""What makes the key of an overrun from the key of its draw, where both move something."""


class Order(NamedTuple):
    """Draw ``amount`` from a hold, and close it then if ``closes``."""

    hold: int
    amount: int
    key: str
    closes: bool

    @property
    def operation(self) -> str:
        return "close" if self.closes else "draw"


class Settled(NamedTuple):
    """What an order moved to the provider's cost, in picodollars.

    ``drawn`` came from the hold, ``overrun`` from the house because the hold had too little left.
    """

    drawn: int
    overrun: int


@dataclass(slots=True)
class _Hold:
    account: int
    remaining: int
    is_open: bool
    purpose: str


@dataclass(slots=True)
class _Books:
    """What is known of the holds and keys, kept up as the orders are judged."""

    house: dict[str, int]
    holds: dict[int, _Hold]
    transfers: dict[str, Row[*tuple[Any, ...]]]
    closed: dict[str, int]
    first: dict[str, tuple[Order, Settled]] = field(default_factory=dict)


def settle(c: Connection, ids: Ids, clock: Clock, orders: Sequence[Order]) -> list[Settled]:
    """Carry out the orders, one after the other in effect; return what each moved.

    Raises:
        KeyReused: a key was used before, or twice here, with other input.
        HoldClosed: a hold to be closed was closed by another key.
        UnknownHold: a hold does not exist.
        BadSum: an amount below zero, or zero for a draw, or above ``MOST_AMOUNT``.
    """
    if not orders:
        return []
    now = clock()
    books = _read(c, orders)
    moves: list[tuple[Any, ...]] = []
    closings: list[tuple[Any, ...]] = []
    results: list[Settled] = []
    for order in orders:
        known = _known(books, order)
        if known is None:
            known = _judge(books, order)
            moves.extend(_moves(books, order, known, ids, now))
            if order.closes:
                closings.append((now, order.key, order.hold))
            books.first[order.key] = (order, known)
        results.append(known)
    execute_many(c, statements.ADD_TRANSFER, moves)
    execute_many(c, statements.CLOSE, closings)
    return results


def _read(c: Connection, orders: Sequence[Order]) -> _Books:
    keys = [order.key for order in orders]
    both = [*keys, *(key + OVERRUN_SUFFIX for key in keys)]
    return _Books(
        house={row.kind: row.id for row in c.execute(statements.HOUSE_ACCOUNTS)},
        holds={
            number: _Hold(account, remaining, state == "open", purpose)
            for number, account, remaining, state, purpose in _among(
                c, statements.READ_HOLDS, [order.hold for order in orders]
            )
        },
        transfers={row.key: row for row in _among(c, statements.READ_TRANSFERS, both)},
        closed={row.close_key: row.id for row in _among(c, statements.READ_CLOSED, keys)},
    )


def _among(
    c: Connection, statement: TextClause, values: Sequence[int] | Sequence[str]
) -> Iterator[Row[*tuple[Any, ...]]]:
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), AT_ONCE):
        yield from c.execute(statement, {"among": distinct[start : start + AT_ONCE]})


def _known(books: _Books, order: Order) -> Settled | None:
    """Return the first result of the order's key, ``None`` where the key is new."""
    if order.key in books.first:
        before, result = books.first[order.key]
        if before != order:
            raise KeyReused(order.key, order.operation)
        return result
    move = books.transfers.get(order.key)
    rest = books.transfers.get(order.key + OVERRUN_SUFFIX)
    closed = books.closed.get(order.key)
    if move is None and closed is None:
        return None
    paid = {True: 0, False: 0}
    for row in (move, rest):
        if row is not None:
            if row.hold != order.hold:
                raise KeyReused(order.key, order.operation)
            paid[row.debit == books.house["overrun"]] += row.amount
    expected = order.hold if order.closes else None
    if closed != expected or sum(paid.values()) != order.amount:
        raise KeyReused(order.key, order.operation)
    return Settled(drawn=paid[False], overrun=paid[True])


def _judge(books: _Books, order: Order) -> Settled:
    """Return how a new order is shared out, and take it off what the hold has left."""
    if not (0 if order.closes else 1) <= order.amount <= MOST_AMOUNT:
        raise BadSum(order.amount, order.key)
    hold = books.holds.get(order.hold)
    if hold is None:
        raise UnknownHold(order.hold)
    if order.closes and not hold.is_open:
        raise HoldClosed(order.hold, order.key)
    drawn = min(order.amount, hold.remaining) if hold.is_open else 0
    hold.remaining -= drawn
    hold.is_open = hold.is_open and not order.closes
    return Settled(drawn, order.amount - drawn)


def _moves(
    books: _Books, order: Order, result: Settled, ids: Ids, now: int
) -> Iterator[tuple[Any, ...]]:
    hold = books.holds[order.hold]
    key = order.key
    for debit, amount in (
        (hold.account, result.drawn),
        (books.house["overrun"], result.overrun),
    ):
        if amount:
            provider = books.house["provider_cost"]
            yield (ids.new(), key, debit, provider, amount, hold.purpose, order.hold, now)
            key = order.key + OVERRUN_SUFFIX
