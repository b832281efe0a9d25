"""Reading what an AI writer answered: a text, perhaps under a title, or a refusal in one line.

Nothing is guessed away. A preamble ("Here is your poem:") stays, because no rule tells it from a
poem that begins so; the base prompt forbids it. Only the agreed forms are read: a first line
``# title``, and ``[no text]`` or ``[sin texto]`` for a refusal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from plumas_core.characters import clean_line, clean_text, is_blank
from plumas_core.providers.interface import StopReason

MAX_WRITTEN_BYTES: Final = 64_000
"""In UTF-8, as for a member's text; 2,000 tokens of output have at most about 12,000."""

MAX_TITLE: Final = 120
MAX_REASON: Final = 200

_TITLE = re.compile(r" {0,3}#{1,6}[ \t]+([^\n]+?)[ \t]*#*(?:\n+|\Z)")
_REFUSAL = re.compile(r"[ \t]*\[(?:no text|sin texto)\][ \t:.-]*([^\n]*)", re.IGNORECASE)


class BadTextReason(StrEnum):
    """Why there is no text."""

    EMPTY = "empty"
    REFUSED = "refused"
    TOO_LONG = "too-long"


@dataclass(frozen=True, slots=True)
class BadText:
    """No text came; ``said`` is the writer's own reason for a refusal, cleaned, in one line."""

    reason: BadTextReason
    said: str = ""


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A writer's text, clean, and its title if it has one."""

    title: str | None
    text: str


def read_text(raw: str, stop: StopReason = "end") -> WrittenText | BadText:
    """Read a writer's answer; ``stop`` is how the provider says that it ended. Never raises.

    An answer cut by the output limit (``length``) is still a text: it was paid for, and the
    caller knows from ``stop`` that it is not whole.
    """
    if stop == "refusal":
        return BadText(BadTextReason.REFUSED)
    if len(raw) > MAX_WRITTEN_BYTES:
        return BadText(BadTextReason.TOO_LONG)
    text = clean_text(raw)
    if refusal := _REFUSAL.match(text):
        return BadText(BadTextReason.REFUSED, clean_line(refusal[1], MAX_REASON))
    title = None
    if heading := _TITLE.match(text):
        title = clean_line(heading[1], MAX_TITLE)
        text = clean_text(text[heading.end() :])
    if is_blank(text):
        return BadText(BadTextReason.EMPTY)
    if len(text.encode()) > MAX_WRITTEN_BYTES:
        return BadText(BadTextReason.TOO_LONG)
    return WrittenText(title or None, text)
