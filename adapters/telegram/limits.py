"""Telegram's own limits, as its Bot API refuses what is above them.

Lengths are in UTF-16 units after the markup is read, as Telegram counts. Source: the Bot API's
documentation of sendMessage, sendDocument, InlineKeyboardButton, answerCallbackQuery, BotCommand
and deep linking, and its FAQ on limits, as of 2026.
"""

from __future__ import annotations

from typing import Final

TEXT: Final = 4_096
CAPTION: Final = 1_024
ENTITIES: Final = 100
"""Marked parts of a message; Telegram lets those above fall without a word."""

BUTTON_LABEL: Final = 64
"""Telegram takes more, but shows hardly so much."""
BUTTONS: Final = 100
ROW_BUTTONS: Final = 8
ALERT: Final = 200
PLACEHOLDER: Final = 64

START: Final = 64
"""Letters, digits, ``_`` and ``-`` of a deep link's parameter."""

FILE_BYTES: Final = 20 * 1024 * 1024
COMMANDS: Final = 100
COMMAND_WORDS: Final = 256

SPLIT: Final = 4_000
"""From this length on a message may be the beginning of a text that the sender's client split."""
