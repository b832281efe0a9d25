"""A month's bill: what the calls cost, who paid, and what the invoices should say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import update

from bot.spending import Bill, NoMonth, bill_for, month, month_of
from plumas_core.clock import DAY
from plumas_core.policy import CREDIT
from plumas_core.storage.snapshot import read_once
from plumas_core.storage.tables.people import identities, members
from tests.support.time import ManualClock
from tests.support.town import ANA, ATENEO, BRUNO, TERTULIA, Town

Run = Callable[..., Result]


@pytest.fixture
def town(db_path: Path, clock: ManualClock) -> Iterator[Town]:
    place = Town(db_path, clock)
    yield place
    place.close()


def bill_of(town: Town, name: str = "2026-11") -> Bill:
    return read_once(town.path, lambda c: bill_for(c, month(name)))


def test_calls_are_summed_by_model_and_pace(town: Town) -> None:
    town.call(3 * CREDIT, payer=("pool", TERTULIA), community=TERTULIA)
    town.call(4 * CREDIT, payer=("pool", ATENEO), community=ATENEO)
    town.call(5 * CREDIT, payer=("pool", ATENEO), community=ATENEO, mode="single")
    town.call(
        6 * CREDIT,
        payer=("wallet", ANA),
        community=ATENEO,
        model="claude-haiku-5-5",
        provider="anthropic",
    )
    bill = bill_of(town)
    found = {(line.model_id, line.mode): (line.calls, line.cost) for line in bill.models}
    assert found == {
        ("gpt-6-luna", "batch"): (2, 7 * CREDIT),
        ("gpt-6-luna", "single"): (1, 5 * CREDIT),
        ("claude-haiku-5-5", "batch"): (1, 6 * CREDIT),
    }
    assert bill.invoices == {"openai": 12 * CREDIT, "anthropic": 6 * CREDIT}
    luna = next(line for line in bill.models if line.calls == 2)
    assert (luna.input, luna.cached, luna.cache_write, luna.output) == (2_000, 400, 60, 100)


def test_what_a_joined_account_spent_before_bears_the_name_it_has_now(town: Town) -> None:
    town.call(4 * CREDIT, payer=("wallet", ANA), community=TERTULIA)
    with town.engine.begin() as c:
        c.execute(update(identities).values(member_id=BRUNO))
        c.execute(update(members).where(members.c.id == ANA).values(merged_into=BRUNO))
    assert [line.name for line in bill_of(town).wallets] == ["Ana"]


def test_spending_is_shown_where_it_was_caused_and_by_who_paid(town: Town) -> None:
    town.call(3 * CREDIT, payer=("pool", TERTULIA), community=TERTULIA)
    town.call(4 * CREDIT, payer=("wallet", ANA), community=TERTULIA)
    town.call(9 * CREDIT, payer=("wallet", BRUNO), community=ATENEO)
    bill = bill_of(town)
    assert [(line.name, line.amount) for line in bill.communities] == [
        ("El Ateneo", 9 * CREDIT),
        ("La Tertulia", 7 * CREDIT),
    ]
    assert [(line.who, line.amount) for line in bill.wallets] == [
        (BRUNO, 9 * CREDIT),
        (ANA, 4 * CREDIT),
    ]
    assert [(line.name, line.amount) for line in bill.pools] == [("La Tertulia", 3 * CREDIT)]
    assert bill.cost == bill.paid == 16 * CREDIT


def test_what_no_hold_covered_is_the_houses_overrun(town: Town) -> None:
    town.call(7 * CREDIT, payer=("wallet", ANA), community=TERTULIA, hold=5 * CREDIT)
    bill = bill_of(town)
    assert bill.overrun == 2 * CREDIT
    assert [line.amount for line in bill.wallets] == [5 * CREDIT]
    assert bill.cost == bill.paid == 7 * CREDIT


def test_a_gift_is_no_spending(town: Town) -> None:
    bill = bill_of(town)
    assert bill.cost == bill.paid == 0
    assert not [*bill.models, *bill.wallets, *bill.pools, *bill.communities]


def test_a_month_ends_where_the_next_begins(town: Town) -> None:
    november = month("2026-11")
    for at in (november.start - 1, november.start, november.end - 1, november.end):
        town.clock.now = at
        town.call(1 * CREDIT, payer=("pool", ATENEO), community=ATENEO)
    counts = {name: bill_of(town, name).cost for name in ("2026-10", "2026-11", "2026-12")}
    assert counts == {"2026-10": 1 * CREDIT, "2026-11": 2 * CREDIT, "2026-12": 1 * CREDIT}


def test_calls_that_were_never_answered_are_counted(town: Town) -> None:
    town.call(0, payer=("pool", ATENEO), community=ATENEO, state="lost")
    assert bill_of(town).unanswered == 1


def test_months_are_calendar_months_in_utc() -> None:
    december = month("2026-12")
    assert december.end - december.start == 31 * DAY
    assert datetime.fromtimestamp(december.end / 1_000, UTC) == datetime(2027, 1, 1, tzinfo=UTC)
    assert month("2028-02").end - month("2028-02").start == 29 * DAY
    assert month_of(december.end - 1) == december


@pytest.mark.parametrize("name", ["", "2026", "2026-13", "2026-00", "26-11", "2026-1", "9999-12"])
def test_what_is_no_month_is_refused(name: str) -> None:
    with pytest.raises(NoMonth):
        month(name)


@pytest.fixture
def billed(town: Town, plumas: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``plumas``, over the town's database."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{town.path}")
    return plumas


def test_the_bill_is_printed_for_people(town: Town, billed: Run) -> None:
    town.call(7 * CREDIT + 1, payer=("wallet", BRUNO), community=ATENEO, hold=5 * CREDIT)
    town.call(
        CREDIT, payer=("pool", ATENEO), community=ATENEO, provider="offline", model="offline-pluma"
    )
    result = billed("bill", "--month", "2026-11")
    assert result.exit_code == 0
    for part in (
        "The invoice of openai should say 0.070000000001 USD",
        "Overruns, paid by the house: 0.020000000001 USD",
        "Simulated, invoiced by nobody: 0.01 USD",
        "Bruno [bold]",
        "El Ateneo",
    ):
        assert part in result.stdout
    assert "ledger audit" not in result.stdout


def test_the_bill_as_json_has_exact_amounts_as_strings(town: Town, billed: Run) -> None:
    town.call(7 * CREDIT + 1, payer=("wallet", BRUNO), community=ATENEO)
    found = json.loads(billed("bill", "--month", "2026-11", "--json").stdout)
    assert found["invoices"] == {"openai": "0.070000000001"}
    assert found["usd"] == found["paid_usd"] == "0.070000000001"
    assert found["models"][0]["tokens"]["input"] == 1_000
    assert found["wallets"][0]["name"] == "Bruno [bold]"


def test_a_month_without_calls_says_so(billed: Run) -> None:
    assert billed("bill", "--month", "2020-01").stdout == "Nothing was spent in 2020-01.\n"


def test_a_bad_month_is_a_usage_error(billed: Run) -> None:
    result = billed("bill", "--month", "november")
    assert result.exit_code == 2
    assert "2026-11" in result.stderr


def test_the_ledger_is_audited_with_its_findings(town: Town, billed: Run) -> None:
    town.call(CREDIT, payer=("wallet", ANA), community=ATENEO)
    good = billed("ledger", "audit", "--json")
    assert good.exit_code == 0
    assert json.loads(good.stdout)["ok"] is True
    assert "The ledger is whole." in billed("ledger", "audit").stdout
    with town.engine.begin() as c:
        c.exec_driver_sql(f"UPDATE accounts SET balance = balance + 1 WHERE owner = {ANA}")
    bad = billed("ledger", "audit", "--json")
    assert bad.exit_code == 1
    assert json.loads(bad.stdout)["findings"]


def test_the_ledger_is_exported_row_by_row(town: Town, billed: Run, folder: Path) -> None:
    town.call(CREDIT, payer=("wallet", ANA), community=ATENEO)
    rows = [json.loads(line) for line in billed("ledger", "export").stdout.splitlines()]
    assert {row["table"] for row in rows} == {"accounts", "holds", "transfers"}
    assert {row["amount"] for row in rows if row["table"] == "holds"} == {str(CREDIT)}
    billed("ledger", "export", "--output", "ledger.jsonl")
    assert len((folder / "ledger.jsonl").read_text("utf-8").splitlines()) == len(rows)
