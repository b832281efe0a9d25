"""Start-up to ready on an up-to-date database, beside importing the bare libraries.

Both are fresh interpreters that take turns. Ours opens the program as ``plumas run`` does and ends
when it is ready. The floor imports the outside libraries that ours has imported by then, no more.
The value is processor time, in seconds: the median of several runs.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import at_most

RUNS = 7
BOUND = 1.5

_OURS = """
import asyncio, json, resource, sys
from bot.settings import Settings
from bot.wiring import open_app

async def ready():
    async with open_app(Settings(database_url="sqlite:///" + sys.argv[1])):
        pass

asyncio.run(ready())
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([used.ru_utime + used.ru_stime, sorted(sys.modules)]))
"""

_FLOOR = """
import importlib, json, resource, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([used.ru_utime + used.ru_stime, []]))
"""

LIBRARIES = (
    "sqlalchemy",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "aiosqlite",
    "pydantic",
    "pydantic_settings",
    "dotenv",
    "structlog",
    "babel",
    "babel.dates",
    "babel.numbers",
    "tenacity",
)
"""What ours may need at start-up; the floor imports those of them that it did need."""


def run() -> list[dict[str, object]]:
    """Measure, and return the figure."""
    ours: list[float] = []
    floor: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "plumas.db")
        _, modules = _measure(_OURS, database)  # makes the database
        _, modules = _measure(_OURS, database)
        needed = json.dumps([name for name in LIBRARIES if name in modules])
        for _ in range(RUNS):
            ours.append(_measure(_OURS, database)[0])
            floor.append(_measure(_FLOOR, needed)[0])
    figure = at_most(
        "start-up to ready, seconds of processor time",
        statistics.median(ours),
        statistics.median(floor),
        BOUND,
    )
    return [figure.as_json()]


def _measure(program: str, argument: str) -> tuple[float, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", program, argument],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    seconds, modules = json.loads(done.stdout.splitlines()[-1])
    return float(seconds), list(modules)
