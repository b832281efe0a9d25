"""APScheduler as this process's clock: it says when to look, the database says what there is.

Its job store is in memory, so that every process has its own clock and none runs another's jobs;
who does a piece of work is settled by the leases in the database. A job that is still running is
not started again, and one that was missed runs once, however late.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import structlog

from jobs.job import Job
from plumas_core.app import App
from plumas_core.ids import encode

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger(__name__)

SHORTEST_SECONDS = 0.02
"""However fast time is scaled, a job does not run more often than this, by the real clock."""
STOP_SECONDS = 5.0
"""How long a stop waits for the jobs under way."""
JITTER = 0.1
"""Share of a job's interval by which its start varies, so that processes do not look at once."""


class Running:
    """Jobs that run until they are stopped."""

    def __init__(self, scheduler: AsyncIOScheduler, under_way: set[asyncio.Task[None]]) -> None:
        self._scheduler = scheduler
        self._under_way = under_way

    async def stop(self) -> None:
        """Start no more jobs, and let those under way end; what takes too long is broken off.

        Breaking off loses nothing: whatever a job does can be killed at any moment.
        """
        self._scheduler.remove_all_jobs()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=STOP_SECONDS)
        self._scheduler.shutdown(wait=False)


def start(app: App, jobs: Sequence[Job], scale: float = 1.0) -> Running:
    """Run ``jobs`` in the running event loop, ``scale`` times as often as they ask for."""
    from apscheduler.executors.asyncio import AsyncIOExecutor
    from apscheduler.jobstores.memory import MemoryJobStore
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    # That a job still runs when its next turn comes is usual here, and no warning.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = AsyncIOScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": AsyncIOExecutor()},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )
    under_way: set[asyncio.Task[None]] = set()
    for job in jobs:
        seconds = max(job.every / 1000 / scale, SHORTEST_SECONDS)
        scheduler.add_job(
            _guarded(app, job, under_way),
            "interval",
            seconds=seconds,
            jitter=seconds * JITTER,
            id=job.name,
        )
    scheduler.start()
    return Running(scheduler, under_way)


def _guarded(
    app: App, job: Job, under_way: set[asyncio.Task[None]]
) -> Callable[[], Awaitable[None]]:
    """Keep a failing job from ending its schedule; the operator finds the cause in the log."""

    async def run() -> None:
        task = asyncio.current_task()
        if task is not None:
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        try:
            await job.run(app)
        except asyncio.CancelledError:
            log.warning("job_broken_off", job=job.name)
        except Exception as error:
            log.error("job_failed", job=job.name, reference=encode(app.ids.new()), exc_info=error)

    return run
