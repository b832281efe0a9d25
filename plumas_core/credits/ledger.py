"""The ledger: accounts, transfers, and holds on what work may cost.

Every operation has an idempotency key. The same key with the same input does nothing and returns
the first result; with other input it raises ``KeyReused``. Keys are apart for holds, for
extensions, and for what moves or frees credits (transfers, draws, posts, voids). A key holds no
personal data: it stays for ever.

All of it runs inside a write (``Database.write``); amounts are picodollars, above zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NewType, TypeAlias

from sqlalchemy import Connection

from plumas_core.clock import Clock
from plumas_core.credits import statements
from plumas_core.credits.errors import (
    BadSum,
    HoldClosed,
    InsufficientCredits,
    KeyReused,
    UnknownAccount,
    UnknownHold,
)
from plumas_core.credits.settling import Order, Settled, settle
from plumas_core.ids import Ids
from plumas_core.storage.tables.ledger import HOUSE, MOST_AMOUNT

AccountKind: TypeAlias = Literal["wallet", "pool", "issued", "provider_cost", "overrun"]
AccountId = NewType("AccountId", int)
HoldId = NewType("HoldId", int)
TransferId = NewType("TransferId", int)

HOUSE_KINDS: tuple[AccountKind, ...] = ("issued", "provider_cost", "overrun")
"""The house's accounts, which have no stored balance and no floor: ``issued`` credits come from it,
``provider_cost`` is what the providers are owed, ``overrun`` what the house paid of that itself."""


@dataclass(frozen=True, slots=True)
class Book:
    """The ledger's operations, with what they need of the world: new ids, and the time."""

    ids: Ids
    clock: Clock

    def account(self, c: Connection, kind: AccountKind, owner: int = HOUSE) -> AccountId:
        """Return the account, made empty on first use, and the house's accounts with the first."""
        found = self.find(c, kind, owner)
        if found is not None:
            return found
        for each, whose in ((kind, owner), *((house, HOUSE) for house in HOUSE_KINDS)):
            balance = None if each in HOUSE_KINDS else 0
            c.execute(
                statements.ADD_ACCOUNT,
                {"id": self.ids.new(), "kind": each, "owner": whose, "balance": balance},
            )
        return AccountId(
            c.execute(statements.FIND_ACCOUNT, {"kind": kind, "owner": owner}).scalar_one()
        )

    def find(self, c: Connection, kind: AccountKind, owner: int = HOUSE) -> AccountId | None:
        """Return the account, ``None`` where it was never used; a read may ask it."""
        found = c.execute(statements.FIND_ACCOUNT, {"kind": kind, "owner": owner}).scalar()
        return None if found is None else AccountId(found)

    def wallet(self, c: Connection, member: int) -> AccountId:
        """Return the member's account."""
        return self.account(c, "wallet", member)

    def pool(self, c: Connection, community: int) -> AccountId:
        """Return the community's account."""
        return self.account(c, "pool", community)

    def issued(self, c: Connection) -> AccountId:
        """Return the account that new credits come from."""
        return self.account(c, "issued")

    def provider_cost(self, c: Connection) -> AccountId:
        """Return the account that what AI calls cost goes to."""
        return self.account(c, "provider_cost")

    def overrun(self, c: Connection) -> AccountId:
        """Return the account that pays what no hold covers."""
        return self.account(c, "overrun")

    def available(self, c: Connection, account: int) -> int:
        """Return what a wallet or a pool can spend: its balance without what is held.

        Raises:
            UnknownAccount: there is none, or it is the house's and has no balance.
        """
        row = c.execute(statements.FUNDS, {"account": account}).first()
        if row is None:
            raise UnknownAccount(account)
        if row.balance is None:
            raise UnknownAccount(account, f"{row.kind} has no balance")
        return int(row.balance - row.held)

    def transfer(
        self, c: Connection, *, debit: int, credit: int, amount: int, key: str, purpose: str
    ) -> TransferId:
        """Move credits from one account to another.

        Raises:
            InsufficientCredits: a wallet or pool has less available.
            KeyReused, UnknownAccount, BadSum: the caller is mistaken.
        """
        _check(amount, key)
        given = {"debit": debit, "credit": credit, "amount": amount, "purpose": purpose}
        added = c.execute(
            statements.TRANSFER, {**given, "id": self.ids.new(), "key": key, "at": self.clock()}
        ).scalar()
        if added is not None:
            return TransferId(added)
        first = c.execute(statements.FIND_TRANSFER, {"key": key}).mappings().first()
        if first is None:
            raise self._refusal(c, debit, amount) or KeyReused(key, "transfer")
        if {**given, "hold": None} != {name: first[name] for name in (*given, "hold")}:
            raise KeyReused(key, "transfer")
        return TransferId(first["id"])

    def hold(
        self,
        c: Connection,
        *,
        payer: int,
        amount: int,
        key: str,
        purpose: str,
        work: str,
        community: int | None,
    ) -> HoldId:
        """Reserve what work may cost, so that its payer cannot spend it on anything else.

        ``work`` is what it is for, ``entry:<id>`` or ``writing:<id>`` in decimal; ``community``
        is where the cost counts against the cap.

        Raises:
            InsufficientCredits: the payer has less available.
            KeyReused, UnknownAccount, BadSum: the caller is mistaken.
        """
        _check(amount, key)
        given = {
            "account": payer,
            "amount": amount,
            "purpose": purpose,
            "work": work,
            "community": community,
        }
        added = c.execute(
            statements.HOLD, {**given, "id": self.ids.new(), "key": key, "at": self.clock()}
        ).scalar()
        if added is not None:
            return HoldId(added)
        first = c.execute(statements.FIND_HOLD_BY_KEY, {"key": key}).mappings().first()
        if first is None:
            raise self._refusal(c, payer, amount) or UnknownAccount(payer, "it cannot hold")
        if given != {name: first[name] for name in given}:
            raise KeyReused(key, "hold")
        return HoldId(first["id"])

    def extend(self, c: Connection, hold: int, amount: int, key: str) -> None:
        """Reserve ``amount`` more for an open hold.

        Raises:
            InsufficientCredits: the payer has less available; the hold stays as it was.
            HoldClosed, KeyReused, UnknownHold, BadSum: the caller is mistaken.
        """
        _check(amount, key)
        given = {"hold": hold, "amount": amount}
        added = c.execute(statements.EXTEND, {**given, "key": key, "at": self.clock()}).scalar()
        if added is not None:
            return
        first = c.execute(statements.FIND_EXTENSION, {"key": key}).mappings().first()
        if first is not None:
            if given != dict(first):
                raise KeyReused(key, "extend")
            return
        row = c.execute(statements.FIND_HOLD, {"hold": hold}).first()
        if row is None:
            raise UnknownHold(hold)
        if row.state != "open":
            raise HoldClosed(hold, key)
        raise InsufficientCredits(self.available(c, row.account), amount)

    def draw(self, c: Connection, hold: int, amount: int, key: str) -> Settled:
        """Take a part of a hold for what a call cost, and leave the hold open.

        What the hold cannot pay any more, all of it where the hold is closed already, is the
        house's loss: the ``overrun`` of the result.

        Raises:
            KeyReused, UnknownHold, BadSum: the caller is mistaken.
        """
        if self._drawn(c, hold, amount, key):
            return Settled(drawn=amount, overrun=0)
        return settle(c, self.ids, self.clock, [Order(hold, amount, key, closes=False)])[0]

    def post(self, c: Connection, hold: int, amount: int, key: str) -> Settled:
        """Take the last part of a hold, which closes; what is left of it returns to its payer.

        An amount above what is left is an overrun, as in :meth:`draw`; 0 is a void.

        Raises:
            HoldClosed, KeyReused, UnknownHold, BadSum: the caller is mistaken.
        """
        if self._drawn(c, hold, amount, key):
            c.execute(statements.CLOSE, {"hold": hold, "key": key, "at": self.clock()})
            return Settled(drawn=amount, overrun=0)
        return settle(c, self.ids, self.clock, [Order(hold, amount, key, closes=True)])[0]

    def void(self, c: Connection, hold: int, key: str) -> None:
        """Close a hold of which nothing more is used; what is left of it returns to its payer.

        Raises:
            HoldClosed, KeyReused, UnknownHold: the caller is mistaken.
        """
        given = {"hold": hold, "key": key, "at": self.clock()}
        if c.execute(statements.VOID, given).scalar() is None:
            settle(c, self.ids, self.clock, [Order(hold, 0, key, closes=True)])

    def settle_many(self, c: Connection, orders: Sequence[Order]) -> list[Settled]:
        """Do as :meth:`draw` or :meth:`post` for each, in their order, in a few statements."""
        return settle(c, self.ids, self.clock, orders)

    def _drawn(self, c: Connection, hold: int, amount: int, key: str) -> bool:
        """Draw if the key is new and the hold has enough; tell whether it was so."""
        if amount <= 0:
            return False
        given = {"id": self.ids.new(), "key": key, "hold": hold, "amount": amount}
        return c.execute(statements.DRAW, {**given, "at": self.clock()}).scalar() is not None

    def _refusal(
        self, c: Connection, account: int, amount: int
    ) -> InsufficientCredits | UnknownAccount | None:
        """Return why an account does not pay, ``None`` where it would."""
        row = c.execute(statements.FUNDS, {"account": account}).first()
        if row is None:
            return UnknownAccount(account)
        if row.balance is not None and row.balance - row.held < amount:
            return InsufficientCredits(row.balance - row.held, amount)
        return None


def _check(amount: int, key: str) -> None:
    if not 0 < amount <= MOST_AMOUNT:
        raise BadSum(amount, key)
