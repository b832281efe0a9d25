"""Whatever is asked of the ledger, in any order and any number of times, it agrees with a model."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, create_engine, event, text

from plumas_core.credits.audit import audit
from plumas_core.credits.errors import (
    BadSum,
    HoldClosed,
    InsufficientCredits,
    KeyReused,
)
from plumas_core.credits.movements import movements
from plumas_core.credits.settling import Order, Settled
from plumas_core.storage.sqlite import _begin_immediate, _on_connect
from tests.plumas_core.credits.ground import COMMUNITY, MEMBERS, WORK, add_call, new_book
from tests.plumas_core.credits.ground import settle_world as settle
from tests.support.time import ManualClock

OPENING = 60
AMOUNTS = st.integers(1, 25)
WHO = st.integers(0, len(MEMBERS))
KEYS = st.integers(0, 1_000_000)


@dataclass
class Account:
    id: int
    balance: int = 0
    held: int = 0

    @property
    def available(self) -> int:
        return self.balance - self.held


@dataclass
class Hold:
    id: int
    account: Account
    remaining: int
    is_open: bool = True

    def settle(self, amount: int, *, closes: bool) -> Settled:
        """Do to the model what an order does to the ledger."""
        drawn = min(amount, self.remaining) if self.is_open else 0
        self.account.balance -= drawn
        self.account.held -= drawn
        self.remaining -= drawn
        if closes:
            self.account.held -= self.remaining
            self.remaining = 0
            self.is_open = False
        return Settled(drawn, amount - drawn)


Operation = Callable[[Connection], object]


@dataclass
class Done:
    """An operation that was carried out, its result, and the same with other input."""

    call: Operation
    result: object
    altered: Operation


class LedgerMachine(RuleBasedStateMachine):
    template: ClassVar[sqlite3.Connection]
    connection: ClassVar[Connection]

    holds = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.template.backup(self.connection.connection.driver_connection)  # type: ignore[arg-type]
        self.clock = ManualClock()
        self.book = new_book(self.clock)
        self.accounts: list[Account] = []
        self.done: list[Done] = []
        self.number = 0

    def run(self, operation: Callable[[Connection], Any]) -> Any:
        """Run one operation in a transaction of its own."""
        with self.connection.begin():
            return operation(self.connection)

    def key(self) -> str:
        self.number += 1
        self.clock.advance(self.number % 2)
        return f"k{self.number}"

    def did(self, call: Operation, result: object, altered: Operation) -> None:
        self.done.append(Done(call, result, altered))

    def pay(self, hold: Hold, cost: int) -> None:
        """Note the call that a draw paid for."""
        self.number += 1
        self.run(lambda c: add_call(c, self.number, hold.id, cost))

    @initialize()
    def open_accounts(self) -> None:
        self.run(settle)
        for member in MEMBERS:
            self.accounts.append(Account(self.run(partial(self.open_wallet, member))))
        self.accounts.append(Account(self.run(lambda c: self.book.pool(c, COMMUNITY))))
        for account in self.accounts:
            self.transfer_from_house(account, OPENING)

    def open_wallet(self, member: int, c: Connection) -> int:
        return self.book.wallet(c, member)

    def transfer_from_house(self, account: Account, amount: int) -> None:
        key = self.key()
        house = self.run(self.book.issued)

        def grant(c: Connection, amount: int = amount) -> object:
            return self.book.transfer(
                c, debit=house, credit=account.id, amount=amount, key=key, purpose="grant"
            )

        self.did(grant, self.run(grant), lambda c: grant(c, amount + 1))
        account.balance += amount

    @rule(who=WHO, amount=AMOUNTS)
    def grant(self, who: int, amount: int) -> None:
        self.transfer_from_house(self.accounts[who], amount)

    @rule(giver=WHO, taker=WHO, amount=AMOUNTS)
    def give(self, giver: int, taker: int, amount: int) -> None:
        debit, credit = self.accounts[giver], self.accounts[taker]
        if debit is credit:
            return
        key = self.key()

        def call(c: Connection, purpose: str = "give") -> object:
            return self.book.transfer(
                c, debit=debit.id, credit=credit.id, amount=amount, key=key, purpose=purpose
            )

        if debit.available < amount:
            with pytest.raises(InsufficientCredits) as caught:
                self.run(call)
            assert caught.value.available == debit.available
            return
        self.did(call, self.run(call), lambda c: call(c, "other"))
        debit.balance -= amount
        credit.balance += amount

    @rule(target=holds, who=WHO, amount=AMOUNTS)
    def hold(self, who: int, amount: int) -> Any:
        account = self.accounts[who]
        key = self.key()

        def call(c: Connection, amount: int = amount) -> object:
            return self.book.hold(
                c,
                payer=account.id,
                amount=amount,
                key=key,
                purpose="judge",
                work=WORK,
                community=COMMUNITY,
            )

        if account.available < amount:
            with pytest.raises(InsufficientCredits):
                self.run(call)
            return multiple()
        number: Any = self.run(call)
        self.did(call, number, lambda c: call(c, amount + 1))
        account.held += amount
        return Hold(number, account, amount)

    @rule(hold=holds, amount=AMOUNTS)
    def extend(self, hold: Hold, amount: int) -> None:
        key = self.key()

        def call(c: Connection, amount: int = amount) -> None:
            self.book.extend(c, hold.id, amount, key)

        if not hold.is_open:
            with pytest.raises(HoldClosed):
                self.run(call)
        elif hold.account.available < amount:
            with pytest.raises(InsufficientCredits):
                self.run(call)
        else:
            self.did(call, self.run(call), lambda c: call(c, amount + 1))
            hold.account.held += amount
            hold.remaining += amount

    @rule(hold=holds, amount=AMOUNTS)
    def draw(self, hold: Hold, amount: int) -> None:
        key = self.key()

        def call(c: Connection, amount: int = amount) -> object:
            return self.book.draw(c, hold.id, amount, key)

        result = self.run(call)
        assert result == hold.settle(amount, closes=False)
        self.did(call, result, lambda c: call(c, amount + 1))
        self.pay(hold, amount)

    @rule(hold=holds, amount=st.integers(0, 25))
    def post(self, hold: Hold, amount: int) -> None:
        key = self.key()

        def call(c: Connection, amount: int = amount) -> object:
            return self.book.post(c, hold.id, amount, key)

        if not hold.is_open:
            with pytest.raises(HoldClosed):
                self.run(call)
            return
        result = self.run(call)
        assert result == hold.settle(amount, closes=True)
        self.did(call, result, lambda c: call(c, amount + 1))
        self.pay(hold, amount)

    @rule(hold=holds)
    def void(self, hold: Hold) -> None:
        key = self.key()

        def call(c: Connection) -> None:
            self.book.void(c, hold.id, key)

        if not hold.is_open:
            with pytest.raises(HoldClosed):
                self.run(call)
            return
        result = self.run(call)
        hold.settle(0, closes=True)
        self.did(call, result, lambda c: self.book.draw(c, hold.id, 1, key))

    @rule(wanted=st.lists(st.tuples(holds, AMOUNTS), max_size=6))
    def draw_in_bulk(self, wanted: list[tuple[Hold, int]]) -> None:
        draws = [Order(hold.id, amount, self.key(), closes=False) for hold, amount in wanted]
        expected = [hold.settle(amount, closes=False) for hold, amount in wanted]

        def call(c: Connection) -> object:
            return self.book.settle_many(c, draws)

        assert self.run(call) == expected
        for draw, result in zip(draws, expected, strict=True):
            self.single_is_bulk(draw, result)
        for hold, amount in wanted:
            self.pay(hold, amount)

    def single_is_bulk(self, draw: Order, result: Settled) -> None:
        """Keep the single form of a draw that was done in bulk, and the other way round."""
        self.did(
            lambda c: self.book.draw(c, draw.hold, draw.amount, draw.key),
            result,
            lambda c: self.book.settle_many(c, [draw._replace(amount=draw.amount + 1)]),
        )

    @rule(wanted=st.lists(st.tuples(holds, st.integers(0, 25)), max_size=4))
    def close_in_bulk(self, wanted: list[tuple[Hold, int]]) -> None:
        distinct = {hold.id: (hold, amount) for hold, amount in wanted if hold.is_open}
        closings = [
            Order(number, distinct[number][1], self.key(), closes=True) for number in distinct
        ]
        expected = [hold.settle(amount, closes=True) for hold, amount in distinct.values()]
        assert self.run(lambda c: self.book.settle_many(c, closings)) == expected
        for close, result in zip(closings, expected, strict=True):
            self.closed_in_bulk(close, result)
        for hold, amount in distinct.values():
            self.pay(hold, amount)

    def closed_in_bulk(self, close: Order, result: Settled) -> None:
        self.did(
            lambda c: self.book.post(c, close.hold, close.amount, close.key),
            result,
            lambda c: self.book.settle_many(c, [close._replace(amount=close.amount + 1)]),
        )

    @rule(which=KEYS)
    def repeat(self, which: int) -> None:
        """The same key with the same input changes nothing and gives the first result."""
        done = self.done[which % len(self.done)]
        assert self.run(done.call) == done.result

    @rule(which=KEYS)
    def reuse(self, which: int) -> None:
        """The same key with other input is refused."""
        with pytest.raises(KeyReused):
            self.run(self.done[which % len(self.done)].altered)

    @rule(hold=holds, amount=st.integers(-5, 0), which=KEYS)
    def misuse(self, hold: Hold, amount: int, which: int) -> None:
        """Sums that are none, under new keys and old ones, change nothing."""
        for key in ("new", f"k{which % (self.number + 1)}"):
            for call in (
                lambda c, key=key: self.book.draw(c, hold.id, amount, key),
                lambda c, key=key: self.book.extend(c, hold.id, amount, key),
                lambda c, key=key: self.book.post(c, hold.id, amount - 1, key),
            ):
                with pytest.raises((BadSum, KeyReused, HoldClosed)):
                    self.run(call)

    @rule(hold=holds, amount=AMOUNTS)
    def fail_after(self, hold: Hold, amount: int) -> None:
        """What a transaction did before it failed is undone."""

        def call(c: Connection) -> None:
            self.book.draw(c, hold.id, amount, "undone")
            raise RuntimeError

        with pytest.raises(RuntimeError):
            self.run(call)

    @invariant()
    def agrees_with_the_model(self) -> None:
        if not self.accounts:
            return
        stored = self.run(
            lambda c: c.execute(
                text("SELECT id, balance, held FROM accounts WHERE balance IS NOT NULL")
            ).all()
        )
        assert {row.id: (row.balance, row.held) for row in stored} == {
            account.id: (account.balance, account.held) for account in self.accounts
        }

    @invariant()
    def the_audit_is_clean(self) -> None:
        report = self.run(lambda c: audit(c, self.clock()))
        assert report.findings == ()

    @invariant()
    def the_movements_make_the_balance(self) -> None:
        if self.accounts:
            first = self.accounts[0]
            lines = self.run(lambda c: movements(c, first.id, 1_000))
            assert sum(line.amount for line in lines) == first.balance


def test_the_ledger_agrees_with_a_model_of_it(template_db: Path) -> None:
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _begin_immediate)
    with closing(sqlite3.connect(template_db)) as template, engine.connect() as connection:
        LedgerMachine.template = template
        LedgerMachine.connection = connection
        run_state_machine_as_test(
            LedgerMachine,
            settings=settings(max_examples=40, stateful_step_count=30, deadline=None),
        )
    engine.dispose()
