"""Migrating a database file with Alembic: backed up first, then whole or not at all."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from plumas_core.storage.backup import backup
from plumas_core.storage.database import DatabaseUnavailable
from plumas_core.storage.revision import HEAD, Standing, refuse_others, standing

if TYPE_CHECKING:
    from alembic.config import Config

log = structlog.get_logger(__name__)

WAIT_MS = 600_000
"""How long a process waits for another one that migrates the same file."""

WAL_PAUSE_SECONDS = 0.02
"""Between two tries to switch to WAL, for which SQLite itself does not wait."""


def scripts(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for our migrations, on ``connection``."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(path: Path, revision: str = HEAD) -> Path | None:
    """Bring the database in the file ``path`` to ``revision``, making it if there is none.

    Foreign keys are off while tables are copied, and checked before the commit. Returns the
    back-up that was made, if there was anything to back up and anything to do.

    Raises:
        DatabaseNotOurs: it is of a newer version, or another program's.
        DatabaseUnavailable: it could not be done; the database is as it was.
    """
    engine = create_engine(f"sqlite:///{path}", connect_args={"isolation_level": None})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _begin_immediate)
    copy: Path | None = None
    done = False
    try:
        with engine.begin() as connection:
            found = standing(_raw(connection))
            refuse_others(path, found)
            if found.revision == revision:
                return None
            copy = _copied(path, found)
            _migrate(connection, revision)
        done = True
    except (SQLAlchemyError, sqlite3.Error) as error:
        cause = getattr(error, "orig", None) or error
        raise DatabaseUnavailable(f"the database {path} cannot be migrated: {cause}") from error
    finally:
        engine.dispose()
        if copy is not None and not done:
            copy.unlink()
    log.info("database_migrated", revision=revision, was=found.revision, backup=copy and str(copy))
    return copy


def _migrate(connection: Connection, revision: str) -> None:
    from alembic import command

    command.upgrade(scripts(connection), revision)
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        tables = ", ".join(sorted({str(row[0]) for row in orphans}))
        raise sqlite3.IntegrityError(f"rows point at rows that are not there, in {tables}")


def _copied(path: Path, found: Standing) -> Path | None:
    """Back the database up beside itself, if there is anything in it; return the copy."""
    if found.state == "missing":
        return None
    stem = f"{path.stem}.before-{HEAD}"
    target = path.with_name(f"{stem}{path.suffix}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{stem}.{number}{path.suffix}")
    backup(path, target)
    return target


def _raw(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.driver_connection
    if not isinstance(raw, sqlite3.Connection):
        raise TypeError("migrations run on SQLite only")
    return raw


def _on_connect(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {WAIT_MS}")
    _switch_to_wal(cursor)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = OFF")
    cursor.close()


def _switch_to_wal(cursor: sqlite3.Cursor) -> None:
    """Switch the file to WAL, which needs it for a moment alone; it stays so for good."""
    give_up = time.monotonic() + WAIT_MS / 1_000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(WAL_PAUSE_SECONDS)
        else:
            return


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
