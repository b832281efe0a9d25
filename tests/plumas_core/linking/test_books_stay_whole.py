"""However accounts are joined, leave, hold and spend, no picodollar comes or goes by it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, Literal, cast

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
from sqlalchemy import Connection, create_engine, event, select, update

from plumas_core.app import App
from plumas_core.clock import DAY
from plumas_core.commands.spec import Account
from plumas_core.credits.audit import audit
from plumas_core.credits.errors import InsufficientCredits
from plumas_core.linking.accounts import join_accounts, take_out
from plumas_core.linking.following import follow
from plumas_core.linking.money import extend_hold
from plumas_core.problems import Problem
from plumas_core.storage.sqlite import _begin_immediate, _on_connect
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.ledger import accounts
from plumas_core.storage.tables.people import identities, members
from plumas_core.storage.tables.work import writings
from tests.plumas_core.credits.ground import (
    COMMUNITY,
    DUEL,
    add,
    add_call,
    add_writing,
    grant,
    new_book,
    settle_world,
)
from tests.support.time import ManualClock

PLATFORMS = ("console", "discord", "telegram", "other")
WHO = st.integers(0, len(PLATFORMS) - 1)
AMOUNTS = st.integers(1, 25)


@dataclass
class Person:
    """Who has accounts, in the model: one for all that are joined."""

    balance: int = 0
    held: int = 0


@dataclass
class Held:
    """What is held for a text, whoever it belongs to by now."""

    kind: Literal["entry", "writing"]
    number: int
    owner: Person
    remaining: int
    is_open: bool = True


class LinkMachine(RuleBasedStateMachine):
    template: ClassVar[sqlite3.Connection]
    connection: ClassVar[Connection]

    texts = Bundle("texts")

    def __init__(self) -> None:
        super().__init__()
        self.template.backup(self.connection.connection.driver_connection)  # type: ignore[arg-type]
        self.clock = ManualClock()
        self.book = new_book(self.clock)
        database = SimpleNamespace(read=self.in_database, write=self.in_database)
        parts = SimpleNamespace(db=database, clock=self.clock, book=self.book, ids=self.book.ids)
        self.app = cast(App, parts)
        self.people: list[Person] = []
        self.held: list[Held] = []
        self.number = 1_000

    def run(self, operation: Callable[[Connection], Any]) -> Any:
        with self.connection.begin():
            return operation(self.connection)

    async def in_database(self, operation: Callable[[Connection], Any]) -> Any:
        return self.run(operation)

    def next(self) -> int:
        self.number += 1
        return self.number

    def account(self, who: int) -> Account:
        return Account(PLATFORMS[who], f"a{who}", f"a{who}")

    def member(self, who: int) -> int:
        query = select(identities.c.member_id).where(identities.c.platform == PLATFORMS[who])
        return int(self.run(lambda c: c.execute(query).scalar_one()))

    @initialize()
    def settle(self) -> None:
        self.run(settle_world)
        self.run(lambda c: c.execute(update(duels).values(entries_per_member=1_000)))
        for who, platform in enumerate(PLATFORMS):
            given: dict[str, Any] = {
                "platform": platform,
                "external_id": f"a{who}",
                "member_id": 500 + who,
            }
            self.run(partial(add, table=members, id=500 + who))
            self.run(partial(add, table=identities, **given))
            self.people.append(Person())
            self.grant(who, 40)

    @rule(who=WHO, amount=AMOUNTS)
    def grant(self, who: int, amount: int) -> None:
        wallet = self.run(lambda c: self.book.wallet(c, self.member_in(c, who)))
        self.run(lambda c: grant(c, self.book, wallet, amount, f"g{self.next()}"))
        self.people[who].balance += amount

    def member_in(self, c: Connection, who: int) -> int:
        query = select(identities.c.member_id).where(identities.c.platform == PLATFORMS[who])
        return int(c.execute(query).scalar_one())

    @rule(target=texts, who=WHO, amount=AMOUNTS, kind=st.sampled_from(("entry", "writing")))
    def hold(self, who: int, amount: int, kind: Literal["entry", "writing"]) -> Any:
        person = self.people[who]
        member = self.member(who)
        wallet = self.run(lambda c: self.book.wallet(c, member))
        # Of a joined wallet a part may still lie with a text that is being written.
        if self.run(lambda c: self.book.available(c, wallet)) < amount:
            return multiple()
        number = self.next()

        def work(c: Connection) -> None:
            hold = self.book.hold(
                c,
                payer=wallet,
                amount=amount,
                key=f"h{number}",
                purpose="judging",
                work=f"{kind}:{number}",
                community=COMMUNITY,
            )
            if kind == "entry":
                given = {"state": "entered", "kind": "human", "key": f"e{number}"}
                more = {"duel_id": DUEL, "member_id": member, "hold_id": hold}
                add(c, entries, id=number, **given, **more)
            else:
                add_writing(c, number, state="writing", member_id=member, hold_id=hold)

        self.run(work)
        person.held += amount
        self.held.append(Held(kind, number, person, amount))
        return self.held[-1]

    @rule(text=texts, amount=AMOUNTS, closes=st.booleans())
    def spend(self, text: Held, amount: int, closes: bool) -> None:
        """Settle a call as the program does: by the hold that its row names at that moment."""
        if not text.is_open:
            return
        drawn = min(amount, text.remaining)
        number = self.next()

        def work(c: Connection) -> None:
            table = entries if text.kind == "entry" else writings
            hold = c.execute(select(table.c.hold_id).where(table.c.id == text.number)).scalar_one()
            settled = (self.book.post if closes else self.book.draw)(c, hold, amount, f"p{number}")
            assert settled.drawn == drawn
            add_call(c, number, hold, amount)
            if closes:
                state = "withdrawn" if text.kind == "entry" else "done"
                c.execute(update(table).where(table.c.id == text.number).values(state=state))

        self.run(work)
        text.owner.balance -= drawn
        text.owner.held -= drawn
        text.remaining -= drawn
        if closes:
            text.owner.held -= text.remaining
            text.is_open = False

    @rule(text=texts, amount=AMOUNTS)
    def extend(self, text: Held, amount: int) -> None:
        """Promise more to a text, as for another attempt; whoever pays for it now may refuse."""
        if not text.is_open:
            return
        number = self.next()

        def work(c: Connection) -> bool:
            table = entries if text.kind == "entry" else writings
            hold = c.execute(select(table.c.hold_id).where(table.c.id == text.number)).scalar_one()
            try:
                extend_hold(self.app, c, hold, amount, f"x{number}")
            except InsufficientCredits:
                return False
            return True

        if self.run(work):
            text.owner.held += amount
            text.remaining += amount
        else:
            assert self.free(text.owner) < amount

    def free(self, person: Person) -> int:
        """Return what a person can spend of the wallet that they have now."""
        member = self.member(next(n for n, one in enumerate(self.people) if one is person))
        return int(self.run(lambda c: self.book.available(c, self.book.wallet(c, member))))

    @rule(first=WHO, second=WHO)
    def join(self, first: int, second: int) -> None:
        old, new = self.people[second], self.people[first]
        key = f"link:{self.next()}"
        self.clock.advance(DAY)
        members_of = (self.member(second), self.member(first))
        if old is new:
            with pytest.raises(Problem, match="link-already"):
                self.run(lambda c: join_accounts(self.app, c, *members_of, key))
            return
        self.run(lambda c: join_accounts(self.app, c, *members_of, key))
        new.balance += old.balance
        new.held += old.held
        for text in self.texts_of(old):
            text.owner = new
        self.people = [new if one is old else one for one in self.people]

    def texts_of(self, person: Person) -> list[Held]:
        return [text for text in self.held if text.owner is person]

    @rule(who=WHO)
    def leave(self, who: int) -> None:
        person = self.people[who]
        member = self.member(who)
        if sum(one is person for one in self.people) == 1:
            with pytest.raises(Problem, match="link-alone"):
                self.run(lambda c: take_out(self.app, c, member, self.account(who)))
            return
        self.run(lambda c: take_out(self.app, c, member, self.account(who)))
        self.people[who] = Person()

    @rule()
    def let_follow(self) -> None:
        asyncio.run(follow(self.app))

    @invariant()
    def nobody_gains_or_loses(self) -> None:
        """What a member has, with what members who became part of them still have, is right."""
        for who, person in enumerate(self.people):
            member = self.member(who)
            query = (
                select(accounts.c.balance, accounts.c.held)
                .join(members, members.c.id == accounts.c.owner)
                .where(
                    accounts.c.kind == "wallet",
                    (members.c.id == member) | (members.c.merged_into == member),
                )
            )
            with self.connection.begin():
                rows = self.connection.execute(query).all()
            assert sum(row.balance for row in rows) == person.balance
            assert sum(row.held for row in rows) == person.held

    @invariant()
    def the_audit_is_clean(self) -> None:
        report = self.run(lambda c: audit(c, self.clock()))
        assert report.findings == ()


def test_linking_neither_makes_nor_loses_credits(template_db: Path) -> None:
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _begin_immediate)
    with closing(sqlite3.connect(template_db)) as template, engine.connect() as connection:
        LinkMachine.template = template
        LinkMachine.connection = connection
        run_state_machine_as_test(
            LinkMachine,
            settings=settings(max_examples=25, stateful_step_count=25, deadline=None),
        )
    engine.dispose()
