"""Telegram: CPU per update beside a bare handler, and 500 updates of one second, each in order.

Telegram's part is played by the stand-in in a process of its own, so that only our process's CPU
is counted.

*CPU per update*: ``/help`` in a private chat, with the inbox, identity, rights, rendering and
pacing, against a handler of python-telegram-bot's own that answers a constant. Both answer by one
message; they run in turns in one process, a batch of 40 members' updates at a time, as polls bring
them when there is much to do; process time counts every thread.

*Order*: members of 50 groups type 500 commands within one second, which are taken by polling. A
group's answers must come in the order of its commands, none twice and none left out. Telegram
takes 30 messages a second, so answering 500 takes 17 seconds at least.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

from telegram import Update
from telegram.ext import Application, ApplicationBuilder, CallbackContext, CommandHandler

from adapters.telegram.pacing import ALL_MESSAGES
from adapters.telegram.service import TelegramPlan, TelegramService
from benchmarks.figures import Figure, at_least, at_most
from bot.settings import Settings
from bot.wiring import open_app
from plumas_core.app import App
from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from tests.standins.telegram_methods import Files, Params
from tests.standins.telegram_people import Person
from tests.standins.telegram_server import TelegramServer
from tests.standins.telegram_world import BOT, TOKEN, Chat
from tests.support.time import ManualClock

ROUNDS = 7
MEMBERS = 40
"""Each says one thing a round: Telegram takes one message a second in a chat."""
CPU_BOUND = 2.0
"""Times the bare handler's CPU, at most."""

GROUPS = 50
UPDATES = 500
ARRIVAL_SECONDS = 1.0
TIME_BOUND = 2.0
"""Times what Telegram's own limit allows, at most."""
LONGEST = 120.0

Json = dict[str, Any]


def run() -> list[dict[str, object]]:
    """Measure all figures, as ``benchmarks/latest.json`` has them."""
    return [figure.as_json() for figure in asyncio.run(_measure())]


async def _measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        async with _opened(Path(folder) / "cpu", constant=True) as bench:
            ours, bare = await _cpu(bench)
        async with _opened(Path(folder) / "order") as bench:
            right, seconds = await _order(bench)
    return [
        at_most("telegram: CPU per update, ms", ours * 1_000, bare * 1_000, CPU_BOUND),
        at_least("telegram: updates answered once and in order", right, UPDATES, 1.0),
        at_most(
            "telegram: seconds until the last of 500 updates is answered",
            seconds,
            UPDATES / ALL_MESSAGES,
            TIME_BOUND,
        ),
    ]


@dataclass
class _Bench:
    app: App
    service: TelegramService
    bare: Application[Any, Any, Any, Any, Any, Any]
    other: Connection

    def ask(self, what: str) -> Any:
        """Let the other process do something; return what it answers."""
        self.other.send(what)
        return self.other.recv()


async def _cpu(bench: _Bench) -> tuple[float, float]:
    """Return seconds of CPU per update, ours and bare: the medians of the rounds."""
    feeder = bench.service.prepare(bench.app, COMMANDS, ACTIONS)
    await feeder.begin()

    async def hear(updates: list[Json]) -> None:
        await feeder.take(updates)
        await feeder.settled()

    async def hear_bare(updates: list[Json]) -> None:
        read = [Update.de_json(one, bench.bare.bot) for one in updates]
        await asyncio.gather(*(bench.bare.process_update(one) for one in read))

    ours: list[float] = []
    floor: list[float] = []
    for number in range(ROUNDS + 1):
        for updates, heard, times in (
            (bench.ask("/help"), hear, ours),
            (bench.ask("/bare"), hear_bare, floor),
        ):
            began = time.process_time()
            await heard(updates)
            if number:  # in the first round everybody is new
                times.append((time.process_time() - began) / len(updates))
    return median(ours), median(floor)


async def _order(bench: _Bench) -> tuple[int, float]:
    """Return how many updates were answered once and in order, and after how many seconds."""
    service = bench.service
    serving = asyncio.create_task(service.serve(bench.app, COMMANDS, ACTIONS))
    try:
        await asyncio.to_thread(bench.ask, "type")
        began = time.monotonic()
        answered = 0
        while answered < UPDATES and time.monotonic() - began < LONGEST:
            await asyncio.sleep(0.05)
            answered = await asyncio.to_thread(bench.ask, "answered")
            if serving.done():
                serving.result()
        seconds = time.monotonic() - began + ARRIVAL_SECONDS
        return int(await asyncio.to_thread(bench.ask, "right")), seconds
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


@asynccontextmanager
async def _opened(folder: Path, *, constant: bool = False) -> AsyncIterator[_Bench]:
    """Open the program and the bare one; ``constant``: every message is answered by the same."""
    await asyncio.to_thread(folder.mkdir)
    near, far = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(far, constant), daemon=True)
    process.start()
    url = near.recv()
    plan = TelegramPlan(token=TOKEN, api_url=url, folder=folder)
    hurried = ManualClock()
    service = (
        # The pacing is at work, but its waits take no time: idle gaps cost CPU of their own.
        TelegramService(plan, clock=hurried, sleep=hurried.sleep)
        if constant
        else TelegramService(plan)
    )
    settings = Settings(database_url=f"sqlite:///{folder / 'plumas.db'}")
    bare = _bare(url)
    try:
        async with open_app(settings, deliverers={"telegram": service.deliverer}) as app, bare:
            try:
                await service.log_in(app, COMMANDS)
                yield _Bench(app, service, bare, near)
            finally:
                await service.close()
    finally:
        process.terminate()
        process.join()


def _bare(url: str) -> Application[Any, Any, Any, Any, Any, Any]:
    async def answer(update: Update, _context: CallbackContext[Any, Any, Any, Any]) -> None:
        if update.effective_chat is not None:
            await update.effective_chat.send_message("pong")

    builder = ApplicationBuilder().token(TOKEN).base_url(f"{url}/bot").updater(None)
    application: Application[Any, Any, Any, Any, Any, Any] = builder.build()
    application.add_handler(CommandHandler("bare", answer))
    return application


def _serve(far: Connection, constant: bool) -> None:
    asyncio.run(_serving(far, _Parrot() if constant else TelegramServer()))


class _Parrot(TelegramServer):
    """Answers every message with the same one, whatever it says."""

    async def call(self, method: str, params: Params, files: Files) -> tuple[int, Json]:
        if method != "sendMessage":
            return await super().call(method, params, files)
        chat = {"id": int(params["chat_id"]), "type": "private"}
        message = {"message_id": 1, "date": 1, "chat": chat, "from": BOT, "text": "pong"}
        return 200, {"ok": True, "result": message}


async def _serving(far: Connection, server: TelegramServer) -> None:
    async with server:
        town = _Town(server)
        far.send(server.url)
        while True:
            what = await asyncio.to_thread(far.recv)
            far.send(await town.do(what))


class _Town:
    """Members who type when they are told to, in the process of the stand-in."""

    def __init__(self, server: TelegramServer) -> None:
        self._server = server
        world = server.world
        self._groups = [world.add_group(f"Sala {number}") for number in range(GROUPS)]
        self._people = [
            Person(server, 1_000 + number, f"m{number}", self._groups[number % GROUPS])
            for number in range(MEMBERS + GROUPS)
        ]
        self._asked: dict[int, list[int]] = {group.id: [] for group in self._groups}
        for person in self._people[:MEMBERS]:
            person.start()
        server.updates.queue.clear()

    async def do(self, what: str) -> Any:
        """Type something and return the updates, or tell what was answered."""
        match what:
            case "type":
                return await self._type()
            case "answered":
                return sum(len(group.posted) for group in self._groups)
            case "right":
                return sum(self._right(group) for group in self._groups)
        updates = [one.say(what, one.private) for one in self._people[:MEMBERS]]
        self._server.updates.queue.clear()
        return updates

    async def _type(self) -> None:
        """Let everybody type, evenly within the second."""
        began = asyncio.get_running_loop().time()
        people = self._people[MEMBERS:]
        for number in range(UPDATES):
            due = began + number * ARRIVAL_SECONDS / UPDATES
            await asyncio.sleep(max(due - asyncio.get_running_loop().time(), 0))
            person = people[number % len(people)]
            sent = person.say("/nothing@plumas_bot")
            self._asked[person.chat.id].append(sent["message"]["message_id"])

    def _right(self, group: Chat) -> int:
        """Return how many of a group's commands were answered once, in their order."""
        told = [one.body["reply_to_message"]["message_id"] for one in group.posted]
        asked = self._asked[group.id]
        return len(asked) if told == asked else 0
