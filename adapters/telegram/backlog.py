"""Commands that waited while the bot was away: old ones are left, and it says so once."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from adapters.telegram.events import PLATFORM
from adapters.telegram.office import Office, Visit
from plumas_core.clock import MINUTE
from plumas_core.commands.identity import settle
from plumas_core.commands.reply import note
from plumas_core.delivery.places import account_place

FRESH: Final = 2 * MINUTE
"""Milliseconds after which a command is too old to be carried out unasked."""

TOGETHER: Final = 10 * MINUTE
"""Old commands of one chat that are met within this time are told of by one line."""


class Backlog:
    """Tells each chat once that commands were left undone."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._told: dict[str, int] = {}

    def is_old(self, visit: Visit) -> bool:
        """Tell whether a command was sent too long ago."""
        return self._office.app.clock() - visit.at * 1_000 > FRESH

    async def tell(self, visit: Visit) -> None:
        """Owe the chat the one line, unless it was owed a moment ago."""
        app, event = self._office.app, visit.event
        now = app.clock()
        last = self._told.get(event.address)
        self._told[event.address] = now
        if last is not None and now - last < TOGETHER:
            return
        text = app.texts.text(visit.locale, "telegram-away")

        def owe(c: Connection) -> None:
            if event.private:
                place = account_place(app, c, PLATFORM, event.account_id)
            else:
                _, place = settle(app, c, event)
            key = f"{PLATFORM}:away:{event.address}:{now // TOGETHER}"
            app.outbox.enqueue(c, key=key, place=place, reply=note(text))

        visit.turn.also(owe)
