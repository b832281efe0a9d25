"""SQLite in a file: one writer thread, and readers on aiosqlite's threads that never block it.

The writer runs whole transactions, synchronously, in one thread: a statement then costs no hop
between threads. Transactions that wait at the same moment share one ``BEGIN IMMEDIATE`` and one
commit, each under a savepoint of its own, so that the disk is synchronised once for all of them
(``synchronous=FULL``: money survives a power cut).

A glance is a read in the event loop's own thread. To hand a lookup of 30 µs to another thread, and
to be woken by its result, costs ten times as much, most of it in caches gone cold; in WAL mode a
reader waits for nobody, and where it would have to, the read goes to a thread after all. What was
glanced is kept while SQLite says that nobody, in any process, has committed anything
(``PRAGMA data_version``).
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import OperationalError

from plumas_core.storage.database import DatabaseUnavailable
from plumas_core.storage.reader import Readers

T = TypeVar("T")

GROUP_LIMIT = 64
"""Transactions that share one commit, at most; beyond it the first ones would wait too long."""

BUSY_SECONDS = 10.0
"""How long a writer of another process may keep the lock before we give up once."""

GLANCES_KEPT = 1_000

BEGIN_TRIES = 3
READERS = 4
"""Reads that run at once; their threads and connections are made when they are first needed."""


class _Task(Generic[T]):
    """One transaction on its way to the writer thread, and the answer on its way back."""

    def __init__(self, fn: Callable[[Connection], T]) -> None:
        self._fn = fn
        self._loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[T] = self._loop.create_future()
        self._result: T | None = None
        self._error: BaseException | None = None

    def run(self, connection: Connection, *, alone: bool) -> None:
        """Run the function; keep its result until the commit, or its error for good."""
        self._error = None
        try:
            if alone:
                self._result = self._fn(connection)
            else:
                with connection.begin_nested():
                    self._result = self._fn(connection)
        except Exception as error:  # noqa: BLE001 - it is raised where the result is awaited
            self._error = error

    @property
    def failed(self) -> bool:
        return self._error is not None

    def fail(self, error: BaseException) -> None:
        self._error = error

    def settle(self) -> None:
        """Hand the outcome to whoever waits, in their own loop."""
        self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        if self.answer.done():
            return
        if self._error is not None:
            self.answer.set_exception(self._error)
        else:
            self.answer.set_result(self._result)  # type: ignore[arg-type]  # set by run()


@dataclass(slots=True)
class _Near:
    """The event loop's own reader: what it has read, for as long as nothing is committed."""

    connection: Connection
    cursor: Any
    version: int = 0
    kept: dict[Hashable, Any] = field(default_factory=dict)


class SqliteDatabase:
    """A SQLite database in a file.

    ``crash_point`` is called around each commit; it does nothing outside of tests.
    """

    def __init__(self, path: Path, crash_point: Callable[[str], None] | None = None) -> None:
        self._crash_point = crash_point or _no_crash
        self._writer: Engine = create_engine(
            f"sqlite:///{path}", hide_parameters=True, connect_args={"isolation_level": None}
        )
        event.listen(self._writer, "connect", _on_connect)
        event.listen(self._writer, "begin", _begin_immediate)
        self._reading: Engine = create_engine(
            f"sqlite:///{path}",
            hide_parameters=True,
            connect_args={"isolation_level": None},
            poolclass=NullPool,
        )
        event.listen(self._reading, "connect", _on_connect)
        event.listen(self._reading, "connect", _read_only)
        event.listen(self._reading, "begin", _begin_deferred)
        self._near: _Near | None = None
        self._readers = Readers(self._reading, READERS)
        self._queue: queue.SimpleQueue[_Task[Any] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def write(self, fn: Callable[[Connection], T]) -> T:
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="sqlite-writer", daemon=True)
            self._thread.start()
        task = _Task(fn)
        self._queue.put(task)
        return await task.answer

    async def read(self, fn: Callable[[Connection], T]) -> T:
        return await self._readers.run(fn)

    async def glance(self, fn: Callable[[Connection], T], key: Hashable) -> T:
        try:
            near = self._near or self._look()
            (version,) = near.cursor.execute("PRAGMA data_version").fetchone()
            if version != near.version or len(near.kept) >= GLANCES_KEPT:
                near.kept.clear()
                near.version = version
            if key not in near.kept:
                with near.connection.begin():
                    near.kept[key] = fn(near.connection)
            kept: T = near.kept[key]
            return kept
        except (OperationalError, sqlite3.OperationalError):
            self._look_away()
            return await self.read(fn)

    def _look(self) -> _Near:
        connection = self._reading.connect()
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        connection.rollback()
        cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]  # it is there
        self._near = _Near(connection, cursor)
        return self._near

    def _look_away(self) -> None:
        if self._near is not None:
            self._near.connection.close()
            self._near = None

    async def close(self) -> None:
        self._look_away()
        if self._thread is not None:
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None
        self._writer.dispose()
        await self._readers.close()
        self._reading.dispose()

    def _serve(self) -> None:
        connection: Connection | None = None
        while (first := self._queue.get()) is not None:
            group, last = self._gather(first)
            try:
                if connection is None:
                    connection = self._writer.connect()
                self._run(connection, group)
            except Exception as error:  # noqa: BLE001 - the opening or the commit failed: all learn it
                for task in group:
                    task.fail(error)
                if connection is not None:
                    connection.invalidate()
                    connection.close()
                    connection = None
            for task in group:
                task.settle()
            if last:
                break
        if connection is not None:
            connection.close()

    def _gather(self, first: _Task[Any]) -> tuple[list[_Task[Any]], bool]:
        """Return the tasks that wait now, and whether the queue was closed behind them."""
        group = [first]
        while len(group) < GROUP_LIMIT:
            try:
                task = self._queue.get_nowait()
            except queue.Empty:
                break
            if task is None:
                return group, True
            group.append(task)
        return group, False

    def _run(self, connection: Connection, group: list[_Task[Any]]) -> None:
        transaction = _begin(connection)
        before = _changes(connection)
        alone = len(group) == 1
        for task in group:
            task.run(connection, alone=alone)
        if alone and group[0].failed:
            transaction.rollback()
            return
        if _changes(connection) == before:
            transaction.rollback()
            return
        self._crash_point("commit:before")
        transaction.commit()
        self._crash_point("commit:after")


def _changes(connection: Connection) -> int:
    """Return how many rows this connection has changed in all its time."""
    return int(connection.connection.driver_connection.total_changes)  # type: ignore[union-attr]


def _begin(connection: Connection) -> Any:
    for attempt in range(1, BEGIN_TRIES + 1):
        try:
            return connection.begin()
        except OperationalError as error:
            if "locked" not in str(error.orig) or attempt == BEGIN_TRIES:
                raise DatabaseUnavailable(f"the database stays locked: {error.orig}") from error
    raise AssertionError("unreachable")


def _no_crash(name: str) -> None:
    return None


def _on_connect(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA recursive_triggers = ON")  # else REPLACE deletes behind the triggers
    cursor.close()


def _read_only(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
