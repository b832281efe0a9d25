"""Saying things in Telegram: messages, edits, drafts and files, as plain text where HTML fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import structlog
from telegram import (
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from adapters.telegram.events import Spot
from adapters.telegram.pacing import Patience
from adapters.telegram.render import Rendered, label
from plumas_core.commands.reply import Button
from plumas_core.lengths import size

log = structlog.get_logger(__name__)

NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_ROW_UNITS: Final = 30
_ROW_MOST: Final = 3

Plain: TypeAlias = Callable[[], str]
"""Returns the words of a message without markup, where they are needed."""

Markup: TypeAlias = InlineKeyboardMarkup | ForceReply | None


class Voice:
    """Speaks through a bot."""

    def __init__(self, bot: ExtBot[Any]) -> None:
        self._bot = bot

    async def say(
        self,
        spot: Spot,
        rendered: Rendered,
        plain: Plain,
        *,
        reply_to: int | None = None,
        markup: Markup = None,
    ) -> int:
        """Send an answer; return the id of its last page's message, which has the buttons.

        ``plain`` is sent where Telegram refuses the markup of a page.

        Raises:
            TelegramError: it could not be sent.
        """
        message = 0
        last = len(rendered.pages) - 1
        keyboard = markup or keyboard_of(rendered.buttons)
        for number, html in enumerate(rendered.pages):
            message = await self.send(
                spot,
                html,
                plain if last == 0 else None,
                reply_to=reply_to if number == 0 else None,
                markup=keyboard if number == last else None,
            )
        await self.attach(spot, rendered)
        return message

    async def attach(self, spot: Spot, rendered: Rendered) -> None:
        """Send what belongs to an answer beside its pages.

        Raises:
            TelegramError: it could not be sent.
        """
        if rendered.photo is not None:
            await self._bot.send_photo(
                spot.chat,
                InputFile(rendered.photo, "image.png"),
                message_thread_id=spot.thread,
            )
        for file in rendered.files:
            await self._bot.send_document(
                spot.chat, InputFile(file.data, file.name), message_thread_id=spot.thread
            )

    async def send(
        self,
        spot: Spot,
        html: str,
        plain: Plain | None,
        *,
        reply_to: int | None = None,
        markup: Markup = None,
        patience: Patience | None = None,
    ) -> int:
        """Send one message and return its id.

        Raises:
            TelegramError: it could not be sent.
        """
        more: dict[str, Any] = {
            "message_thread_id": spot.thread,
            "reply_markup": markup,
            "link_preview_options": NO_PREVIEW,
            "rate_limit_args": patience,
        }
        if reply_to is not None:
            more["reply_parameters"] = ReplyParameters(reply_to, allow_sending_without_reply=True)
        try:
            sent = await self._bot.send_message(spot.chat, html, parse_mode=ParseMode.HTML, **more)
        except BadRequest as reason:
            if plain is None or not is_markup_fault(reason):
                raise
            log.error("markup_refused", cause=reason.message)
            sent = await self._bot.send_message(spot.chat, plain(), **more)
        return sent.message_id

    async def edit(
        self,
        spot: Spot,
        message: int,
        html: str,
        plain: Plain | None,
        *,
        buttons: Sequence[Button] = (),
        patience: Patience | None = None,
    ) -> None:
        """Let a message show this and nothing else.

        Raises:
            TelegramError: it could not be changed.
        """
        more: dict[str, Any] = {
            "chat_id": spot.chat,
            "message_id": message,
            "reply_markup": keyboard_of(buttons),
            "link_preview_options": NO_PREVIEW,
            "rate_limit_args": patience,
        }
        try:
            await self._bot.edit_message_text(html, parse_mode=ParseMode.HTML, **more)
        except BadRequest as reason:
            if is_unchanged(reason):
                return
            if plain is None or not is_markup_fault(reason):
                raise
            log.error("markup_refused", cause=reason.message)
            await self._bot.edit_message_text(plain(), **more)

    async def draft(self, spot: Spot, number: int, html: str) -> None:
        """Show a text that is being written in a private chat, for half a minute.

        Raises:
            TelegramError: it could not be shown.
        """
        await self._bot.send_message_draft(
            spot.chat, number, html, message_thread_id=spot.thread, parse_mode=ParseMode.HTML
        )

    async def typing(self, spot: Spot) -> None:
        """Let the chat see that an answer is on its way; without it nothing is lost."""
        try:
            await self._bot.send_chat_action(
                spot.chat, ChatAction.TYPING, message_thread_id=spot.thread
            )
        except TelegramError as reason:
            log.debug("typing_not_shown", reason=reason.message)

    async def take_back(self, spot: Spot, message: int) -> None:
        """Delete a message; one that cannot be deleted stays."""
        try:
            await self._bot.delete_message(spot.chat, message)
        except TelegramError as reason:
            log.debug("message_not_deleted", reason=reason.message)


def keyboard_of(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    """Return buttons in rows of what fits beside each other; ``None`` without any."""
    if not buttons:
        return None
    rows: list[list[InlineKeyboardButton]] = []
    room = 0
    for button in buttons:
        text = label(button)
        width = size(text)
        if not rows or len(rows[-1]) == _ROW_MOST or width > room:
            rows.append([])
            room = _ROW_UNITS
        rows[-1].append(InlineKeyboardButton(text, callback_data=button.code))
        room -= width
    return InlineKeyboardMarkup(rows)


def link_keyboard(text: str, url: str) -> InlineKeyboardMarkup:
    """Return one button that opens an address."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(text, url=url)]])


def is_unchanged(reason: BadRequest) -> bool:
    """Tell whether an edit was refused because the message shows that already."""
    return "not modified" in reason.message.lower()


def is_markup_fault(reason: BadRequest) -> bool:
    """Tell whether a text was refused for its HTML."""
    return "parse entities" in reason.message.lower()
