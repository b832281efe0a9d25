"""The ledger's statements, in SQL that SQLite and PostgreSQL read alike.

An insert carries its own conditions: it gives a row back when everything was as it must be, in one
statement; where it gives none, ``plumas_core.credits.ledger`` looks for the reason.
"""

from __future__ import annotations

from sqlalchemy import TextClause, bindparam, text

FIND_ACCOUNT = text("SELECT id FROM accounts WHERE kind = :kind AND owner = :owner")

HOUSE_ACCOUNTS = text(
    "SELECT kind, id FROM accounts WHERE kind IN ('issued', 'provider_cost', 'overrun')"
)

ADD_ACCOUNT = text(
    "INSERT INTO accounts (id, kind, owner, balance) VALUES (:id, :kind, :owner, :balance) "
    "ON CONFLICT (kind, owner) DO NOTHING RETURNING id"
)

FUNDS = text("SELECT balance, held, kind FROM accounts WHERE id = :account")

TRANSFER = text(
    "INSERT INTO transfers (id, key, debit, credit, amount, purpose, at) "
    "SELECT :id, :key, id, :credit, :amount, :purpose, :at FROM accounts "
    "WHERE id = :debit AND (balance IS NULL OR balance - held >= :amount) "
    "AND NOT EXISTS (SELECT 1 FROM holds WHERE close_key = :key) "
    "ON CONFLICT (key) DO NOTHING RETURNING id"
)

FIND_TRANSFER = text(
    "SELECT id, debit, credit, amount, purpose, hold FROM transfers WHERE key = :key"
)

HOLD = text(
    "INSERT INTO holds "
    "(id, key, account, original, amount, purpose, work, community, opened_at) "
    "SELECT :id, :key, id, :amount, :amount, :purpose, :work, :community, :at FROM accounts "
    "WHERE id = :account AND balance - held >= :amount "
    "ON CONFLICT (key) DO NOTHING RETURNING id"
)

FIND_HOLD_BY_KEY = text(
    "SELECT id, account, original AS amount, purpose, work, community FROM holds WHERE key = :key"
)

FIND_HOLD = text("SELECT account, state FROM holds WHERE id = :hold")

EXTEND = text(
    "INSERT INTO hold_extensions (key, hold, amount, at) "
    "SELECT :key, h.id, :amount, :at FROM holds h JOIN accounts a ON a.id = h.account "
    "WHERE h.id = :hold AND h.state = 'open' AND a.balance - a.held >= :amount "
    "ON CONFLICT (key) DO NOTHING RETURNING hold"
)

FIND_EXTENSION = text("SELECT hold, amount FROM hold_extensions WHERE key = :key")

DRAW = text(
    "INSERT INTO transfers (id, key, debit, credit, amount, purpose, hold, at) "
    "SELECT :id, :key, h.account, p.id, :amount, h.purpose, h.id, :at "
    "FROM holds h CROSS JOIN accounts p "
    "WHERE h.id = :hold AND h.state = 'open' AND h.amount - h.drawn >= :amount "
    "AND p.kind = 'provider_cost' "
    "AND NOT EXISTS (SELECT 1 FROM holds WHERE close_key = :key) "
    "ON CONFLICT (key) DO NOTHING RETURNING id"
)
"""Draws where the hold has enough; where not, nothing happens and nothing is returned."""

CLOSE = text(
    "UPDATE holds SET state = 'closed', closed_at = :at, close_key = :key WHERE id = :hold"
)

VOID = text(
    "UPDATE holds SET state = 'closed', closed_at = :at, close_key = :key "
    "WHERE id = :hold AND state = 'open' "
    "AND NOT EXISTS (SELECT 1 FROM transfers WHERE key = :key) "
    "AND NOT EXISTS (SELECT 1 FROM holds WHERE close_key = :key) RETURNING id"
)

ADD_TRANSFER = text(
    "INSERT INTO transfers (id, key, debit, credit, amount, purpose, hold, at) "
    "VALUES (:id, :key, :debit, :credit, :amount, :purpose, :hold, :at)"
)


def _among(sql: str) -> TextClause:
    return text(sql).bindparams(bindparam("among", expanding=True))


READ_HOLDS = _among(
    "SELECT id, account, amount - drawn AS remaining, state, purpose FROM holds WHERE id IN :among"
)

READ_TRANSFERS = _among("SELECT key, debit, amount, hold FROM transfers WHERE key IN :among")

READ_CLOSED = _among("SELECT close_key, id FROM holds WHERE close_key IN :among")
