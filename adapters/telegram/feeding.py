"""From the inbox to the application: each update once, in its chat's order, also after a death."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy import Connection
from telegram import Update
from telegram.ext import Application

from adapters.telegram import questions
from adapters.telegram.inbox import Delivered, finish, forget_old, receive, take_up, waiting
from adapters.telegram.processing import ByChat, lane_of
from plumas_core.app import App
from plumas_core.clock import HOUR
from plumas_core.ids import encode

log = structlog.get_logger(__name__)

LANE_LIMIT: Final = 30
"""Updates of one chat that are held in memory; those behind them wait in the database."""


@dataclass(slots=True)
class _Lane:
    """A chat's updates in memory: how many, and the last one's number. ``behind``: more wait."""

    held: int = 0
    last: int = 0
    behind: bool = False


class Feeder:
    """Writes updates down and hands them to the application."""

    def __init__(
        self, app: App, application: Application[Any, Any, Any, Any, Any, Any], processor: ByChat
    ) -> None:
        self._app = app
        self._application = application
        self._processor = processor
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._tidied_at = 0

    async def begin(self) -> None:
        """Take up what an earlier life left unhandled."""
        now = self._app.clock()
        lanes, given_up = await self._app.db.write(lambda c: take_up(c, now))
        for number in given_up:
            log.error("update_given_up", number=number)
        for name in lanes:
            self._lanes[name] = _Lane(behind=True)
            await self._refill(name)

    async def take(self, updates: Sequence[tuple[Update, str]]) -> None:
        """Write a batch down, each update with its payload; hand on those that are new."""
        now = self._app.clock()
        batch = [
            Delivered(update.update_id, lane_of(update), payload) for update, payload in updates
        ]
        tidy = now - self._tidied_at > HOUR

        def write(c: Connection) -> list[int]:
            if tidy:
                forget_old(c, now)
                questions.forget_old(c, now)
            return receive(c, batch, now)

        fresh = set(await self._app.db.write(write))
        if tidy:
            self._tidied_at = now
        self._app.crash_point("inbox:written")
        for update, _ in updates:
            if update.update_id in fresh:
                fresh.discard(update.update_id)
                self._enter(lane_of(update), update)

    async def settled(self) -> None:
        """Wait until nothing is under way in memory."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self, seconds: float) -> None:
        """Let what is under way end within ``seconds``; what does not is taken up another time."""
        self._lanes.clear()
        tasks = list(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _enter(self, name: str, update: Update) -> None:
        lane = self._lanes.setdefault(name, _Lane())
        if lane.behind or lane.held >= LANE_LIMIT:
            lane.behind = True
            return
        lane.held += 1
        lane.last = update.update_id
        task = asyncio.create_task(self._handle(name, update))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, name: str, update: Update) -> None:
        handling = self._application.process_update(update)
        await self._processor.process_update(update, handling)
        lane = self._lanes.get(name)
        if lane is None:
            return
        lane.held -= 1
        if lane.behind and lane.held <= LANE_LIMIT // 2:
            await self._refill(name)
        elif not lane.held:
            del self._lanes[name]

    async def _refill(self, name: str) -> None:
        """Hold some more of a chat's updates from the database."""
        lane = self._lanes.get(name)
        if lane is None:
            return
        last = lane.last
        found = await self._app.db.read(lambda c: waiting(c, name, last, LANE_LIMIT))
        if lane.last != last:  # another one was quicker
            return
        lane.behind = False
        for one in found:
            update = await self._read(one)
            if update is not None:
                self._enter(name, update)
        if len(found) == LANE_LIMIT:
            lane.behind = True
        if not lane.held and not lane.behind:
            self._lanes.pop(name, None)

    async def _read(self, one: Delivered) -> Update | None:
        try:
            return Update.de_json(json.loads(one.payload), self._application.bot)
        except Exception as fault:  # what cannot be read is put aside, the others go on
            reference = encode(self._app.ids.new())
            log.error("update_unreadable", number=one.number, reference=reference, exc_info=fault)
            now = self._app.clock()
            await self._app.db.write(lambda c: finish(c, one.number, now))
            return None
