"""What is not finished yet, and the moments that it waits for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from plumas_core.app import App
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels, suspicions
from plumas_core.storage.tables.ledger import transfers
from plumas_core.storage.tables.work import batches, writings

ENDED_BATCHES = ("settled", "failed", "expired")


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How much is not finished yet, of each kind."""

    duels: int
    writings: int
    batches: int
    messages: int

    def __bool__(self) -> bool:
        return any((self.duels, self.writings, self.batches, self.messages))


def under_way(app: App, c: Connection) -> UnderWay:
    """Count what is not finished yet."""
    return UnderWay(
        duels=_count(c, duels.c.state.in_(("open", "judging"))),
        writings=_count(c, writings.c.state.in_(("waiting", "writing"))),
        batches=_count(c, batches.c.state.not_in(ENDED_BATCHES)),
        messages=app.outbox.pending(c),
    )


def _count(c: Connection, condition: ColumnElement[bool]) -> int:
    return int(c.execute(select(func.count()).where(condition)).scalar_one())


def latest_moment(c: Connection) -> int:
    """Return the latest time (UTC ms) that anything was written down at, 0 where nothing was.

    Program time that ran fast is ahead of the machine's; a later run goes on from there.
    """
    columns = (outbox.c.due_at, transfers.c.at, duels.c.opened_at, batches.c.created_at)
    return max(int(c.execute(select(func.max(column))).scalar() or 0) for column in columns)


def awaited(app: App, c: Connection) -> list[int]:
    """Return the moments (UTC ms) that running work waits for: deadlines, polls, new tries."""
    policy = app.policy
    moments: list[int] = []
    open_until = select(duels.c.ends_at).where(duels.c.state == "open")
    for end in c.execute(open_until).scalars():
        moments += [end, end + policy.entry_grace, end + policy.writing_grace]
        moments += [end - lead for lead in policy.reminders]
    judged_since = select(duels.c.judging_at).where(duels.c.state == "judging")
    for start in c.execute(judged_since).scalars():
        moments += [start + policy.late_single, start + policy.late_verdict]
    asked = select(suspicions.c.due_at).where(suspicions.c.answer.is_(None))
    moments += c.execute(asked).scalars()
    owed = select(outbox.c.next_at).where(outbox.c.state.in_(("due", "placing", "placed")))
    running = select(batches.c.next_at).where(batches.c.state.not_in(ENDED_BATCHES))
    moments += [*c.execute(owed).scalars(), *c.execute(running).scalars()]
    for table in (batches, writings, outbox):
        leased = select(table.c.lease_until).where(table.c.lease_until.is_not(None))
        moments += c.execute(leased).scalars()
    return moments
