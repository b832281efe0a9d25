"""Asking Telegram for updates; each batch is written down before the next one confirms it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut
from telegram.ext import ExtBot

from adapters.telegram.events import Raw, is_update
from adapters.telegram.http import READ_TIMEOUT
from adapters.telegram.pacing import refusal_seconds
from plumas_core.clock import SECOND, Clock, Sleep

log = structlog.get_logger(__name__)

ALLOWED: Final = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that we ask for."""

LONGEST_POLL: Final = 25
"""Seconds that Telegram keeps a request open while there is nothing to tell."""

BATCH: Final = 100
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_CONFLICT_PAUSE: Final = 15.0

FIRST_REST, LONGEST_REST = 0.3, 1.0
"""Seconds to rest where there was nothing to tell and the request was not kept open, as some
servers and proxies have it."""

_METHOD: Final = "get_Updates"
"""``getUpdates``, spelled so that python-telegram-bot hands the answer over as it came. Its own
method reads a batch as a whole: one update in a form that it does not know would be lost with all
the others, again and again."""

Take = Callable[[Sequence[Raw]], Awaitable[None]]


class TokenRefused(Exception):
    """Telegram does not know the token: nothing helps but another one."""


async def leave_webhook(bot: ExtBot[Any]) -> None:
    """Let no webhook stand in the way of asking, if Telegram can be told so now."""
    try:
        await bot.delete_webhook()
    except TelegramError as reason:
        log.warning("webhook_not_removed", reason=reason.message[:200])


async def poll(bot: ExtBot[Any], take: Take, sleep: Sleep, clock: Clock) -> None:
    """Ask for updates and hand them on, until the task is cancelled.

    A webhook that is set is removed first: Telegram calls it or is asked, not both.

    Raises:
        TokenRefused: Telegram does not know the token any more.
    """
    offset: int | None = None
    pause, rest = _FIRST_PAUSE, FIRST_REST
    await leave_webhook(bot)
    while True:
        began = clock()
        try:
            updates = await _ask(bot, offset)
        except Conflict as reason:
            log.error(
                "telegram_polled_elsewhere",
                reason=reason.message[:200],
                todo="another process asks for this bot's updates, or a webhook is set: leave"
                " one of them, or give the other another token",
            )
            await sleep(_CONFLICT_PAUSE)
            await leave_webhook(bot)
            continue
        except TelegramError as reason:
            wait = float(refusal_seconds(reason)) if isinstance(reason, RetryAfter) else pause
            log.warning("telegram_not_reached", reason=reason.message[:200], pause=wait)
            await sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE)
            continue
        pause = _FIRST_PAUSE
        if updates:
            await take(updates)
            offset = max(one["update_id"] for one in updates) + 1
            rest = FIRST_REST
        elif clock() - began < LONGEST_POLL * SECOND // 2:
            await sleep(rest)
            rest = min(2 * rest, LONGEST_REST)


async def _ask(bot: ExtBot[Any], offset: int | None) -> list[Raw]:
    """Return the updates from ``offset`` on, none where the time was over.

    Raises:
        TokenRefused: Telegram does not know the token any more.
        TelegramError: it did not answer, or not with updates.
    """
    asked: dict[str, object] = {"limit": BATCH, "timeout": LONGEST_POLL, "allowed_updates": ALLOWED}
    if offset is not None:
        asked["offset"] = offset
    try:
        found = await bot.do_api_request(
            _METHOD, api_kwargs=asked, read_timeout=READ_TIMEOUT + LONGEST_POLL
        )
    except TimedOut:
        return []
    except (KeyError, TypeError) as reason:
        raise TelegramError("the answer has no result") from reason
    except TelegramError as reason:
        refused = reason.__cause__
        # The library says the same of 401 and of 404, which proxies answer too.
        if isinstance(refused, InvalidToken) and "unauthorized" in refused.message.casefold():
            raise TokenRefused("TELEGRAM_TOKEN is not accepted by Telegram any more") from reason
        raise
    if not isinstance(found, list):
        raise TelegramError("the answer is no list of updates")
    return [one for one in found if is_update(one)]
