"""Whether a database file is of this version of the program: one small read, without Alembic.

Revisions are four digits that rise by one.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from plumas_core.storage.database import DatabaseUnavailable

HEAD = "0001"
"""The newest revision in ``migrations/versions``."""

State: TypeAlias = Literal["missing", "behind", "current", "newer", "foreign"]
"""``missing``: no file, or nothing in it. ``foreign``: somebody else's tables."""


class DatabaseNotOurs(DatabaseUnavailable):
    """The database is of a newer version of the program, or of another program."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A database's revision beside the program's; ``revision`` is ``None`` where it has none."""

    state: State
    revision: str | None
    head: str


def check(path: Path) -> Standing:
    """Return how the database in the file ``path`` stands to this version; change nothing.

    Raises:
        DatabaseUnavailable: the file cannot be opened, or is no SQLite database.
    """
    if not path.exists():
        return Standing("missing", None, HEAD)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as found:
            return standing(found)
    except sqlite3.Error as error:
        raise DatabaseUnavailable(f"the database {path} cannot be read: {error}") from error


def standing(connection: sqlite3.Connection) -> Standing:
    """Return how the database behind an open connection stands to this version."""
    tables = {
        name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
    }
    if not tables:
        return Standing("missing", None, HEAD)
    if "alembic_version" not in tables:
        return Standing("foreign", None, HEAD)
    versions = [
        str(row[0]) for row in connection.execute("SELECT version_num FROM alembic_version")
    ]
    if len(versions) != 1 or not _is_revision(versions[0]):
        return Standing("foreign", ", ".join(versions) or None, HEAD)
    return Standing(_compared(versions[0]), versions[0], HEAD)


def refuse_others(path: Path, found: Standing) -> None:
    """Raise ``DatabaseNotOurs`` for a database that this version must not touch."""
    if found.state == "newer":
        raise DatabaseNotOurs(
            f"the database {path} is of a newer version (revision {found.revision}; this version"
            f" knows up to {found.head}): install that version, or restore a back-up"
        )
    if found.state == "foreign":
        raise DatabaseNotOurs(
            f"the database {path} holds tables that this program did not make:"
            " set DATABASE_URL to another file"
        )


def _is_revision(text: str) -> bool:
    return len(text) == len(HEAD) and text.isascii() and text.isdigit()


def _compared(revision: str) -> State:
    if revision == HEAD:
        return "current"
    return "behind" if revision < HEAD else "newer"
