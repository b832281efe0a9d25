"""How program time passes on the console."""

from __future__ import annotations

import asyncio

import pytest

from adapters.console.passing import (
    ManualTime,
    PacedTime,
    RunningTime,
    ShiftedTime,
    VirtualTime,
    while_idle,
)
from bot.settings import Settings
from bot.wiring import open_app
from plumas_core.app import App
from plumas_core.clock import DAY, HOUR, MINUTE, SECOND
from tests.support.stage import Stage
from tests.support.time import START as NOON
from tests.support.time import ManualClock


class Work:
    """Counts the looks, and is busy as often as it is told; ``always`` at every look."""

    def __init__(self, *, busy: int = 0, always: int = 0) -> None:
        self.looks = 0
        self._busy = busy
        self._always = always

    async def __call__(self, app: App) -> int:
        self.looks += 1
        self._busy -= 1
        return self._always + (self._busy >= 0)


async def test_a_wait_by_hand_ends_at_its_very_moment(app: App) -> None:
    time = ManualTime(0)
    await VirtualTime(app, time, Work()).wait(3 * HOUR + 7)
    assert time.now() == 3 * HOUR + 7


async def test_a_fortnight_without_events_is_few_steps(app: App) -> None:
    work = Work()
    await VirtualTime(app, ManualTime(0), work).wait(14 * DAY)
    assert work.looks < 40


async def test_a_job_that_always_counts_the_same_is_no_event(app: App) -> None:
    work = Work(always=3)
    await VirtualTime(app, ManualTime(0), work).wait(14 * DAY)
    assert work.looks < 80


async def test_what_is_due_is_done_until_nothing_is(app: App) -> None:
    work = Work(busy=5)
    await VirtualTime(app, ManualTime(0), work).catch_up()
    assert work.looks >= 2
    await VirtualTime(app, ManualTime(0), work).wait(MINUTE)
    assert work.looks > 5


async def test_where_nothing_has_changed_nothing_is_looked_for(app: App) -> None:
    work = Work()
    time = ManualTime(0)
    passing = VirtualTime(app, time, work)
    await passing.catch_up()
    await passing.catch_up()
    assert work.looks == 1
    await Stage(app, ManualClock(), []).say("m1", "/credits")
    await passing.catch_up()
    assert work.looks == 2
    time.advance(1)
    await passing.catch_up()
    assert work.looks == 3


async def test_what_changes_during_the_last_look_is_looked_at_again(app: App) -> None:
    stage = Stage(app, ManualClock(), [])
    looks = 0

    async def meanwhile(app: App) -> int:
        nonlocal looks
        looks += 1
        if looks == 1:
            await stage.say("m1", "/credits")
        return 0

    passing = VirtualTime(app, ManualTime(0), meanwhile)
    await passing.catch_up()
    await passing.catch_up()
    assert looks == 2


async def test_work_that_never_ends_does_not_stop_time(app: App) -> None:
    numbers = iter(range(1, 1_000_000))

    async def endless(app: App) -> int:
        return next(numbers)

    time = ManualTime(0)
    await VirtualTime(app, time, endless).wait(10 * SECOND)
    assert time.now() == 10 * SECOND


async def test_what_is_tried_again_every_second_does_not_stop_time(app: App) -> None:
    looks = 0

    async def often(app: App) -> int:
        nonlocal looks
        looks += 1
        return looks % 3

    time = ManualTime(0)
    await VirtualTime(app, time, often).wait(14 * DAY)
    assert time.now() == 14 * DAY
    assert looks < 10_000


async def test_by_hand_time_stops_at_every_deadline_on_its_way(settings: Settings) -> None:
    time = ManualTime(NOON)
    seen: set[int] = set()

    async def look(app: App) -> int:
        seen.add(time.now() - NOON)
        return 0

    async with open_app(settings, clock=time.now, sleep=time.sleep) as app:
        await Stage(app, ManualClock(), []).say("m1", "/duel new Mar panel:offline-3 ends:50h")
        await VirtualTime(app, time, look).wait(60 * HOUR)
    assert {26 * HOUR, 49 * HOUR, 50 * HOUR} <= seen


async def test_a_sleep_by_hand_ends_at_once_with_its_time_gone_by() -> None:
    time = ManualTime(0)
    await asyncio.gather(time.sleep(2), time.sleep(5), time.sleep(1))
    assert time.now() == 5 * SECOND


async def test_paced_time_stands_still_while_work_is_done(app: App) -> None:
    time = ManualTime(0)
    seen: list[tuple[int, int]] = []

    async def slow(app: App) -> int:
        before = time.now()
        await asyncio.sleep(0.02)
        seen.append((before, time.now()))
        return 0

    await PacedTime(app, time, slow, scale=60_000).wait(2 * HOUR)
    assert time.now() == 2 * HOUR
    assert len(seen) >= 2
    assert all(before == after for before, after in seen)


async def test_paced_time_passes_while_nobody_types(app: App) -> None:
    time = ManualTime(0)
    typed = asyncio.Event()

    async def look(app: App) -> int:
        if time.now() >= MINUTE:
            typed.set()
        return 0

    assert await while_idle(PacedTime(app, time, look, scale=600), typed.wait())
    stopped = time.now()
    await asyncio.sleep(0.12)
    assert time.now() == stopped


async def test_what_is_raised_while_one_waits_for_a_line_is_raised(app: App) -> None:
    async def gone() -> str:
        raise EOFError

    with pytest.raises(EOFError):
        await while_idle(RunningTime(app), gone())


async def test_a_settled_program_is_settled_at_once(app: App) -> None:
    assert not await RunningTime(app).settle()
    assert not await VirtualTime(app, ManualTime(0), Work()).settle()


async def test_what_is_stuck_is_told(app: App, clock: ManualClock) -> None:
    await Stage(app, clock, []).say("m1", "/duel new Mar panel:offline-3")
    left = await VirtualTime(app, ManualTime(clock.now), Work()).settle()
    assert (left.duels, left.batches, left.writings) == (1, 0, 0)
    assert left.messages == 1


def test_a_clock_is_put_forward_and_never_back() -> None:
    manual = ManualTime(1_000)
    time = ShiftedTime(manual.now)
    time.not_before(5_000)
    time.not_before(3_000)
    manual.advance(10)
    assert time.now() == 5_010
