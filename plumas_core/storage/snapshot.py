"""Reading the database once, from outside of the running program: for reports and checks."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from plumas_core.storage.database import DatabaseUnavailable
from plumas_core.storage.revision import check, refuse_others

T = TypeVar("T")


def read_once(path: Path, fn: Callable[[Connection], T]) -> T:
    """Return what ``fn`` reads on one consistent state of the database in the file ``path``.

    Nothing is written, also no migration.

    Raises:
        DatabaseUnavailable: there is none, it is not of this version, or it cannot be read.
    """
    found = check(path)
    refuse_others(path, found)
    if found.state == "missing":
        raise DatabaseUnavailable(f"there is no database {path} yet: any start makes it")
    if found.state == "behind":
        raise DatabaseUnavailable(
            f"the database {path} is older than this version: `plumas db upgrade` brings it up"
        )
    engine = create_engine("sqlite://", creator=lambda: _open(path), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            return fn(connection)
    except (SQLAlchemyError, sqlite3.Error) as error:
        cause = getattr(error, "orig", None) or error
        raise DatabaseUnavailable(f"the database {path} cannot be read: {cause}") from error
    finally:
        engine.dispose()


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
