"""Duels told on Telegram, killed wherever a message or an update is on its way, and taken up again.

Run as a program, as ``tests.support.sweep`` is. Telegram's stand-in lives in this process, in a
thread of its own, and outlives every life; each life has a group of its own. ``delivery`` kills
while the outbox is brought, ``inbox`` while updates are taken and carried out.
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
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import structlog
from sqlalchemy import func, select

from adapters.telegram.service import TelegramService
from bot import wiring
from bot.settings import Settings
from bot.wiring import open_app
from plumas_core.clock import HOUR, MINUTE
from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from plumas_core.commands.identity import Event
from plumas_core.delivery.deliver import LEASE
from plumas_core.duels.standings import latest_standings
from plumas_core.locales.translate import Translations
from plumas_core.storage.migrate import prepare
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.inbox import inbox
from plumas_core.storage.tables.ledger import transfers
from plumas_core.storage.tables.work import writings
from plumas_core.writing.cut import UNSHOWN
from tests.standins.telegram_people import Person
from tests.standins.telegram_server import TelegramServer, forever
from tests.standins.telegram_world import Chat
from tests.support.stage import Stage
from tests.support.sweep import KeptClock, Reaper, deaths
from tests.support.telegram import OPERATOR, plan
from tests.support.time import START
from tests.support.translations import translations

LINES: tuple[tuple[str, str], ...] = (
    ("op", "/grant 50 pool"),
    ("ana", '/duel new "El faro apagado" panel:offline-3 ends:10m'),
    ("ana", "/duel enter La luz se fue antes que el barco.\nNadie bajó a preguntar por qué."),
    ("bruno", "/duel enter El farero contaba olas\n  hasta que dejó de haberlas."),
    ("carla", "/duel enter Una gaviota sabe el nombre\nde cada bombilla rota."),
)
TYPED: tuple[tuple[str, str], ...] = (
    ("op", "/grant 50 pool"),
    ("ana", '/duel_new@plumas_bot "El faro apagado" panel:offline-3 ends:10m'),
    ("bruno", "/duel_enter El farero contaba olas\n  hasta que dejó de haberlas."),
)
WISHES: tuple[tuple[str, str], ...] = (
    ("op", "/grant 50 pool"),
    ("carla", "/write una carta al mar"),
)
ACCOUNTS = {"op": OPERATOR, "ana": 71, "bruno": 72, "carla": 73}
STEP = 6 * MINUTE
LONGEST = 12 * HOUR
PATIENCE = 60.0
TEMPLATE = "template.db"
EACH = 4
"""Crash points of one message: before and after it is placed, before and after it is edited."""
EACH_WISH = 9
"""Crash points of a writing: its call, its settlement, its showing, and the note of that."""
DELIVERY = ("place", "edit")
"""What crash points of delivery begin with."""

Outcome: TypeAlias = dict[str, Any]


@dataclass
class TelegramLife(Stage):
    """Members who speak in a group of Telegram's."""

    group: str = ""

    def event(self, who: str, key: str) -> Event:
        return replace(
            super().event(who, key),
            platform="telegram",
            account_id=str(ACCOUNTS[who]),
            home=self.group,
            address=self.group,
            key=f"telegram:{key}",
        )


@asynccontextmanager
async def open_life(
    folder: Path, reaper: Callable[[str], None], seed: int, server: TelegramServer
) -> AsyncIterator[tuple[TelegramLife, TelegramService]]:
    """Open the program, logged in to the stand-in."""
    clock = KeptClock(folder / "now")
    service = TelegramService(plan(server, folder), clock=clock, sleep=clock.sleep)
    settings = Settings(
        database_url=f"sqlite:///{folder / 'plumas.db'}",
        operators=f"telegram:{OPERATOR}",  # type: ignore[arg-type]  # as it is written
    )
    async with open_app(
        settings,
        clock=clock,
        sleep=clock.sleep,
        rng=random.Random(seed),
        deliverers={"telegram": service.deliverer},
        worker=f"test-{seed}",
        crash_point=reaper,
        texts=translations(),
    ) as app:
        try:
            await service.log_in(app, COMMANDS)
            group = (folder / "group").read_text()
            yield TelegramLife(app, clock, [], "es", group=group), service
        finally:
            await service.close()


async def told(folder: Path, reaper: Reaper, seed: int, server: TelegramServer) -> Outcome:
    """Play a duel to its verdict, each line under its own key."""
    async with open_life(folder, reaper, seed, server) as (stage, _):
        for number, (who, line) in enumerate(LINES):
            await stage.say(who, line, key=f"line:{number}")
        end = stage.clock.now + LONGEST
        while not await _over(stage):
            if stage.clock.now > end:
                raise RuntimeError(f"it does not end: {await stage.rows(select(outbox))}")
            await stage.pass_time(STEP, STEP)
        return await _outcome(stage)


async def taken(folder: Path, reaper: Reaper, seed: int, server: TelegramServer) -> Outcome:
    """Take what Telegram has to bring and carry it out; bring what is owed then."""
    return await _served(folder, reaper, seed, server, len(TYPED), LEASE + MINUTE)


async def wished(folder: Path, reaper: Reaper, seed: int, server: TelegramServer) -> Outcome:
    """Write a text for a member; bring what became of it where that is owed then."""
    return await _served(folder, reaper, seed, server, len(WISHES), UNSHOWN + 4 * MINUTE)


async def _served(
    folder: Path, reaper: Reaper, seed: int, server: TelegramServer, lines: int, after: int
) -> Outcome:
    """Serve until so many lines are carried out, and let ``after`` milliseconds pass."""
    query = select(func.count()).where(inbox.c.done_at.is_not(None))
    async with open_life(folder, reaper, seed, server) as (stage, service):
        serving = asyncio.create_task(service.serve(stage.app, COMMANDS, ACTIONS))
        done = 0
        async with asyncio.timeout(PATIENCE):
            while done < lines:
                if serving.done():
                    serving.result()
                await asyncio.sleep(0.002)
                done = await stage.app.db.read(lambda c: int(c.execute(query).scalar_one()))
        assert service.feeder is not None
        await service.feeder.settled()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await stage.pass_time(after, MINUTE)
        return await _outcome(stage)


async def _over(stage: Stage) -> bool:
    states = {row["state"] for row in await stage.rows(select(duels.c.state))}
    owed = await stage.app.db.read(stage.app.outbox.pending)
    return bool(states) and states <= {"verdict", "cancelled"} and not owed


async def _outcome(stage: Stage) -> Outcome:
    """Return what people and the ledger are left with."""
    made = await stage.rows(select(duels))
    texts = await stage.rows(select(entries))
    wishes = await stage.rows(select(writings))
    cut = outbox.c.key.like("writing:%:cut") & (outbox.c.state == "delivered")
    moved = await stage.rows(select(transfers.c.purpose, transfers.c.amount))
    names = {row["id"]: row["byline"] for row in texts}
    found = [
        await stage.app.db.read(partial(latest_standings, duel_id=duel["id"])) for duel in made
    ]
    placed = [one for standings in found if standings for one in standings.placed]
    return {
        "states": [row["state"] for row in made],
        "texts": sorted(f"{row['byline']}: {row['text']}" for row in texts),
        "moved": sorted([row["purpose"], row["amount"]] for row in moved),
        "verdict": [[names[one.entry_id], one.place, one.score] for one in placed],
        "audit": (await stage.audit()).ok,
        "writings": [[row["state"], row["reason"], row["text"]] for row in wishes],
        "cut": await stage.count(outbox, cut),
    }


Life: TypeAlias = Callable[[Path, Reaper, int, TelegramServer], Coroutine[Any, Any, Outcome]]


def child(folder: Path, life: Life, kill_at: int, seed: int, server: TelegramServer) -> int | None:
    """Live one life in a fork; return its exit code, ``None`` if it was killed."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            outcome = asyncio.run(life(folder, Reaper(kill_at), seed, server))
            (folder / "outcome.json").write_text(json.dumps(outcome))
            code = 0
        except BaseException as error:
            (folder / "failure.txt").write_text(f"{type(error).__name__}: {error}"[:2_000])
            raise
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def run(folder: Path, life: Life, kill_at: int, server: TelegramServer) -> Outcome:
    """Live, die at ``kill_at`` and live again; return how it ended, and what members see."""
    chat = furnish(folder, life, server)
    first = child(folder, life, kill_at, 1, server)
    second = child(folder, life, 0, 2, server) if first is None else first
    if second != 0:
        failure = folder / "failure.txt"
        why = failure.read_text() if failure.exists() else "killed twice"
        return {"kill_at": kill_at, "failure": why}
    outcome: Outcome = json.loads((folder / "outcome.json").read_text())
    seen = sorted(_kind(one.text) for one in chat.posted)
    notified = sorted(str(who) for one in chat.posted for who in one.notified)
    shutil.rmtree(folder)
    return {
        "kill_at": kill_at,
        "killed": first is None,
        "seen": seen,
        "whole": [one.text for one in chat.posted],
        "notified": notified,
        "refused": server.refused,
        **outcome,
    }


def _kind(text: str) -> str:
    """Return the first words of a message, which tell what it is."""
    return " ".join(text.split())[:60]


def furnish(folder: Path, life: Life, server: TelegramServer) -> Chat:
    """Make the folder of a life, its group, and what members type there."""
    folder.mkdir(parents=True)
    shutil.copy(folder.parent / TEMPLATE, folder / "plumas.db")
    chat = server.world.add_group()
    (folder / "group").write_text(str(chat.id))
    people = {name: Person(server, number, name, chat) for name, number in ACCOUNTS.items()}
    server.updates.queue.clear()
    for who, text in TYPED if life is taken else WISHES if life is wished else ():
        people[who].say(text)
    return chat


def serving() -> TelegramServer:
    """Return a stand-in that runs in a thread for as long as this process."""
    server = TelegramServer(lambda: START)
    ready = threading.Event()
    threading.Thread(target=lambda: asyncio.run(forever(server, ready.set)), daemon=True).start()
    ready.wait()
    return server


def points(names: list[str], life: Life) -> list[int]:
    """Return the crash points to die at, counted from 1.

    Of a writing those from the call of its model on, until it was shown and that was noted.
    Of the outbox those of the first message and of the last: the first is the card, which is
    edited again later; the last is the verdict. Of the inbox all, until everything is carried out.
    """
    if life is told:
        found = [at for at, name in enumerate(names, 1) if name.startswith(DELIVERY)]
        return found[:EACH] + found[-EACH:]
    if life is wished:
        begin = names.index("complete:before")
        return [at for at in deaths(names) if at > begin][:EACH_WISH]
    end = next(at for at, name in enumerate(names) if name.startswith(DELIVERY))
    begin = names.index("inbox:written") - 1
    return [at for at in deaths(names[:end]) if at > begin]


def main() -> None:
    """Sweep: ``telegram_sweep FOLDER delivery|inbox|writing``.

    The first life warms all the forks.
    """
    folder, life = (
        Path(sys.argv[1]),
        {"delivery": told, "inbox": taken, "writing": wished}[sys.argv[2]],
    )
    folder.mkdir(parents=True, exist_ok=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    prepare(folder / TEMPLATE)
    texts = Translations()
    vars(wiring)["Translations"] = lambda: texts  # read once for all lives
    server = serving()
    furnish(folder / "0", life, server)
    reaper = Reaper(0)
    asyncio.run(life(folder / "0", reaper, 1, server))
    print(json.dumps(run(folder / "whole", life, 0, server)), flush=True)
    for at in points(reaper.names, life):
        died = run(folder / str(at), life, at, server)
        print(json.dumps({**died, "at": reaper.names[at - 1]}), flush=True)


if __name__ == "__main__":
    main()
