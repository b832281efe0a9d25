"""From the inbox to the application: each update once, in its chat's order, also after a death."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import Connection
from telegram import Update
from telegram.ext import Application

from adapters.telegram import kept, questions
from adapters.telegram.events import Raw
from adapters.telegram.giving_up import tell_given_up
from adapters.telegram.inbox import MOST_TRIES, Delivered, Inbox
from adapters.telegram.processing import ByChat, lane_of
from plumas_core.app import App
from plumas_core.clock import HOUR
from plumas_core.ids import encode

log = structlog.get_logger(__name__)

LANE_LIMIT: Final = 30
"""Updates of one chat that are held in memory; those behind them wait in the database."""

AGAIN: Final = 5.0
"""Seconds after which is tried again what the database did not take or give."""


@dataclass(slots=True)
class _Lane:
    """A chat's updates in memory, by number. ``behind``: more of them wait in the database."""

    held: set[int] = field(default_factory=set)
    behind: bool = False
    refilling: bool = False


class Feeder:
    """Writes updates down and hands them to the application."""

    def __init__(
        self, app: App, application: Application[Any, Any, Any, Any, Any, Any], processor: ByChat
    ) -> None:
        self._app = app
        self._application = application
        self._processor = processor
        self._inbox = Inbox(application.bot.id)
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsettled: set[int] = set()
        self._began_at = 0
        self._tidied_at = 0
        application.add_error_handler(self._failed)

    async def begin(self) -> None:
        """Take up what an earlier life left unhandled."""
        self._began_at = self._app.clock()
        for name in await self._app.db.read(self._inbox.left_over):
            lane = self._lanes[name] = _Lane(behind=True)
            await self._refill(name, lane)

    async def take(self, batch: Sequence[Raw]) -> None:
        """Write a batch down as it came; hand on those that are new.

        What this version cannot read is written down too, as done: it must not come again.
        """
        now = self._app.clock()
        updates = [(int(raw["update_id"]), self._read(raw["update_id"], raw)) for raw in batch]
        delivered = [
            Delivered(number, "", "", now)
            if update is None
            else Delivered(number, lane_of(update), json.dumps(raw), now)
            for raw, (number, update) in zip(batch, updates, strict=True)
        ]
        unreadable = [number for number, update in updates if update is None]
        tidy = now - self._tidied_at > HOUR

        def write(c: Connection) -> list[int]:
            if tidy:
                self._inbox.forget_old(c, now)
                questions.forget_old(c, now)
                kept.forget_old(c, now)
            fresh = self._inbox.receive(c, delivered)
            for number in unreadable:
                self._inbox.finish(c, number, now)
            return fresh

        fresh = set(await self._app.db.write(write))
        if tidy:
            self._tidied_at = now
        self._app.crash_point("inbox:written")
        for number, update in updates:
            if update is not None and number in fresh:
                fresh.discard(number)
                self._enter(lane_of(update), update)

    async def settled(self) -> None:
        """Wait until nothing is under way in memory."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self, seconds: float) -> None:
        """Let what is under way end within ``seconds``; what does not is taken up another time."""
        self._lanes.clear()
        self._unsettled.clear()
        tasks = list(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _enter(self, name: str, update: Update) -> None:
        """Hold an update that was just written down, or leave it in the database for now."""
        lane = self._lanes.setdefault(name, _Lane())
        if update.update_id in lane.held:
            return
        if lane.refilling or lane.behind or len(lane.held) >= LANE_LIMIT:
            lane.behind = True
            return
        self._hold(name, lane, update, again=False)

    def _hold(self, name: str, lane: _Lane, update: Update, *, again: bool) -> None:
        """Hand an update on in its turn; ``again``: an earlier life may have died of it."""
        lane.held.add(update.update_id)
        if again:
            self._unsettled.add(update.update_id)
        task = asyncio.create_task(self._handle(name, lane, update))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, name: str, lane: _Lane, update: Update) -> None:
        if update.update_id not in self._unsettled:
            handling = self._application.process_update(update)
            await self._processor.process_update(update, handling)
            if update.update_id in self._unsettled:
                await self._app.sleep(AGAIN)
        while update.update_id in self._unsettled and self._lanes.get(name) is lane:
            await self._processor.process_update(update, self._try_again(update))
            if update.update_id in self._unsettled:
                await self._app.sleep(AGAIN)
        lane.held.discard(update.update_id)
        if self._lanes.get(name) is not lane:
            return
        if lane.behind and len(lane.held) <= LANE_LIMIT // 2:
            await self._refill(name, lane)
        elif not lane.held and not lane.refilling:
            del self._lanes[name]

    async def _failed(self, update: object, _context: Any) -> None:
        """Note an update whose end could not be written down: what it owes would be lost."""
        if isinstance(update, Update):
            self._unsettled.add(update.update_id)

    async def _try_again(self, update: Update) -> None:
        """Hand an update over once more; count that, and give it up after too many times."""
        number = update.update_id

        def count(c: Connection) -> bool:
            tries = self._inbox.count_try(c, number)
            if tries is not None and tries > MOST_TRIES:
                log.error("update_given_up", number=number)
                self._inbox.finish(c, number, self._app.clock())
                tell_given_up(self._app, c, update)
                return False
            return tries is not None

        try:
            hopeful = await self._app.db.write(count)
        except Exception as fault:  # the database is away: later, then
            log.error("update_not_tried", number=number, exc_info=fault)
            return
        self._unsettled.discard(number)
        if hopeful:
            await self._application.process_update(update)

    async def _refill(self, name: str, lane: _Lane) -> None:
        """Hold more of a chat's updates from the database; what comes meanwhile waits there."""
        if lane.refilling:
            return
        lane.refilling = True
        try:
            while lane.behind and len(lane.held) <= LANE_LIMIT // 2:
                lane.behind = False
                try:
                    full = await self._hold_more(name, lane)
                except Exception as fault:  # the database is away: later, then
                    log.error("inbox_not_read", exc_info=fault)
                    full = self._lanes.get(name) is lane
                    await self._app.sleep(AGAIN)
                lane.behind = lane.behind or full
        finally:
            lane.refilling = False
        if not lane.held and not lane.behind and self._lanes.get(name) is lane:
            del self._lanes[name]

    async def _hold_more(self, name: str, lane: _Lane) -> bool:
        """Hold what waits of a chat, up to the limit; tell whether more may wait behind it."""
        held = tuple(lane.held)
        found = await self._app.db.read(
            partial(self._inbox.waiting, lane=name, held=held, most=LANE_LIMIT)
        )
        for one in found:
            update = self._read(one.number, one.payload)
            if update is None:
                await self._put_aside(one.number)
            elif self._lanes.get(name) is lane:
                self._hold(name, lane, update, again=one.received_at <= self._began_at)
        return len(found) == LANE_LIMIT

    def _read(self, number: int, given: Raw | str) -> Update | None:
        """Return an update, ``None`` if it has not the form that this version knows."""
        try:
            raw = json.loads(given) if isinstance(given, str) else dict(given)
            return Update.de_json(raw, self._application.bot)
        except Exception as fault:  # what cannot be read is put aside, the others go on
            reference = encode(self._app.ids.new())
            log.error("update_unreadable", number=number, reference=reference, exc_info=fault)
            return None

    async def _put_aside(self, number: int) -> None:
        now = self._app.clock()
        await self._app.db.write(lambda c: self._inbox.finish(c, number, now))
