"""Short reads in the event loop's own thread: always the present state, whoever changed it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select

from plumas_core.storage.sqlite import SqliteDatabase
from plumas_core.storage.tables.delivery import handled


@pytest.fixture
async def database(db_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase(db_path)
    yield opened
    await opened.close()


def count(c: Connection) -> int:
    return int(c.execute(select(func.count()).select_from(handled)).scalar_one())


def add(c: Connection, key: str) -> None:
    c.execute(insert(handled).values(key=key, target=1, at=1))


async def test_a_glance_sees_what_was_committed_just_now(database: SqliteDatabase) -> None:
    for number in range(3):
        assert await database.glance(count, "count") == number
        await database.write(partial(add, key=f"k{number}"))


async def test_a_glance_sees_what_another_process_committed(
    database: SqliteDatabase, db_path: Path
) -> None:
    assert await database.glance(count, "count") == 0
    with sqlite3.connect(db_path) as other:
        other.execute("INSERT INTO handled (key, target, at) VALUES ('k', 1, 1)")
    other.close()
    assert await database.glance(count, "count") == 1


async def test_what_was_glanced_is_not_asked_again_while_nothing_changes(
    database: SqliteDatabase,
) -> None:
    asked: list[int] = []

    def look(c: Connection) -> int:
        asked.append(1)
        return count(c)

    for _ in range(3):
        await database.glance(look, "count")
    await database.glance(look, "another")
    assert len(asked) == 2


async def test_a_glance_cannot_write(database: SqliteDatabase) -> None:
    with pytest.raises(Exception, match="readonly"):
        await database.glance(lambda c: add(c, "k"), "add")
    assert await database.glance(count, "count") == 0
