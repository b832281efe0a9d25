"""The connection to Telegram: logging in, listing commands, taking updates, and leaving."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationBuilder
from telegram.request import BaseRequest

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.deliverer import TelegramDeliverer
from adapters.telegram.exchange import Pace
from adapters.telegram.feeding import Feeder
from adapters.telegram.http import HttpRequest
from adapters.telegram.listening import Listening
from adapters.telegram.menus import register
from adapters.telegram.pacing import Limiter, refusal_seconds
from adapters.telegram.polling import TokenRefused, poll
from adapters.telegram.processing import ByChat
from adapters.telegram.webhook import Endpoint, announce, hook_of, serving
from plumas_core.app import App
from plumas_core.clock import Clock, Sleep, system_clock
from plumas_core.commands.spec import ActionSpec, AnyCommand

log = structlog.get_logger(__name__)

CONNECTIONS: Final = 64

LAST_WORDS: Final = 5.0
"""Seconds that updates under way are waited for at the end."""

LISTINGS: Final = 8
"""Times that it is tried to list the commands; the last one is minutes after the start."""

_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramPlan:
    """How Telegram is reached, and how it reaches us.

    Without ``webhook_url`` updates are asked for; with it Telegram calls there, and what arrives
    is expected on ``webhook_host`` and ``webhook_port``. ``folder`` keeps the hash of the commands
    that were listed last.
    """

    token: str
    api_url: str
    folder: Path
    webhook_url: str | None = None
    webhook_host: str = "127.0.0.1"
    webhook_port: int = 8443


class TelegramService:
    """One process's connection. ``deliverer`` works once ``log_in`` has returned.

    ``request`` takes the place of HTTP, for tests; ``beat`` is the pause between two renewals of
    the lease by which one process at a time answers members.
    """

    def __init__(
        self,
        plan: TelegramPlan,
        *,
        clock: Clock = system_clock,
        sleep: Sleep = asyncio.sleep,
        beat: Sleep = asyncio.sleep,
        request: BaseRequest | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._plan = plan
        self._clock = clock
        self._sleep = sleep
        self._beat = beat
        self._listening: Listening | None = None
        self._pace = pace
        self.limiter = Limiter(clock, sleep)
        self.processor = ByChat()
        self.application = _application(plan, self.limiter, self.processor, request)
        self.deliverer = TelegramDeliverer(self.application.bot)
        self.adapter: TelegramAdapter | None = None
        self.feeder: Feeder | None = None
        self.listens_on: int | None = None

    async def log_in(self, app: App, commands: Sequence[AnyCommand] = ()) -> None:
        """Find out who we are, however long Telegram cannot be reached.

        ``commands`` are those that messages may name.

        Raises:
            TokenRefused: Telegram does not know the token.
        """
        await self._until_reached(self._introduce)
        self.deliverer.begin(app, commands)
        log.info("telegram_ready", bot=self.application.bot.username)

    def prepare(
        self, app: App, commands: Sequence[AnyCommand], actions: Mapping[str, ActionSpec]
    ) -> Feeder:
        """Make the adapter, and return what feeds it with updates."""
        self.adapter = TelegramAdapter(
            app,
            self.application,
            commands=commands,
            actions=actions,
            limiter=self.limiter,
            processor=self.processor,
            pace=self._pace,
        )
        self.feeder = Feeder(app, self.application, self.processor)
        return self.feeder

    async def serve(
        self, app: App, commands: Sequence[AnyCommand], actions: Mapping[str, ActionSpec]
    ) -> None:
        """Answer members, and list the commands beside that, until the task is cancelled.

        Raises:
            TokenRefused: Telegram does not know the token any more.
            PortTaken: the webhook's port cannot be listened on.
        """
        feeder = self.prepare(app, commands, actions)
        self._listening = Listening(app, self.application.bot.id)
        listing = asyncio.create_task(self._list(app, commands))
        try:
            while True:
                await self._listening.taken(self._sleep)
                await self._hear_while_ours(feeder, self._listening)
                await feeder.close(0)
        finally:
            listing.cancel()
            await asyncio.gather(listing, return_exceptions=True)

    async def _hear_while_ours(self, feeder: Feeder, listening: Listening) -> None:
        """Take updates until another process has taken over."""
        lost = asyncio.create_task(listening.lost(self._beat))
        hearing = asyncio.create_task(self._hear(feeder))
        try:
            await asyncio.wait({lost, hearing}, return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                hearing.result()
        finally:
            for task in (lost, hearing):
                task.cancel()
            await asyncio.gather(lost, hearing, return_exceptions=True)

    async def _hear(self, feeder: Feeder) -> None:
        """Take up what was left, and updates in the way that the plan names."""
        await feeder.begin()
        bot, plan = self.application.bot, self._plan
        if plan.webhook_url is None:
            await poll(bot, feeder.take, self._sleep, self._clock)
            return
        hook = hook_of(plan.token)
        endpoint = Endpoint(hook, feeder.take)
        base = plan.webhook_url
        async with serving(endpoint, plan.webhook_host, plan.webhook_port) as port:
            self.listens_on = port
            await self._until_reached(lambda: announce(bot, base, hook))
            await asyncio.Event().wait()

    async def close(self) -> None:
        """Let what is under way come to its end, or cut it off, and leave Telegram."""
        if self.feeder is not None:
            await self.feeder.close(LAST_WORDS)
        if self.adapter is not None:
            await self.adapter.office.close()
        if self._listening is not None:
            await self._listening.leave()
        await self.application.shutdown()
        await self.application.bot.shutdown()  # also where the login failed

    async def _introduce(self) -> None:
        """Ask who we are: the one call whose refusal says that the token is wrong."""
        try:
            await self.application.initialize()
        except InvalidToken as reason:
            raise TokenRefused("TELEGRAM_TOKEN is not accepted by Telegram") from reason

    async def _list(self, app: App, commands: Sequence[AnyCommand]) -> None:
        """List the commands if Telegram takes them; without the list they work all the same."""
        bot, folder = self.application.bot, self._plan.folder
        pause = _FIRST_PAUSE
        for _ in range(LISTINGS):
            try:
                await register(app.texts, commands, bot, folder)
                return
            except (TelegramError, OSError) as reason:
                log.warning("commands_not_listed", reason=str(reason)[:200], pause=pause)
            await self._sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        log.error("commands_not_listed", todo="start again to have the menu of commands renewed")

    async def _until_reached(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do what needs Telegram, again and again with growing pauses while it is away."""
        pause = _FIRST_PAUSE
        while True:
            try:
                await work()
                return
            except TelegramError as reason:
                wait = float(refusal_seconds(reason)) if isinstance(reason, RetryAfter) else pause
                log.warning("telegram_not_reached", reason=reason.message[:200], pause=wait)
            await self._sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _application(
    plan: TelegramPlan, limiter: Limiter, processor: ByChat, request: BaseRequest | None
) -> Application[Any, Any, Any, Any, Any, Any]:
    """Return an application without PTB's own updater: it confirms before we wrote down."""
    builder: Any = ApplicationBuilder()
    return (  # type: ignore[no-any-return]  # the builder's own type grows with every call
        builder.token(plan.token)
        .base_url(f"{plan.api_url}/bot")
        .base_file_url(f"{plan.api_url}/file/bot")
        .request(request or HttpRequest(CONNECTIONS))
        .get_updates_request(request or HttpRequest(1))
        .rate_limiter(limiter)
        .concurrent_updates(processor)
        .updater(None)
        .job_queue(None)
        .build()
    )
