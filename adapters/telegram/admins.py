"""Who administers a chat, remembered for a minute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import structlog
from telegram.error import TelegramError
from telegram.ext import ExtBot

from plumas_core.clock import MINUTE, Clock

log = structlog.get_logger(__name__)

REMEMBERED: Final = MINUTE
_MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Known:
    accounts: frozenset[int]
    until: int


class Admins:
    """Asks Telegram for a chat's administrators, at most once a minute for each chat."""

    def __init__(self, bot: ExtBot[Any], clock: Clock) -> None:
        self._bot = bot
        self._clock = clock
        self._known: dict[int, _Known] = {}

    async def administers(self, chat: int, account: int) -> bool:
        """Tell whether an account is among a group's administrators.

        Where Telegram does not tell, nobody is.
        """
        now = self._clock()
        known = self._known.get(chat)
        if known is None or known.until <= now:
            try:
                members = await self._bot.get_chat_administrators(chat)
            except TelegramError as reason:
                log.warning("administrators_unknown", chat=chat, reason=reason.message)
                return False
            known = _Known(frozenset(one.user.id for one in members), now + REMEMBERED)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[chat] = known
        return account in known.accounts

    def forget(self, chat: int) -> None:
        """Ask anew about a chat."""
        self._known.pop(chat, None)
