"""How fast Telegram is called: per chat, per group and in all, and obeying when it asks to wait.

Every call of the bot goes through the limiter. A chat that was asked to wait waits by itself while
the others go on; a refusal of a call that belongs to no chat stops that method alone. Source of the
rates: Telegram's FAQ for bots, "My bot is hitting limits".
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal, TypeAlias

from telegram.error import NetworkError, RetryAfter
from telegram.ext import BaseRateLimiter

from adapters.telegram.http import never_sent
from plumas_core.clock import Clock, Sleep

Patience: TypeAlias = Literal["wait", "tell"]
"""What to do where Telegram asks to wait for long: wait, or tell the caller, who comes again."""

TELL: Final[Patience] = "tell"

CHAT_PAUSE: Final = 1_000
"""Milliseconds between two messages in one chat."""
GROUP_MESSAGES: Final = 20
GROUP_SPAN: Final = 60_000
"""Milliseconds in which a group takes ``GROUP_MESSAGES``."""
ALL_MESSAGES: Final = 30
ALL_SPAN: Final = 1_000

SHORT_WAIT: Final = 2_000
"""Milliseconds that even a caller waits who would rather be told."""
MOST_REFUSALS: Final = 5
"""Times that one call is put off by Telegram before its caller learns of it."""

FIRST_PAUSE: Final = 1.0
"""Seconds after which a call is made again that did not reach Telegram; each time twice as long."""

_REMEMBERED: Final = 5_000
_EDITS = frozenset(
    {"editMessageText", "editMessageMedia", "editMessageCaption", "sendMessageDraft"}
)
"""What changes what is shown already, and is paced apart from what is new."""


@dataclass(slots=True)
class _Chat:
    """What was sent to a chat; times are UTC milliseconds."""

    sent: int = -CHAT_PAUSE
    edited: int = -CHAT_PAUSE
    blocked_until: int = 0
    recent: deque[int] = field(default_factory=deque)


class Limiter(BaseRateLimiter[Patience]):
    """Spreads calls out, and takes them up again where Telegram refused them for their haste."""

    def __init__(self, clock: Clock, sleep: Sleep) -> None:
        # python-telegram-bot warns at every refusal, unless it may tell its length so.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        self._clock = clock
        self._sleep = sleep
        self._chats: dict[str, _Chat] = {}
        self._all: deque[int] = deque()
        self._stopped: dict[str, int] = {}

    async def initialize(self) -> None:
        """Nothing has to be opened."""

    async def shutdown(self) -> None:
        """Nothing has to be closed."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Patience | None,
    ) -> Any:
        """Call when it may be called; once more where Telegram asked to wait.

        A call that surely never reached Telegram is made again too. One whose answer was lost may
        have been done, and is not.

        Raises:
            RetryAfter: it has to wait for long and its caller would rather be told, or it was
                refused too often.
        """
        name = data.get("chat_id")
        chat = self._chat(str(name)) if name is not None else None
        patience = rate_limit_args or "wait"
        pause = FIRST_PAUSE
        for left in reversed(range(MOST_REFUSALS)):
            await self._turn(chat, str(name), endpoint, patience)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as refusal:
                if not left:
                    raise
                until = self._clock() + refusal_seconds(refusal) * 1_000
                if chat is None:
                    self._stopped[endpoint] = max(self._stopped.get(endpoint, 0), until)
                else:
                    chat.blocked_until = max(chat.blocked_until, until)
            except NetworkError as fault:
                if not left or patience == TELL or not never_sent(fault):
                    raise
                await self._sleep(pause)
                pause *= 2
        raise AssertionError("unreachable")

    def busy(self, chat_id: int) -> bool:
        """Tell whether a message to a chat would have to wait now."""
        chat = self._chats.get(str(chat_id))
        if chat is None:
            return False
        return self._due(chat, _is_group(str(chat_id)), edits=True) > self._clock()

    def _chat(self, name: str) -> _Chat:
        chat = self._chats.get(name)
        if chat is None:
            if len(self._chats) >= _REMEMBERED:
                self._forget()
            chat = self._chats[name] = _Chat()
        return chat

    def _forget(self) -> None:
        old = self._clock() - GROUP_SPAN
        self._chats = {
            name: chat
            for name, chat in self._chats.items()
            if max(chat.sent, chat.edited, chat.blocked_until) > old
        }

    async def _turn(self, chat: _Chat | None, name: str, endpoint: str, patience: Patience) -> None:
        """Wait for a call's turn, and take it.

        Raises:
            RetryAfter: it is long until then, and the caller would rather be told.
        """
        counts = chat is not None and endpoint.startswith(("send", "edit", "copy"))
        quiet = endpoint == "sendChatAction"
        group, edits = _is_group(name), endpoint in _EDITS
        while True:
            now = self._clock()
            due = chat.blocked_until if chat is not None else self._stopped.get(endpoint, 0)
            if counts and not quiet and chat is not None:
                due = max(due, self._due(chat, group, edits=edits))
            if due <= now:
                break
            if patience == TELL and due - now > SHORT_WAIT:
                raise RetryAfter(timedelta(seconds=-(-(due - now) // 1_000)))
            await self._sleep((due - now) / 1_000)
        if counts and not quiet and chat is not None:
            self._note(chat, group, edits, now)

    def _due(self, chat: _Chat, group: bool, *, edits: bool) -> int:
        """Return when the next message may be sent, or the next edit made."""
        due = max(chat.blocked_until, (chat.edited if edits else chat.sent) + CHAT_PAUSE)
        if group and len(chat.recent) >= GROUP_MESSAGES:
            due = max(due, chat.recent[-GROUP_MESSAGES] + GROUP_SPAN)
        if len(self._all) >= ALL_MESSAGES:
            due = max(due, self._all[-ALL_MESSAGES] + ALL_SPAN)
        return due

    def _note(self, chat: _Chat, group: bool, edits: bool, now: int) -> None:
        if edits:
            chat.edited = now
        else:
            chat.sent = now
        for kept, most, counted in (
            (chat.recent, GROUP_MESSAGES, group),
            (self._all, ALL_MESSAGES, True),
        ):
            if counted:
                kept.append(now)
                if len(kept) > most:
                    kept.popleft()


def refusal_seconds(refusal: RetryAfter) -> int:
    """Return for how long Telegram asks to wait, in whole seconds."""
    asked = refusal.retry_after
    return max(int(asked.total_seconds() if isinstance(asked, timedelta) else asked), 1)


def _is_group(name: str) -> bool:
    """Tell groups by their ids, which are below zero."""
    return name.startswith("-")
