"""``plumas run``: serve the platforms that are set up, and do the recurring work."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Mapping, Sequence, Set
from typing import Any, Final

import click
import structlog

from bot.discord_role import discord_service, serve_discord
from bot.env_file import SettingsError
from bot.settings import Settings
from bot.starting import begin
from bot.telegram_role import serve_telegram, telegram_service
from bot.wiring import open_app
from jobs.catalogue import JOBS
from jobs.clock import start
from plumas_core.delivery.outbox import Deliverer

log = structlog.get_logger(__name__)

JOBS_ROLE: Final = "jobs"

TOKENS: Final[Mapping[str, str]] = {"discord": "DISCORD_TOKEN", "telegram": "TELEGRAM_TOKEN"}
"""Each platform's role, and the setting that it cannot do without."""

ELSEWHERE: Final = (
    "`plumas chat` plays in this terminal, `plumas demo` shows a whole duel, and"
    " `plumas run --roles jobs` does the recurring work alone"
)


@click.command()
@click.option(
    "--roles",
    help="What this process does, of discord, telegram and jobs, with commas; all that is set up"
    " if not given.",
)
def run(roles: str | None) -> None:
    """Serve the platforms that have a token, and do the recurring work, until it is stopped."""
    settings = begin()
    chosen = chosen_roles(settings, roles)
    asyncio.run(serve(settings, chosen))


def chosen_roles(settings: Settings, given: str | None) -> frozenset[str]:
    """Return what this process is to do.

    Raises:
        SettingsError: a role cannot be taken, or there is nothing to do.
        click.BadParameter: there is no such role.
    """
    tokens = {"discord": settings.discord_token, "telegram": settings.telegram_token}
    if given is None:
        wanted = {platform for platform, token in tokens.items() if token is not None}
        if not wanted:
            names = " or ".join(TOKENS.values())
            raise SettingsError(f"no platform is set up: put {names} into .env; {ELSEWHERE}")
        wanted.add(JOBS_ROLE)
    else:
        wanted = {part.strip() for part in given.split(",") if part.strip()}
        if not wanted or wanted - {*TOKENS, JOBS_ROLE}:
            raise click.BadParameter("name some of discord, telegram, jobs", param_hint="--roles")
    for role in sorted(wanted - {JOBS_ROLE}):
        if tokens[role] is None:
            raise SettingsError(f"{TOKENS[role]} is not set: put it into .env to serve {role}")
    return frozenset(wanted)


async def serve(settings: Settings, roles: Set[str]) -> None:
    """Do what ``roles`` say until a signal asks to stop; what is under way can be killed."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    discord = discord_service(settings) if roles & {"discord", JOBS_ROLE} else None
    telegram = telegram_service(settings) if roles & {"telegram", JOBS_ROLE} else None
    deliverers: dict[str, Deliverer] = {}
    if discord is not None:
        deliverers["discord"] = discord.deliverer
    if telegram is not None:
        deliverers["telegram"] = telegram.deliverer
    async with open_app(settings, deliverers=deliverers) as app:
        running = start(app, JOBS) if JOBS_ROLE in roles else None
        log.info("started", roles=sorted(roles), worker=app.worker)
        platforms = []
        if discord is not None:
            platforms.append(serve_discord(discord, app, listen="discord" in roles))
        if telegram is not None:
            platforms.append(serve_telegram(telegram, app, listen="telegram" in roles))
        try:
            await _until_stopped(stop, platforms)
        finally:
            log.info("stopping", worker=app.worker)
            if running is not None:
                await running.stop()
            if discord is not None:
                await discord.close()
            if telegram is not None:
                await telegram.close()


async def _until_stopped(
    stop: asyncio.Event, platforms: Sequence[Coroutine[Any, Any, None]]
) -> None:
    """Serve the platforms until the signal; one that fails for good ends them all.

    Raises:
        Exception: what a platform failed with.
    """
    serving = [asyncio.create_task(platform) for platform in platforms]
    stopped = asyncio.create_task(stop.wait())
    waiting = {stopped, *serving}
    try:
        while not stopped.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        for task in (stopped, *serving):
            task.cancel()
        await asyncio.gather(stopped, *serving, return_exceptions=True)
