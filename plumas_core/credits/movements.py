"""What came into a wallet or a pool and what left it, as ``/credits`` shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, text

from plumas_core.catalog.usage import Mode
from plumas_core.credits import statements
from plumas_core.credits.errors import UnknownAccount
from plumas_core.credits.ledger import AccountKind

_NO_LATER = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Balance:
    """A wallet's or pool's picodollars; ``held`` is the part that is promised to open work."""

    balance: int
    held: int

    @property
    def available(self) -> int:
        """What can be spent."""
        return self.balance - self.held


class Cursor(NamedTuple):
    """Where a page of movements ended."""

    at: int
    id: int


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What the calls of one model at one pace used.

    ``input`` is all tokens sent; ``cost`` is in picodollars, and the house may have paid a part.
    """

    model_id: str
    mode: Mode
    calls: int
    input: int
    output: int
    cost: int


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of an account's history; ``amount`` is negative where it left the account.

    What one hold paid is one line, dated by its last payment, with the models in ``uses`` and the
    hold's ``work`` and ``community``. A line without work is a transfer; the other side of it is
    the account of ``other_kind`` that ``other_owner`` (a member, a community, 0 for the house) has.
    """

    cursor: Cursor
    purpose: str
    amount: int
    other_kind: AccountKind
    other_owner: int
    work: str | None
    community: int | None
    uses: tuple[ModelUse, ...]

    @property
    def at(self) -> int:
        """When it was, in UTC milliseconds."""
        return self.cursor.at


def balance(c: Connection, account: int) -> Balance:
    """Return what a wallet or a pool has.

    Raises:
        UnknownAccount: there is none, or it is the house's and has no balance.
    """
    row = c.execute(statements.FUNDS, {"account": account}).first()
    if row is None or row.balance is None:
        raise UnknownAccount(account, "it is no wallet and no pool")
    return Balance(row.balance, row.held)


def movements(
    c: Connection,
    account: int,
    limit: int,
    before: Cursor | None = None,
    community: int | None = None,
) -> list[Movement]:
    """Return an account's last movements, the newest first, at most ``limit``.

    ``before`` is the cursor of the last line of the page before; with ``community``, only what was
    paid for work there.
    """
    at, last = before or (_NO_LATER, _NO_LATER)
    given = {"account": account, "at": at, "last": last, "community": community, "most": limit}
    rows = c.execute(_MOVEMENTS, given).all()
    uses = _uses(c, [row.hold for row in rows if row.hold is not None])
    return [_movement(row, uses.get(row.hold, ())) for row in rows]


def _movement(row: Row[Any], uses: tuple[ModelUse, ...]) -> Movement:
    return Movement(
        cursor=Cursor(row.at, row.id),
        purpose=row.purpose,
        amount=int(row.amount),
        other_kind=row.other_kind,
        other_owner=row.other_owner,
        work=row.work,
        community=row.community,
        uses=uses,
    )


def _uses(c: Connection, holds: Sequence[int]) -> dict[int, tuple[ModelUse, ...]]:
    found: dict[int, tuple[ModelUse, ...]] = defaultdict(tuple)
    if holds:
        for row in c.execute(_USES, {"holds": list(holds)}):
            use = ModelUse(
                row.model_id,
                row.mode,
                int(row.number),
                int(row.sent),
                int(row.answered),
                int(row.paid),
            )
            found[row.hold_id] += (use,)
    return found


_SIDE = """
    SELECT * FROM (
      SELECT t.id, t.at, t.purpose, t.hold, h.work, h.community,
             o.kind AS other_kind, o.owner AS other_owner, {amount} AS amount
      FROM transfers t
      JOIN accounts o ON o.id = t.{other}
      LEFT JOIN holds h ON h.id = t.hold
      WHERE t.{side} = :account AND (t.at, t.id) < (:at, :last)
        AND (CAST(:community AS BIGINT) IS NULL OR h.community = :community)
        AND (t.hold IS NULL OR NOT EXISTS (
          SELECT 1 FROM transfers later WHERE later.hold = t.hold AND later.debit = t.debit
            AND (later.at, later.id) > (t.at, t.id)))
      ORDER BY t.at DESC, t.id DESC LIMIT :most
    ) AS {side}
"""

_LEFT = _SIDE.format(
    side="debit",
    other="credit",
    amount="CASE WHEN t.hold IS NULL THEN -t.amount ELSE (SELECT -SUM(part.amount) "
    "FROM transfers part WHERE part.hold = t.hold AND part.debit = t.debit) END",
)
_CAME = _SIDE.format(side="credit", other="debit", amount="t.amount")

_MOVEMENTS = text(f"{_LEFT} UNION ALL {_CAME} ORDER BY at DESC, id DESC LIMIT :most")
"""Of a hold's draws only the last is a line, with the sum of all: the index by hold finds both."""

_USES = text(
    "SELECT hold_id, model_id, mode, COUNT(*) AS number, SUM(output) AS answered, "
    "SUM(input + cached + cache_write_5m + cache_write_1h) AS sent, SUM(cost) AS paid "
    "FROM calls WHERE hold_id IN :holds AND cost > 0 "
    "GROUP BY hold_id, model_id, mode ORDER BY hold_id, model_id, mode"
).bindparams(bindparam("holds", expanding=True))
