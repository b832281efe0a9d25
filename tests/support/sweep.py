"""A duel's life, killed at every commit and every outside effect, and taken up again.

Run as a program: it imports everything once, and forks a child for each life, so that a death
costs milliseconds. One JSON object a line goes to standard output: first the life without a
death, then one for each place where it was killed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select

from plumas_core.clock import HOUR, MINUTE
from plumas_core.duels.standings import latest_standings
from plumas_core.ids import encode
from plumas_core.providers.offline.world import World
from plumas_core.storage.migrate import prepare
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.work import batches, writings
from tests.support.stage import Stage, open_stage
from tests.support.time import START, ManualClock

LINES: tuple[tuple[str, str], ...] = (
    ("op", "/grant 50 pool"),
    ("ana", "/help"),
    ("op", "/grant 2 ana"),
    ("ana", '/duel new "El faro apagado" panel:offline-3 ends:10m'),
    ("ana", "/duel enter La luz se fue antes que el barco.\nNadie bajó a preguntar por qué."),
    ("bruno", "/duel enter El farero contaba olas\n  hasta que dejó de haberlas."),
    ("bruno", "/duel enter El farero contaba las olas\n  hasta que no quedó ninguna."),
    ("carla", "/duel invite writer-keeper"),
    ("carla", "/write una carta al mar"),
    ("carla", "/duel enter Una gaviota sabe el nombre\nde cada bombilla rota."),
)

STEP = 4 * MINUTE
LONGEST = 12 * HOUR
TEMPLATE = "template.db"


class Reaper:
    """Kills this process at one of its crash points; counts them if it is none of them."""

    def __init__(self, at: int) -> None:
        self._at = at
        self.names: list[str] = []

    def __call__(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


class KeptClock(ManualClock):
    """A manual clock that the next life goes on from."""

    def __init__(self, file: Path) -> None:
        super().__init__(int(file.read_text()) if file.exists() else START)
        self._file = file

    def keep(self) -> None:
        """Write the time down for the next life."""
        written = self._file.with_suffix(".new")
        written.write_text(str(self.now))
        written.replace(self._file)  # a death in another thread leaves no half of it

    def advance(self, milliseconds: int) -> None:
        """Let time pass, and write it down: a server outside goes by it too."""
        super().advance(milliseconds)
        self.keep()


@dataclass(frozen=True, slots=True)
class Play:
    """What is played, and which settings the program has besides those of a stage."""

    lines: Sequence[tuple[str, str]] = LINES
    settings: Mapping[str, Any] = field(default_factory=dict)


async def live(folder: Path, reaper: Reaper, seed: int, play: Play) -> dict[str, Any]:
    """Play the script, each line under its own key, and let time pass until all has ended."""
    clock = KeptClock(folder / "now")
    async with open_stage(
        folder, clock=clock, crash_point=reaper, seed=seed, locale="es", **play.settings
    ) as stage:
        for number, (who, line) in enumerate(play.lines):
            await stage.say(who, line, key=f"line:{number}")
            clock.keep()
        end = clock.now + LONGEST
        while not await _over(stage):
            if clock.now > end:
                raise RuntimeError(f"it does not end: {await stage.rows(select(duels))}")
            await stage.pass_time(STEP, STEP)
            clock.keep()
        return await _outcome(stage, folder)


async def _over(stage: Stage) -> bool:
    states = {row["state"] for row in await stage.rows(select(duels.c.state))}
    owed = await stage.app.db.read(stage.app.outbox.pending)
    return bool(states) and states <= {"verdict", "cancelled"} and not owed


async def _outcome(stage: Stage, folder: Path) -> dict[str, Any]:
    """Return what people and the ledger are left with."""
    duel = (await stage.rows(select(duels)))[0]
    names = {row["id"]: row["byline"] for row in await stage.rows(select(entries))}
    standings = await stage.app.db.read(lambda c: latest_standings(c, duel["id"]))
    report = await stage.audit()
    results = f"duel:{duel['id']}:results"
    refs = [
        row["id"] for row in await stage.rows(select(outbox.c.id).where(outbox.c.key == results))
    ]
    placed = [
        record
        for record in map(json.loads, (folder / "transcript.jsonl").read_text().splitlines())
        if record["op"] == "place"
    ]
    made = [path for path in (folder / "offline" / "batches").glob("*") if path.is_dir()]
    return {
        "state": duel["state"],
        "verdict": [
            [names[one.entry_id], one.place, one.score, one.low, one.high]
            for one in (standings.placed if standings else ())
        ],
        "audit": report.ok,
        "findings": list(report.findings),
        "results": [sum(one["ref"] == encode(ref) for one in placed) for ref in refs],
        "intents": await stage.count(batches, batches.c.provider_batch_id.is_not(None)),
        "batches": len(made),
        "writings": [[row["state"], row["reason"]] for row in await stage.rows(select(writings))],
        "cut": await stage.count(outbox, outbox.c.key.like("writing:%:cut")),
    }


def _keep(_world: World, _batch: str) -> None:
    """Leave a discarded batch where it is."""


def child(folder: Path, kill_at: int, seed: int, play: Play) -> int | None:
    """Live one life in a fork; return its exit code, ``None`` if it was killed."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            reaper = Reaper(kill_at)
            outcome = asyncio.run(live(folder, reaper, seed, play))
            (folder / "outcome.json").write_text(json.dumps(outcome))
            code = 0
        except BaseException as error:
            (folder / "failure.txt").write_text(f"{type(error).__name__}: {error}")
            raise
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def run(folder: Path, kill_at: int, play: Play) -> dict[str, Any]:
    """Live in a furnished folder, die at ``kill_at`` and live again; return how it ended."""
    first = child(folder, kill_at, 1, play)
    second = child(folder, 0, 2, play) if first is None else first
    if second != 0:
        failure = folder / "failure.txt"
        why = failure.read_text() if failure.exists() else "killed twice"
        return {"kill_at": kill_at, "failure": why}
    outcome: dict[str, Any] = json.loads((folder / "outcome.json").read_text())
    return {"kill_at": kill_at, "killed": first is None, **outcome}


def furnish(folder: Path) -> None:
    """Make the folder of a life, beside the template of its database."""
    folder.mkdir(parents=True)
    shutil.copy(folder.parent / TEMPLATE, folder / "plumas.db")


def deaths(names: list[str]) -> list[int]:
    """Return the crash points worth dying at, counted from 1.

    Before a commit that follows on another commit, the outside world and the disk are as they
    were right after that other one; so that death is not died twice.
    """
    return [
        at
        for at, (before, name) in enumerate(zip(["", *names], names, strict=False), start=1)
        if (before, name) != ("commit:after", "commit:before")
    ]


def main() -> None:
    """Sweep the share ``part`` of ``parts`` of all crash points: ``sweep FOLDER PART PARTS``.

    The first life is lived in this process, which warms it for all the forks.
    """
    folder, part, parts = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    prepare(folder / TEMPLATE)
    World.discard = _keep  # type: ignore[method-assign,assignment]  # so that every batch can be counted
    furnish(folder / "0")
    reaper = Reaper(0)
    play = Play()
    baseline = asyncio.run(live(folder / "0", reaper, 1, play))
    print(json.dumps({"kill_at": 0, "killed": False, **baseline}), flush=True)
    for kill_at in deaths(reaper.names)[part::parts]:
        furnish(folder / str(kill_at))
        outcome = run(folder / str(kill_at), kill_at, play)
        shutil.rmtree(folder / str(kill_at))
        print(json.dumps({**outcome, "at": reaper.names[kill_at - 1]}), flush=True)


if __name__ == "__main__":
    main()
