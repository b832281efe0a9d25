"""Updates in order within a chat, and side by side between chats."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, Final

from telegram import Update
from telegram.ext import BaseUpdateProcessor

MOST_WAITING: Final = 100_000
"""Updates that may wait in memory; what feeds them keeps far below."""


class ByChat(BaseUpdateProcessor):
    """Gives each chat's updates their turn, one after the other as they came."""

    def __init__(self) -> None:
        super().__init__(MOST_WAITING)
        self._turns: dict[str, _Turn] = {}

    async def initialize(self) -> None:
        """Nothing has to be opened."""

    async def shutdown(self) -> None:
        """Nothing has to be closed."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Await an update's handling when those of its chat before it have ended."""
        lane = lane_of(update) if isinstance(update, Update) else ""
        turn = self._turns.setdefault(lane, _Turn())
        turn.waiting += 1
        own = object()
        try:
            await turn.lock.acquire()
            turn.holder = own
            await coroutine
        finally:
            if turn.holder is own:
                turn.let_go()
            turn.waiting -= 1
            if not turn.waiting:
                del self._turns[lane]
            if isinstance(coroutine, Coroutine):
                coroutine.close()  # cut off while it waited, it would warn that nobody awaited it

    def go_on(self, lane: str) -> None:
        """Let a chat's next update have its turn, though the one before is not done yet."""
        turn = self._turns.get(lane)
        if turn is not None and turn.holder is not None:
            turn.let_go()

    def waiting(self, lane: str) -> int:
        """Return how many of a chat's updates are under way or wait."""
        turn = self._turns.get(lane)
        return turn.waiting if turn is not None else 0


class _Turn:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0
        self.holder: object | None = None

    def let_go(self) -> None:
        self.holder = None
        self.lock.release()


def lane_of(update: Update) -> str:
    """Return what an update is kept in order with: its chat, or else its person."""
    chat = update.effective_chat
    if chat is not None:
        return str(chat.id)
    user = update.effective_user
    return f"user:{user.id}" if user is not None else ""
