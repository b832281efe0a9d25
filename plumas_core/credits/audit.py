"""The proof that the ledger is whole: what is stored beside what it follows from.

Triggers and constraints keep all of this; the audit shows that they did, also on a file that
somebody repaired by hand, restored or copied badly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, TextClause, bindparam, text

AT_MOST = 20
"""Findings of one kind that are named; of more, only their number is."""

STREAMED = 1_000
"""Rows read at a time by an export."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was looked at, and every contradiction in it, for the operator."""

    at: int
    checked: Mapping[str, int]
    findings: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the ledger is whole."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class _Check:
    """A query whose every row is a contradiction, and the sentence for such a row."""

    query: TextClause
    sentence: str


def audit(c: Connection, now: int) -> AuditReport:
    """Prove the ledger on one state of the database; ``now`` dates the report.

    It proves that balances equal their transfers and what is held equals the open holds; that
    holds equal their openings, extensions and draws; that what came in went out; that what the
    providers were paid is what the calls cost, and no payer paid more; and that no open hold is
    older than its work.
    """
    checked = {table: int(c.execute(query).scalar_one()) for table, query in _COUNTS.items()}
    findings: list[str] = []
    for check in _CHECKS:
        rows = c.execute(check.query).mappings()
        findings += _named([check.sentence.format_map(row) for row in rows])
    findings += _unbalanced(c)
    if checked["calls"]:
        findings += _unpaid(c)
    findings += _named(_orphans(c))
    return AuditReport(now, checked, tuple(findings))


def export(c: Connection) -> Iterator[dict[str, str | None]]:
    """Yield every row of the ledger with its table's name, oldest first in each table.

    Ids, times and amounts are decimal strings: other programs round numbers above 2^53.
    """
    for table, query in _EXPORTS.items():
        rows = c.execute(query.execution_options(yield_per=STREAMED))
        for row in rows.mappings():
            yield {
                "table": table,
                **{name: None if value is None else str(value) for name, value in row.items()},
            }


def _named(findings: Sequence[str]) -> list[str]:
    more = len(findings) - AT_MOST
    return [*findings[:AT_MOST], *([f"{more} more like these"] if more > 0 else [])]


def _unbalanced(c: Connection) -> list[str]:
    stored, house = (int(value) for value in c.execute(_TOTALS).one())
    if stored + house == 0:
        return []
    return [f"wallets and pools have {stored}, the house's accounts {house}: they must cancel out"]


def _unpaid(c: Connection) -> list[str]:
    paid, cost = (int(value) for value in c.execute(_PAID).one())
    if paid == cost:
        return []
    return [f"the calls cost {cost}, but {paid} went to the provider's cost for them"]


def _orphans(c: Connection) -> list[str]:
    """Name the open holds whose work is over, or not there."""
    wanted: dict[str, dict[int, int]] = {kind: {} for kind in _LIVING_WORK}
    findings = []
    for hold, work in c.execute(_OPEN_HOLDS):
        kind, _, number = work.partition(":")
        if kind in wanted and number.isascii() and number.isdigit():
            wanted[kind][hold] = int(number)
        else:
            findings.append(f"hold {hold} is open for {work!r}, which is no work known here")
    for kind, holds in wanted.items():
        living = _living(c, _LIVING_WORK[kind], sorted(set(holds.values())))
        findings += [
            f"hold {hold} is open, but {kind} {number} is over or not there"
            for hold, number in holds.items()
            if number not in living
        ]
    return findings


def _living(c: Connection, query: TextClause, numbers: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(numbers), STREAMED):
        found.update(c.execute(query, {"ids": numbers[start : start + STREAMED]}).scalars())
    return found


_COUNTS = {
    table: text(f"SELECT COUNT(*) FROM {table}")  # noqa: S608  # names of ours
    for table in ("accounts", "holds", "hold_extensions", "transfers", "calls")
}

_EXPORTS = {
    table: text(f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608  # names of ours
    for table, order in (
        ("accounts", "id"),
        ("holds", "id"),
        ("hold_extensions", "at, key"),
        ("transfers", "at, id"),
    )
}

_MOVED = """
    SELECT account, SUM(amount) AS amount FROM (
      SELECT credit AS account, amount FROM transfers
      UNION ALL SELECT debit, -amount FROM transfers) AS sides GROUP BY account
"""

_CHECKS = (
    _Check(
        text(f"""
          SELECT a.id, a.kind, a.balance, COALESCE(m.amount, 0) AS moved
          FROM accounts a LEFT JOIN ({_MOVED}) AS m ON m.account = a.id
          WHERE a.balance IS NOT NULL AND a.balance <> COALESCE(m.amount, 0)
        """),  # noqa: S608  # a part of ours
        "{kind} {id} has {balance}, its transfers make {moved}",
    ),
    _Check(
        text("""
          SELECT a.id, a.kind, a.held, COALESCE(SUM(h.amount - h.drawn), 0) AS outstanding
          FROM accounts a LEFT JOIN holds h ON h.account = a.id AND h.state = 'open'
          GROUP BY a.id, a.kind, a.held
          HAVING a.held <> COALESCE(SUM(h.amount - h.drawn), 0)
        """),
        "{kind} {id} has {held} held, its open holds make {outstanding}",
    ),
    _Check(
        text("""
          SELECT id, kind, balance, held FROM accounts
          WHERE balance < 0 OR held < 0 OR held > balance
        """),
        "{kind} {id} has {balance} and {held} held, which is less than nothing",
    ),
    _Check(
        text("""
          SELECT h.id, h.drawn, COALESCE(SUM(t.amount), 0) AS moved
          FROM holds h LEFT JOIN transfers t ON t.hold = h.id AND t.debit = h.account
          GROUP BY h.id, h.drawn HAVING h.drawn <> COALESCE(SUM(t.amount), 0)
        """),
        "hold {id} has {drawn} drawn, its transfers make {moved}",
    ),
    _Check(
        text("""
          SELECT h.id, h.amount, h.original, COALESCE(SUM(e.amount), 0) AS extended
          FROM holds h LEFT JOIN hold_extensions e ON e.hold = h.id
          GROUP BY h.id, h.amount, h.original
          HAVING h.amount <> h.original + COALESCE(SUM(e.amount), 0)
        """),
        "hold {id} is of {amount}, but opened with {original} and extended by {extended}",
    ),
    _Check(
        text("SELECT id, amount, drawn FROM holds WHERE drawn < 0 OR drawn > amount"),
        "hold {id} is of {amount} and has {drawn} drawn",
    ),
    _Check(
        text("SELECT id, debit, credit, amount FROM transfers WHERE amount <= 0 OR debit = credit"),
        "transfer {id} moves {amount} from {debit} to {credit}",
    ),
    _Check(
        text("""
          SELECT t.id, t.debit, t.credit FROM transfers t
          LEFT JOIN accounts d ON d.id = t.debit LEFT JOIN accounts e ON e.id = t.credit
          WHERE d.id IS NULL OR e.id IS NULL
        """),
        "transfer {id} is between {debit} and {credit}, which are not both accounts",
    ),
    _Check(
        text("""
          SELECT t.id, t.hold FROM transfers t
          LEFT JOIN holds h ON h.id = t.hold
          LEFT JOIN accounts d ON d.id = t.debit LEFT JOIN accounts e ON e.id = t.credit
          WHERE t.hold IS NOT NULL AND (h.id IS NULL OR e.kind <> 'provider_cost'
            OR (t.debit <> h.account AND d.kind <> 'overrun'))
        """),
        "transfer {id} names hold {hold}, which does not pay this",
    ),
    _Check(
        text("""
          SELECT h.id, h.drawn, c.cost FROM holds h JOIN (
            SELECT hold_id, SUM(cost) AS cost FROM calls GROUP BY hold_id) AS c ON c.hold_id = h.id
          WHERE h.drawn > c.cost
        """),
        "hold {id} paid {drawn}, but its calls cost {cost}",
    ),
)

_TOTALS = text(f"""
  SELECT (SELECT COALESCE(SUM(balance), 0) FROM accounts),
         (SELECT COALESCE(SUM(m.amount), 0) FROM accounts a
            JOIN ({_MOVED}) AS m ON m.account = a.id WHERE a.balance IS NULL)
""")  # noqa: S608  # a part of ours

_PAID = text("""
  SELECT (SELECT COALESCE(SUM(t.amount), 0) FROM transfers t
            JOIN accounts a ON a.id = t.credit AND a.kind = 'provider_cost'
            WHERE t.hold IS NULL OR EXISTS (SELECT 1 FROM calls WHERE hold_id = t.hold)),
         (SELECT COALESCE(SUM(cost), 0) FROM calls)
""")

_OPEN_HOLDS = text("SELECT id, work FROM holds WHERE state = 'open' ORDER BY id")

_LIVING_WORK = {
    "entry": text("""
      SELECT e.id FROM entries e JOIN duels d ON d.id = e.duel_id
      WHERE e.id IN :ids AND e.state IN ('writing', 'unfunded', 'entered')
        AND d.state IN ('open', 'judging')
    """).bindparams(bindparam("ids", expanding=True)),
    "writing": text(
        "SELECT id FROM writings WHERE id IN :ids AND state IN ('waiting', 'writing')"
    ).bindparams(bindparam("ids", expanding=True)),
}
"""By what a hold's work names: the work that is still under way, among some of that kind."""
