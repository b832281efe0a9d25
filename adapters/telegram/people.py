"""The names by which people can be addressed, kept as they are seen."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, delete, insert
from telegram import User

from adapters.telegram.events import PLATFORM
from plumas_core.storage.tables.inbox import usernames

_REMEMBERED = 10_000


class Usernames:
    """Notes each person's ``@name``, and writes it down only where it is new to this process."""

    def __init__(self) -> None:
        self._seen: dict[int, str] = {}

    def note(self, user: User) -> Callable[[Connection], None] | None:
        """Return what is to be written of a person, ``None`` if nothing is new."""
        name = (user.username or "").casefold()
        if self._seen.get(user.id) == name:
            return None
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        self._seen[user.id] = name
        account = str(user.id)

        def write(c: Connection) -> None:
            ours = usernames.c.platform == PLATFORM
            same = (usernames.c.account == account) | (usernames.c.username == name)
            c.execute(delete(usernames).where(ours, same))
            if name:
                c.execute(
                    insert(usernames).values(platform=PLATFORM, username=name, account=account)
                )

        return write
