"""Updates that the bot fails at again and again: given up, and their chat told of it."""

from __future__ import annotations

from sqlalchemy import Connection, select
from telegram import Update

from adapters.telegram.events import PLATFORM, event_key, spot_of
from plumas_core.app import App
from plumas_core.commands.reply import note
from plumas_core.delivery.places import account_place
from plumas_core.locales.translate import closest
from plumas_core.storage.tables.people import communities, places


def tell_given_up(app: App, c: Connection, update: Update) -> None:
    """Owe an update's chat a word of its being given up, where we are known."""
    found = _place(app, c, update)
    if found is not None:
        place, locale = found
        key = f"{event_key(update)}:given-up"
        words = note(app.texts.text(locale, "telegram-given-up"))
        app.outbox.enqueue(c, key=key, place=place, reply=words)


def _place(app: App, c: Connection, update: Update) -> tuple[int, str] | None:
    """Return where an update came from, and the language that is spoken there."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return None
    spot = spot_of(message)
    if spot.private:
        return account_place(app, c, PLATFORM, str(spot.chat)), closest(user.language_code)
    query = (
        select(places.c.id, communities.c.locale)
        .join(communities, communities.c.id == places.c.community_id)
        .where(places.c.platform == PLATFORM, places.c.address == spot.address)
    )
    row = c.execute(query).first()
    return None if row is None else (row.id, row.locale)
