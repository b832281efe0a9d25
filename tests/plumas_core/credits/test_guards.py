"""The database itself refuses what would falsify the ledger, whoever writes."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from plumas_core.credits.audit import audit
from plumas_core.credits.ledger import Book
from tests.plumas_core.credits.ground import reserve
from tests.support.time import START


@pytest.fixture
def hold(c: Connection, book: Book, wallet: int, pool: int) -> int:
    """A hold of 50 of the member's 100, with 10 drawn and 5 added; beside it a closed one."""
    closed = reserve(c, book, wallet, 20, "closed")
    book.post(c, closed, 8, "post")
    number = reserve(c, book, wallet, 45, "open")
    book.draw(c, number, 10, "draw")
    book.extend(c, number, 5, "extension")
    return number


REFUSED = {
    "a transfer is changed": ("UPDATE transfers SET amount = 1", "append-only"),
    "a transfer is deleted": ("DELETE FROM transfers", "append-only"),
    "an extension is changed": ("UPDATE hold_extensions SET amount = 1", "append-only"),
    "an extension is deleted": ("DELETE FROM hold_extensions", "append-only"),
    "a hold is deleted": ("DELETE FROM holds", "append-only"),
    "an account is deleted": ("DELETE FROM accounts", "append-only"),
    "a balance falls below zero": (
        "UPDATE accounts SET balance = -1 WHERE kind = 'wallet'",
        "CHECK constraint failed: ck_accounts_funds",
    ),
    "a balance falls below what is held": (
        "UPDATE accounts SET balance = 39 WHERE kind = 'wallet'",
        "CHECK constraint failed: ck_accounts_held",
    ),
    "a balance grows beyond whole numbers": (
        "UPDATE accounts SET balance = 9.1e18 WHERE kind = 'wallet'",
        "CHECK constraint failed: ck_accounts_funds",
    ),
    "the house is given a balance": (
        "UPDATE accounts SET balance = 1 WHERE kind = 'issued'",
        "CHECK constraint failed: ck_accounts_stored",
    ),
    "an account changes hands": ("UPDATE accounts SET owner = 99", "keeps its kind and owner"),
    "an account changes its kind": (
        "UPDATE accounts SET kind = 'pool' WHERE kind = 'wallet'",
        "keeps its kind and owner",
    ),
    "an account opens with credits": (
        "INSERT INTO accounts (id, kind, owner, balance) VALUES (5, 'wallet', 55, 10)",
        "opens empty",
    ),
    "an account opens with credits held": (
        (
            "INSERT INTO accounts (id, kind, owner, held) VALUES (5, 'issued', 0, 10)"
            " ON CONFLICT (kind, owner) DO UPDATE SET held = -1"
        ),
        "CHECK constraint failed: ck_accounts_held",
    ),
    "a wallet belongs to nobody": (
        "INSERT INTO accounts (id, kind, owner, balance) VALUES (5, 'wallet', 0, 0)",
        "CHECK constraint failed: ck_accounts_owner",
    ),
    "the house has two owners": (
        "INSERT INTO accounts (id, kind, owner) VALUES (5, 'issued', 5)",
        "CHECK constraint failed: ck_accounts_owner",
    ),
    "drawn is changed by hand": (
        "UPDATE holds SET drawn = drawn + 1 WHERE key = 'open'",
        "drawn by transfers only",
    ),
    "drawn is lowered by hand": (
        "UPDATE holds SET drawn = 0 WHERE key = 'open'",
        "drawn by transfers only",
    ),
    "a hold grows by hand": (
        "UPDATE holds SET amount = amount + 1 WHERE key = 'open'",
        "grows by extensions only",
    ),
    "a hold shrinks": (
        "UPDATE holds SET amount = 46 WHERE key = 'open'",
        "grows by extensions only",
    ),
    "a hold changes its payer": (
        (
            "UPDATE holds SET account = (SELECT id FROM accounts WHERE kind = 'pool')"
            " WHERE key = 'open'"
        ),
        "keeps what it was opened with",
    ),
    "a hold changes its work": (
        "UPDATE holds SET work = 'entry:1' WHERE key = 'open'",
        "keeps what it was opened with",
    ),
    "a hold changes its community": (
        "UPDATE holds SET community = NULL WHERE key = 'open'",
        "keeps what it was opened with",
    ),
    "a hold closes without a key": (
        "UPDATE holds SET state = 'closed', closed_at = 1 WHERE key = 'open'",
        "CHECK constraint failed: ck_holds_closed",
    ),
    "a closed hold opens again": (
        "UPDATE holds SET state = 'open', closed_at = NULL, close_key = NULL WHERE key = 'closed'",
        "a closed hold stays as it is",
    ),
    "a hold opens with something drawn": (
        (
            "INSERT INTO holds (id, key, account, original, amount, drawn, purpose, work,"
            " opened_at) SELECT 5, 'x', id, 9, 9, 1, 'p', 'w', 1 FROM accounts"
            " WHERE kind = 'wallet'"
        ),
        "a hold opens untouched",
    ),
    "a hold opens closed": (
        (
            "INSERT INTO holds (id, key, account, original, amount, state, purpose, work,"
            " opened_at, closed_at, close_key)"
            " SELECT 5, 'x', id, 9, 9, 'closed', 'p', 'w', 1, 1, 'y'"
            " FROM accounts WHERE kind = 'wallet'"
        ),
        "a hold opens untouched",
    ),
    "more is held than there is": (
        (
            "INSERT INTO holds (id, key, account, original, amount, purpose, work, opened_at)"
            " SELECT 5, 'x', id, 43, 43, 'p', 'w', 1 FROM accounts WHERE kind = 'wallet'"
        ),
        "CHECK constraint failed: ck_accounts_held",
    ),
    "an extension is more than there is": (
        (
            "INSERT INTO hold_extensions (key, hold, amount, at)"
            " SELECT 'x', id, 43, 1 FROM holds WHERE key = 'open'"
        ),
        "CHECK constraint failed: ck_accounts_held",
    ),
    "a closed hold is extended": (
        (
            "INSERT INTO hold_extensions (key, hold, amount, at)"
            " SELECT 'x', id, 1, 1 FROM holds WHERE key = 'closed'"
        ),
        "a closed hold stays as it is",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_database_refuses_that(c: Connection, hold: int, what: str) -> None:
    statement, reason = REFUSED[what]
    with pytest.raises(IntegrityError, match=reason), c.begin_nested():
        c.execute(text(statement))
    assert audit(c, START).ok


def insert_transfer(c: Connection, **given: object) -> None:
    """Insert a transfer by hand; accounts are named by their kind, holds by their key."""
    values = {"key": "by-hand", "debit": "wallet", "credit": "provider_cost", "hold": None} | given
    c.execute(
        text(
            "INSERT INTO transfers (id, key, debit, credit, amount, purpose, hold, at) VALUES "
            "(5, :key, (SELECT id FROM accounts WHERE kind = :debit), "
            "(SELECT id FROM accounts WHERE kind = :credit), :amount, 'p', "
            "(SELECT id FROM holds WHERE key = :hold), 1) ON CONFLICT (key) DO NOTHING"
        ),
        values,
    )


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"amount": 0}, "ck_transfers_amount"),
        ({"amount": -5}, "ck_transfers_amount"),
        ({"amount": 0.5}, "ck_transfers_amount"),
        ({"amount": "5 credits"}, "ck_transfers_amount"),
        ({"amount": 10**18 + 1}, "ck_transfers_amount"),
        ({"amount": 5, "credit": "wallet"}, "ck_transfers_sides"),
        ({"amount": 43}, "ck_accounts_held"),
        ({"amount": 5, "hold": "closed"}, "a draw needs an open hold"),
        ({"amount": 5, "hold": "open", "debit": "pool"}, "a draw needs an open hold"),
        ({"amount": 5, "hold": "open", "credit": "pool"}, "pays for provider cost only"),
        ({"amount": 41, "hold": "open"}, "ck_holds_drawn"),
    ],
)
def test_the_database_refuses_a_transfer_of(
    c: Connection, hold: int, given: dict[str, object], reason: str
) -> None:
    with pytest.raises(IntegrityError, match=reason), c.begin_nested():
        insert_transfer(c, **given)
    assert audit(c, START).ok


def test_a_key_sent_again_to_the_database_itself_draws_nothing(c: Connection, hold: int) -> None:
    insert_transfer(c, amount=5, hold="open")
    insert_transfer(c, amount=5, hold="open")
    insert_transfer(c, amount=5, hold="open", key="draw")
    drawn = c.execute(text("SELECT drawn FROM holds WHERE id = :hold"), {"hold": hold}).scalar_one()
    assert drawn == 10 + 5
    assert audit(c, START).ok
