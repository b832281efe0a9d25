"""One update's handling: what is to be written down when it is over, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy import Connection

from adapters.telegram.inbox import finish
from plumas_core.app import App

Write: TypeAlias = Callable[[Connection], object]


class Turn:
    """Marks an update as handled, once, together with what its handling changed."""

    def __init__(self, app: App, number: int) -> None:
        self._app = app
        self._number = number
        self._writes: list[Write] = []
        self._finished = False

    def also(self, write: Write) -> None:
        """Write this too when the update is marked."""
        self._writes.append(write)

    async def settle(self) -> None:
        """Mark the update, and write what is to be written; a second time only what is new."""
        writes, self._writes = self._writes, []
        if self._finished and not writes:
            return

        def work(c: Connection) -> None:
            for write in writes:
                write(c)
            finish(c, self._number, self._app.clock())

        self._finished = True
        await self._app.db.write(work)
