"""Delivery of the outbox's messages by the Bot API; no updates have to be taken for it.

Telegram gives no key by which a message could be recognised, and cannot be searched: after a death
in the moment of posting, or an answer that was lost, what was posted stays there empty, and the
message is posted anew. Then it notifies nobody: whether the first one did is not known.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

import structlog
from sqlalchemy import Connection, select
from telegram import InputFile, InputMediaDocument, InputMediaPhoto
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import ExtBot

from adapters.telegram import limits
from adapters.telegram.events import PLATFORM, Spot, spot_at
from adapters.telegram.moving import move_home
from adapters.telegram.pacing import TELL, refusal_seconds
from adapters.telegram.render import OneMessage, bare, render_one, render_words
from adapters.telegram.safe import escaped, shown, visible
from adapters.telegram.voice import Voice, is_markup_fault, is_unchanged, keyboard_of
from adapters.telegram.words import Reading, commands_pattern
from plumas_core.app import App
from plumas_core.commands.spec import AnyCommand
from plumas_core.delivery.outbox import (
    DeliveryFailed,
    ExternalId,
    Mention,
    OutboxRow,
    PlaceLost,
)
from plumas_core.lengths import clipped, size
from plumas_core.storage.tables.people import communities, places

log = structlog.get_logger(__name__)

LOST: Final = (
    "chat not found",
    "not enough rights",
    "have no rights",
    "chat_write_forbidden",
    "chat_restricted",
    "need administrator rights",
    "user is deactivated",
    "peer_id_invalid",
    "topic_closed",
    "topic closed",
    "topic_deleted",
    "message thread not found",
    "group chat was deactivated",
    "group is deactivated",
)
"""How Telegram says that nothing can be said in a place: trying again cannot help."""

GONE: Final = ("message to edit not found", "message_id_invalid", "message can't be edited")
"""How Telegram says that a message was deleted."""

NO_FILES: Final = (
    "rights to send documents",
    "rights to send photos",
    "send_docs_forbidden",
    "send_photos_forbidden",
    "send_media_forbidden",
)
"""How Telegram says that texts alone may be sent in a place."""

HAS_FILE: Final = ("there is no text in the message", "message is not a text")

TIMEOUT: Final = 60.0
"""Seconds for one message, within the lease that it is delivered under."""

UNSURE: Final = 30.0
"""Seconds after which a message is tried again whose answer was lost."""

PLACEHOLDER: Final = "…"
_LONGEST_NAME: Final = 64
_OPENING: Final = limits.CAPTION // 4
"""Units for those who are notified, so that they fit above any content."""


class TelegramDeliverer:
    """Brings messages to chats, topics and private chats."""

    def __init__(self, bot: ExtBot[Any]) -> None:
        self._bot = bot
        self._voice = Voice(bot)
        self._app: App | None = None
        self._linked: re.Pattern[str] | None = None

    def begin(self, app: App, commands: Iterable[AnyCommand]) -> None:
        """Deliver from now on: the bot has logged in. ``commands`` are spelled as it takes them."""
        self._app = app
        self._linked = commands_pattern(commands)

    async def place(self, row: OutboxRow) -> ExternalId:
        """Post the mentions, where that was not tried yet; the content is put in by the edit."""
        mentions = () if row.unsure else row.mentions
        html = f"{_opening(mentions)} {PLACEHOLDER}".strip()
        plain = " ".join([*(shown(one.name) for one in mentions), PLACEHOLDER])
        async with self._refusals(row.home):
            message = await self._voice.send(
                spot_at(row.address), html, lambda: plain, patience=TELL
            )
        return ExternalId(str(message))

    async def edit(self, external: ExternalId, row: OutboxRow) -> None:
        """Put the row's content into the message; its mentions stay, and notify nobody again.

        A message that somebody has deleted stays deleted.
        """
        spot, message = spot_at(row.address), int(external)
        async with self._refusals(row.home) as app:
            reading = replace(
                await app.db.read(lambda c: _reading(app, c, row.address)), commands=self._linked
            )
            try:
                await self._put(spot, message, row, reading)
            except BadRequest as reason:
                if _says(reason, GONE):
                    log.warning("message_was_deleted", ref=row.ref)
                elif not is_unchanged(reason):
                    raise

    async def find_own(self, row: OutboxRow) -> ExternalId | None:
        """Return nothing: Telegram lets a bot search no chat."""
        return None

    async def _put(self, spot: Spot, message: int, row: OutboxRow, reading: Reading) -> None:
        opening = _opening(row.mentions)
        content = render_one(row.reply, reading, opening)

        def plain() -> str:
            return bare(row.reply, reading)

        if content.file is not None or content.photo is not None:
            try:
                await self._put_media(spot, message, content, plain)
            except BadRequest as reason:
                if not _says(reason, NO_FILES):
                    raise
                log.warning("file_not_allowed", ref=row.ref, cause=reason.message)
                content = render_words(row.reply, reading, opening)
            else:
                return
        try:
            await self._voice.edit(
                spot, message, content.html, plain, buttons=content.buttons, patience=TELL
            )
        except BadRequest as reason:
            if not _says(reason, HAS_FILE):
                raise
            filed = render_one(row.reply, reading, opening, filed=True)
            await self._put_media(spot, message, filed, plain)

    async def _put_media(
        self, spot: Spot, message: int, content: OneMessage, plain: Callable[[], str]
    ) -> None:
        try:
            await self._edit_media(spot, message, content, content.html, ParseMode.HTML)
        except BadRequest as reason:
            if not is_markup_fault(reason):
                raise
            log.error("markup_refused", cause=reason.message)
            caption = clipped(plain(), limits.CAPTION)
            await self._edit_media(spot, message, content, caption, None)

    async def _edit_media(
        self, spot: Spot, message: int, content: OneMessage, caption: str, mode: str | None
    ) -> None:
        media: InputMediaDocument | InputMediaPhoto
        if content.file is not None:
            file = InputFile(content.file.data, content.file.name, attach=True)
            media = InputMediaDocument(file, caption=caption, parse_mode=mode)
        else:
            picture = InputFile(content.photo or b"", "image.png", attach=True)
            media = InputMediaPhoto(picture, caption=caption, parse_mode=mode)
        await self._bot.edit_message_media(
            media,
            spot.chat,
            message,
            reply_markup=keyboard_of(content.buttons),
            rate_limit_args=TELL,
        )

    @asynccontextmanager
    async def _refusals(self, home: str) -> AsyncIterator[App]:
        """Say what Telegram's refusals mean for a message; yield the program's parts."""
        app = self._app
        if app is None:
            raise DeliveryFailed("not logged in to Telegram yet", sure=True)
        try:
            async with asyncio.timeout(TIMEOUT):
                yield app
        except ChatMigrated as reason:
            new = str(reason.new_chat_id)
            old = await app.db.write(lambda c: move_home(app, c, home, new))
            raise DeliveryFailed(f"the group moved, with {old} places", 0, sure=True) from reason
        except TelegramError as reason:
            raise _meaning(reason) from reason
        except TimeoutError as reason:
            raise DeliveryFailed("Telegram did not answer in time", UNSURE) from reason


def _meaning(reason: TelegramError) -> DeliveryFailed:
    text = f"Telegram answered: {reason.message[:200]}"
    match reason:
        case RetryAfter():
            return DeliveryFailed("Telegram asks to wait", refusal_seconds(reason), sure=True)
        case Forbidden():
            return PlaceLost(text, sure=True)
        case BadRequest():
            lost = _says(reason, LOST) and not _says(reason, NO_FILES)
            return (PlaceLost if lost else DeliveryFailed)(text, sure=True)
        case TimedOut():
            return DeliveryFailed("Telegram's answer was lost", UNSURE)
    return DeliveryFailed(text)


def _reading(app: App, c: Connection, address: str) -> Reading:
    """Return the language and the time zone of a place."""
    query = (
        select(communities.c.locale, communities.c.time_zone)
        .join(places, places.c.community_id == communities.c.id)
        .where(places.c.platform == PLATFORM, places.c.address == address)
    )
    policy = app.policy
    locale, zone = c.execute(query).first() or (policy.default_locale, policy.time_zone)
    return Reading(locale, zone, app.clock(), lasting=True)


def _says(reason: BadRequest, signs: Sequence[str]) -> bool:
    text = reason.message.lower()
    return any(sign in text for sign in signs)


def _opening(mentions: Sequence[Mention]) -> str:
    """Return links to those who are notified; where they are many, their names are shortened."""
    links: list[str] = []
    used = 0
    names = [visible(" ".join(shown(mention.name).split())) for mention in mentions]
    longest = _longest(names)
    for mention, full in zip(mentions, names, strict=True):
        name = visible(clipped(full, longest))
        used += size(name) + 2
        if used > _OPENING:
            break
        links.append(f'<a href="tg://user?id={int(mention.external_id)}">{escaped(name)}</a>')
    return ", ".join(links)


def _longest(names: Sequence[str]) -> int:
    """Return how many units of each name are shown, so that there is room for all."""
    return next(
        (
            most
            for most in range(_LONGEST_NAME, 1, -1)
            if sum(min(size(name), most) + 2 for name in names) <= _OPENING
        ),
        1,
    )
