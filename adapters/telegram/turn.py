"""One update's handling: what is to be written down when it is over, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeAlias

import structlog
from sqlalchemy import Connection

from adapters.telegram.inbox import Inbox
from plumas_core.app import App

log = structlog.get_logger(__name__)

Write: TypeAlias = Callable[[Connection], object]

PAUSES: Final = (0.5, 1.0, 2.0)
"""Seconds before each further try to write an update's end down."""


class Turn:
    """Marks an update as handled, once, together with what its handling changed."""

    def __init__(self, app: App, inbox: Inbox, number: int) -> None:
        self._app = app
        self._inbox = inbox
        self._number = number
        self._writes: list[Write] = []
        self._finished = False
        self._settling = asyncio.Lock()

    def also(self, write: Write) -> None:
        """Write this too when the update is marked."""
        self._writes.append(write)

    async def settle(self) -> None:
        """Mark the update, and write what is to be written; a second time only what is new.

        What cannot be written is tried again a few times, and kept for the next call.

        Raises:
            Exception: what the database failed with, again and again.
        """
        async with self._settling:
            writes = tuple(self._writes)
            if self._finished and not writes:
                return

            def work(c: Connection) -> None:
                for write in writes:
                    write(c)
                self._inbox.finish(c, self._number, self._app.clock())

            await self._insist(work)
            self._finished = True
            del self._writes[: len(writes)]

    async def _insist(self, work: Write) -> None:
        for pause in PAUSES:
            try:
                await self._app.db.write(work)
                return
            except Exception as fault:  # noqa: BLE001  # whatever it is, it may be over soon
                log.warning("update_not_settled", number=self._number, reason=type(fault).__name__)
            await self._app.sleep(pause)
        await self._app.db.write(work)
