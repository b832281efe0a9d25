"""Credits move once for each key, are reserved before they are used, and never fall below zero."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from plumas_core.credits.errors import (
    BadSum,
    HoldClosed,
    InsufficientCredits,
    KeyReused,
    UnknownAccount,
    UnknownHold,
)
from plumas_core.credits.ledger import Book
from plumas_core.credits.movements import Balance, balance
from plumas_core.credits.settling import AT_ONCE, Order, Settled
from plumas_core.storage.tables.ledger import MOST_AMOUNT
from tests.plumas_core.credits.ground import COMMUNITY, OTHER_COMMUNITY, grant, reserve, watched


def moved_to(c: Connection, account: int) -> int:
    found = c.execute(
        text("SELECT COALESCE(SUM(amount), 0) FROM transfers WHERE credit = :account"),
        {"account": account},
    )
    return int(found.scalar_one())


def count(c: Connection, table: str) -> int:
    return int(c.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one())


def test_an_account_is_made_on_first_use_and_found_again(c: Connection, book: Book) -> None:
    assert book.find(c, "wallet", 1) is None
    made = book.wallet(c, 1)
    assert book.wallet(c, 1) == made == book.find(c, "wallet", 1)
    assert book.wallet(c, 2) != made
    assert book.pool(c, 1) != made
    assert balance(c, made) == Balance(0, 0)


def test_the_house_has_one_account_of_each_kind(c: Connection, book: Book) -> None:
    house = {book.issued(c), book.provider_cost(c), book.overrun(c)}
    book.wallet(c, 1)
    assert {book.issued(c), book.provider_cost(c), book.overrun(c)} == house
    assert len(house) == 3


def test_the_houses_accounts_have_no_balance_to_ask_for(c: Connection, book: Book) -> None:
    with pytest.raises(UnknownAccount, match="issued has no balance"):
        book.available(c, book.issued(c))
    with pytest.raises(UnknownAccount):
        balance(c, book.issued(c))
    with pytest.raises(UnknownAccount):
        book.available(c, 12345)


def test_a_transfer_moves_credits(c: Connection, book: Book, wallet: int, pool: int) -> None:
    book.transfer(c, debit=wallet, credit=pool, amount=40, key="t", purpose="give")
    assert book.available(c, wallet) == 60
    assert book.available(c, pool) == 1_040


def test_a_transfer_of_more_than_there_is_moves_nothing(
    c: Connection, book: Book, wallet: int, pool: int
) -> None:
    with pytest.raises(InsufficientCredits) as caught:
        book.transfer(c, debit=wallet, credit=pool, amount=101, key="t", purpose="give")
    assert (caught.value.available, caught.value.needed) == (100, 101)
    assert book.available(c, wallet) == 100
    assert count(c, "transfers") == 2


def test_what_is_held_cannot_be_given_away(
    c: Connection, book: Book, wallet: int, pool: int
) -> None:
    reserve(c, book, wallet, 70, "h")
    with pytest.raises(InsufficientCredits):
        book.transfer(c, debit=wallet, credit=pool, amount=31, key="t", purpose="give")
    book.transfer(c, debit=wallet, credit=pool, amount=30, key="t", purpose="give")
    assert balance(c, wallet) == Balance(70, 70)


def test_the_same_transfer_twice_is_one(c: Connection, book: Book, wallet: int, pool: int) -> None:
    first = book.transfer(c, debit=wallet, credit=pool, amount=60, key="t", purpose="give")
    again = book.transfer(c, debit=wallet, credit=pool, amount=60, key="t", purpose="give")
    assert again == first
    assert book.available(c, wallet) == 40


@pytest.mark.parametrize(
    "other", [{"amount": 9}, {"purpose": "grant"}, {"debit": "pool", "credit": "wallet"}]
)
def test_a_transfers_key_with_other_input_is_refused(
    c: Connection, book: Book, wallet: int, pool: int, other: dict[str, Any]
) -> None:
    accounts = {"wallet": wallet, "pool": pool}
    usual = {"debit": "wallet", "credit": "pool", "amount": 10, "key": "t", "purpose": "give"}

    def given(values: dict[str, Any]) -> dict[str, Any]:
        return {name: accounts.get(value, value) for name, value in values.items()}

    book.transfer(c, **given(usual))
    with pytest.raises(KeyReused, match="'t'"):
        book.transfer(c, **given({**usual, **other}))


@pytest.mark.parametrize("amount", [0, -1, MOST_AMOUNT + 1])
def test_an_amount_that_cannot_be_moved_is_refused_everywhere(
    c: Connection, book: Book, wallet: int, pool: int, amount: int
) -> None:
    hold = reserve(c, book, pool, 10, "h")
    with pytest.raises(BadSum):
        book.transfer(c, debit=wallet, credit=pool, amount=amount, key="k", purpose="give")
    with pytest.raises(BadSum):
        reserve(c, book, wallet, amount, "k")
    with pytest.raises(BadSum):
        book.extend(c, hold, amount, "k")
    with pytest.raises(BadSum):
        book.draw(c, hold, amount, "k")
    with pytest.raises(BadSum):
        book.post(c, hold, amount or -1, "k")


def test_a_hold_reserves_and_a_post_takes_only_what_was_used(
    c: Connection, book: Book, wallet: int
) -> None:
    hold = reserve(c, book, wallet, 80, "h")
    assert balance(c, wallet) == Balance(100, 80)
    assert book.post(c, hold, 30, "p") == Settled(drawn=30, overrun=0)
    assert balance(c, wallet) == Balance(70, 0)
    assert moved_to(c, book.provider_cost(c)) == 30


def test_a_hold_on_more_than_is_available_is_refused(
    c: Connection, book: Book, wallet: int
) -> None:
    reserve(c, book, wallet, 60, "h1")
    with pytest.raises(InsufficientCredits) as caught:
        reserve(c, book, wallet, 41, "h2")
    assert (caught.value.available, caught.value.needed) == (40, 41)
    assert balance(c, wallet) == Balance(100, 60)
    reserve(c, book, wallet, 40, "h2")
    assert balance(c, wallet).available == 0


def test_the_same_hold_twice_is_one_also_when_funds_are_gone(
    c: Connection, book: Book, wallet: int
) -> None:
    first = reserve(c, book, wallet, 80, "h")
    assert reserve(c, book, wallet, 80, "h") == first
    book.post(c, first, 80, "p")
    assert reserve(c, book, wallet, 80, "h") == first
    assert balance(c, wallet) == Balance(20, 0)


def test_an_extended_hold_is_still_the_same_hold(c: Connection, book: Book, wallet: int) -> None:
    first = reserve(c, book, wallet, 50, "h")
    book.extend(c, first, 5, "e")
    assert reserve(c, book, wallet, 50, "h") == first
    with pytest.raises(KeyReused):
        reserve(c, book, wallet, 55, "h")


@pytest.mark.parametrize(
    "other",
    [{"amount": 9}, {"purpose": "write"}, {"work": "entry:2"}, {"community": OTHER_COMMUNITY}],
)
def test_a_holds_key_with_other_input_is_refused(
    c: Connection, book: Book, wallet: int, other: dict[str, Any]
) -> None:
    reserve(c, book, wallet, 10, "h")
    with pytest.raises(KeyReused):
        reserve(c, book, **{"payer": wallet, "amount": 10, "key": "h", **other})


def test_a_holds_key_of_another_payer_is_refused(
    c: Connection, book: Book, wallet: int, pool: int
) -> None:
    reserve(c, book, wallet, 10, "h")
    with pytest.raises(KeyReused):
        reserve(c, book, pool, 10, "h")


def test_only_wallets_and_pools_can_hold(c: Connection, book: Book) -> None:
    with pytest.raises(UnknownAccount, match="cannot hold"):
        reserve(c, book, book.issued(c), 10, "h")
    with pytest.raises(UnknownAccount):
        reserve(c, book, 12345, 10, "h")


def test_a_transfer_from_no_account_is_refused(c: Connection, book: Book, wallet: int) -> None:
    with pytest.raises(UnknownAccount):
        book.transfer(c, debit=12345, credit=wallet, amount=1, key="t", purpose="give")
    with pytest.raises(IntegrityError), c.begin_nested():
        book.transfer(c, debit=wallet, credit=12345, amount=1, key="t", purpose="give")


def test_a_void_gives_everything_back_once(c: Connection, book: Book, wallet: int) -> None:
    hold = reserve(c, book, wallet, 80, "h")
    book.void(c, hold, "v")
    book.void(c, hold, "v")
    assert balance(c, wallet) == Balance(100, 0)
    assert moved_to(c, book.provider_cost(c)) == 0


def test_a_post_of_nothing_is_a_void(c: Connection, book: Book, wallet: int) -> None:
    hold = reserve(c, book, wallet, 80, "h")
    assert book.post(c, hold, 0, "p") == Settled(0, 0)
    assert book.post(c, hold, 0, "p") == Settled(0, 0)
    assert balance(c, wallet) == Balance(100, 0)


def test_a_hold_is_closed_by_one_key_only(c: Connection, book: Book, wallet: int) -> None:
    hold = reserve(c, book, wallet, 80, "h")
    book.post(c, hold, 30, "p")
    with pytest.raises(HoldClosed):
        book.post(c, hold, 30, "p2")
    with pytest.raises(HoldClosed):
        book.void(c, hold, "v")
    with pytest.raises(HoldClosed):
        book.extend(c, hold, 1, "e")
    assert balance(c, wallet) == Balance(70, 0)


def test_the_same_post_twice_is_one(c: Connection, book: Book, wallet: int) -> None:
    hold = reserve(c, book, wallet, 80, "h")
    assert book.post(c, hold, 30, "p") == book.post(c, hold, 30, "p")
    with pytest.raises(KeyReused):
        book.post(c, hold, 31, "p")
    with pytest.raises(KeyReused):
        book.void(c, hold, "p")
    with pytest.raises(KeyReused):
        book.draw(c, hold, 30, "p")
    assert balance(c, wallet) == Balance(70, 0)


def test_a_key_that_voided_one_hold_can_move_nothing(
    c: Connection, book: Book, wallet: int, pool: int
) -> None:
    book.void(c, reserve(c, book, wallet, 10, "h1"), "k")
    other = reserve(c, book, wallet, 10, "h2")
    with pytest.raises(KeyReused):
        book.draw(c, other, 5, "k")
    with pytest.raises(KeyReused):
        book.post(c, other, 5, "k")
    with pytest.raises(KeyReused):
        book.void(c, other, "k")
    with pytest.raises(KeyReused):
        book.transfer(c, debit=wallet, credit=pool, amount=5, key="k", purpose="give")
    assert balance(c, wallet) == Balance(100, 10)


def test_a_key_that_moved_credits_closes_nothing(
    c: Connection, book: Book, wallet: int, pool: int
) -> None:
    hold = reserve(c, book, wallet, 10, "h")
    book.transfer(c, debit=wallet, credit=pool, amount=5, key="k", purpose="give")
    book.draw(c, hold, 5, "d")
    for key in ("k", "d"):
        with pytest.raises(KeyReused):
            book.void(c, hold, key)
        with pytest.raises(KeyReused):
            book.post(c, hold, 5, key)
    with pytest.raises(KeyReused):
        book.transfer(c, debit=wallet, credit=pool, amount=5, key="d", purpose="judge")
    assert balance(c, wallet) == Balance(90, 5)


def test_a_draw_takes_a_part_and_leaves_the_hold_open(
    c: Connection, book: Book, wallet: int
) -> None:
    hold = reserve(c, book, wallet, 80, "h")
    assert book.draw(c, hold, 30, "d1") == Settled(30, 0)
    assert book.draw(c, hold, 30, "d1") == Settled(30, 0)
    assert balance(c, wallet) == Balance(70, 50)
    assert book.post(c, hold, 20, "p") == Settled(20, 0)
    assert balance(c, wallet) == Balance(50, 0)


def test_a_draw_is_the_same_draw_after_the_hold_was_closed(
    c: Connection, book: Book, wallet: int
) -> None:
    hold = reserve(c, book, wallet, 80, "h")
    first = book.draw(c, hold, 30, "d")
    book.void(c, hold, "v")
    assert book.draw(c, hold, 30, "d") == first
    assert balance(c, wallet) == Balance(70, 0)


def test_a_draws_key_on_another_hold_is_refused(c: Connection, book: Book, pool: int) -> None:
    book.draw(c, reserve(c, book, pool, 10, "h1"), 5, "d")
    book.post(c, reserve(c, book, pool, 10, "h2"), 5, "p")
    other = reserve(c, book, pool, 10, "h3")
    for key in ("d", "p"):
        with pytest.raises(KeyReused):
            book.draw(c, other, 5, key)
        with pytest.raises(KeyReused):
            book.post(c, other, 5, key)
    assert balance(c, pool) == Balance(990, 10 - 5 + 10)


def test_an_extension_reserves_more_once(c: Connection, book: Book, wallet: int) -> None:
    hold = reserve(c, book, wallet, 60, "h")
    book.extend(c, hold, 30, "e")
    book.extend(c, hold, 30, "e")
    assert balance(c, wallet) == Balance(100, 90)
    with pytest.raises(KeyReused):
        book.extend(c, hold, 5, "e")
    with pytest.raises(InsufficientCredits) as caught:
        book.extend(c, hold, 11, "e2")
    assert caught.value.available == 10
    assert book.post(c, hold, 90, "p") == Settled(90, 0)
    book.extend(c, hold, 30, "e")
    assert balance(c, wallet) == Balance(10, 0)


def test_a_hold_that_is_not_there_is_named(c: Connection, book: Book) -> None:
    for operation in (
        lambda: book.draw(c, 5, 1, "k"),
        lambda: book.post(c, 5, 1, "k"),
        lambda: book.void(c, 5, "k"),
        lambda: book.extend(c, 5, 1, "k"),
    ):
        with pytest.raises(UnknownHold, match="no hold 5"):
            operation()


def test_the_house_pays_what_a_hold_cannot(c: Connection, book: Book, wallet: int) -> None:
    hold = reserve(c, book, wallet, 50, "h")
    assert book.draw(c, hold, 70, "d") == Settled(drawn=50, overrun=20)
    assert book.draw(c, hold, 70, "d") == Settled(drawn=50, overrun=20)
    assert book.post(c, hold, 5, "p") == Settled(drawn=0, overrun=5)
    assert book.post(c, hold, 5, "p") == Settled(drawn=0, overrun=5)
    assert balance(c, wallet) == Balance(50, 0)
    assert moved_to(c, book.provider_cost(c)) == 75


def test_a_draw_paid_by_the_house_stays_so_after_an_extension(
    c: Connection, book: Book, wallet: int
) -> None:
    hold = reserve(c, book, wallet, 50, "h")
    book.draw(c, hold, 50, "d1")
    assert book.draw(c, hold, 10, "d2") == Settled(0, 10)
    book.extend(c, hold, 20, "e")
    assert book.draw(c, hold, 10, "d2") == Settled(0, 10)
    assert balance(c, wallet) == Balance(50, 20)


def test_a_draw_on_a_closed_hold_is_the_houses_loss(c: Connection, book: Book, wallet: int) -> None:
    hold = reserve(c, book, wallet, 50, "h")
    book.void(c, hold, "v")
    assert book.draw(c, hold, 10, "d") == Settled(drawn=0, overrun=10)
    assert balance(c, wallet) == Balance(100, 0)


def test_draws_in_bulk_share_what_a_hold_has_in_their_order(
    c: Connection, book: Book, wallet: int, pool: int
) -> None:
    first = reserve(c, book, wallet, 50, "h1")
    second = reserve(c, book, pool, 50, "h2")
    draws = [
        Order(first, 30, "a", closes=False),
        Order(second, 10, "b", closes=False),
        Order(first, 30, "c", closes=False),
        Order(first, 5, "d", closes=False),
        Order(second, 10, "b", closes=False),
    ]
    expected = [Settled(30, 0), Settled(10, 0), Settled(20, 10), Settled(0, 5), Settled(10, 0)]
    assert book.settle_many(c, draws) == expected
    assert book.settle_many(c, draws) == expected
    assert balance(c, wallet) == Balance(50, 0)
    assert balance(c, pool) == Balance(990, 40)


def test_closing_in_bulk_posts_and_voids(c: Connection, book: Book, pool: int) -> None:
    holds = [reserve(c, book, pool, 50, f"h{n}") for n in range(3)]
    closings = [
        Order(holds[0], 0, "a", closes=True),
        Order(holds[1], 20, "b", closes=True),
        Order(holds[2], 60, "c", closes=True),
    ]
    expected = [Settled(0, 0), Settled(20, 0), Settled(50, 10)]
    assert book.settle_many(c, closings) == expected
    assert book.settle_many(c, closings) == expected
    assert balance(c, pool) == Balance(930, 0)


def test_draws_and_closings_in_bulk_take_their_turns(
    c: Connection, book: Book, wallet: int, pool: int
) -> None:
    first = reserve(c, book, wallet, 50, "h1")
    second = reserve(c, book, pool, 50, "h2")
    orders = [
        Order(first, 20, "a", closes=False),
        Order(second, 10, "b", closes=True),
        Order(first, 20, "c", closes=True),
        Order(second, 5, "d", closes=False),
    ]
    expected = [Settled(20, 0), Settled(10, 0), Settled(20, 0), Settled(0, 5)]
    assert book.settle_many(c, orders) == expected
    assert book.settle_many(c, orders) == expected
    assert balance(c, wallet) == Balance(60, 0)
    assert balance(c, pool) == Balance(990, 0)


def test_one_hold_is_not_closed_twice_in_bulk(c: Connection, book: Book, pool: int) -> None:
    hold = reserve(c, book, pool, 50, "h")
    with pytest.raises(HoldClosed):
        book.settle_many(c, [Order(hold, 0, "a", closes=True), Order(hold, 0, "b", closes=True)])
    with pytest.raises(KeyReused):
        book.settle_many(c, [Order(hold, 1, "a", closes=True), Order(hold, 2, "a", closes=True)])
    assert balance(c, pool) == Balance(1_000, 50)


def test_nothing_in_bulk_is_nothing(c: Connection, book: Book) -> None:
    assert book.settle_many(c, []) == []


def test_a_chunk_of_thousands_settles_in_a_few_statements(c: Connection, book: Book) -> None:
    pool = book.pool(c, COMMUNITY)
    grant(c, book, pool, 10**9)
    number = AT_ONCE + 3
    holds = [reserve(c, book, pool, 10, f"h{n}") for n in range(number)]
    with watched(c) as sent:
        results = book.settle_many(c, [Order(hold, 4, f"d{hold}", closes=False) for hold in holds])
    assert set(results) == {Settled(4, 0)}
    assert len(results) == number
    assert len(sent) < 10
    assert balance(c, pool) == Balance(10**9 - 4 * number, 6 * number)


def test_the_most_that_can_be_moved_keeps_every_picodollar(c: Connection, book: Book) -> None:
    wallet = book.wallet(c, 1)
    for number in range(8):
        grant(c, book, wallet, MOST_AMOUNT, f"g{number}")
    grant(c, book, wallet, MOST_AMOUNT - 1, "g8")
    assert book.available(c, wallet) == 9 * MOST_AMOUNT - 1
    with pytest.raises(IntegrityError), c.begin_nested():
        grant(c, book, wallet, 2, "g9")
    assert book.available(c, wallet) == 9 * MOST_AMOUNT - 1
