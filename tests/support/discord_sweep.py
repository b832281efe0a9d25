"""A duel told on Discord, killed wherever a message is delivered, and taken up again.

Run as a program, as ``tests.support.sweep`` is. Discord's stand-in lives in this process, in a
thread of its own, and outlives every life; each life speaks in a channel of its own.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import shutil
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select

from adapters.discord.service import DiscordService
from bot.settings import Settings
from bot.wiring import open_app
from plumas_core.clock import HOUR, MINUTE
from plumas_core.commands.identity import Event
from plumas_core.duels.standings import latest_standings
from plumas_core.storage.migrate import prepare
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels, entries
from tests.standins.discord_rest import DiscordServer
from tests.support.discord import OPERATOR, plan, words
from tests.support.stage import Stage
from tests.support.sweep import KeptClock, Reaper
from tests.support.translations import translations

LINES: tuple[tuple[str, str], ...] = (
    ("op", "/grant 50 pool"),
    ("ana", '/duel new "El faro apagado" panel:offline-3 ends:10m'),
    ("ana", "/duel enter La luz se fue antes que el barco.\nNadie bajó a preguntar por qué."),
    ("bruno", "/duel enter El farero contaba olas\n  hasta que dejó de haberlas."),
    ("carla", "/duel enter Una gaviota sabe el nombre\nde cada bombilla rota."),
)
ACCOUNTS = {"op": OPERATOR, "ana": "71", "bruno": "72", "carla": "73"}
STEP = 6 * MINUTE
LONGEST = 12 * HOUR
TEMPLATE = "template.db"
EACH = 4
"""Crash points of one message: before and after it is placed, before and after it is edited."""
DELIVERY = ("place", "edit")
"""What crash points of delivery begin with."""


@dataclass
class DiscordLife(Stage):
    """Members who speak in a channel of Discord."""

    channel: str = ""

    def event(self, who: str, key: str) -> Event:
        return replace(
            super().event(who, key),
            platform="discord",
            account_id=ACCOUNTS[who],
            home="80",
            address=self.channel,
            key=f"discord:{key}",
        )


@asynccontextmanager
async def open_life(
    folder: Path, clock: KeptClock, reaper: Callable[[str], None], seed: int, server: DiscordServer
) -> AsyncIterator[DiscordLife]:
    """Open the program, delivering to the stand-in."""
    service = DiscordService(plan(server, folder))
    settings = Settings(
        database_url=f"sqlite:///{folder / 'plumas.db'}",
        operators=f"discord:{OPERATOR}",  # type: ignore[arg-type]  # as it is written
    )
    async with open_app(
        settings,
        clock=clock,
        sleep=clock.sleep,
        rng=random.Random(seed),
        deliverers={"discord": service.deliverer},
        worker=f"test-{seed}",
        crash_point=reaper,
        texts=translations(),
    ) as app:
        await service.log_in()
        try:
            channel = (folder / "channel").read_text()
            yield DiscordLife(app, clock, [], "es", channel=channel)
        finally:
            await service.close()


async def live(folder: Path, reaper: Reaper, seed: int, server: DiscordServer) -> dict[str, Any]:
    """Play the script, each line under its own key, and let time pass until all has ended."""
    clock = KeptClock(folder / "now")
    async with open_life(folder, clock, reaper, seed, server) as stage:
        for number, (who, line) in enumerate(LINES):
            await stage.say(who, line, key=f"line:{number}")
            clock.keep()
        end = clock.now + LONGEST
        while not await _over(stage):
            if clock.now > end:
                raise RuntimeError(f"it does not end: {await stage.rows(select(outbox))}")
            await stage.pass_time(STEP, STEP)
            clock.keep()
        duel = (await stage.rows(select(duels)))[0]
        names = {row["id"]: row["byline"] for row in await stage.rows(select(entries))}
        standings = await stage.app.db.read(lambda c: latest_standings(c, duel["id"]))
        placed = standings.placed if standings else ()
        return {
            "state": duel["state"],
            "verdict": [[names[one.entry_id], one.place, one.score] for one in placed],
            "audit": (await stage.audit()).ok,
        }


async def _over(stage: Stage) -> bool:
    states = {row["state"] for row in await stage.rows(select(duels.c.state))}
    owed = await stage.app.db.read(stage.app.outbox.pending)
    return bool(states) and states <= {"verdict", "cancelled"} and not owed


def child(folder: Path, kill_at: int, seed: int, server: DiscordServer) -> int | None:
    """Live one life in a fork; return its exit code, ``None`` if it was killed."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            outcome = asyncio.run(live(folder, Reaper(kill_at), seed, server))
            (folder / "outcome.json").write_text(json.dumps(outcome))
            code = 0
        except BaseException as error:
            (folder / "failure.txt").write_text(f"{type(error).__name__}: {error}"[:2_000])
            raise
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def run(folder: Path, kill_at: int, server: DiscordServer) -> dict[str, Any]:
    """Live, die at ``kill_at`` and live again; return how it ended, and what members see."""
    channel = _furnish(folder, server)
    first = child(folder, kill_at, 1, server)
    # Discord forgets a nonce after some minutes: what was posted must be found by looking.
    server.nonces.clear()
    second = child(folder, 0, 2, server) if first is None else first
    if second != 0:
        failure = folder / "failure.txt"
        why = failure.read_text() if failure.exists() else "killed twice"
        return {"kill_at": kill_at, "failure": why}
    outcome: dict[str, Any] = json.loads((folder / "outcome.json").read_text())
    seen = sorted(_kind(words(one)) for one in server.messages[channel])
    shutil.rmtree(folder)
    return {"kill_at": kill_at, "killed": first is None, "seen": seen, **outcome}


def _kind(text: str) -> str:
    """Return the first words of a message, which tell what it is."""
    return " ".join(text.split())[:60]


def _furnish(folder: Path, server: DiscordServer) -> str:
    folder.mkdir(parents=True)
    shutil.copy(folder.parent / TEMPLATE, folder / "plumas.db")
    channel = server.add_channel()
    (folder / "channel").write_text(channel)
    return channel


def serving() -> DiscordServer:
    """Return a stand-in that runs in a thread for as long as this process."""
    server = DiscordServer()
    ready = threading.Event()

    async def serve() -> None:
        async with server:
            ready.set()
            await asyncio.Event().wait()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    ready.wait()
    return server


def main() -> None:
    """Sweep the crash points of the first message and of the last: ``discord_sweep FOLDER``.

    The first is the card, which is edited again later; the last is the verdict.
    """
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    prepare(folder / TEMPLATE)
    server = serving()
    _furnish(folder / "0", server)
    reaper = Reaper(0)
    asyncio.run(live(folder / "0", reaper, 1, server))
    print(json.dumps(run(folder / "whole", 0, server)), flush=True)
    points = [(at, name) for at, name in enumerate(reaper.names, 1) if name.startswith(DELIVERY)]
    for at, name in points[:EACH] + points[-EACH:]:
        print(json.dumps({**run(folder / str(at), at, server), "at": name}), flush=True)


if __name__ == "__main__":
    main()
