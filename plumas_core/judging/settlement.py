"""Writing down what judges answered and what it cost, for many calls in one transaction.

Batches and single calls end here alike. A call is settled only while it is ``in_flight``; its
cost is drawn from its entry's hold, once per hold for all calls of a transaction; what a closed
hold cannot pay (the duel ended meanwhile) is the house's loss. When the last reading of an entry
has ended, its hold is closed and the rest returns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic_core import to_json
from sqlalchemy import ColumnElement, Connection, exists, select, text

from plumas_core.app import App
from plumas_core.catalog.models import Model
from plumas_core.catalog.pricing import price
from plumas_core.catalog.usage import Mode
from plumas_core.credits.settling import Order
from plumas_core.duels.states import UNREAD
from plumas_core.judging.reading import Reading
from plumas_core.policy import Policy
from plumas_core.providers.interface import RowResult
from plumas_core.storage.many import execute_many
from plumas_core.storage.tables.duels import duels, entries, evaluations, seats
from plumas_core.storage.tables.ledger import holds
from plumas_core.storage.tables.work import calls

REASON_LIMIT = 200


class OpenCall(NamedTuple):
    """A call under way, with what is needed to read its answer and to price it.

    ``tries``: calls that were begun for the reading and not refused.
    """

    id: int
    row: int | None
    attempt: int
    evaluation_id: int
    hold_id: int
    entry_id: int
    tries: int
    broken: int
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
            (evaluations.c.tries - evaluations.c.refused).label("tries"),
            evaluations.c.broken,
            duels.c.rubric_version,
            seats.c.priced_at,
        )
        .join(evaluations, evaluations.c.id == calls.c.evaluation_id)
        .join(duels, duels.c.id == evaluations.c.duel_id)
        .join(seats, seats.c.id == evaluations.c.seat_id)
        .where(calls.c.state == "in_flight", *where)
    )
    return [OpenCall._make(row) for row in c.execute(query).all()]


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
    texts = _texts(c, answers)
    settled: list[tuple[Any, ...]] = []
    read: list[tuple[Any, ...]] = []
    unread: list[tuple[Any, ...]] = []
    costs: dict[int, int] = defaultdict(int)
    for call, result in answers:
        billed = result.usage.prompt or result.usage.output
        cost = price(model, result.usage, mode, call.priced_at) if billed else 0
        costs[call.hold_id] += cost
        settled.append(_settled(call, result, cost, now))
        outcome = _read(app, call, result, texts)
        if isinstance(outcome, Reading):
            read.append(_as_read(call, outcome, now))
        else:
            unread.append(_as_unread(app.policy, call, outcome))
    execute_many(c, _SETTLE_CALL, settled)
    execute_many(c, _READ, read)
    execute_many(c, _NOT_READ, unread)
    _pay(app, c, costs, {call.entry_id for call, _ in answers}, key)


@dataclass(frozen=True, slots=True)
class _NotRead:
    """Why an answer is no reading; ``broken``: it came and was paid, but cannot be read."""

    reason: str
    broken: bool = False
    final: bool = False


def _texts(c: Connection, answers: Sequence[tuple[OpenCall, RowResult]]) -> Mapping[int, str]:
    """Return, by entry, the texts that were answered about: one text for all of its judges."""
    answered = {call.entry_id for call, result in answers if result.outcome == "succeeded"}
    if not answered:
        return {}
    query = select(entries.c.id, entries.c.text).where(entries.c.id.in_(answered))
    return dict(c.execute(query).all())


def _read(
    app: App, call: OpenCall, result: RowResult, texts: Mapping[int, str]
) -> Reading | _NotRead:
    if result.outcome != "succeeded":
        return _NotRead(result.error or result.outcome)
    if result.stop == "refusal":
        return _NotRead("refused", final=True)
    outcome = app.desk.reader(call.rubric_version).read(result.text, texts[call.entry_id])
    return outcome if isinstance(outcome, Reading) else _NotRead(outcome.reason, broken=True)


def _settled(call: OpenCall, result: RowResult, cost: int, now: int) -> tuple[Any, ...]:
    state = "settled" if result.outcome == "succeeded" else "failed"
    error = result.error[:REASON_LIMIT] if result.error else None
    return (state, *result.usage, cost, error, now, call.id)


def _as_read(call: OpenCall, reading: Reading, now: int) -> tuple[Any, ...]:
    scores = to_json(reading.scores).decode()
    return (scores, reading.comment, reading.quote, reading.steering, now, call.evaluation_id)


def _as_unread(policy: Policy, call: OpenCall, outcome: _NotRead) -> tuple[Any, ...]:
    """Decide whether the seat is asked again. One more call after a paid one needs new money."""
    broken = call.broken + outcome.broken
    over = outcome.final or broken >= policy.broken_answers or call.tries >= policy.unbilled_tries
    state = "missing" if over else "waiting"
    unfunded = outcome.broken and not over
    return (state, broken, unfunded, outcome.reason[:REASON_LIMIT], call.evaluation_id)


def _pay(
    app: App, c: Connection, costs: Mapping[int, int], entry_ids: Collection[int], key: str
) -> None:
    """Draw from each hold what its calls cost, and close it where no more of them will come."""
    over = _finished(c, entry_ids)
    spent = {hold: cost for hold, cost in costs.items() if cost}
    orders = [
        Order(hold, spent.get(hold, 0), f"{key}:{hold}", closes=hold in over)
        for hold in sorted(spent.keys() | over)
    ]
    app.book.settle_many(c, orders)


def _finished(c: Connection, entry_ids: Collection[int]) -> set[int]:
    """Return the open holds of those entries whose readings have all ended."""
    unread = exists(
        select(evaluations.c.id).where(
            evaluations.c.entry_id == entries.c.id, evaluations.c.state.in_(UNREAD)
        )
    )
    query = (
        select(holds.c.id)
        .join(entries, entries.c.hold_id == holds.c.id)
        .where(entries.c.id.in_(entry_ids), holds.c.state == "open", ~unread)
    )
    return set(c.execute(query).scalars())


_SETTLE_CALL = text(
    "UPDATE calls SET state = :state, input = :input, output = :output, cached = :cached, "
    "cache_write_5m = :cache_write_5m, cache_write_1h = :cache_write_1h, "
    "reasoning = :reasoning, cost = :cost, error = :error, settled_at = :at "
    "WHERE id = :id AND state = 'in_flight'"
)

_READ = text(
    "UPDATE evaluations SET state = 'read', scores = :scores, comment = :comment, "
    "quote = :quote, steering = :steering, reason = NULL, read_at = :at "
    "WHERE id = :id AND state = 'in_flight'"
)

_NOT_READ = text(
    "UPDATE evaluations SET state = :state, broken = :broken, unfunded = :unfunded, "
    "reason = :reason WHERE id = :id AND state = 'in_flight'"
)
