"""The scheduler is only a clock: it starts jobs, outlives their failures and stops cleanly."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from jobs.catalogue import JOBS
from jobs.clock import start
from jobs.job import Job
from plumas_core.app import App


async def test_a_job_runs_again_and_again_until_it_is_stopped(app: App) -> None:
    ran = asyncio.Semaphore(0)

    async def tick(_app: App) -> int:
        ran.release()
        return 1

    running = start(app, [Job("tick", 1, tick)])
    for _ in range(3):
        await asyncio.wait_for(ran.acquire(), timeout=10)
    await running.stop()
    while not ran.locked():
        await ran.acquire()
    await asyncio.sleep(0)
    assert ran.locked()


async def test_a_failing_job_is_logged_with_a_reference_and_runs_again(app: App) -> None:
    ran = asyncio.Semaphore(0)

    async def fail(_app: App) -> int:
        ran.release()
        raise RuntimeError("no")

    with capture_logs() as events:
        running = start(app, [Job("fail", 1, fail)])
        for _ in range(2):
            await asyncio.wait_for(ran.acquire(), timeout=10)
        await running.stop()
    assert all(event["reference"] for event in events if event["event"] == "job_failed")
    assert [event["job"] for event in events][:1] == ["fail"]


async def test_a_stop_lets_a_job_under_way_end(app: App) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def slow(_app: App) -> int:
        begun.set()
        await asyncio.sleep(0.05)
        ended.set()
        return 1

    running = start(app, [Job("slow", 1, slow)])
    await asyncio.wait_for(begun.wait(), timeout=10)
    await running.stop()
    assert ended.is_set()


def test_every_job_has_a_name_of_its_own() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
