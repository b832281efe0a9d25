"""The connection to Discord: logging in, registering commands, listening, and leaving."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.arrival import Arrivals
from adapters.discord.commands import Translator
from adapters.discord.deliverer import DiscordDeliverer
from adapters.discord.registration import register
from plumas_core.app import App
from plumas_core.clock import Sleep
from plumas_core.commands.spec import ActionSpec, AnyCommand

log = structlog.get_logger(__name__)

LONGEST_WAIT: Final = 30.0
"""Seconds that one request waits when Discord asks to; where it asks for more, the outbox waits."""

LAST_WORDS: Final = 5.0
"""Seconds that answers under way are waited for at the end."""

_OWN_TASKS: Final = ("discord.py: ", "CommandTree-invoker")
"""How discord.py names the tasks in which it lets events be handled."""

_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 120.0


class TokenRefused(Exception):
    """Discord does not know the token: nothing helps but another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordPlan:
    """How Discord is reached, and which part of it this process serves.

    ``gateway_url`` is the address that Discord itself names if ``None``. Without ``shard_ids``
    this process serves all shards, as many as Discord recommends. ``folder`` keeps the hash of
    the commands that were registered last.
    """

    token: str
    api_url: str
    gateway_url: str | None
    shard_ids: tuple[int, ...]
    shard_count: int | None
    folder: Path


class DiscordService:
    """One process's connection. ``deliverer`` works once ``log_in`` has returned."""

    def __init__(self, plan: DiscordPlan, sleep: Sleep = asyncio.sleep) -> None:
        self._plan = plan
        self._sleep = sleep
        Route.BASE = plan.api_url
        self.client = _client(plan)
        self.deliverer = DiscordDeliverer(self.client)

    async def log_in(self) -> None:
        """Log in by REST, however long Discord cannot be reached.

        Raises:
            TokenRefused: Discord does not know the token.
        """
        await self._until_reached(lambda: self.client.login(self._plan.token))

    async def serve(
        self, app: App, commands: Sequence[AnyCommand], actions: Mapping[str, ActionSpec]
    ) -> None:
        """Register the commands and answer members, until the task is cancelled."""
        tree = DiscordAdapter(app, self.client, commands=commands, actions=actions).tree
        Arrivals(app, self.client)
        await tree.set_translator(Translator(app.texts))
        if 0 in (self._plan.shard_ids or (0,)):
            await self._until_reached(lambda: register(tree, self.client, self._plan.folder))
        await self._until_reached(self._find_gateway)
        await self.client.connect(reconnect=True)

    async def close(self) -> None:
        """Let answers under way come to their end, or cut them off, and leave Discord."""
        own = [one for one in asyncio.all_tasks() if one.get_name().startswith(_OWN_TASKS)]
        if own:
            await asyncio.wait(own, timeout=LAST_WORDS)
            for task in own:
                task.cancel()
            await asyncio.gather(*own, return_exceptions=True)
        await self.client.close()

    async def _find_gateway(self) -> None:
        """Ask where to connect to and with how many shards, unless both are set."""
        count, gateway = self._plan.shard_count, self._plan.gateway_url
        if count is None or gateway is None:
            recommended, address, _ = await self.client.http.get_bot_gateway()
            count, gateway = count or recommended, gateway or address
        self.client.shard_count = count
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)

    async def _until_reached(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do what needs Discord, again and again with growing pauses while it is away."""
        pause = _FIRST_PAUSE
        while True:
            try:
                await work()
                return
            except discord.LoginFailure as reason:
                raise TokenRefused("DISCORD_TOKEN is not accepted by Discord") from reason
            except (discord.DiscordException, aiohttp.ClientError, OSError) as reason:
                log.warning("discord_not_reached", reason=str(reason)[:200], pause=pause)
            await self._sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _client(plan: DiscordPlan) -> discord.AutoShardedClient:
    """Return a client that asks for servers and channels, and for nothing that needs leave."""
    for warning in ("warn_nacl", "warn_dave"):  # nobody is going to speak
        setattr(discord.VoiceClient, warning, False)
    intents = discord.Intents.none()
    intents.guilds = True
    options: dict[str, Any] = {"shard_ids": list(plan.shard_ids)} if plan.shard_ids else {}
    return discord.AutoShardedClient(
        intents=intents,
        shard_count=plan.shard_count,
        allowed_mentions=discord.AllowedMentions.none(),
        max_messages=None,
        chunk_guilds_at_startup=False,
        max_ratelimit_timeout=LONGEST_WAIT,
        **options,
    )
