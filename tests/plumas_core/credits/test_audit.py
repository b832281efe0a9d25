"""The audit proves a whole ledger and names every damage to one."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import Connection, text

from plumas_core.credits.audit import AT_MOST, audit, export
from plumas_core.credits.ledger import Book
from tests.plumas_core.credits.ground import (
    ENTRY,
    WRITING,
    add_call,
    reserve,
)
from tests.support.time import START


@pytest.fixture
def hold(c: Connection, book: Book, wallet: int, pool: int) -> int:
    """An open hold of 55 with 10 drawn, and a closed one of 20 with an overrun of 4."""
    closed = reserve(c, book, pool, 20, "closed")
    book.post(c, closed, 24, "post")
    add_call(c, 1, closed, 24)
    number = reserve(c, book, wallet, 50, "open")
    book.draw(c, number, 10, "draw")
    book.extend(c, number, 5, "extension")
    add_call(c, 2, number, 7)
    add_call(c, 3, number, 3)
    return number


def damage(c: Connection, *statements: str) -> None:
    """Do what triggers and constraints forbid."""
    triggers = c.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
    for trigger in triggers.all():
        c.execute(text(f"DROP TRIGGER {trigger}"))
    c.execute(text("PRAGMA ignore_check_constraints = ON"))
    for statement in statements:
        c.execute(text(statement))


def test_a_whole_ledger_has_no_findings(c: Connection, hold: int) -> None:
    report = audit(c, START)
    assert report.ok
    assert report.at == START
    assert report.findings == ()
    assert report.checked == {
        "accounts": 5,
        "holds": 2,
        "hold_extensions": 1,
        "transfers": 2 + 3,
        "calls": 3,
    }


def test_an_empty_ledger_is_whole(c: Connection) -> None:
    assert audit(c, START).ok


DAMAGES = {
    "UPDATE accounts SET balance = balance + 1 WHERE kind = 'wallet'": (
        r"wallet \d+ has 91, its transfers make 90",
        r"wallets and pools have \d+, the house's accounts -\d+",
    ),
    "UPDATE accounts SET held = 0 WHERE kind = 'wallet'": (
        r"wallet \d+ has 0 held, its open holds make 45",
    ),
    "UPDATE accounts SET balance = -1 WHERE kind = 'wallet'": (
        r"wallet \d+ has -1 and 45 held, which is less than nothing",
    ),
    "UPDATE transfers SET amount = amount - 1 WHERE key = 'draw'": (
        r"wallet \d+ has 90, its transfers make 91",
        r"hold \d+ has 10 drawn, its transfers make 9",
        r"the calls cost 34, but 33 went",
    ),
    "UPDATE transfers SET amount = -10 WHERE key = 'draw'": (r"transfer \d+ moves -10 from",),
    "DELETE FROM transfers WHERE key = 'draw'": (
        r"wallet \d+ has 90, its transfers make 100",
        r"hold \d+ has 10 drawn, its transfers make 0",
        r"the calls cost 34, but 24 went",
    ),
    "DELETE FROM transfers WHERE key = 'post+overrun'": (r"the calls cost 34, but 30 went",),
    "UPDATE transfers SET hold = NULL WHERE key = 'draw'": (
        r"hold \d+ has 10 drawn, its transfers make 0",
    ),
    "UPDATE transfers SET hold = (SELECT id FROM holds WHERE key = 'closed') WHERE key = 'draw'": (
        r"transfer \d+ names hold \d+, which does not pay this",
    ),
    "UPDATE holds SET drawn = 11 WHERE key = 'open'": (
        r"hold \d+ has 11 drawn, its transfers make 10",
        r"hold \d+ paid 11, but its calls cost 10",
    ),
    "UPDATE holds SET drawn = 60 WHERE key = 'open'": (r"hold \d+ is of 55 and has 60 drawn",),
    "UPDATE holds SET amount = 54 WHERE key = 'open'": (
        r"hold \d+ is of 54, but opened with 50 and extended by 5",
        r"wallet \d+ has 45 held, its open holds make 44",
    ),
    "DELETE FROM hold_extensions": (r"opened with 50 and extended by 0",),
    "UPDATE holds SET state = 'closed' WHERE key = 'open'": (
        r"wallet \d+ has 45 held, its open holds make 0",
    ),
    "UPDATE calls SET cost = cost - 1 WHERE id = 2": (
        r"hold \d+ paid 10, but its calls cost 9",
        r"the calls cost 33, but 34 went",
    ),
    "UPDATE calls SET cost = cost + 1 WHERE id = 2": (r"the calls cost 35, but 34 went",),
    "DELETE FROM calls WHERE id = 3": (r"hold \d+ paid 10, but its calls cost 7",),
}


@pytest.mark.parametrize("statement", DAMAGES)
def test_the_audit_names_the_damage(c: Connection, hold: int, statement: str) -> None:
    damage(c, statement)
    report = audit(c, START)
    assert not report.ok
    for sentence in DAMAGES[statement]:
        assert any(re.search(sentence, finding) for finding in report.findings), report.findings


def test_the_audit_names_a_transfer_to_no_account(c: Connection, hold: int) -> None:
    damage(
        c,
        "CREATE TABLE bare AS SELECT * FROM transfers",
        "INSERT INTO bare VALUES (1, 'k', 404, 405, 5, 'p', 406, 1)",
        "DROP TABLE transfers",
        "ALTER TABLE bare RENAME TO transfers",
    )
    findings = audit(c, START).findings
    assert "transfer 1 is between 404 and 405, which are not both accounts" in findings
    assert "transfer 1 names hold 406, which does not pay this" in findings


@pytest.mark.parametrize("state", ["replaced", "withdrawn", "disqualified", "dropped"])
def test_a_hold_left_open_after_its_entry_is_a_finding(
    c: Connection, hold: int, state: str
) -> None:
    c.execute(text(f"UPDATE entries SET state = '{state}'"))
    assert audit(c, START).findings == (
        f"hold {hold} is open, but entry {ENTRY} is over or not there",
    )


@pytest.mark.parametrize("state", ["verdict", "cancelled", "annulled"])
def test_a_hold_left_open_after_its_duel_is_a_finding(c: Connection, hold: int, state: str) -> None:
    c.execute(text(f"UPDATE duels SET state = '{state}'"))
    assert not audit(c, START).ok


@pytest.mark.parametrize("state", ["writing", "unfunded", "entered"])
@pytest.mark.parametrize("duel", ["open", "judging"])
def test_a_hold_for_an_entry_of_a_running_duel_is_none(
    c: Connection, hold: int, state: str, duel: str
) -> None:
    c.execute(text(f"UPDATE entries SET state = '{state}'"))
    c.execute(text(f"UPDATE duels SET state = '{duel}'"))
    assert audit(c, START).ok


def test_a_hold_left_open_after_its_writing_is_a_finding(
    c: Connection, book: Book, pool: int
) -> None:
    hold = reserve(c, book, pool, 5, "w", work=f"writing:{WRITING}")
    for state in ("waiting", "writing"):
        c.execute(text(f"UPDATE writings SET state = '{state}'"))
        assert audit(c, START).ok
    for state in ("done", "failed"):
        c.execute(text(f"UPDATE writings SET state = '{state}'"))
        assert audit(c, START).findings == (
            f"hold {hold} is open, but writing {WRITING} is over or not there",
        )
    book.void(c, hold, "v")
    assert audit(c, START).ok


@pytest.mark.parametrize("work", ["entry:404", "writing:404", "entry:", "feast:1", "entry:²", ""])
def test_a_hold_for_no_work_is_a_finding(c: Connection, book: Book, pool: int, work: str) -> None:
    hold = reserve(c, book, pool, 5, "w", work=work)
    (finding,) = audit(c, START).findings
    assert finding.startswith(f"hold {hold} is open")


def test_credits_that_went_to_the_provider_for_no_call_are_a_finding(
    c: Connection, book: Book, hold: int
) -> None:
    book.transfer(
        c,
        debit=book.overrun(c),
        credit=book.provider_cost(c),
        amount=6,
        key="lost",
        purpose="overrun",
    )
    assert audit(c, START).findings == (
        "the calls cost 34, but 40 went to the provider's cost for them",
    )
    add_call(c, 4, None, 6)
    assert audit(c, START).ok


def test_of_many_findings_of_a_kind_the_first_are_named(
    c: Connection, book: Book, pool: int
) -> None:
    for number in range(AT_MOST + 3):
        reserve(c, book, pool, 5, f"h{number}", work=f"entry:{number}")
    findings = audit(c, START).findings
    assert len(findings) == AT_MOST + 1
    assert findings[-1] == "3 more like these"


def test_an_export_has_every_row_with_amounts_as_strings(c: Connection, hold: int) -> None:
    rows = list(export(c))
    assert [row["table"] for row in rows] == (
        ["accounts"] * 5 + ["holds"] * 2 + ["hold_extensions"] + ["transfers"] * 5
    )
    opened = next(row for row in rows if row.get("key") == "open")
    assert (opened["id"], opened["amount"], opened["drawn"]) == (str(hold), "55", "10")
    assert opened["closed_at"] is None
    assert json.loads(json.dumps(rows)) == rows
