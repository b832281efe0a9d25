"""A copy of the database as it stands, while it may be in use."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

from plumas_core.storage.database import DatabaseUnavailable


def backup(source: Path, target: Path) -> None:
    """Copy the database in the file ``source`` to ``target``, which must not exist yet.

    The copy is one consistent state, and stands under its name only when it is whole. It may be
    read by whom the original may be read by.

    Raises:
        DatabaseUnavailable: the source cannot be read, the target stands already or cannot be
            written, or the copy does not pass SQLite's own check.
    """
    if target.exists():
        raise DatabaseUnavailable(f"{target} exists already: choose another name for the back-up")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _copy(source, part)
        part.chmod(stat.S_IMODE(source.stat().st_mode))
        os.link(part, target)
    except FileExistsError as error:
        raise DatabaseUnavailable(f"{target} was made by another meanwhile") from error
    except (OSError, sqlite3.Error) as error:
        raise DatabaseUnavailable(f"{source} cannot be copied to {target}: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    address = f"{source.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        found = new.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged: {found}")
