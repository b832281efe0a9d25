"""The readers of a SQLite file: aiosqlite's connection and thread, given whole functions to run.

aiosqlite hands every single statement to its thread and waits for the answer; a rule that asks
five things would change threads a dozen times. Here a function of a SQLAlchemy connection goes to
the thread as a whole, and its result comes back: two changes of thread, whatever it asks.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Self, TypeVar, cast

import aiosqlite
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

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
        await asyncio.to_thread(self._thread.join)

    def _open(self) -> sqlite3.Connection:
        self._reading = self._engine.connect()
        return cast("sqlite3.Connection", self._reading.connection.driver_connection)

    def _run(self, fn: Callable[[Connection], T]) -> T:
        if self._reading is None:
            raise ValueError("the reader is closed")
        with self._reading.begin():
            return fn(self._reading)


class Readers:
    """A few readers, each made when all before it are at work; at most ``most`` work at once."""

    def __init__(self, engine: Engine, most: int) -> None:
        self._engine = engine
        self._turns = asyncio.Semaphore(most)
        self._all: set[Reader] = set()
        self._idle: list[Reader] = []
        self._opening: set[asyncio.Task[Reader]] = set()

    async def run(self, fn: Callable[[Connection], T]) -> T:
        """Return what ``fn`` returns for one consistent state of the database."""
        async with self._turns:
            reader = await self._take()
            try:
                return await reader.run(fn)
            except DBAPIError:
                self._all.discard(reader)  # it may not be fit to go on
                await reader.close()
                raise
            finally:
                if reader in self._all:
                    self._idle.append(reader)

    async def close(self) -> None:
        """Let every reader end what it does, also for those who wait for it no more."""
        await asyncio.gather(*self._opening, return_exceptions=True)
        self._idle.clear()
        while self._all:
            await self._all.pop().close()

    async def _take(self) -> Reader:
        """Return a reader that has nothing to do; one that nobody waits for any more is kept."""
        if self._idle:
            return self._idle.pop()
        opening = asyncio.create_task(Reader.opened(self._engine))
        self._opening.add(opening)
        opening.add_done_callback(self._opened)
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(self._spared)
            raise

    def _opened(self, opening: asyncio.Task[Reader]) -> None:
        self._opening.discard(opening)
        if not opening.cancelled() and opening.exception() is None:
            self._all.add(opening.result())

    def _spared(self, opening: asyncio.Task[Reader]) -> None:
        if not opening.cancelled() and opening.exception() is None:
            self._idle.append(opening.result())
