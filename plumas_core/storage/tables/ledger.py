"""Accounts, transfers and holds. The database itself keeps their rules, by constraint and trigger.

A transfer is one row with both sides, so that it cannot be unbalanced. Rows of ``transfers`` and
``hold_extensions`` are never changed or deleted; a correction is a transfer back. Balances and
what is held are kept by triggers (``LEDGER_TRIGGERS``), never written by code, and a constraint
refuses a wallet or a pool that would fall below zero or below what it has promised.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, UniqueConstraint

from plumas_core.storage.schema import Int64, identity, metadata, one_of

HOUSE = 0
"""The owner of the accounts that belong to nobody in particular."""

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
    CheckConstraint("(kind IN ('wallet', 'pool')) = (balance IS NOT NULL)", name="stored"),
    CheckConstraint("balance IS NULL OR balance >= 0", name="funds"),
    CheckConstraint("held >= 0 AND (balance IS NULL OR held <= balance)", name="held"),
)

holds = Table(
    "holds",
    metadata,
    identity(),
    Column("key", Text, nullable=False, unique=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
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
    CheckConstraint("amount > 0 AND drawn >= 0 AND drawn <= amount", name="drawn"),
    Index(None, "state", "community"),
    Index(None, "account", "state"),
)

hold_extensions = Table(
    "hold_extensions",
    metadata,
    Column("key", Text, primary_key=True),
    Column("hold", ForeignKey("holds.id"), nullable=False),
    Column("amount", Int64, nullable=False),
    Column("at", Int64, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
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
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("debit <> credit", name="sides"),
    Index(None, "debit", "at"),
    Index(None, "credit", "at"),
    Index(None, "hold"),
)

_REFUSE = (
    "CREATE TRIGGER {table}_{event}_refused BEFORE {event} ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
)

_OUTSTANDING_NEW = "CASE NEW.state WHEN 'open' THEN NEW.amount - NEW.drawn ELSE 0 END"
_OUTSTANDING_OLD = "CASE OLD.state WHEN 'open' THEN OLD.amount - OLD.drawn ELSE 0 END"

LEDGER_TRIGGERS: tuple[str, ...] = (
    *(
        _REFUSE.format(table=table, event=event)
        for table in ("transfers", "hold_extensions")
        for event in ("UPDATE", "DELETE")
    ),
    _REFUSE.format(table="holds", event="DELETE"),
    _REFUSE.format(table="accounts", event="DELETE"),
    """
    CREATE TRIGGER holds_opened AFTER INSERT ON holds BEGIN
      SELECT RAISE(ABORT, 'a hold opens untouched')
        WHERE NEW.state <> 'open' OR NEW.drawn <> 0;
      UPDATE accounts SET held = held + NEW.amount WHERE id = NEW.account;
    END
    """,
    """
    CREATE TRIGGER holds_kept BEFORE UPDATE ON holds BEGIN
      SELECT RAISE(ABORT, 'a closed hold stays as it is') WHERE OLD.state = 'closed';
      SELECT RAISE(ABORT, 'a hold keeps its account, key and purpose, and never shrinks')
        WHERE NEW.account <> OLD.account OR NEW.key <> OLD.key OR NEW.purpose <> OLD.purpose
           OR NEW.amount < OLD.amount OR NEW.drawn < OLD.drawn;
    END
    """,
    f"""
    CREATE TRIGGER holds_moved AFTER UPDATE ON holds BEGIN
      UPDATE accounts SET held = held + ({_OUTSTANDING_NEW}) - ({_OUTSTANDING_OLD})
        WHERE id = NEW.account;
    END
    """,
    """
    CREATE TRIGGER hold_extensions_applied AFTER INSERT ON hold_extensions BEGIN
      UPDATE holds SET amount = amount + NEW.amount WHERE id = NEW.hold;
    END
    """,
    """
    CREATE TRIGGER transfers_drawn BEFORE INSERT ON transfers WHEN NEW.hold IS NOT NULL BEGIN
      SELECT RAISE(ABORT, 'a draw needs an open hold of the account that pays')
        WHERE NOT EXISTS (SELECT 1 FROM holds
          WHERE id = NEW.hold AND account = NEW.debit AND state = 'open');
      UPDATE holds SET drawn = drawn + NEW.amount WHERE id = NEW.hold;
    END
    """,
    """
    CREATE TRIGGER transfers_applied AFTER INSERT ON transfers BEGIN
      UPDATE accounts SET balance = balance - NEW.amount
        WHERE id = NEW.debit AND balance IS NOT NULL;
      UPDATE accounts SET balance = balance + NEW.amount
        WHERE id = NEW.credit AND balance IS NOT NULL;
    END
    """,
)
"""SQLite's triggers, in the order in which a migration makes them."""
