"""Credits are shown with two decimals and read exactly."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumas_core.credits.errors import (
    AllowanceSpent,
    BadAmount,
    HouseCapReached,
    InsufficientCredits,
)
from plumas_core.credits.money import (
    PICODOLLARS_PER_CREDIT,
    parse_credits,
    show,
    show_available,
    show_due,
)
from plumas_core.storage.tables.ledger import MOST_AMOUNT

CREDIT = 10**10


def test_a_credit_is_a_cent_in_picodollars() -> None:
    assert Decimal("0.01") * 10**12 == PICODOLLARS_PER_CREDIT


@pytest.mark.parametrize(
    ("amount", "english", "spanish"),
    [
        (0, "0.00", "0,00"),
        (1, "<0.01", "<\xa00,01"),
        (CREDIT // 100 - 1, "<0.01", "<\xa00,01"),
        (CREDIT // 100, "0.01", "0,01"),
        (-1, "-<0.01", "-<\xa00,01"),
        (CREDIT, "1.00", "1,00"),
        (-5 * CREDIT // 2, "-2.50", "-2,50"),
        (1_234_567 * CREDIT // 100, "12,345.67", "12.345,67"),
        (MOST_AMOUNT * 9 - 1, "900,000,000.00", "900.000.000,00"),
    ],
)
def test_an_amount_is_shown_as_the_language_writes_it(
    amount: int, english: str, spanish: str
) -> None:
    assert show(amount, "en") == english
    assert show(amount, "es") == spanish


@pytest.mark.parametrize(
    ("amount", "due", "available"),
    [
        (0, "0.00", "0.00"),
        (1, "0.01", "0.00"),
        (CREDIT // 100, "0.01", "0.01"),
        (CREDIT // 100 * 131 + 1, "1.32", "1.31"),
        (CREDIT // 100 * 132 - 1, "1.32", "1.31"),
        (1_234_567 * CREDIT // 100, "12,345.67", "12,345.67"),
    ],
)
def test_what_is_asked_for_is_rounded_up_and_what_there_is_down(
    amount: int, due: str, available: str
) -> None:
    assert show_due(amount, "en") == due
    assert show_available(amount, "en") == available
    assert show_due(amount, "es-MX") == due
    swap = str.maketrans(",.", ".,")
    assert show_due(amount, "es") == due.translate(swap)
    assert show_available(amount, "es") == available.translate(swap)


def test_a_region_writes_its_own_way() -> None:
    assert show(1_234 * CREDIT, "es-MX") == "1,234.00"
    assert show(1_234 * CREDIT, "es_ES") == "1.234,00"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1", CREDIT),
        (" 1.5 ", 15 * 10**9),
        ("1,5", 15 * 10**9),
        (".5", 5 * 10**9),
        ("0.0000000001", 1),
        ("0,125", 125 * 10**7),
        ("1.125", 1125 * 10**7),
        ("1000,125", 1_000_125 * 10**7),
        ("007", 7 * CREDIT),
        ("-2", -2 * CREDIT),
        ("\N{MINUS SIGN}2", -2 * CREDIT),
        ("+2", 2 * CREDIT),
        ("0", 0),
        ("100000000", MOST_AMOUNT),
    ],
)
def test_a_typed_amount_is_read_exactly(text: str, amount: int) -> None:
    assert parse_credits(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        ".",
        "5.",
        "1,000",
        "-1,000",
        "1.2.3",
        "1,000.00",
        "0.00000000001",
        "100000000.0000000001",
        "1e3",
        "0x10",
        "NaN",
        "Infinity",
        "١٢",
        "１２",
        "1 000",
        "1_000",
        "1\n2",
        "5 credits",
        "--5",
        "9" * 13,
        "0" * 1_000_000,
        "1\x00",
    ],
)
def test_a_text_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadAmount):
        parse_credits(text)


@given(st.integers(-MOST_AMOUNT, MOST_AMOUNT))
def test_every_amount_can_be_typed_back(amount: int) -> None:
    typed = f"{Decimal(amount) / CREDIT:.10f}"
    assert parse_credits(typed) == amount


@given(st.text(max_size=50))
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(BadAmount):
        assert abs(parse_credits(text)) <= MOST_AMOUNT


def test_a_member_never_reads_that_there_is_as_much_as_is_needed() -> None:
    values = InsufficientCredits(available=CREDIT - 1, needed=CREDIT).member_values
    assert values == {"available": Decimal("0.99"), "needed": Decimal("1.00")}
    values = InsufficientCredits(available=CREDIT, needed=CREDIT + 1).member_values
    assert values == {"available": Decimal("1.00"), "needed": Decimal("1.01")}


def test_a_member_reads_how_long_to_wait() -> None:
    spent = AllowanceSpent(0, CREDIT, frees_at=5 * 3_600_000, now=1)
    assert spent.member_values["hours"] == 5
    cap = HouseCapReached(cap=9, used=12, needed=1, frees_at=25 * 3_600_000, now=0)
    assert (cap.member_values["days"], cap.member_values["left"]) == (2, 0)
