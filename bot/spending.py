"""What a month cost: by the calls that were made, and by who paid for them.

All amounts are picodollars. A month is a calendar month in UTC; a call belongs to the month in
which it was settled, a payment to the one in which it was booked, which is the same transaction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, TextClause, text

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_LAST_YEAR = 9998


class NoMonth(ValueError):
    """What was given is no month."""


@dataclass(frozen=True, slots=True)
class Month:
    """From ``start`` up to, but not including, ``end``, in UTC milliseconds."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ModelSpending:
    """What one model was used for at one pace; the parts of the input exclude each other."""

    provider: str
    model_id: str
    mode: str
    calls: int
    input: int
    cached: int
    cache_write: int
    output: int
    cost: int


@dataclass(frozen=True, slots=True)
class Spending:
    """What a community's place, a member or a payer came to; ``who`` is an id of ours."""

    who: int | None
    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class Bill:
    """A month's spending, by what it was for and by who paid.

    ``models`` and ``communities`` are of the calls; ``wallets``, ``pools`` and ``overrun`` are
    what members, communities and the house paid for them. ``unanswered`` are calls that were sent
    and never answered: a provider may bill them.
    """

    month: Month
    models: Sequence[ModelSpending]
    communities: Sequence[Spending]
    wallets: Sequence[Spending]
    pools: Sequence[Spending]
    overrun: int
    unanswered: int

    @property
    def cost(self) -> int:
        """What the calls cost."""
        return sum(line.cost for line in self.models)

    @property
    def paid(self) -> int:
        """What was booked as paid for calls."""
        return sum(line.amount for line in (*self.wallets, *self.pools)) + self.overrun

    @property
    def invoices(self) -> dict[str, int]:
        """What each provider's invoice should say."""
        totals: dict[str, int] = {}
        for line in self.models:
            totals[line.provider] = totals.get(line.provider, 0) + line.cost
        return totals


def month(name: str) -> Month:
    """Return the month that ``2026-11`` names.

    Raises:
        NoMonth: it names none.
    """
    found = _MONTH.fullmatch(name.strip())
    year, number = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= 12 or not 1970 <= year <= _LAST_YEAR:
        raise NoMonth("write a month as 2026-11")
    start = datetime(year, number, 1, tzinfo=UTC)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    return Month(f"{year:04}-{number:02}", *(int(day.timestamp()) * 1_000 for day in (start, end)))


def month_of(at: int) -> Month:
    """Return the month of a moment in UTC milliseconds."""
    return month(datetime.fromtimestamp(at / 1_000, UTC).strftime("%Y-%m"))


def bill_for(c: Connection, during: Month) -> Bill:
    """Return what a month cost, on one state of the database."""
    given = {"start": during.start, "end": during.end}
    return Bill(
        month=during,
        models=[ModelSpending(*row) for row in c.execute(_MODELS, given)],
        communities=_spending(c, _COMMUNITIES, given),
        wallets=_spending(c, _WALLETS, given),
        pools=_spending(c, _POOLS, given),
        overrun=int(c.execute(_OVERRUN, given).scalar_one()),
        unanswered=int(c.execute(_UNANSWERED, given).scalar_one()),
    )


def _spending(c: Connection, query: TextClause, given: dict[str, Any]) -> list[Spending]:
    return [Spending(row.who, row.name or "", int(row.amount)) for row in c.execute(query, given)]


_MODELS = text("""
    SELECT provider, model_id, mode, COUNT(*), SUM(input), SUM(cached),
           SUM(cache_write_5m + cache_write_1h), SUM(output), SUM(cost)
    FROM calls WHERE settled_at >= :start AND settled_at < :end AND cost > 0
    GROUP BY provider, model_id, mode ORDER BY provider, model_id, mode
""")

_COMMUNITIES = text("""
    SELECT calls.community_id AS who, communities.name AS name, SUM(calls.cost) AS amount
    FROM calls LEFT JOIN communities ON communities.id = calls.community_id
    WHERE calls.settled_at >= :start AND calls.settled_at < :end AND calls.cost > 0
    GROUP BY calls.community_id, communities.name ORDER BY amount DESC, who
""")

_PAID_BY = """
    SELECT payer.owner AS who, {name} AS name, SUM(transfers.amount) AS amount
    FROM transfers
    JOIN accounts payer ON payer.id = transfers.debit AND payer.kind = '{kind}'
    JOIN accounts cost ON cost.id = transfers.credit AND cost.kind = 'provider_cost'
    WHERE transfers.at >= :start AND transfers.at < :end
    GROUP BY payer.owner ORDER BY amount DESC, who
"""

_WALLETS = text(
    _PAID_BY.format(
        kind="wallet",
        name="(SELECT MIN(identities.name) FROM identities"
        " JOIN members ON members.id = payer.owner"
        " WHERE identities.member_id = COALESCE(members.merged_into, members.id))",
    )
)
_POOLS = text(
    _PAID_BY.format(
        kind="pool",
        name="(SELECT communities.name FROM communities WHERE communities.id = payer.owner)",
    )
)

_OVERRUN = text("""
    SELECT COALESCE(SUM(transfers.amount), 0) FROM transfers
    JOIN accounts payer ON payer.id = transfers.debit AND payer.kind = 'overrun'
    JOIN accounts cost ON cost.id = transfers.credit AND cost.kind = 'provider_cost'
    WHERE transfers.at >= :start AND transfers.at < :end
""")

_UNANSWERED = text("""
    SELECT COUNT(*) FROM calls
    WHERE state = 'lost' AND created_at >= :start AND created_at < :end
""")
