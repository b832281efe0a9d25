"""How much may be spent: by a community in a day, by the house in a month, by a member of a pool.

What counts is what the providers were paid in the window (UTC), whoever paid, and what open holds
have promised to work under way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import Connection, text

from plumas_core.clock import DAY
from plumas_core.credits.errors import (
    AllowanceSpent,
    CommunityCapReached,
    HouseCapReached,
    InsufficientCredits,
    PoolInsufficient,
)
from plumas_core.credits.ledger import AccountId, Book
from plumas_core.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The limits, in picodollars. ``community_day`` is ``None`` where a community has no cap.

    ``house_warning`` is the use at which the operator is told; ``pool_writing_day`` is what
    ``/write`` may take from the pool for one member.
    """

    community_day: int | None
    house_month: int
    house_warning: int
    pool_writing_day: int


@dataclass(frozen=True, slots=True)
class HouseUse:
    """What the house has spent since ``month`` (its first moment) and what is promised."""

    month: int
    spent: int
    held: int
    cap: int
    warns: bool


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays for a text: the account, and which kind it is, as ``writings.payer`` has it."""

    account: AccountId
    kind: Literal["wallet", "pool"]


def caps_of(policy: Policy) -> Caps:
    """Return the house's own caps; a community's settings may put its own in their place."""
    return Caps(
        community_day=policy.community_cap,
        house_month=policy.house_cap,
        house_warning=policy.house_warning,
        pool_writing_day=policy.write_from_pool,
    )


def check_caps(c: Connection, *, community: int | None, amount: int, now: int, caps: Caps) -> None:
    """Let work go on that may cost ``amount`` more; a hold or an extension comes after it.

    ``community`` is ``None`` for what a member does in private.

    Raises:
        CommunityCapReached: the community's day has too little left.
        HouseCapReached: the house's month has.
    """
    if community is not None and caps.community_day is not None:
        used = community_use(c, community, now)
        if used + amount > caps.community_day:
            raise CommunityCapReached(
                cap=caps.community_day,
                used=used,
                needed=amount,
                frees_at=next_day(now),
                now=now,
            )
    house = house_use(c, now, caps)
    if house.spent + house.held + amount > caps.house_month:
        raise HouseCapReached(
            cap=caps.house_month,
            used=house.spent + house.held,
            needed=amount,
            frees_at=next_month(now),
            now=now,
        )


def community_use(c: Connection, community: int, now: int) -> int:
    """Return what a community has spent since midnight UTC, with what is held for it.

    What those spent that have been joined to it counts too.
    """
    given = {"community": community, "since": day_of(now)}
    return int(c.execute(_COMMUNITY_SPENT, given).scalar_one()) + int(
        c.execute(_COMMUNITY_HELD, given).scalar_one()
    )


def house_use(c: Connection, now: int, caps: Caps) -> HouseUse:
    """Return what the house has spent this month; ``warns`` from ``caps.house_warning`` on.

    The operator is told once a month: ``month`` makes the message's key.
    """
    month = month_of(now)
    spent = int(c.execute(_HOUSE_SPENT, {"since": month}).scalar_one())
    held = int(c.execute(_HOUSE_HELD).scalar_one())
    return HouseUse(month, spent, held, caps.house_month, spent + held >= caps.house_warning)


def pool_allowance_left(c: Connection, member: int, community: int, now: int, caps: Caps) -> int:
    """Return what the pool still gives this member for ``/write`` today, whatever it has.

    Who left another member today shares what that one was given.
    """
    given = {"member": member, "community": community, "since": day_of(now)}
    taken = int(c.execute(_TAKEN_FROM_POOL, given).scalar_one())
    return max(caps.pool_writing_day - taken, 0)


def payer_for_writing(
    c: Connection,
    book: Book,
    *,
    member: int,
    community: int | None,
    amount: int,
    now: int,
    caps: Caps,
) -> Payer:
    """Choose who pays for a text: the member's wallet, or else the pool within its allowance.

    Raises:
        InsufficientCredits: the wallet has too little, and there is no community with a pool.
        AllowanceSpent: nor does the pool give this member so much more today.
        PoolInsufficient: it would, but has too little itself.
    """
    wallet = book.wallet(c, member)
    funds = book.available(c, wallet)
    if funds >= amount:
        return Payer(wallet, "wallet")
    if community is None:
        raise InsufficientCredits(funds, amount)
    left = pool_allowance_left(c, member, community, now, caps)
    if left < amount:
        raise AllowanceSpent(left, amount, next_day(now), now)
    pool = book.pool(c, community)
    in_pool = book.available(c, pool)
    if in_pool < amount:
        raise PoolInsufficient(in_pool, amount)
    return Payer(pool, "pool")


def day_of(now: int) -> int:
    """Return the midnight, UTC, at which the day of ``now`` began."""
    return now - now % DAY


def next_day(now: int) -> int:
    """Return the midnight, UTC, that comes after ``now``."""
    return day_of(now) + DAY


def month_of(now: int) -> int:
    """Return the first moment, UTC, of the month of ``now``."""
    moment = datetime.fromtimestamp(now // 1_000, UTC)
    return _millis(moment.year, moment.month)


def next_month(now: int) -> int:
    """Return the first moment, UTC, of the month after that of ``now``."""
    moment = datetime.fromtimestamp(now // 1_000, UTC)
    return _millis(moment.year + moment.month // 12, moment.month % 12 + 1)


def _millis(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1_000


_HOUSE_SPENT = text(
    "SELECT COALESCE(SUM(amount), 0) FROM transfers WHERE at >= :since "
    "AND credit = (SELECT id FROM accounts WHERE kind = 'provider_cost')"
)

_COMMUNITY_SPENT = text(
    "SELECT COALESCE(SUM(t.amount), 0) FROM transfers t JOIN holds h ON h.id = t.hold "
    "WHERE t.at >= :since AND h.community IN "
    "(SELECT id FROM communities WHERE id = :community OR merged_into = :community) "
    "AND t.credit = (SELECT id FROM accounts WHERE kind = 'provider_cost')"
)

_HOUSE_HELD = text("SELECT COALESCE(SUM(amount - drawn), 0) FROM holds WHERE state = 'open'")

_COMMUNITY_HELD = text(
    "SELECT COALESCE(SUM(amount - drawn), 0) FROM holds "
    "WHERE state = 'open' AND community IN "
    "(SELECT id FROM communities WHERE id = :community OR merged_into = :community)"
)

_TAKEN_FROM_POOL = text(
    "SELECT COALESCE(SUM(CASE h.state WHEN 'open' THEN h.amount ELSE h.drawn END), 0) "
    "FROM writings w JOIN holds h ON h.id = w.hold_id "
    "WHERE w.member_id IN (:member, "
    "(SELECT split_from FROM members WHERE id = :member AND created_at >= :since)) "
    "AND w.created_at >= :since AND w.community_id = :community "
    "AND w.payer = 'pool'"
)
