"""How the program reads and writes its database: synchronous functions, whole transactions.

Rules are written as plain functions of a SQLAlchemy connection; ``Database`` decides where they
run. A function given to :meth:`Database.write` may be run again, but only when the attempt before
surely did not commit, so it must not touch anything but its connection.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")


class Database(Protocol):
    """One database, whichever it is."""

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run ``fn`` in one transaction of its own and return its result once it is committed.

        What ``fn`` raises undoes its own writes only, and is raised here.
        """
        ...

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run ``fn`` on one consistent state of the database; it cannot write."""
        ...

    async def glance(self, fn: Callable[[Connection], T], key: Hashable) -> T:
        """Do as ``read`` does for a few lookups by key, for which a change of thread costs most.

        ``fn`` may run in the event loop itself: nothing else happens meanwhile. What it returned
        for a ``key`` may be returned again while nothing was committed since, so it must depend
        on nothing but the key and the database, and return a value that cannot change.
        """
        ...

    async def close(self) -> None:
        """Finish what is queued and release the connections."""
        ...


class DatabaseUnavailable(Exception):
    """The database cannot be opened, or stays locked; the text tells the operator why."""
