"""A program that serves Telegram, against a stand-in, on a manual clock."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.telegram.exchange import Pace
from adapters.telegram.feeding import Feeder
from adapters.telegram.service import TelegramPlan, TelegramService
from bot.settings import Settings
from bot.wiring import open_app
from jobs.once import run_due
from plumas_core.app import App, no_crash
from plumas_core.clock import Sleep
from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from tests.standins.telegram_methods import Pressed
from tests.standins.telegram_people import Person
from tests.standins.telegram_server import TelegramServer
from tests.standins.telegram_world import TOKEN, Chat, Message
from tests.support.telegram_request import DirectRequest
from tests.support.time import ManualClock
from tests.support.translations import translations

OPERATOR = 700_000_001
PATIENCE = 20.0
"""Seconds of real time after which what other tasks do has failed."""

Json = dict[str, Any]


@dataclass
class TelegramStage:
    """The program and the stand-in; members are made by ``person``."""

    app: App
    clock: ManualClock
    server: TelegramServer
    service: TelegramService
    group: Chat
    people: dict[str, Person] = field(default_factory=dict)
    _feeder: Feeder | None = None

    def person(self, name: str, **more: Any) -> Person:
        """Return the member of that name; ``op`` is the operator and ``admin`` an admin."""
        if name not in self.people:
            number = OPERATOR if name == "op" else OPERATOR + 10 + len(self.people)
            made = Person(self.server, number, name, more.pop("chat", self.group), **more)
            if name in ("op", "admin"):
                made.promote()
            self.people[name] = made
        return self.people[name]

    async def feeder(self) -> Feeder:
        """Return what feeds the adapter, for updates that are handed over without a connection."""
        if self._feeder is None:
            self._feeder = self.service.prepare(self.app, COMMANDS, ACTIONS)
            await self._feeder.begin()
        return self._feeder

    async def hear(self, *updates: Json) -> None:
        """Hand over what Telegram would bring, and wait until all of it is answered."""
        feeder = await self.feeder()
        await feeder.take(updates)
        await feeder.settled()
        assert self.service.adapter is not None
        await self.service.adapter.office.close()

    async def say(
        self, who: str, text: str, chat: Chat | None = None, **more: Any
    ) -> list[Message]:
        """Let a member type a text; return the bot's messages that are new."""
        return await self.new(self.person(who).say(text, chat, **more))

    async def press(self, who: str, code: str) -> tuple[Pressed, list[Message]]:
        """Let a member press a button; where a link is the answer they follow it."""
        person = self.person(who)
        update, pressed = person.press(code)
        new = await self.new(update)
        if pressed.answer is not None and pressed.answer["url"]:
            new += await self.new(person.follow(pressed.answer["url"]))
        return pressed, new

    async def new(self, *updates: Json) -> list[Message]:
        """Hand updates over; return the bot's messages that stand anew, in all chats."""
        before = {id(one) for one in self.posted()}
        await self.hear(*updates)
        return [one for one in self.posted() if id(one) not in before]

    def posted(self) -> list[Message]:
        """Return the bot's messages in all chats."""
        return [one for chat in self.server.world.chats.values() for one in chat.posted]

    async def work(self, most: int = 20) -> None:
        """Run the jobs until none of them does anything at this moment."""
        for _ in range(most):
            if not await run_due(self.app):
                return


def words(messages: Sequence[Message]) -> str:
    """Return all words of messages and of their files."""
    return "\n".join(
        one.text + ("\n" + one.content.decode("utf-8", "replace") if one.content else "")
        for one in messages
    )


def button(messages: Sequence[Message], action: str) -> str:
    """Return the code of the last button that does something."""
    codes = [code for one in reversed(messages) for code in one.codes]
    found = [code for code in codes if code.partition(":")[0] == action]
    assert found, f"no button {action} in {codes}"
    return found[0]


@asynccontextmanager
async def open_telegram(
    folder: Path,
    *,
    clock: ManualClock | None = None,
    server: TelegramServer | None = None,
    crash_point: Callable[[str], None] = no_crash,
    seed: int = 7,
    pace: Pace | None = None,
    sleep: Sleep | None = None,
    beat: Sleep = asyncio.sleep,
    by_http: bool = False,
    webhook: str | None = None,
    **settings: Any,
) -> AsyncIterator[TelegramStage]:
    """Open the program in a folder, logged in to a stand-in of its own or to ``server``.

    Calls are handed straight over, unless ``by_http`` says that they go through the network.
    ``sleep`` is how the connection waits, by the clock at once if it is not given. ``webhook`` is
    the address at which Telegram is to call, on a port that is free.
    """
    time = clock or ManualClock()
    own = server or TelegramServer(time)
    service = TelegramService(
        plan(own, folder, webhook),
        clock=time,
        sleep=sleep or time.sleep,
        beat=beat,
        request=None if by_http else DirectRequest(own),
        pace=pace,
    )
    values: dict[str, Any] = {
        "database_url": f"sqlite:///{folder / 'plumas.db'}",
        "operators": f"telegram:{OPERATOR}",
        **settings,
    }
    async with open_app(
        Settings(**values),
        clock=time,
        sleep=time.sleep,
        rng=random.Random(seed),
        deliverers={"telegram": service.deliverer},
        worker=f"test-{seed}",
        crash_point=crash_point,
        texts=translations(),
    ) as app:
        try:
            await service.log_in(app, COMMANDS)
            groups = [one for one in own.world.chats.values() if one.kind != "private"]
            group = groups[0] if groups else own.world.add_group()
            yield TelegramStage(app, time, own, service, group)
        finally:
            await service.close()


@asynccontextmanager
async def connected(
    folder: Path, server: TelegramServer, clock: ManualClock, **more: Any
) -> AsyncIterator[TelegramStage]:
    """The program, taking its updates from a stand-in through the network."""
    async with open_telegram(folder, server=server, clock=clock, by_http=True, **more) as stage:
        server.updates.polled.clear()
        hears, hooks = server.updates.polled.is_set, server.count("setWebhook")
        task = asyncio.create_task(stage.service.serve(stage.app, COMMANDS, ACTIONS))
        try:
            await until(lambda: hears() or server.count("setWebhook") > hooks, task)
            yield stage
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(done: Callable[[], Any], task: asyncio.Task[None] | None = None) -> None:
    """Wait for what other tasks do; what ``task`` fails with is raised."""
    async with asyncio.timeout(PATIENCE):
        while not done():
            if task is not None and task.done():
                task.result()
            await asyncio.sleep(0.005)


def plan(server: TelegramServer, folder: Path, webhook: str | None = None) -> TelegramPlan:
    """Return how the stand-in is reached."""
    return TelegramPlan(
        token=TOKEN, api_url=server.url, folder=folder, webhook_url=webhook, webhook_port=0
    )
