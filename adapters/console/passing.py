"""How program time passes on the console: by itself, faster, or by hand.

By hand (virtual), nobody waits: the clock is put forward in steps, and what is due at each step
is done. Steps grow while nothing happens, up to the next moment that something waits for, so that
a deadline after three days takes a moment and a poll after five seconds is not missed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import ColumnElement, Connection, func, select

from plumas_core.app import App
from plumas_core.clock import DAY, SECOND, Clock, system_clock
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels
from plumas_core.storage.tables.ledger import transfers
from plumas_core.storage.tables.work import batches, writings

LONGEST_SETTLE = 31 * DAY
"""Program time after which what is still under way is called stuck: no duel lasts so long."""

_FIRST_STEP = SECOND
_GROWTH = 4
_LONGEST_STEP = DAY
_MOST_ROUNDS = 100
"""Rounds of due work at one moment: each may make more due, but not for ever."""

ENDED_BATCHES = ("settled", "failed", "expired")

_LOOK_AGAIN = 0.05
PATIENCE = 5.0
"""Seconds of the machine's time that a line of a script waits for what it made due."""


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
    owed = select(outbox.c.next_at).where(outbox.c.state.in_(("due", "placing", "placed")))
    running = select(batches.c.next_at).where(batches.c.state.not_in(ENDED_BATCHES))
    moments += [*c.execute(owed).scalars(), *c.execute(running).scalars()]
    for table in (batches, writings, outbox):
        leased = select(table.c.lease_until).where(table.c.lease_until.is_not(None))
        moments += c.execute(leased).scalars()
    return moments


class ShiftedTime:
    """A clock that is put forward once, to where program time had come."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = 0

    def now(self) -> int:
        """Return the time, in UTC milliseconds."""
        return self._clock() + self._ahead

    def not_before(self, moment: int) -> None:
        """Put the clock forward so that it tells ``moment`` or later."""
        self._ahead += max(moment - self.now(), 0)


class Passing(Protocol):
    """Lets program time pass."""

    async def wait(self, milliseconds: int) -> None:
        """Let so much program time pass."""
        ...

    async def catch_up(self) -> None:
        """Let what is due at this moment be done."""
        ...

    async def settle(self) -> UnderWay:
        """Let time pass until nothing is under way; return what still is, where it gets stuck."""
        ...


class RunningTime:
    """Time that passes by itself, as fast as the program was told; jobs run beside it.

    ``patience``: seconds of the machine's time that :meth:`catch_up` takes at most.
    """

    def __init__(self, app: App, patience: float = PATIENCE) -> None:
        self._app = app
        self._patience = patience

    async def wait(self, milliseconds: int) -> None:
        await self._app.sleep(milliseconds / SECOND)

    async def catch_up(self) -> None:
        """Wait until every message that is owed was brought, but not for long."""
        until = asyncio.get_running_loop().time() + self._patience
        while asyncio.get_running_loop().time() < until:
            if not await self._app.db.read(self._app.outbox.pending):
                return
            await asyncio.sleep(_LOOK_AGAIN)

    async def settle(self) -> UnderWay:
        until = self._app.clock() + LONGEST_SETTLE
        while left := await self._app.db.read(lambda c: under_way(self._app, c)):
            if self._app.clock() >= until:
                return left
            await asyncio.sleep(_LOOK_AGAIN)
        return left


class ManualTime:
    """A clock that moves only when it is told to, and for whoever sleeps by it."""

    def __init__(self, start: int | None = None, clock: Clock = system_clock) -> None:
        self._now = clock() if start is None else start

    def now(self) -> int:
        """Return the time, in UTC milliseconds."""
        return self._now

    def advance(self, milliseconds: int) -> None:
        self._now += milliseconds

    async def sleep(self, seconds: float) -> None:
        """Return at once, with the clock put forward to when the sleep would have ended."""
        until = self._now + round(seconds * SECOND)
        await asyncio.sleep(0)
        self._now = max(self._now, until)


class VirtualTime:
    """Puts a manual clock forward, and does what is due at each step.

    ``run_due`` runs every job once and returns how much was done.
    """

    def __init__(
        self, app: App, time: ManualTime, run_due: Callable[[App], Awaitable[int]]
    ) -> None:
        self._app = app
        self._time = time
        self._run_due = run_due
        self._usual = 0

    async def wait(self, milliseconds: int) -> None:
        await self._pass(milliseconds, self._never)

    async def catch_up(self) -> None:
        await self._round()

    async def settle(self) -> UnderWay:
        await self._pass(LONGEST_SETTLE, self._nothing_left)
        return await self._app.db.read(lambda c: under_way(self._app, c))

    async def _pass(self, milliseconds: int, done: Callable[[], Awaitable[bool]]) -> None:
        """Put the clock forward by so much, in steps, unless it is ``done`` before."""
        until = self._time.now() + milliseconds
        step = _FIRST_STEP
        await self._round()
        while (left := until - self._time.now()) > 0 and not await done():
            self._time.advance(min(step, left, await self._until_known()))
            busy = await self._round()
            step = _FIRST_STEP if busy else min(step * _GROWTH, _LONGEST_STEP)

    async def _never(self) -> bool:
        return False

    async def _nothing_left(self) -> bool:
        return not await self._app.db.read(lambda c: under_way(self._app, c))

    async def _until_known(self) -> int:
        """Return how long it is until the next moment that something waits for."""
        now = self._app.clock()
        moments = await self._app.db.read(lambda c: awaited(self._app, c))
        return min((moment - now for moment in moments if moment > now), default=_LONGEST_STEP)

    async def _round(self) -> bool:
        """Do what is due until nothing new is; tell whether there was anything.

        Some jobs count what they look after at every look: the same number again is no news.
        """
        usual, last = self._usual, -1
        for number in range(_MOST_ROUNDS):
            done = await self._run_due(self._app)
            if done in (0, last):
                self._usual = done
                return number > 1 or done != usual
            last = done
        return True
