"""Readings whose call the provider refused without running it: they wait, and it is not counted.

A provider that has no time for us, has no key of ours, or has lost a whole batch says nothing
about the reading itself. Such a reading is asked again after a pause that grows with every
refusal, for as long as its duel waits for it (``policy.late_verdict``).
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, select, update

from plumas_core.app import App
from plumas_core.clock import MINUTE, SECOND
from plumas_core.judging.settlement import REASON_LIMIT
from plumas_core.providers.errors import (
    ModelRetired,
    NotAuthorised,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    Unavailable,
)
from plumas_core.storage.tables.duels import evaluations
from plumas_core.storage.tables.work import calls

FIRST_PAUSE = 30 * SECOND
LONGEST_PAUSE = 10 * MINUTE
_DOUBLINGS = 10
"""More of them are beyond the longest pause."""

NOT_RUN: tuple[type[ProviderError], ...] = (
    Unavailable,
    RateLimited,
    QuotaExhausted,
    NotAuthorised,
    ModelRetired,
)
"""The provider surely did none of the work, and another text would have fared no better."""


def told_pause(reason: ProviderError) -> int:
    """Return how long the provider told us to wait, in milliseconds; 0 where it did not."""
    if isinstance(reason, RateLimited) and reason.retry_after is not None:
        return int(reason.retry_after * SECOND)
    return 0


def pause_after(refused: int) -> int:
    """Return how long a reading waits that was refused so often before, in milliseconds."""
    return min(FIRST_PAUSE << min(refused, _DOUBLINGS), LONGEST_PAUSE)


def put_back(
    app: App, c: Connection, *which: ColumnElement[bool], why: str, at_least: int = 0
) -> int:
    """End the judging calls under way that fulfil ``which``; return how many readings wait again.

    ``which`` is about ``calls``; ``at_least`` is the shortest pause in milliseconds. Nothing was
    billed, so no money moves.
    """
    now = app.clock()
    under_way = (calls.c.kind == "judge", calls.c.state == "in_flight", *which)
    asked = select(calls.c.evaluation_id).where(*under_way)
    open_ones = (evaluations.c.id.in_(asked), evaluations.c.state == "in_flight")
    # Most refused first: a reading that was counted on is not met again.
    levels = (
        select(evaluations.c.refused)
        .where(*open_ones)
        .distinct()
        .order_by(evaluations.c.refused.desc())
    )
    waiting = 0
    for refused in c.execute(levels).scalars().all():
        waiting += c.execute(
            update(evaluations)
            .where(*open_ones, evaluations.c.refused == refused)
            .values(
                state="waiting",
                refused=refused + 1,
                next_at=now + max(pause_after(refused), at_least),
            )
        ).rowcount
    c.execute(
        update(calls)
        .where(*under_way)
        .values(state="failed", error=why[:REASON_LIMIT], settled_at=now)
    )
    return waiting
