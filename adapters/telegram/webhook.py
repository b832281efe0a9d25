"""Telegram's calls, taken by an endpoint of our own: each update is written down before we answer.

The address cannot be guessed, the secret is compared in constant time, and nothing of a call is
logged.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import structlog
from aiohttp import web
from telegram.ext import ExtBot

from adapters.telegram.events import is_update
from adapters.telegram.polling import ALLOWED, Take

log = structlog.get_logger(__name__)

MOST_BYTES: Final = 1024 * 1024
"""Bytes of one call; Telegram's are far smaller."""

CONNECTIONS: Final = 20
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the name of a header


@dataclass(frozen=True, slots=True)
class Hook:
    """Where Telegram calls, and the word that it proves itself with; both follow from the token."""

    path: str
    secret: str


def hook_of(token: str) -> Hook:
    """Return a bot's hook: only who knows the token can know it."""
    return Hook(f"/telegram/{_derived(token, 'path')[:32]}", _derived(token, "secret"))


def _derived(token: str, purpose: str) -> str:
    return hmac.new(token.encode(), f"webhook {purpose}".encode(), hashlib.sha256).hexdigest()


class Endpoint:
    """Answers Telegram's calls."""

    def __init__(self, hook: Hook, take: Take) -> None:
        self._hook = hook
        self._take = take

    def application(self) -> web.Application:
        """Return what serves the hook, and nothing else."""
        made = web.Application(client_max_size=MOST_BYTES)
        made.router.add_post(self._hook.path, self._called)
        return made

    async def _called(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._hook.secret.encode()):
            return web.Response(status=403)
        body = await request.read()
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):  # it is no update, and nothing of it is logged
            return web.Response(status=400)
        if not is_update(raw):
            return web.Response(status=400)
        await self._take([raw])
        return web.Response()


class PortTaken(Exception):
    """The port for Telegram's calls cannot be listened on."""


@asynccontextmanager
async def serving(endpoint: Endpoint, host: str, port: int) -> AsyncIterator[int]:
    """Serve an endpoint; yield the port, which is a free one for 0.

    Raises:
        PortTaken: the port cannot be listened on.
    """
    runner = web.AppRunner(endpoint.application(), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as reason:
            raise PortTaken(reason.strerror or type(reason).__name__) from reason
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def announce(bot: ExtBot[Any], base: str, hook: Hook) -> None:
    """Tell Telegram where to call.

    Raises:
        telegram.error.TelegramError: it does not take the address.
    """
    await bot.set_webhook(
        base.rstrip("/") + hook.path,
        secret_token=hook.secret,
        allowed_updates=ALLOWED,
        max_connections=CONNECTIONS,
    )
    log.info("webhook_set", base=base)
