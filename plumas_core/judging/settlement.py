"""Writing down what judges answered and what it cost, for many calls in one transaction.

Batches and single calls end here alike. A call is settled only while it is ``in_flight``; its
cost is drawn from its entry's hold, once per hold for all calls of a transaction; what a closed
hold cannot pay (the duel ended meanwhile) is the house's loss. When the last reading of an entry
has ended, its hold is closed and the rest returns.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, exists, select, update

from plumas_core.app import App
from plumas_core.catalog.models import Model
from plumas_core.catalog.pricing import price
from plumas_core.catalog.usage import Mode
from plumas_core.credits.ledger import Close, Draw
from plumas_core.duels.rows import as_value
from plumas_core.duels.states import UNREAD
from plumas_core.judging.reading import Reading
from plumas_core.policy import Policy
from plumas_core.providers.interface import RowResult
from plumas_core.storage.tables.duels import duels, entries, evaluations, seats
from plumas_core.storage.tables.ledger import holds
from plumas_core.storage.tables.work import calls

REASON_LIMIT = 200


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call under way, with what is needed to read its answer and to price it."""

    id: int
    row: int | None
    attempt: int
    evaluation_id: int
    entry_id: int
    hold_id: int
    tries: int
    broken: int
    text: str
    rubric_version: str
    priced_at: int


def open_calls(c: Connection, *where: ColumnElement[bool]) -> list[OpenCall]:
    """Return the judging calls under way that fulfil ``where``."""
    query = (
        select(
            calls.c.id,
            calls.c.row,
            calls.c.attempt,
            calls.c.evaluation_id,
            calls.c.hold_id,
            evaluations.c.entry_id,
            evaluations.c.tries,
            evaluations.c.broken,
            entries.c.text,
            duels.c.rubric_version,
            seats.c.priced_at,
        )
        .join(evaluations, evaluations.c.id == calls.c.evaluation_id)
        .join(entries, entries.c.id == evaluations.c.entry_id)
        .join(duels, duels.c.id == evaluations.c.duel_id)
        .join(seats, seats.c.id == evaluations.c.seat_id)
        .where(calls.c.state == "in_flight", *where)
    )
    return [as_value(OpenCall, row) for row in c.execute(query).mappings()]


def settle_judging(
    app: App,
    c: Connection,
    model: Model,
    mode: Mode,
    answers: Sequence[tuple[OpenCall, RowResult]],
    key: str,
) -> None:
    """Settle ``answers`` in the running transaction; ``key`` names it in the ledger.

    Raises:
        MissingPrice: the catalog has no price for the model; nothing is settled.
    """
    if not answers:
        return
    now = app.clock()
    settled: list[dict[str, Any]] = []
    read: list[dict[str, Any]] = []
    unread: list[dict[str, Any]] = []
    costs: dict[int, int] = defaultdict(int)
    for call, result in answers:
        billed = result.usage.prompt or result.usage.output
        cost = price(model, result.usage, mode, call.priced_at) if billed else 0
        costs[call.hold_id] += cost
        settled.append(_settled(call, result, cost, now))
        outcome = _read(app, call, result)
        if isinstance(outcome, Reading):
            read.append(_as_read(call, outcome, now))
        else:
            unread.append(_as_unread(app.policy, call, outcome))
    c.execute(_SETTLE_CALL, settled)
    if read:
        c.execute(_READ, read)
    if unread:
        c.execute(_NOT_READ, unread)
    drawn = [Draw(hold, cost, f"{key}:{hold}") for hold, cost in costs.items() if cost]
    app.book.draw_many(c, drawn)
    close_finished(app, c, {call.entry_id for call, _ in answers}, key)


@dataclass(frozen=True, slots=True)
class _NotRead:
    """Why an answer is no reading; ``broken``: it came and was paid, but cannot be read."""

    reason: str
    broken: bool = False
    final: bool = False


def _read(app: App, call: OpenCall, result: RowResult) -> Reading | _NotRead:
    if result.outcome != "succeeded":
        return _NotRead(result.error or result.outcome)
    if result.stop == "refusal":
        return _NotRead("refused", final=True)
    outcome = app.desk.reader(call.rubric_version).read(result.text, call.text)
    return outcome if isinstance(outcome, Reading) else _NotRead(outcome.reason, broken=True)


def _settled(call: OpenCall, result: RowResult, cost: int, now: int) -> dict[str, Any]:
    usage = result.usage
    return {
        "which": call.id,
        "to_state": "settled" if result.outcome == "succeeded" else "failed",
        "in_": usage.input,
        "cached_": usage.cached,
        "write_5m": usage.cache_write_5m,
        "write_1h": usage.cache_write_1h,
        "out_": usage.output,
        "thought": usage.reasoning,
        "cost_": cost,
        "why": result.error[:REASON_LIMIT] if result.error else None,
        "now": now,
    }


def _as_read(call: OpenCall, reading: Reading, now: int) -> dict[str, Any]:
    return {
        "which": call.evaluation_id,
        "scores_": json.dumps(reading.scores, separators=(",", ":")),
        "comment_": reading.comment,
        "quote_": reading.quote,
        "steering_": reading.steering,
        "now": now,
    }


def _as_unread(policy: Policy, call: OpenCall, outcome: _NotRead) -> dict[str, Any]:
    """Decide whether the seat is asked again. One more call after a paid one needs new money."""
    broken = call.broken + outcome.broken
    over = outcome.final or broken >= policy.broken_answers or call.tries >= policy.unbilled_tries
    return {
        "which": call.evaluation_id,
        "to_state": "missing" if over else "waiting",
        "broken_": broken,
        "unfunded_": outcome.broken and not over,
        "why": outcome.reason[:REASON_LIMIT],
    }


def close_finished(app: App, c: Connection, entry_ids: Iterable[int], key: str) -> None:
    """Close the holds of those entries whose readings have all ended."""
    unread = exists(
        select(evaluations.c.id).where(
            evaluations.c.entry_id == entries.c.id, evaluations.c.state.in_(UNREAD)
        )
    )
    query = (
        select(entries.c.hold_id)
        .join(holds, holds.c.id == entries.c.hold_id)
        .where(entries.c.id.in_(list(entry_ids)), holds.c.state == "open", ~unread)
    )
    over = c.execute(query).scalars().all()
    app.book.close_many(c, [Close(hold, f"{key}:{hold}:close") for hold in over])


_SETTLE_CALL = (
    update(calls)
    .where(calls.c.id == bindparam("which"), calls.c.state == "in_flight")
    .values(
        state=bindparam("to_state"),
        input=bindparam("in_"),
        cached=bindparam("cached_"),
        cache_write_5m=bindparam("write_5m"),
        cache_write_1h=bindparam("write_1h"),
        output=bindparam("out_"),
        reasoning=bindparam("thought"),
        cost=bindparam("cost_"),
        error=bindparam("why"),
        settled_at=bindparam("now"),
    )
)

_READ = (
    update(evaluations)
    .where(evaluations.c.id == bindparam("which"), evaluations.c.state == "in_flight")
    .values(
        state="read",
        scores=bindparam("scores_"),
        comment=bindparam("comment_"),
        quote=bindparam("quote_"),
        steering=bindparam("steering_"),
        reason=None,
        read_at=bindparam("now"),
    )
)

_NOT_READ = (
    update(evaluations)
    .where(evaluations.c.id == bindparam("which"), evaluations.c.state == "in_flight")
    .values(
        state=bindparam("to_state"),
        broken=bindparam("broken_"),
        unfunded=bindparam("unfunded_"),
        reason=bindparam("why"),
    )
)
