"""All jobs, once, in order: what the scheduler does over time, done at one moment."""

from __future__ import annotations

from jobs.catalogue import JOBS
from plumas_core.app import App


async def run_due(app: App) -> int:
    """Run every job once; return how much was done."""
    return sum([await job.run(app) for job in JOBS])
