"""A back-up is a whole database, taken while the program runs."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from plumas_core.storage.backup import backup
from plumas_core.storage.database import DatabaseUnavailable
from plumas_core.storage.revision import check
from plumas_core.storage.sqlite import SqliteDatabase


async def test_a_back_up_holds_what_was_committed_while_the_program_runs(
    db: SqliteDatabase, db_path: Path, tmp_path: Path
) -> None:
    await db.write(
        lambda c: c.exec_driver_sql("INSERT INTO members (id, created_at) VALUES (7, 1)")
    )
    target = tmp_path / "copy.db"
    backup(db_path, target)
    assert check(target).state == "current"
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("SELECT id FROM members").fetchall() == [(7,)]


def test_a_back_up_never_replaces_a_file(db_path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("precious")
    with pytest.raises(DatabaseUnavailable, match="exists already"):
        backup(db_path, target)
    assert target.read_text() == "precious"


def test_a_back_up_of_a_damaged_file_leaves_nothing_behind(tmp_path: Path) -> None:
    source = tmp_path / "broken.db"
    source.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    with pytest.raises(DatabaseUnavailable, match="cannot be copied"):
        backup(source, tmp_path / "copy.db")
    assert [file.name for file in tmp_path.iterdir()] == ["broken.db"]


def test_a_back_up_may_be_read_by_whom_the_original_may_be_read_by(
    db_path: Path, tmp_path: Path
) -> None:
    db_path.chmod(0o640)
    target = tmp_path / "copy.db"
    backup(db_path, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
