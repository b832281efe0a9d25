"""Settling 100,000 results, beside parsing the same lines and inserting them raw.

Ours is the real path: the OpenAI provider's reader of results, and ``collect`` over each claimed
batch, which prices every row, reads and checks the answer, writes the reading down, draws from the
holds, closes them, and gives back what is left; afterwards the ledger's audit must find nothing.
The batches are as the program packs them (5,000 rows), and their rows come back in any order.

The floor reads the same files, parses each line and the answer within, and inserts every field that
ours keeps into one table under its row's id, with the same pragmas and as many rows to a
transaction.

Each run is a process of its own, on its own copy of the database; the runs of both take turns, and
the quickest of each counts. Memory is the highest resident size of a run above what it was when
the program stood ready, before the first row; its floor is the 100 MB that it may take.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.city import DATABASE, PROVIDER, Size, build, settings
from benchmarks.figures import Figure, at_most
from bot.wiring import open_app
from plumas_core.app import App
from plumas_core.batches.leases import claim
from plumas_core.batches.settling import CHUNK, collect
from plumas_core.credits.audit import audit
from plumas_core.judging.settlement import open_calls
from plumas_core.providers.calling import Caller
from plumas_core.providers.interface import RowResult
from plumas_core.providers.openai_api.answers import RowReader
from plumas_core.providers.results import read_rows

SIZE = Size(duels=1_000, entries=20, seats=5)
"""100,000 rows, with a hold for each of 20,000 texts."""

ROOT = Path(__file__).parents[1]
RUNS = 6
"""Of each side. A shared machine is quicker and slower for half a minute at a time: with three runs
it happened that one side met only the slow ones, and the ratio swung between 2.4 and 3.1."""
TIME_BOUND = 3.0
MEMORY = 100.0
"""Megabytes above the start that may be taken."""

PIECE = 64 * 1024
"""Bytes that come from the network at once."""
MEGABYTE = 1_000_000


def run(size: Size = SIZE, runs: int = RUNS) -> list[Figure]:
    """Measure time and memory."""
    with tempfile.TemporaryDirectory() as folder:
        city = Path(folder)
        files = asyncio.run(build(city, size))
        measured: dict[str, list[dict[str, float]]] = {"ours": [], "floor": []}
        for _ in range(runs):
            for name, seen in measured.items():
                seen.append(_in_a_process(name, city, files))
    ours, floor = (min(run["seconds"] for run in measured[name]) for name in ("ours", "floor"))
    memory = max(run["memory"] for run in measured["ours"]) / MEGABYTE
    return [
        at_most(f"seconds to settle {size.rows:,} results", ours, floor, TIME_BOUND),
        at_most(f"megabytes to settle {size.rows:,} results", memory, MEMORY, 1.0),
    ]


def _in_a_process(name: str, city: Path, files: Sequence[Path]) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=city) as folder:
        for file in city.glob(f"{DATABASE}*"):
            shutil.copy(file, folder)
        command = [sys.executable, "-m", "benchmarks.settling", name, folder, *map(str, files)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


async def ours(folder: Path, files: Sequence[Path]) -> dict[str, float]:
    """Settle the batches in ``folder`` and prove the ledger; return seconds and bytes."""
    by_batch = {file.stem: file for file in files}
    async with open_app(settings(folder)) as app:
        before = resident()
        start = time.perf_counter()
        while (batch := await claim(app, ("collecting",))) is not None:
            results = by_batch.pop(batch.provider_batch_id or "")
            await collect(app, batch, _rows(app, results))
        seconds = time.perf_counter() - start
        memory = peak() - before
        report = await app.db.read(lambda c: audit(c, app.clock()))
        left = await app.db.read(open_calls)
    assert report.ok, report.findings
    assert not by_batch
    assert not left
    return {"seconds": seconds, "memory": memory}


class _Download:
    """A results file as it comes from the network."""

    def __init__(self, results: Path) -> None:
        self._results = results

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        with self._results.open("rb") as file:
            while piece := file.read(chunk_size or PIECE):
                yield piece

    async def close(self) -> None:
        return None


def _rows(app: App, results: Path) -> AsyncIterator[RowResult]:
    caller = Caller(PROVIDER, app.clock, app.sleep, random.Random(0))
    return read_rows(_Download(results), caller, (), RowReader(app.catalog).read)


def floor(folder: Path, files: Sequence[Path]) -> dict[str, float]:
    """Parse the results and insert them; return seconds and bytes."""
    before = resident()
    start = time.perf_counter()
    with closing(sqlite3.connect(folder / "raw.db", isolation_level=None)) as connection:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(_TABLE)
        for results in files:
            chunk: list[tuple[Any, ...]] = []
            with results.open("rb") as file:
                for line in file:
                    chunk.append(_parsed(line))
                    if len(chunk) == CHUNK:
                        _insert(connection, chunk)
                        chunk = []
            _insert(connection, chunk)
    return {"seconds": time.perf_counter() - start, "memory": peak() - before}


_TABLE = """
CREATE TABLE results (
    custom_id TEXT PRIMARY KEY, state TEXT, error TEXT, finish TEXT, input INTEGER,
    cached INTEGER, cache_write_5m INTEGER, cache_write_1h INTEGER, output INTEGER,
    reasoning INTEGER, scores TEXT, comment TEXT, quote TEXT, steering INTEGER, settled_at INTEGER
)
"""


def _parsed(line: bytes) -> tuple[Any, ...]:
    row = json.loads(line)
    now = int(time.time() * 1000)
    response = row["response"]
    body = response["body"]
    if response["status_code"] != 200:
        return (row["custom_id"], "failed", body["error"]["type"], *(None,) * 11, now)
    choice, usage = body["choices"][0], body["usage"]
    error = None
    try:
        answer = json.loads(choice["message"]["content"])
    except ValueError as reason:
        answer, error = {}, str(reason)
    return (
        row["custom_id"],
        "settled",
        error,
        choice["finish_reason"],
        usage["prompt_tokens"],
        usage["prompt_tokens_details"]["cached_tokens"],
        0,
        0,
        usage["completion_tokens"],
        usage["completion_tokens_details"]["reasoning_tokens"],
        json.dumps(answer.get("scores")),
        answer.get("comment"),
        answer.get("quote"),
        answer.get("steering"),
        now,
    )


def _insert(connection: sqlite3.Connection, chunk: list[tuple[Any, ...]]) -> None:
    if not chunk:
        return
    connection.execute("BEGIN IMMEDIATE")
    values = ", ".join("?" * len(chunk[0]))
    connection.executemany(f"INSERT INTO results VALUES ({values})", chunk)
    connection.execute("COMMIT")


def resident() -> int:
    """Return how many bytes of memory this process takes now; before a peak, on other systems."""
    return _status("VmRSS") or peak()


def peak() -> int:
    """Return the most bytes of memory that this process ever took.

    On Linux a process that was started inherits the figure of ``getrusage`` from its parent, so
    the kernel's own count is read there.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    return _status("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _status(name: str) -> int:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)


def main() -> None:
    """Run one side in this process, and print what it took."""
    name, folder, *names = sys.argv[1:]
    files = [Path(name) for name in names]
    if name == "ours":
        figures = asyncio.run(ours(Path(folder), files))
    else:
        figures = floor(Path(folder), files)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
