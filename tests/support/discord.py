"""A program that serves Discord, against a stand-in, on a manual clock."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord
from discord.app_commands import AppCommandError
from discord.http import Route

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.exchange import Pace
from adapters.discord.service import DiscordPlan, DiscordService
from bot.settings import Settings
from bot.wiring import open_app
from jobs.once import run_due
from plumas_core.app import App, no_crash
from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from tests.standins.discord_people import Person
from tests.standins.discord_rest import TOKEN, Asked, DiscordServer
from tests.support.time import ManualClock
from tests.support.translations import translations

OPERATOR = "700000000000000001"


@dataclass
class DiscordStage:
    """The program and the stand-in; members are made by ``person``."""

    app: App
    clock: ManualClock
    server: DiscordServer
    service: DiscordService
    channel: str
    pace: Pace | None = None
    _people: dict[str, Person] = field(default_factory=dict)
    _adapter: DiscordAdapter | None = None

    @property
    def adapter(self) -> DiscordAdapter:
        """The adapter, for payloads that are handed over without a gateway."""
        if self._adapter is None:
            self._adapter = DiscordAdapter(
                self.app,
                self.service.client,
                commands=COMMANDS,
                actions=ACTIONS,
                pace=self.pace,
            )
        return self._adapter

    def person(self, name: str, **more: Any) -> Person:
        """Return the member of that name; ``op`` is the operator, ``admin`` an admin."""
        if name not in self._people:
            number = OPERATOR if name == "op" else f"{700_000_000_000_000_010 + len(self._people)}"
            more.setdefault("admin", name in ("op", "admin"))
            self._people[name] = Person(self.server, number, name, self.channel, **more)
        return self._people[name]

    async def ask(self, payload: dict[str, Any]) -> Asked:
        """Hand Discord's payload to discord.py as its gateway would; wait for the answer."""
        state = self.service.client._connection
        interaction: Any = discord.Interaction(data=payload, state=state)  # type: ignore[arg-type]  # as Discord sends it
        if payload["type"] in (2, 4):
            try:
                await self.adapter.tree._call(interaction)
            except AppCommandError as error:
                await self.adapter.tree._dispatch_error(interaction, error)
        else:
            await self.adapter.on_interaction(interaction)
        return self.server.asked[payload["token"]]

    async def command(self, who: str, path: str, **options: Any) -> Asked:
        """Let a member use a command."""
        return await self.ask(self.person(who).command(path, **options))

    async def press(self, who: str, code: str) -> Asked:
        """Let a member press a button."""
        return await self.ask(self.person(who).press(code))

    async def enter(self, who: str, code: str, text: str, title: str = "") -> Asked:
        """Let a member press a button that opens a form, and fill it in."""
        asked = await self.press(who, code)
        assert asked.modal is not None
        return await self.ask(self.person(who).submit(asked.modal, text=text, title=title))

    async def work(self, most: int = 20) -> None:
        """Run the jobs until none of them does anything at this moment."""
        for _ in range(most):
            if not await run_due(self.app):
                return

    def posted(self) -> list[dict[str, Any]]:
        """Return the messages of the channel."""
        return self.server.messages[self.channel]


def said(asked: Asked) -> str:
    """Return all words that a member sees in the end."""
    return "\n".join(words(message) for message in asked.shown)


def words(message: dict[str, Any]) -> str:
    """Return all words of a message, without the marks that keep them from being markup."""
    return "\n".join(_words(message)).replace("\\", "")


def _words(message: dict[str, Any]) -> Iterator[str]:
    yield message["content"]
    for embed in message["embeds"]:
        yield embed.get("title", "")
        yield embed.get("description", "")
        for one in embed.get("fields", ()):
            yield f"{one['name']}: {one['value']}"


def codes(message: dict[str, Any]) -> list[str]:
    """Return the ids of a message's buttons."""
    return [part["custom_id"] for row in message["components"] for part in row["components"]]


@asynccontextmanager
async def open_discord(
    folder: Path,
    *,
    clock: ManualClock | None = None,
    server: DiscordServer | None = None,
    crash_point: Callable[[str], None] = no_crash,
    seed: int = 7,
    pace: Pace | None = None,
    **settings: Any,
) -> AsyncIterator[DiscordStage]:
    """Open the program in a folder, logged in to a stand-in of its own or to ``server``."""
    base = Route.BASE
    time = clock or ManualClock()
    own = DiscordServer() if server is None else server
    if server is None:
        await own.__aenter__()
    service = DiscordService(plan(own, folder))
    values: dict[str, Any] = {
        "database_url": f"sqlite:///{folder / 'plumas.db'}",
        "operators": f"discord:{OPERATOR}",
        **settings,
    }
    try:
        async with open_app(
            Settings(**values),
            clock=time,
            sleep=time.sleep,
            rng=random.Random(seed),
            deliverers={"discord": service.deliverer},
            worker=f"test-{seed}",
            crash_point=crash_point,
            texts=translations(),
        ) as app:
            try:
                await service.log_in()
                known = [one for one, kind in own.channels.items() if kind["type"] == 0]
                channel = known[0] if known else own.add_channel()
                yield DiscordStage(app, time, own, service, channel, pace)
            finally:
                await service.close()
    finally:
        Route.BASE = base
        if server is None:
            await own.__aexit__()


def plan(server: DiscordServer, folder: Path) -> DiscordPlan:
    """Return how the stand-in is reached."""
    return DiscordPlan(
        token=TOKEN,
        api_url=server.api,
        gateway_url=None,
        shard_ids=(),
        shard_count=None,
        folder=folder,
    )
