"""Coming to a chat and leaving it: a greeting, a word to the operator, places that are lost."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection
from telegram import ChatMember, ChatMemberRestricted, ChatMemberUpdated, Update
from telegram.constants import ChatMemberStatus

from adapters.telegram.events import GROUPS, PLATFORM, Spot, event_key, event_of
from adapters.telegram.moving import find_again, lose, lose_home
from adapters.telegram.office import Office
from adapters.telegram.turn import Turn
from plumas_core.app import App
from plumas_core.approval import is_approved
from plumas_core.commands.identity import Event, settle
from plumas_core.commands.reply import Button, Note, Reply, Text, Title
from plumas_core.credits.money import show
from plumas_core.delivery.losing import find_home_again
from plumas_core.delivery.operators import ask_operators
from plumas_core.ids import encode
from plumas_core.locales.translate import closest

_AWAY = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


class Arrivals:
    """Greets chats that the bot is added to, and notes where it cannot speak any more."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def changed(self, turn: Turn, update: Update, change: ChatMemberUpdated) -> None:
        """Note what became of the bot in a chat."""
        app, chat = self._office.app, change.chat
        here = change.new_chat_member.status not in _AWAY
        was_here = change.old_chat_member.status not in _AWAY
        spot = Spot(chat.id)
        if spot.private:
            address = spot.address
            now = app.clock()
            turn.also(lambda c: find_again(app, c, address) if here else lose(c, address, now))
            return
        self._office.admins.forget(chat.id)
        if chat.type not in GROUPS:
            return
        if not here:
            now = app.clock()
            turn.also(lambda c: lose_home(c, str(chat.id), now))
        elif not was_here:
            event = event_of(update, change.from_user, chat, spot, admin=False)
            turn.also(lambda c: arrive(app, c, event, event_key(update)))
        elif _may_speak(change.new_chat_member):
            turn.also(lambda c: find_home_again(app, c, PLATFORM, str(chat.id)))


def _may_speak(bot: ChatMember) -> bool:
    return not isinstance(bot, ChatMemberRestricted) or bot.can_send_messages


def arrive(app: App, c: Connection, event: Event, arrival: str) -> None:
    """Make a chat's community, owe it a greeting, and ask the operators once to approve it.

    The community speaks the language of whoever added the bot.
    """
    find_home_again(app, c, PLATFORM, event.home)
    community, place = settle(app, c, replace(event, home_locale=event.locale))
    approved = is_approved(c, community)
    locale = closest(event.locale or app.policy.default_locale)
    app.outbox.enqueue(
        c,
        key=f"{arrival}:greeting",
        place=place,
        reply=greeting(app, locale, empty=not approved),
    )
    if not approved:
        asked = _question(app, event.home_name, community)
        ask_operators(app, c, f"{PLATFORM}:approve:{community}", asked)


def _question(app: App, name: str, community: int) -> Reply:
    """Return what the operators are asked of a chat, with a button that approves it."""
    t, locale = app.texts, app.policy.default_locale
    amount = show(app.policy.opening_pool, locale)
    words = t.text(locale, "telegram-asks-operator", name=name, amount=amount)
    button = Button("approve", encode(community), t.text(locale, "button-approve"), "primary")
    return Reply((Note(words),), buttons=(button,))


def greeting(app: App, locale: str, *, empty: bool) -> Reply:
    """Return what a new chat reads: what the bot is, and the first three things to do.

    ``empty``: nobody has approved the chat yet, so that its pool is empty.
    """
    t = app.texts
    steps = (
        t.text(locale, "telegram-first-help"),
        t.text(locale, "telegram-first-write"),
        t.text(locale, "telegram-first-duel"),
    )
    note = (Text((t.text(locale, "telegram-pool-empty"),)),) if empty else ()
    simulated = (
        () if app.providers.real_keys else (Note(t.text(locale, "simulated-all"), "simulated"),)
    )
    return Reply(
        (
            Title(t.text(locale, "help-title")),
            Text((t.text(locale, "telegram-greeting"),)),
            *(Text((f"{number}. {step}",)) for number, step in enumerate(steps, 1)),
            *note,
            *simulated,
        )
    )
