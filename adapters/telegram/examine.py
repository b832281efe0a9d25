"""What Telegram says of the bot and of its webhook, for whoever looks after it."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.request import BaseRequest

from adapters.telegram.http import HttpRequest
from adapters.telegram.polling import TokenRefused
from adapters.telegram.webhook import hook_of

PATIENCE = 10.0
"""Seconds for one call."""


class TelegramAway(Exception):
    """Telegram cannot be reached, or answers otherwise than it should."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What there is to know of a bot.

    ``reads_all``: it is brought all messages of its groups. ``hook`` is where Telegram calls now,
    an empty string if nowhere; ``own_hook``: that is where we would have it call.
    """

    username: str
    joins_groups: bool
    reads_all: bool
    hook: str
    own_hook: bool
    hook_error: str


async def examine(
    token: str, api_url: str, webhook_url: str | None, request: BaseRequest | None = None
) -> Examined:
    """Ask Telegram who the bot is and where it calls; ``request`` takes the place of HTTP.

    Raises:
        TokenRefused: Telegram does not know the token.
        TelegramAway: it did not answer.
    """
    http = request or HttpRequest(2, PATIENCE)
    bot = Bot(token, base_url=f"{api_url}/bot", request=http, get_updates_request=http)
    try:
        async with bot:
            me = bot.bot
            info = await bot.get_webhook_info()
    except InvalidToken as reason:
        raise TokenRefused("Telegram does not accept the token") from reason
    except TelegramError as reason:
        raise TelegramAway(reason.message) from reason
    own = webhook_url is not None and info.url == webhook_url + hook_of(token).path
    return Examined(
        username=me.username or "",
        joins_groups=me.can_join_groups is not False,
        reads_all=me.can_read_all_group_messages is True,
        hook=info.url,
        own_hook=own,
        hook_error=info.last_error_message or "",
    )
