"""How program time passes on the console: by itself, paced, or by hand.

- By itself (``RunningTime``): the clock runs, as fast as it was told, and jobs run beside it.
- Paced (``PacedTime``): so many times faster than the machine's, but only while nothing is typed,
  and standing still while work is done. So a script comes out the same on a slow machine, and a
  lease of two minutes does not run out within a transaction, however fast time passes.
- By hand (``VirtualTime``): nobody waits. The clock is put forward in steps, and what is due at
  each step is done. Steps grow while nothing happens, up to the next moment that something waits
  for, so that a deadline after three days takes a moment and a poll after five seconds is not
  missed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias, TypeVar

from adapters.console.under_way import UnderWay, awaited, under_way
from plumas_core.app import App
from plumas_core.clock import DAY, SECOND, Clock, system_clock

T = TypeVar("T")

RunDue: TypeAlias = Callable[[App], Awaitable[int]]
"""Does what is due at this moment, and returns how much was done."""

LONGEST_SETTLE = 31 * DAY
"""Program time after which what is still under way is called stuck: no duel lasts so long."""

PATIENCE = 5.0
"""Seconds of the machine's time that a line of a script waits for what it made due."""

_LOOK_AGAIN = 0.05
_TICK = 0.05
"""Seconds of the machine's time between two steps of a paced clock."""
_LONGEST_TICK = 0.5
"""More than this at once is a machine that was asleep, and is not made up for."""

_FIRST_STEP = SECOND
_GROWTH = 4
_LONGEST_STEP = DAY
_CAREFUL_STEPS = 2_000
"""Steps that heed what happens; what is tried for ever must not keep time from passing."""
_MOST_ROUNDS = 100
"""Rounds of due work at one moment: each may make more due, but not for ever."""


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

    async def idle(self, over: asyncio.Event) -> None:
        """Let time pass, as while a person thinks of the next line, until it is ``over``."""
        ...


async def while_idle(passing: Passing, waiting: Awaitable[T]) -> T:
    """Wait for what takes its own time, and let program time pass meanwhile."""
    over = asyncio.Event()
    idling = asyncio.create_task(passing.idle(over))
    try:
        return await waiting
    finally:
        over.set()
        await idling


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

    async def idle(self, over: asyncio.Event) -> None:
        await over.wait()


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


class Rounds:
    """Does due work, round after round, until a round brings nothing new."""

    def __init__(self, app: App, clock: Clock, run_due: RunDue) -> None:
        self._app = app
        self._clock = clock
        self._run_due = run_due
        self._usual = 0
        self._quiet: tuple[int, object] | None = None

    async def run(self) -> bool:
        """Do all that is due at this moment; tell whether there was anything.

        Some jobs count what they look after at every look: the same number again is no news. What
        is due follows from the time and the database: while neither has changed, there is no look.
        """
        usual, last = self._usual, -1
        for number in range(_MOST_ROUNDS):
            moment = await self._moment()
            if number == 0 and moment == self._quiet:
                return False
            done = await self._run_due(self._app)
            if done in (0, last):
                self._usual, self._quiet = done, moment
                return number > 1 or done != usual
            last = done
        return True

    async def _moment(self) -> tuple[int, object]:
        """Return the time, and what is the same only while nothing is committed."""
        state = await self._app.db.glance(lambda _: object(), ("state", id(self)))
        return self._clock(), state


class VirtualTime:
    """Puts a manual clock forward, and does what is due at each step."""

    def __init__(self, app: App, time: ManualTime, run_due: RunDue) -> None:
        self._app = app
        self._time = time
        self._rounds = Rounds(app, time.now, run_due)

    async def wait(self, milliseconds: int) -> None:
        await self._pass(milliseconds, self._never)

    async def catch_up(self) -> None:
        await self._rounds.run()

    async def settle(self) -> UnderWay:
        await self._pass(LONGEST_SETTLE, self._nothing_left)
        return await self._app.db.read(lambda c: under_way(self._app, c))

    async def idle(self, over: asyncio.Event) -> None:
        await over.wait()

    async def _pass(self, milliseconds: int, done: Callable[[], Awaitable[bool]]) -> None:
        """Put the clock forward by so much, in steps, unless it is ``done`` before."""
        until = self._time.now() + milliseconds
        step, steps = _FIRST_STEP, 0
        await self._rounds.run()
        while (left := until - self._time.now()) > 0 and not await done():
            careful = steps < _CAREFUL_STEPS
            known = await self._until_known() if careful else _LONGEST_STEP
            self._time.advance(min(step, left, known))
            busy = await self._rounds.run() and careful
            step = _FIRST_STEP if busy else min(step * _GROWTH, _LONGEST_STEP)
            steps += 1

    async def _never(self) -> bool:
        return False

    async def _nothing_left(self) -> bool:
        return not await self._app.db.read(lambda c: under_way(self._app, c))

    async def _until_known(self) -> int:
        """Return how long it is until the next moment that something waits for."""
        now = self._app.clock()
        moments = await self._app.db.read(lambda c: awaited(self._app, c))
        return min((moment - now for moment in moments if moment > now), default=_LONGEST_STEP)


class PacedTime:
    """Puts a manual clock forward ``scale`` times as fast as the machine's runs.

    It does so while it is asked to wait or to settle, and while nobody has typed anything.
    """

    def __init__(self, app: App, time: ManualTime, run_due: RunDue, scale: float) -> None:
        self._app = app
        self._time = time
        self._rounds = Rounds(app, time.now, run_due)
        self._scale = scale
        self._last = 0.0

    async def wait(self, milliseconds: int) -> None:
        until = self._time.now() + milliseconds
        await self._begin()
        while (left := until - self._time.now()) > 0:
            await asyncio.sleep(_TICK)
            await self._step(left)

    async def catch_up(self) -> None:
        await self._rounds.run()

    async def settle(self) -> UnderWay:
        until = self._time.now() + LONGEST_SETTLE
        await self._begin()
        while left := await self._app.db.read(lambda c: under_way(self._app, c)):
            if self._time.now() >= until:
                break
            await asyncio.sleep(_TICK)
            await self._step(LONGEST_SETTLE)
        return left

    async def idle(self, over: asyncio.Event) -> None:
        self._last = asyncio.get_running_loop().time()
        while not over.is_set():
            try:
                await asyncio.wait_for(over.wait(), _TICK)
            except TimeoutError:
                await self._step(LONGEST_SETTLE)

    async def _begin(self) -> None:
        """Count time from now, with what is due already done."""
        await self._rounds.run()
        self._last = asyncio.get_running_loop().time()

    async def _step(self, most: int) -> None:
        """Let the time that went by have passed, at most so much, and do what is due then."""
        now = asyncio.get_running_loop().time()
        gone = min(now - self._last, _LONGEST_TICK)
        self._last = now
        self._time.advance(min(round(gone * self._scale * SECOND), most))
        await self._rounds.run()
