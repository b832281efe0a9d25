"""Discord's own limits, as its API refuses what is above them.

Lengths are counted here in UTF-16 units, which is never less than what Discord counts.
Source: Discord's developer documentation, "Message", "Embed limits", "Component reference",
"Application commands" and "Interactions", as of 2026.
"""

from __future__ import annotations

from typing import Final

CONTENT: Final = 2_000
EMBED_TITLE: Final = 256
EMBED_DESCRIPTION: Final = 4_096
EMBED_FIELDS: Final = 25
FIELD_NAME: Final = 256
FIELD_VALUE: Final = 1_024
EMBEDS: Final = 10
EMBEDS_TOTAL: Final = 6_000
"""Titles, descriptions, names and values of fields in all embeds of a message."""

ROWS: Final = 5
ROW_BUTTONS: Final = 5
BUTTON_LABEL: Final = 80
SELECT_OPTIONS: Final = 25
OPTION_LABEL: Final = 100

MODAL_TITLE: Final = 45
MODAL_LABEL: Final = 45
MODAL_HINT: Final = 100
MODAL_INPUT: Final = 4_000
MODAL_COMPONENTS: Final = 5

FILES: Final = 10
FILE_BYTES: Final = 10 * 1024 * 1024
FILE_ALT: Final = 1_024

CHOICES: Final = 25
CHOICE_LENGTH: Final = 100
STRING_OPTION: Final = 6_000
NONCE: Final = 25
THREAD_NAME: Final = 100
