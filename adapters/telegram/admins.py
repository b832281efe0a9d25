"""Who administers a chat, remembered for a minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError
from telegram.ext import ExtBot

from plumas_core.clock import MINUTE, SECOND, Clock

log = structlog.get_logger(__name__)

REMEMBERED: Final = MINUTE
UNKNOWN_FOR: Final = 10 * SECOND
"""Milliseconds after which is asked again what Telegram did not tell."""

_MOST: Final = 2_000

_ALL: Final = "get_Chat_Administrators"
_ONE: Final = "get_Chat_Member"
"""Methods, spelled so that python-telegram-bot hands the answer over as it came: its own reading
fails where an object lacks a field that a newer version of Telegram has."""

_ADMINISTERS = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class _Known:
    """A chat's administrators, ``None`` where Telegram did not tell."""

    accounts: frozenset[int] | None
    until: int


class Admins:
    """Asks Telegram for a chat's administrators, at most once a minute for each chat."""

    def __init__(self, bot: ExtBot[Any], clock: Clock) -> None:
        self._bot = bot
        self._clock = clock
        self._known: dict[int, _Known] = {}
        self._single: dict[tuple[int, int], tuple[bool, int]] = {}

    async def administers(self, chat: int, account: int) -> bool:
        """Tell whether an account is among a group's administrators.

        Where Telegram does not list them it is asked for the one account. Where it does not tell
        that either, it is none.
        """
        now = self._clock()
        known = self._known.get(chat)
        if known is None or known.until <= now:
            accounts = await self._list(chat)
            lasts = UNKNOWN_FOR if accounts is None else REMEMBERED
            known = _Known(accounts, now + lasts)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[chat] = known
        if known.accounts is not None:
            return account in known.accounts
        return await self._is_one(chat, account, now)

    async def _list(self, chat: int) -> frozenset[int] | None:
        found = await self._ask(_ALL, chat_id=chat)
        if not isinstance(found, list):
            return None
        return frozenset(one["user"]["id"] for one in found if _has_user(one))

    async def _is_one(self, chat: int, account: int, now: int) -> bool:
        is_one, until = self._single.get((chat, account), (False, 0))
        if until <= now:
            found = await self._ask(_ONE, chat_id=chat, user_id=account)
            is_one = isinstance(found, Mapping) and found.get("status") in _ADMINISTERS
            if len(self._single) >= _MOST:
                self._single.clear()
            self._single[chat, account] = (is_one, now + UNKNOWN_FOR)
        return is_one

    async def _ask(self, method: str, **params: int) -> object:
        """Return what Telegram says, ``None`` if it says nothing of use."""
        try:
            return await self._bot.do_api_request(method, api_kwargs=params)
        except (TelegramError, KeyError) as reason:  # a KeyError: an answer without a result
            log.warning("administrators_unknown", chat=params["chat_id"], reason=str(reason))
            return None

    def forget(self, chat: int) -> None:
        """Ask anew about a chat."""
        self._known.pop(chat, None)
        self._single = {key: found for key, found in self._single.items() if key[0] != chat}


def _has_user(found: object) -> bool:
    user = found.get("user") if isinstance(found, Mapping) else None
    return isinstance(user, Mapping) and isinstance(user.get("id"), int)
