"""Commands a second through the console adapter, beside the bare database.

The commands are a mix of ``/credits``, ``/duel status``, ``/duel list`` and ``/help``, typed by
five members in virtual time and printed as JSON lines into memory. The floor makes as many reads
and writes as a command that changes something (one read to know who asks, one transaction for its
work), each of one small statement, on the same kind of database. Both take turns; medians count.

The bound lets a command cost at most four times two bare visits to the database, for the parsing,
the rights, a dozen statements, the words and the rendering.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, text

from adapters.console.adapter import Room
from benchmarks.figures import at_least
from bot.chat import Chat, converse
from bot.settings import Settings
from plumas_core.storage.migrate import prepare
from plumas_core.storage.sqlite import SqliteDatabase

COMMANDS = 400
RUNS = 3
BOUND = 0.25
LINES = ("/credits", "/duel status", "/duel list", "/help write")


def run() -> list[dict[str, object]]:
    """Measure, and return the figure."""
    ours: list[float] = []
    floor: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.db"
        prepare(template)
        for number in range(RUNS):
            chat = Path(folder) / f"chat-{number}"
            chat.mkdir()
            ours.append(asyncio.run(_through_the_adapter(chat)))
            bare = Path(shutil.copy(template, Path(folder) / f"bare-{number}.db"))
            floor.append(asyncio.run(_bare(bare)))
    figure = at_least(
        "commands a second through the console adapter",
        statistics.median(ours),
        statistics.median(floor),
        BOUND,
    )
    return [figure.as_json()]


async def _through_the_adapter(folder: Path) -> float:
    """Return commands a second; the first few, which open the duel and warm up, do not count."""
    opening = ['m1> /duel new "The lighthouse" panel:offline-3 ends:3d']
    opening += [f"m{1 + n % 5}> {line}" for n in range(5) for line in LINES]
    typed = [f"m{1 + n % 5}> {LINES[n % len(LINES)]}" for n in range(COMMANDS)]
    started = 0.0
    ended = 0.0
    lines = iter([*opening, *typed])
    left = len(opening)

    async def next_line() -> str | None:
        nonlocal left, started, ended
        if left == 0:
            started = time.perf_counter()
        left -= 1
        line = next(lines, None)
        if line is None and not ended:
            ended = time.perf_counter()
            return "m1> /duel cancel"  # so that nothing is left to wait for
        return line

    plan = Chat(
        folder=folder,
        room=Room(session="bench", languages={}, admins=frozenset({"op"})),
        operators=frozenset({"op"}),
        virtual=True,
        as_json=True,
        script=next_line,
    )
    await converse(Settings(), plan, io.StringIO())
    return COMMANDS / (ended - started)


def _note(c: Connection, number: int) -> None:
    c.execute(
        text("INSERT INTO handled (key, target, at) VALUES (:key, 1, :at)"),
        {"key": f"bench:{number}", "at": number},
    )


async def _bare(path: Path) -> float:
    database = SqliteDatabase(path)
    await database.write(lambda c: c.execute(text("SELECT 1")).scalar())
    started = time.perf_counter()
    for number in range(COMMANDS):
        await database.read(lambda c: c.execute(text("SELECT count(*) FROM members")).scalar())
        await database.write(partial(_note, number=number))
    ended = time.perf_counter()
    await database.close()
    return COMMANDS / (ended - started)
