"""Who asks, and where, from what Telegram tells with an update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from telegram import Chat, Message, Update, User
from telegram.constants import ChatType

from plumas_core.commands.identity import Event
from plumas_core.delivery.places import PRIVATE, private_address

PLATFORM: Final = "telegram"

GROUPS: Final = (ChatType.GROUP, ChatType.SUPERGROUP)

Raw: TypeAlias = Mapping[str, Any]
"""An update as its JSON says it; that it has a number is all that is known of it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A chat, and where it is a forum the topic in it."""

    chat: int
    thread: int | None = None

    @property
    def private(self) -> bool:
        """Whether it is one member's private chat; ids of groups are below zero."""
        return self.chat > 0

    @property
    def address(self) -> str:
        if self.private:
            return private_address(str(self.chat))
        return f"{self.chat}:{self.thread}" if self.thread is not None else str(self.chat)


def spot_at(address: str) -> Spot:
    """Return where an address is.

    Raises:
        ValueError: it is none of Telegram's.
    """
    home, _, rest = address.partition(":")
    if home == PRIVATE:
        return Spot(int(rest))
    return Spot(int(home), int(rest) if rest else None)


def spot_of(message: Message) -> Spot:
    """Return where a message stands."""
    thread = message.message_thread_id if message.is_topic_message else None
    return Spot(message.chat.id, thread)


def is_update(found: object) -> bool:
    """Tell whether something that Telegram brought is an update: it has a number."""
    number = found.get("update_id") if isinstance(found, Mapping) else None
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**63


def source_of(bot: int) -> str:
    """Return what a bot's updates come from; every bot's have numbers of their own."""
    return f"{PLATFORM}:{bot}"


def event_key(update: Update) -> str:
    """Return the key of what an update does."""
    return f"{source_of(update.get_bot().id)}:{update.update_id}"


def is_anonymous(message: Message) -> bool:
    """Tell whether a group's administrator speaks in the group's own name."""
    return message.sender_chat is not None and message.sender_chat.id == message.chat.id


def event_of(update: Update, user: User, chat: Chat, spot: Spot, *, admin: bool) -> Event:
    """Return an update as an event; its own number is the event's key."""
    return Event(
        platform=PLATFORM,
        account_id=str(user.id),
        account_name=user.full_name,
        home=PRIVATE if spot.private else str(spot.chat),
        home_name=chat.title or user.full_name,
        address=spot.address,
        key=event_key(update),
        locale=user.language_code,
        admin=admin,
    )
