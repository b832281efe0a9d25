"""Spending stops at the community's day and the house's month, and a pool shares itself out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection, update

from plumas_core.clock import DAY, HOUR
from plumas_core.credits.caps import (
    Caps,
    caps_of,
    check_caps,
    house_use,
    month_of,
    next_month,
    payer_for_writing,
    pool_allowance_left,
)
from plumas_core.credits.errors import (
    AllowanceSpent,
    CommunityCapReached,
    HouseCapReached,
    InsufficientCredits,
    PoolInsufficient,
)
from plumas_core.credits.ledger import Book
from plumas_core.policy import CREDIT, Policy
from plumas_core.storage.tables.people import communities
from tests.plumas_core.credits.ground import (
    COMMUNITY,
    OTHER_COMMUNITY,
    add_writing,
    reserve,
    watched,
)
from tests.support.time import START, ManualClock

CAPS = Caps(community_day=100, house_month=300, house_warning=240, pool_writing_day=50)


def millis(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1_000  # type: ignore[misc,arg-type]


def spend(c: Connection, book: Book, payer: int, amount: int, key: str, community: int) -> None:
    hold = reserve(c, book, payer, amount, key, community=community)
    book.post(c, hold, amount, key)


def allow(c: Connection, amount: int, now: int, caps: Caps = CAPS) -> None:
    check_caps(c, community=COMMUNITY, amount=amount, now=now, caps=caps)


def test_the_houses_defaults_are_those_of_the_policy() -> None:
    caps = caps_of(Policy())
    assert caps.community_day == 100 * CREDIT
    assert caps.house_month == 2_000 * CREDIT
    assert caps.house_warning * 100 == caps.house_month * 80
    assert caps.pool_writing_day == 5 * CREDIT


def test_a_community_may_spend_up_to_its_cap_in_a_day(c: Connection, book: Book, pool: int) -> None:
    spend(c, book, pool, 60, "a", COMMUNITY)
    reserve(c, book, pool, 30, "b")
    allow(c, 10, START)
    with pytest.raises(CommunityCapReached) as caught:
        allow(c, 11, START)
    error = caught.value
    assert (error.cap, error.used, error.needed) == (100, 90, 11)
    assert error.frees_at == START + 12 * HOUR
    assert error.member_key == "credits-community-cap"
    assert error.member_values["hours"] == 12


def test_an_overrun_counts_against_the_cap_of_its_community(
    c: Connection, book: Book, pool: int
) -> None:
    hold = reserve(c, book, pool, 60, "a")
    book.post(c, hold, 95, "p")
    with pytest.raises(CommunityCapReached):
        allow(c, 6, START)


def test_what_a_hold_gave_back_does_not_count(c: Connection, book: Book, pool: int) -> None:
    hold = reserve(c, book, pool, 100, "a")
    with pytest.raises(CommunityCapReached):
        allow(c, 1, START)
    book.post(c, hold, 10, "p")
    allow(c, 90, START)


def test_a_community_starts_anew_at_midnight_utc(
    c: Connection, book: Book, pool: int, clock: ManualClock
) -> None:
    spend(c, book, pool, 100, "a", COMMUNITY)
    midnight = START + 12 * HOUR
    with pytest.raises(CommunityCapReached):
        allow(c, 1, midnight - 1)
    allow(c, 100, midnight)
    clock.advance(midnight - START)
    spend(c, book, pool, 100, "b", COMMUNITY)
    with pytest.raises(CommunityCapReached):
        allow(c, 1, midnight)


def test_a_hold_that_is_still_open_counts_the_next_day_too(
    c: Connection, book: Book, pool: int
) -> None:
    reserve(c, book, pool, 100, "a")
    with pytest.raises(CommunityCapReached):
        allow(c, 1, START + 3 * DAY)


def test_one_communitys_spending_is_not_anothers(c: Connection, book: Book, pool: int) -> None:
    spend(c, book, pool, 60, "a", OTHER_COMMUNITY)
    reserve(c, book, pool, 60, "b", community=OTHER_COMMUNITY)
    allow(c, 100, START)


def test_what_a_joined_community_spent_counts_for_the_one_that_it_is_now(
    c: Connection, book: Book, pool: int
) -> None:
    spend(c, book, pool, 60, "a", OTHER_COMMUNITY)
    reserve(c, book, pool, 30, "b", community=OTHER_COMMUNITY)
    joined = update(communities).where(communities.c.id == OTHER_COMMUNITY)
    c.execute(joined.values(merged_into=COMMUNITY))
    allow(c, 10, START)
    with pytest.raises(CommunityCapReached):
        allow(c, 11, START)


def test_a_community_without_a_cap_is_bound_by_the_house_alone(
    c: Connection, book: Book, pool: int
) -> None:
    spend(c, book, pool, 200, "a", COMMUNITY)
    uncapped = replace(CAPS, community_day=None)
    allow(c, 100, START, uncapped)
    with pytest.raises(HouseCapReached):
        allow(c, 101, START, uncapped)


def test_the_house_stops_everyone_at_its_cap_until_the_next_month(
    c: Connection, book: Book, pool: int
) -> None:
    spend(c, book, pool, 200, "a", OTHER_COMMUNITY)
    reserve(c, book, pool, 50, "b", community=None)
    check_caps(c, community=None, amount=50, now=START, caps=CAPS)
    with pytest.raises(HouseCapReached) as caught:
        check_caps(c, community=None, amount=51, now=START, caps=CAPS)
    assert caught.value.frees_at == millis(2026, 12, 1)
    assert caught.value.member_key == "credits-house-cap"
    assert caught.value.member_values["days"] == 29
    with pytest.raises(HouseCapReached):
        allow(c, 51, millis(2026, 11, 30, 23, 59))
    allow(c, 51, millis(2026, 12, 1))


def test_grants_and_gifts_are_no_spending(
    c: Connection, book: Book, pool: int, wallet: int
) -> None:
    book.transfer(c, debit=pool, credit=wallet, amount=900, key="t", purpose="give")
    assert house_use(c, START, CAPS).spent == 0


def test_the_operator_is_warned_before_the_house_stops(
    c: Connection, book: Book, pool: int
) -> None:
    spend(c, book, pool, 200, "a", COMMUNITY)
    reserve(c, book, pool, 39, "b")
    use = house_use(c, START, CAPS)
    assert (use.month, use.spent, use.held, use.cap) == (millis(2026, 11, 1), 200, 39, 300)
    assert not use.warns
    reserve(c, book, pool, 1, "c")
    assert house_use(c, START, CAPS).warns


@pytest.mark.parametrize(
    ("now", "first", "following"),
    [
        ((2026, 1, 1), (2026, 1, 1), (2026, 2, 1)),
        ((2026, 12, 31, 23, 59, 59), (2026, 12, 1), (2027, 1, 1)),
        ((2028, 2, 29, 12), (2028, 2, 1), (2028, 3, 1)),
    ],
)
def test_a_month_is_the_calendars(
    now: tuple[int, ...], first: tuple[int, ...], following: tuple[int, ...]
) -> None:
    assert month_of(millis(*now)) == millis(*first)
    assert next_month(millis(*now)) == millis(*following)


def choose(c: Connection, book: Book, amount: int, **given: object) -> tuple[int, str]:
    usual = {"member": 1, "community": COMMUNITY, "now": START, "caps": CAPS}
    payer = payer_for_writing(c, book, amount=amount, **{**usual, **given})  # type: ignore[arg-type]
    return payer.account, payer.kind


def write_from_pool(
    c: Connection, book: Book, pool: int, number: int, amount: int, **given: object
) -> int:
    hold = reserve(c, book, pool, amount, f"w{number}", work=f"writing:{number}")
    add_writing(c, number, hold_id=hold, **{"created_at": START, **given})
    return hold


def test_a_text_is_paid_by_the_wallet_first(
    c: Connection, book: Book, wallet: int, pool: int
) -> None:
    assert choose(c, book, 100) == (wallet, "wallet")
    assert choose(c, book, 100, community=None) == (wallet, "wallet")


def test_a_text_that_the_wallet_cannot_pay_is_paid_by_the_pool(
    c: Connection, book: Book, wallet: int, pool: int
) -> None:
    reserve(c, book, wallet, 60, "h")
    assert choose(c, book, 41) == (pool, "pool")
    assert choose(c, book, 40) == (wallet, "wallet")


def test_in_private_no_pool_pays(c: Connection, book: Book, pool: int) -> None:
    with pytest.raises(InsufficientCredits) as caught:
        choose(c, book, 10, community=None)
    assert caught.value.member_key == "credits-insufficient"


def test_a_pool_gives_a_member_so_much_a_day(c: Connection, book: Book, pool: int) -> None:
    write_from_pool(c, book, pool, 1, 30)
    assert pool_allowance_left(c, 1, COMMUNITY, START, CAPS) == 20
    assert choose(c, book, 20) == (pool, "pool")
    with pytest.raises(AllowanceSpent) as caught:
        choose(c, book, 21)
    assert (caught.value.available, caught.value.needed) == (20, 21)
    assert caught.value.frees_at == START + 12 * HOUR
    assert caught.value.member_key == "credits-allowance-spent"
    assert caught.value.member_values["available"] == Decimal(0)


def test_what_a_text_did_not_use_is_allowed_again(c: Connection, book: Book, pool: int) -> None:
    hold = write_from_pool(c, book, pool, 1, 50)
    assert pool_allowance_left(c, 1, COMMUNITY, START, CAPS) == 0
    book.post(c, hold, 5, "p")
    assert pool_allowance_left(c, 1, COMMUNITY, START, CAPS) == 45


def test_the_allowance_is_for_one_member_one_community_and_one_day(
    c: Connection, book: Book, pool: int
) -> None:
    write_from_pool(c, book, pool, 1, 10)
    write_from_pool(c, book, pool, 2, 10, member_id=2)
    write_from_pool(c, book, pool, 3, 10, community_id=OTHER_COMMUNITY)
    write_from_pool(c, book, pool, 4, 10, created_at=START - 12 * HOUR - 1)
    write_from_pool(c, book, pool, 5, 10, payer="wallet")
    write_from_pool(c, book, pool, 6, 10, entry_id=100)
    assert pool_allowance_left(c, 1, COMMUNITY, START, CAPS) == 30  # guests of a duel count too
    assert pool_allowance_left(c, 3, COMMUNITY, START, CAPS) == 50


def test_an_empty_pool_says_so(c: Connection, book: Book, pool: int) -> None:
    reserve(c, book, pool, 980, "h")
    with pytest.raises(PoolInsufficient) as caught:
        choose(c, book, 21)
    assert (caught.value.available, caught.value.needed) == (20, 21)
    assert caught.value.member_key == "credits-pool-insufficient"
    assert choose(c, book, 20) == (pool, "pool")


def test_no_question_of_caps_reads_a_whole_table(c: Connection, book: Book, pool: int) -> None:
    with watched(c) as queries:
        allow(c, 1, START)
        pool_allowance_left(c, 1, COMMUNITY, START, CAPS)
    assert len(queries) == 5
    for sql, values in queries:
        plan = c.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
        steps = [row[3] for row in plan]
        assert steps
        assert not [step for step in steps if step.startswith("SCAN")], steps
