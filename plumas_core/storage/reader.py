"""One reader of a SQLite file: aiosqlite's connection and thread, given whole functions to run.

aiosqlite hands every single statement to its thread and waits for the answer; a rule that asks
five things would change threads a dozen times. Here a function of a SQLAlchemy connection goes to
the thread as a whole, and its result comes back: two changes of thread, whatever it asks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Self, TypeVar, cast

import aiosqlite
from sqlalchemy import Connection, Engine

T = TypeVar("T")

_ROWS_AT_A_TIME = 64
"""aiosqlite's own default for results that are fetched piece by piece."""


class Reader(aiosqlite.Connection):
    """A thread with one of ``engine``'s connections; :meth:`opened` makes one ready to use."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(self._open, _ROWS_AT_A_TIME)
        self._thread.daemon = True  # a process that ends by an error does not wait for readers
        self._engine = engine
        self._reading: Connection | None = None

    @classmethod
    async def opened(cls, engine: Engine) -> Self:
        """Return a reader whose thread runs.

        Raises:
            DBAPIError: the database cannot be opened.
        """
        reader = cls(engine)
        await reader
        return reader

    async def run(self, fn: Callable[[Connection], T]) -> T:
        """Return what ``fn`` returns for one consistent state of the database."""
        result: T = await self._execute(self._run, fn)  # type: ignore[no-untyped-call]  # aiosqlite's
        return result

    async def close(self) -> None:
        """Finish what is queued, and end the thread."""
        if self._reading is not None:
            await self._execute(self._reading.close)  # type: ignore[no-untyped-call]  # aiosqlite's
            self._reading = None
        await super().close()

    def _open(self) -> sqlite3.Connection:
        self._reading = self._engine.connect()
        return cast("sqlite3.Connection", self._reading.connection.driver_connection)

    def _run(self, fn: Callable[[Connection], T]) -> T:
        if self._reading is None:
            raise ValueError("the reader is closed")
        with self._reading.begin():
            return fn(self._reading)
