"""Making a database one of this version of the program, at every start.

Alembic is imported only where there is something to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from plumas_core.storage.database import DatabaseUnavailable
from plumas_core.storage.revision import Standing, check, refuse_others

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
"""A database that is made is for its owner alone, as it holds members' texts."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """How a database stood before a start, and the back-up that was made of it, if any."""

    was: Standing
    copy: Path | None = None


def prepare(path: Path) -> Prepared:
    """Make the database in the file ``path`` one of this version, if it is not yet.

    A missing one is made, with its folder. One that is behind is copied beside itself and then
    migrated in one transaction, which several processes may try at once: one does it, the others
    wait and find it done.

    Raises:
        DatabaseNotOurs: it is of a newer version, or another program's.
        DatabaseUnavailable: it cannot be opened, written or migrated.
    """
    found = check(path)
    refuse_others(path, found)
    if found.state == "current":
        return Prepared(found)
    try:
        path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        path.touch(mode=PRIVATE_FILE)
    except OSError as error:
        raise DatabaseUnavailable(
            f"the database {path} cannot be made: {error.strerror}"
        ) from error
    from plumas_core.storage.upgrade import upgrade

    return Prepared(found, upgrade(path))
