"""The program opened for a console, with time as it was asked for and jobs that go with it."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.console.deliverer import PLATFORM, ConsoleDeliverer, Posted
from adapters.console.passing import (
    ManualTime,
    PacedTime,
    Passing,
    RunningTime,
    ShiftedTime,
    VirtualTime,
)
from adapters.console.under_way import latest_moment
from bot.settings import Settings
from bot.wiring import open_app
from jobs.catalogue import JOBS
from jobs.clock import start
from jobs.job import Job
from plumas_core.app import App
from plumas_core.clock import MINUTE, Clock, Sleep, system_clock

TRANSCRIPT = "transcript.jsonl"

OFTEN = MINUTE
"""Jobs that look for work this often, or more, look at every moment that there is by hand."""


class DueJobs:
    """Runs the jobs whose turn it is, where no scheduler does."""

    def __init__(self, jobs: Sequence[Job] = JOBS) -> None:
        self._jobs = jobs
        self._ran_at: dict[str, int] = {}

    async def __call__(self, app: App) -> int:
        """Run what is due; return how much was done."""
        done = 0
        for job in self._jobs:
            last = self._ran_at.get(job.name)
            if job.every <= OFTEN or last is None or app.clock() - last >= job.every:
                self._ran_at[job.name] = app.clock()
                done += await job.run(app)
        return done


@asynccontextmanager
async def open_console(
    settings: Settings,
    folder: Path,
    posted: asyncio.Queue[Posted],
    *,
    scale: float,
    virtual: bool,
    patience: float,
) -> AsyncIterator[tuple[App, Passing]]:
    """Yield the program and its time: real, ``scale`` times faster, or ``virtual``.

    What is posted goes to a transcript in ``folder`` and to ``posted``. ``patience`` is how long,
    in seconds of real time, a line waits for the messages that it made due.
    """
    by_itself = scale == 1 and not virtual
    manual = ManualTime()
    base: Clock = system_clock if by_itself else manual.now
    sleep: Sleep = asyncio.sleep if by_itself else manual.sleep
    time = ShiftedTime(base)
    async with open_app(
        settings,
        clock=time.now,
        sleep=sleep,
        deliverers={PLATFORM: ConsoleDeliverer(folder / TRANSCRIPT, posted.put_nowait)},
        worker=f"{PLATFORM}-{os.getpid()}-{secrets.token_hex(4)}",
    ) as app:
        time.not_before(await app.db.read(latest_moment))
        if virtual:
            yield app, VirtualTime(app, manual, DueJobs())
        elif not by_itself:
            yield app, PacedTime(app, manual, DueJobs(), scale)
        else:
            running = start(app, JOBS)
            try:
                yield app, RunningTime(app, patience)
            finally:
                await running.stop()
