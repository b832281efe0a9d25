"""A duel's life, killed at every commit and every outside effect, and taken up again.

Run as a program: it imports everything once, and forks a child for each life, so that a death
costs milliseconds. One JSON object a line goes to standard output: first the life without a
death, then one for each place where it was killed.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import select

from plumas_core.clock import HOUR, MINUTE
from plumas_core.duels.standings import latest_standings
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.work import batches
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

STEP = 2 * MINUTE
LONGEST = 12 * HOUR


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

    def advance(self, milliseconds: int) -> None:
        super().advance(milliseconds)
        self._file.write_text(str(self.now))


async def live(folder: Path, reaper: Reaper, seed: int) -> dict[str, Any]:
    """Play the script, each line under its own key, and let time pass until all has ended."""
    clock = KeptClock(folder / "now")
    async with open_stage(folder, clock=clock, crash_point=reaper, seed=seed, locale="es") as stage:
        for number, (who, line) in enumerate(LINES):
            await stage.say(who, line, key=f"line:{number}")
        end = clock.now + LONGEST
        while not await _over(stage):
            if clock.now > end:
                raise RuntimeError("the duel does not end")
            await stage.pass_time(STEP, STEP)
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
    from plumas_core.ids import encode

    made = sorted(path.name for path in (folder / "offline").rglob("*.json"))
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
    }


def child(folder: Path, kill_at: int, seed: int) -> int | None:
    """Live one life in a fork; return its exit code, ``None`` if it was killed."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            reaper = Reaper(kill_at)
            outcome = asyncio.run(live(folder, reaper, seed))
            outcome["points"] = reaper.names
            (folder / "outcome.json").write_text(json.dumps(outcome))
            code = 0
        except BaseException as error:
            (folder / "failure.txt").write_text(f"{type(error).__name__}: {error}")
            raise
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def run(folder: Path, kill_at: int) -> dict[str, Any]:
    """Live, die at ``kill_at`` and live again; return how it ended."""
    folder.mkdir(parents=True)
    first = child(folder, kill_at, seed=1)
    second = child(folder, 0, seed=2) if first is None else first
    if second != 0:
        failure = folder / "failure.txt"
        why = failure.read_text() if failure.exists() else "killed twice"
        return {"kill_at": kill_at, "failure": why}
    outcome: dict[str, Any] = json.loads((folder / "outcome.json").read_text())
    points = outcome.pop("points")
    return {"kill_at": kill_at, "killed": first is None, **outcome, "points": points}


def main() -> None:
    """Sweep the share ``part`` of ``parts`` of all crash points: ``sweep FOLDER PART PARTS``."""
    folder, part, parts = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    baseline = run(folder / "0", 0)
    print(json.dumps(baseline), flush=True)
    total = len(baseline.get("points", ()))
    for kill_at in range(1 + part, total + 1, parts):
        outcome = run(folder / str(kill_at), kill_at)
        outcome["at"] = baseline["points"][kill_at - 1]
        outcome.pop("points", None)
        print(json.dumps(outcome), flush=True)


if __name__ == "__main__":
    main()
