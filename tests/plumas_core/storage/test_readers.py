"""Reads go side by side, and no reader is lost, whoever stops waiting for it."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from plumas_core.storage.migrate import prepare
from plumas_core.storage.sqlite import READERS, SqliteDatabase


def threads() -> int:
    return sum("_connection_worker_thread" in thread.name for thread in threading.enumerate())


async def test_reads_go_side_by_side_up_to_their_limit(db: SqliteDatabase) -> None:
    together = threading.Barrier(READERS)
    await asyncio.wait_for(
        asyncio.gather(*(db.read(lambda _: together.wait(10)) for _ in range(READERS))), 10
    )


async def test_a_read_sees_one_state_of_the_database(db: SqliteDatabase) -> None:
    begun, written = threading.Event(), threading.Event()

    def count_twice(c: Connection) -> tuple[int, int]:
        first = int(c.execute(text("SELECT count(*) FROM members")).scalar_one())
        begun.set()
        assert written.wait(10)
        return first, int(c.execute(text("SELECT count(*) FROM members")).scalar_one())

    reading = asyncio.create_task(db.read(count_twice))
    await asyncio.to_thread(begun.wait, 10)
    await db.write(lambda c: c.execute(text("INSERT INTO members (id, created_at) VALUES (7, 1)")))
    written.set()
    assert await reading == (0, 0)


async def test_a_reader_that_nobody_waits_for_any_more_is_closed_with_the_rest(
    db_path: Path,
) -> None:
    prepare(db_path)
    before = threads()
    db = SqliteDatabase(db_path)
    reading = asyncio.create_task(db.read(lambda _: 1))
    await asyncio.sleep(0)  # the reader is being opened now
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await db.close()
    assert threads() == before


async def test_closing_waits_for_a_read_under_way(db_path: Path) -> None:
    prepare(db_path)
    before = threads()
    db = SqliteDatabase(db_path)
    begun, go_on = threading.Event(), threading.Event()

    def work(_: Connection) -> str:
        begun.set()
        assert go_on.wait(10)
        return "done"

    reading = asyncio.create_task(db.read(work))
    await asyncio.to_thread(begun.wait, 10)
    closing = asyncio.create_task(db.close())
    go_on.set()
    await closing
    assert await reading == "done"
    assert threads() == before


async def test_a_read_that_fails_leaves_the_next_one_a_reader(db: SqliteDatabase) -> None:
    for _ in range(READERS + 1):
        with pytest.raises(DBAPIError):
            await db.read(lambda c: c.execute(text("SELECT * FROM nowhere")))
    assert await db.read(lambda c: c.execute(text("SELECT 1")).scalar()) == 1
