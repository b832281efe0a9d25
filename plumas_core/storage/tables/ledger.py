"""Accounts, transfers and holds. The database itself keeps their rules, by constraint and trigger.

A transfer is one row with both sides, so that it cannot be unbalanced. Rows of ``transfers`` and
``hold_extensions`` are never changed or deleted; a correction is a transfer back. Balances and
what is held are kept by triggers (``LEDGER_TRIGGERS``), never written by code, and a constraint
refuses a wallet or a pool that would fall below zero or below what it has promised.

Every trigger on an insert runs after it: SQLite fires the ones before an insert also for a row
that ``ON CONFLICT DO NOTHING`` then leaves out, so a key sent twice would move money twice.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, UniqueConstraint

from plumas_core.storage.schema import Int64, identity, metadata, one_of

HOUSE = 0
"""The owner of the accounts that belong to nobody in particular."""

MOST_AMOUNT = 10**18
"""The most that one row may move: a million dollars."""

MOST_BALANCE = 9 * 10**18
"""The most that an account may have. A sum of both limits leaves 64 bits, where SQLite would go on
with a rounded float; as a float it is above this limit, and refused."""


def _amount(column: str, name: str) -> CheckConstraint:
    """Let ``column`` be a whole number of picodollars from 1 to ``MOST_AMOUNT``.

    SQLite would keep a fraction or a word in an integer column; the cast tells them apart.
    """
    return CheckConstraint(
        f"{column} > 0 AND {column} <= {MOST_AMOUNT} AND {column} = CAST({column} AS BIGINT)",
        name=name,
    )


accounts = Table(
    "accounts",
    metadata,
    identity(),
    Column("kind", Text, nullable=False),
    Column("owner", Int64, nullable=False),
    Column("balance", Int64),
    Column("held", Int64, nullable=False, default=0, server_default="0"),
    UniqueConstraint("kind", "owner"),
    one_of("kind", "wallet", "pool", "issued", "provider_cost", "overrun", name="kind"),
    CheckConstraint(f"(kind IN ('wallet', 'pool')) = (owner <> {HOUSE})", name="owner"),
    CheckConstraint("(kind IN ('wallet', 'pool')) = (balance IS NOT NULL)", name="stored"),
    CheckConstraint(
        f"balance IS NULL OR (balance >= 0 AND balance <= {MOST_BALANCE})", name="funds"
    ),
    CheckConstraint("held >= 0 AND (balance IS NULL OR held <= balance)", name="held"),
)

holds = Table(
    "holds",
    metadata,
    identity(),
    Column("key", Text, nullable=False, unique=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("original", Int64, nullable=False),
    Column("amount", Int64, nullable=False),
    Column("drawn", Int64, nullable=False, default=0, server_default="0"),
    Column("state", Text, nullable=False, default="open", server_default="open"),
    Column("purpose", Text, nullable=False),
    Column("work", Text, nullable=False),
    Column("community", Int64),
    Column("opened_at", Int64, nullable=False),
    Column("closed_at", Int64),
    Column("close_key", Text, unique=True),
    one_of("state", "open", "closed", name="state"),
    _amount("original", "original"),
    CheckConstraint(
        f"amount >= original AND amount <= {MOST_BALANCE} AND drawn >= 0 AND drawn <= amount",
        name="drawn",
    ),
    CheckConstraint(
        "(state = 'closed') = (close_key IS NOT NULL)"
        " AND (state = 'closed') = (closed_at IS NOT NULL)",
        name="closed",
    ),
    Index(None, "state", "community"),
    Index(None, "account", "state"),
)
"""``amount`` is ``original``, what was held first, with all extensions; ``work`` names what it is
for, as ``entry:<id>`` or ``writing:<id>``; ``close_key`` is the key of the post or void."""

hold_extensions = Table(
    "hold_extensions",
    metadata,
    Column("key", Text, primary_key=True),
    Column("hold", ForeignKey("holds.id"), nullable=False),
    Column("amount", Int64, nullable=False),
    Column("at", Int64, nullable=False),
    _amount("amount", "amount"),
    Index(None, "hold"),
)

transfers = Table(
    "transfers",
    metadata,
    identity(),
    Column("key", Text, nullable=False, unique=True),
    Column("debit", ForeignKey("accounts.id"), nullable=False),
    Column("credit", ForeignKey("accounts.id"), nullable=False),
    Column("amount", Int64, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("hold", ForeignKey("holds.id")),
    Column("at", Int64, nullable=False),
    _amount("amount", "amount"),
    CheckConstraint("debit <> credit", name="sides"),
    Index(None, "debit", "at"),
    Index(None, "credit", "at", "hold", "amount"),
    Index(None, "hold"),
)
"""With a ``hold``, a transfer goes to ``provider_cost``: drawn from that hold when the hold's own
account pays, or paid by ``overrun`` because the hold had too little left. The index over ``credit``
answers what was spent since some time without a look at the rows."""

_REFUSE = (
    "CREATE TRIGGER {table}_{event}_refused BEFORE {event} ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
)

LEDGER_TRIGGERS: tuple[str, ...] = (
    *(
        _REFUSE.format(table=table, event=event)
        for table in ("transfers", "hold_extensions")
        for event in ("UPDATE", "DELETE")
    ),
    _REFUSE.format(table="holds", event="DELETE"),
    _REFUSE.format(table="accounts", event="DELETE"),
    """
    CREATE TRIGGER accounts_opened AFTER INSERT ON accounts BEGIN
      SELECT RAISE(ABORT, 'an account opens empty')
        WHERE NEW.held <> 0 OR COALESCE(NEW.balance, 0) <> 0;
    END
    """,
    """
    CREATE TRIGGER accounts_kept BEFORE UPDATE OF id, kind, owner ON accounts BEGIN
      SELECT RAISE(ABORT, 'an account keeps its kind and owner');
    END
    """,
    """
    CREATE TRIGGER holds_opened AFTER INSERT ON holds BEGIN
      SELECT RAISE(ABORT, 'a hold opens untouched')
        WHERE NEW.state <> 'open' OR NEW.drawn <> 0 OR NEW.amount <> NEW.original;
      UPDATE accounts SET held = held + NEW.amount WHERE id = NEW.account;
    END
    """,
    """
    CREATE TRIGGER holds_kept BEFORE UPDATE ON holds BEGIN
      SELECT RAISE(ABORT, 'a closed hold stays as it is') WHERE OLD.state = 'closed';
      SELECT RAISE(ABORT, 'a hold keeps what it was opened with')
        WHERE NEW.id <> OLD.id OR NEW.key <> OLD.key OR NEW.account <> OLD.account
           OR NEW.original <> OLD.original OR NEW.purpose <> OLD.purpose OR NEW.work <> OLD.work
           OR NEW.community IS NOT OLD.community OR NEW.opened_at <> OLD.opened_at;
      SELECT RAISE(ABORT, 'a hold is drawn by transfers only')
        WHERE NEW.drawn <> OLD.drawn AND NEW.drawn <> (SELECT COALESCE(SUM(amount), 0)
          FROM transfers WHERE hold = NEW.id AND debit = NEW.account);
      SELECT RAISE(ABORT, 'a hold grows by extensions only')
        WHERE NEW.amount <> OLD.amount AND NEW.amount - NEW.original <> (
          SELECT COALESCE(SUM(amount), 0) FROM hold_extensions WHERE hold = NEW.id);
    END
    """,
    """
    CREATE TRIGGER holds_moved AFTER UPDATE ON holds BEGIN
      UPDATE accounts SET held = held - (OLD.amount - OLD.drawn)
          + CASE NEW.state WHEN 'open' THEN NEW.amount - NEW.drawn ELSE 0 END
        WHERE id = NEW.account;
    END
    """,
    """
    CREATE TRIGGER hold_extensions_applied AFTER INSERT ON hold_extensions BEGIN
      UPDATE holds SET amount = amount + NEW.amount WHERE id = NEW.hold;
    END
    """,
    """
    CREATE TRIGGER transfers_applied AFTER INSERT ON transfers BEGIN
      SELECT RAISE(ABORT, 'a draw needs an open hold of the account that pays')
        WHERE NEW.hold IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM holds
            WHERE id = NEW.hold AND account = NEW.debit AND state = 'open')
          AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = NEW.debit AND kind = 'overrun');
      SELECT RAISE(ABORT, 'a hold pays for provider cost only')
        WHERE NEW.hold IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM accounts WHERE id = NEW.credit AND kind = 'provider_cost');
      UPDATE holds SET drawn = drawn + NEW.amount WHERE id = NEW.hold AND account = NEW.debit;
      UPDATE accounts SET balance = balance - NEW.amount
        WHERE id = NEW.debit AND balance IS NOT NULL;
      UPDATE accounts SET balance = balance + NEW.amount
        WHERE id = NEW.credit AND balance IS NOT NULL;
    END
    """,
)
"""SQLite's triggers, in the order in which a migration makes them."""
