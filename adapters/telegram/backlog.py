"""Commands that waited while the bot was away: old ones are left, and it says so once."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from adapters.telegram.events import PLATFORM
from adapters.telegram.inbox import Inbox
from adapters.telegram.office import Office, Visit
from plumas_core.clock import MINUTE, SECOND
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
        self._inbox = Inbox(office.bot.id)
        self._told: dict[str, int] = {}

    async def is_old(self, visit: Visit) -> bool:
        """Tell whether a command was sent too long before we received it.

        How long it waited here is our affair: it may have been carried out before a death.
        """
        app, sent_at = self._office.app, visit.at * SECOND
        if app.clock() - sent_at <= FRESH:
            return False
        received_at = await app.db.read(lambda c: self._inbox.received_at(c, visit.number))
        return received_at is None or received_at - sent_at > FRESH

    async def tell(self, visit: Visit) -> None:
        """Owe the chat the one line, unless it was owed a moment ago."""
        app, event = self._office.app, visit.event
        now = app.clock()
        chat = str(visit.spot.chat)
        recent = {name: at for name, at in self._told.items() if now - at < TOGETHER}
        self._told = {**recent, chat: now}
        if chat in recent:
            return
        text = app.texts.text(visit.locale, "telegram-away")

        def owe(c: Connection) -> None:
            if event.private:
                place = account_place(app, c, PLATFORM, event.account_id)
            else:
                _, place = settle(app, c, event)
            key = f"{PLATFORM}:away:{chat}:{now // TOGETHER}"
            app.outbox.enqueue(c, key=key, place=place, reply=note(text))

        visit.turn.also(owe)
