"""A member reads where credits came from, what took them, and which models were at work."""

from __future__ import annotations

from sqlalchemy import Connection

from plumas_core.credits.ledger import Book
from plumas_core.credits.movements import Cursor, ModelUse, balance, movements
from tests.plumas_core.credits.ground import (
    COMMUNITY,
    OTHER_COMMUNITY,
    WORK,
    add_call,
    grant,
    reserve,
)
from tests.support.time import START, ManualClock


def test_a_gift_is_a_line_on_both_sides(
    c: Connection, book: Book, wallet: int, pool: int, clock: ManualClock
) -> None:
    clock.advance(5)
    book.transfer(c, debit=wallet, credit=pool, amount=40, key="t", purpose="give")
    given, granted = movements(c, wallet, 10)
    assert (given.amount, given.purpose, given.at) == (-40, "give", START + 5)
    assert (given.other_kind, given.other_owner) == ("pool", COMMUNITY)
    assert (granted.amount, granted.purpose) == (100, "grant")
    assert (granted.other_kind, granted.other_owner) == ("issued", 0)
    received = movements(c, pool, 10)[0]
    assert (received.amount, received.other_kind, received.other_owner) == (40, "wallet", 1)
    assert (received.work, received.uses) == (None, ())


def test_what_a_hold_paid_is_one_line_with_its_models(
    c: Connection, book: Book, wallet: int, clock: ManualClock
) -> None:
    hold = reserve(c, book, wallet, 60, "h")
    clock.advance(5)
    book.draw(c, hold, 10, "d1")
    grant(c, book, wallet, 1)
    clock.advance(5)
    book.post(c, hold, 55, "p")
    small = {"model_id": "small", "input": 100, "cached": 20, "cache_write_5m": 3, "output": 30}
    add_call(c, 1, hold, 10, **small)
    add_call(c, 2, hold, 15, **small)
    add_call(c, 3, hold, 40, model_id="large", mode="single", input=200, cache_write_1h=1, output=9)
    add_call(c, 4, hold, 0, model_id="large", state="in_flight")
    line = movements(c, wallet, 10)[0]
    assert (line.at, line.amount, line.work, line.community) == (START + 10, -60, WORK, COMMUNITY)
    assert line.uses == (
        ModelUse("large", "single", 1, 201, 9, 40),
        ModelUse("small", "batch", 2, 246, 60, 25),
    )
    assert [each.purpose for each in movements(c, wallet, 10)] == ["judge", "grant", "grant"]


def test_the_lines_add_up_to_the_balance(c: Connection, book: Book, wallet: int) -> None:
    for number in range(5):
        hold = reserve(c, book, wallet, 10, f"h{number}")
        book.draw(c, hold, 2, f"d{number}")
        book.draw(c, hold, 9, f"e{number}")
        if number % 2:
            book.void(c, hold, f"v{number}")
    assert sum(line.amount for line in movements(c, wallet, 100)) == balance(c, wallet).balance


def test_a_hold_of_which_nothing_was_used_is_no_line(
    c: Connection, book: Book, wallet: int
) -> None:
    book.void(c, reserve(c, book, wallet, 10, "h"), "v")
    reserve(c, book, wallet, 10, "h2")
    assert len(movements(c, wallet, 10)) == 1


def test_pages_follow_each_other_without_gaps_also_within_a_millisecond(
    c: Connection, book: Book, wallet: int, pool: int
) -> None:
    for number in range(7):
        book.transfer(c, debit=wallet, credit=pool, amount=1, key=f"o{number}", purpose="give")
        book.transfer(c, debit=pool, credit=wallet, amount=1, key=f"i{number}", purpose="give")
        hold = reserve(c, book, wallet, 2, f"h{number}")
        book.draw(c, hold, 1, f"d{number}")
        book.draw(c, hold, 1, f"e{number}")
    whole = movements(c, wallet, 100)
    assert len(whole) == 1 + 7 * 3
    paged = []
    before: Cursor | None = None
    while page := movements(c, wallet, 4, before):
        assert len(page) <= 4
        paged += page
        before = page[-1].cursor
    assert paged == whole
    assert [line.cursor for line in whole] == sorted((ln.cursor for ln in whole), reverse=True)


def test_an_admin_sees_only_what_happened_in_the_community(
    c: Connection, book: Book, wallet: int, pool: int
) -> None:
    for community, amount in ((COMMUNITY, 1), (OTHER_COMMUNITY, 2), (None, 3)):
        hold = reserve(c, book, wallet, 10, f"h{community}", community=community)
        book.post(c, hold, amount, f"p{community}")
    book.transfer(c, debit=wallet, credit=pool, amount=4, key="t", purpose="give")
    assert [line.amount for line in movements(c, wallet, 10, community=COMMUNITY)] == [-1]
    assert [line.amount for line in movements(c, wallet, 10)] == [-4, -3, -2, -1, 100]
