"""What the demonstration ends with, as data: the verdict, every movement, the ledger's proof.

Amounts are picodollars in decimal strings, since JSON numbers hold no more than 2^53; beside each
stands the same in credits, exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypedDict

from sqlalchemy import Connection, select

from plumas_core.app import App
from plumas_core.credits.audit import AuditReport, audit
from plumas_core.credits.movements import Movement, movements
from plumas_core.duels.results import SeatReading, criterion_means, duel_cost, readings_of
from plumas_core.duels.rows import Duel, Entry, Seat, duel_by_id, entries_of, name_of, seats_of
from plumas_core.duels.standings import Placed, latest_standings
from plumas_core.policy import CREDIT
from plumas_core.storage.tables.ledger import accounts

MOST_MOVEMENTS = 1_000


class Report(TypedDict):
    """The three parts, each as JSON has it."""

    verdict: dict[str, object] | None
    movements: list[dict[str, object]]
    audit: Proof


class Proof(TypedDict):
    """What the audit looked at, and found."""

    ok: bool
    checked: dict[str, int]
    findings: list[str]


def report(app: App, c: Connection, duel_id: int) -> Report:
    """Return ``verdict`` (``None`` where there is none), ``movements`` and ``audit``."""
    duel = duel_by_id(c, duel_id)
    return {
        "verdict": _verdict(app, c, duel) if duel else None,
        "movements": _movements(c),
        "audit": _audit(audit(c, app.clock())),
    }


def amount(picodollars: int) -> dict[str, str]:
    """Return an amount in picodollars and in credits."""
    return {
        "picodollars": str(picodollars),
        "credits": format((Decimal(picodollars) / CREDIT).normalize(), "f"),
    }


def _verdict(app: App, c: Connection, duel: Duel) -> dict[str, object] | None:
    standings = latest_standings(c, duel.id)
    if standings is None:
        return None
    entries = {entry.id: entry for entry in entries_of(c, duel.id)}
    panel = {seat.id: seat for seat in seats_of(c, duel.id)}
    readings = readings_of(c, duel.id)
    return {
        "duel": duel.number,
        "theme": duel.theme,
        "locale": duel.locale,
        "simulated": duel.simulated,
        "aggregation": standings.model,
        "cost": amount(duel_cost(c, duel.id)),
        "ranking": [
            _placed(app, duel, one, entries[one.entry_id], readings.get(one.entry_id, []), panel)
            for one in standings.placed
        ],
    }


def _placed(
    app: App,
    duel: Duel,
    placed: Placed,
    entry: Entry,
    readings: list[SeatReading],
    panel: Mapping[int, Seat],
) -> dict[str, object]:
    rubric = app.desk.rubric(duel.rubric_version)
    means = criterion_means(readings, rubric)
    return {
        "place": placed.place,
        "shared": placed.shared,
        "title": entry.title,
        "author": entry.byline,
        "kind": entry.kind,
        "model": entry.model_id,
        "words": entry.words,
        "score": round(placed.score, 2),
        "interval": [round(placed.low, 2), round(placed.high, 2)],
        "criteria": {name: round(mean, 2) for name, mean in means.items()},
        "readings": [
            {
                "judge": panel[one.seat_id].name,
                "model": panel[one.seat_id].model_id,
                "scores": one.scores and dict(one.scores),
                "comment": one.comment,
                "quote": one.quote,
                "missing": one.reason if one.scores is None else None,
            }
            for one in readings
        ],
    }


def _movements(c: Connection) -> list[dict[str, object]]:
    """Return what every wallet and pool received and paid, account by account, oldest first."""
    query = (
        select(accounts.c.id, accounts.c.kind, accounts.c.owner)
        .where(accounts.c.kind.in_(("wallet", "pool")))
        .order_by(accounts.c.kind, accounts.c.id)
    )
    lines: list[dict[str, object]] = []
    for account, kind, owner in c.execute(query):
        name = name_of(c, owner) if kind == "wallet" else "pool"
        for movement in reversed(movements(c, account, MOST_MOVEMENTS)):
            lines.append({"account": name, "kind": kind, **_movement(movement)})
    return lines


def _movement(movement: Movement) -> dict[str, object]:
    return {
        "at": movement.at,
        "purpose": movement.purpose,
        **amount(movement.amount),
        "calls": [
            {
                "model": use.model_id,
                "mode": use.mode,
                "calls": use.calls,
                "input_tokens": use.input,
                "output_tokens": use.output,
                "cost": amount(use.cost),
            }
            for use in movement.uses
        ],
    }


def _audit(proof: AuditReport) -> Proof:
    return {"ok": proof.ok, "checked": dict(proof.checked), "findings": list(proof.findings)}
