"""Asking Telegram for updates; each batch is written down before the next one confirms it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import structlog
from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut
from telegram.ext import ExtBot

from adapters.telegram.pacing import refusal_seconds
from plumas_core.clock import Sleep

log = structlog.get_logger(__name__)

ALLOWED: Final = ("message", "callback_query", "my_chat_member")
"""The kinds of updates that we ask for."""

LONGEST_POLL: Final = 25
"""Seconds that Telegram keeps a request open while there is nothing to tell."""

BATCH: Final = 100
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_CONFLICT_PAUSE: Final = 15.0

Take = Callable[[Sequence[tuple[Update, str]]], Awaitable[None]]


class TokenRefused(Exception):
    """Telegram does not know the token: nothing helps but another one."""


async def poll(bot: ExtBot[Any], take: Take, sleep: Sleep) -> None:
    """Ask for updates and hand them on, until the task is cancelled.

    Raises:
        TokenRefused: Telegram does not know the token any more.
    """
    offset: int | None = None
    pause = _FIRST_PAUSE
    while True:
        try:
            updates = await bot.get_updates(
                offset, limit=BATCH, timeout=LONGEST_POLL, allowed_updates=ALLOWED
            )
        except TimedOut:
            continue
        except InvalidToken as reason:
            raise TokenRefused("TELEGRAM_TOKEN is not accepted by Telegram any more") from reason
        except Conflict as reason:
            log.error(
                "telegram_polled_elsewhere",
                reason=reason.message[:200],
                todo="another process asks for this bot's updates, or a webhook is set: leave"
                " one of them, or give the other another token",
            )
            await sleep(_CONFLICT_PAUSE)
            continue
        except TelegramError as reason:
            wait = float(refusal_seconds(reason)) if isinstance(reason, RetryAfter) else pause
            log.warning("telegram_not_reached", reason=reason.message[:200], pause=wait)
            await sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE)
            continue
        pause = _FIRST_PAUSE
        if updates:
            await take([(update, update.to_json()) for update in updates])
            offset = updates[-1].update_id + 1
