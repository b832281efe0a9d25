"""Text of members, models and platforms, as it may stand in a Telegram message.

Everything is escaped, so that it is shown and does nothing: no markup of its own, no mention that
Telegram would make of a name with an ``@``.
"""

from __future__ import annotations

import re

from plumas_core.characters import closed, is_blank

_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_MENTION = re.compile(r"@(?=[A-Za-z])")
_WORD_JOINER = "\u2060"

_SPACED = re.compile(r"^[ \t]|[ \t]{2}|\t", re.MULTILINE)
_NOTHING = "—"


def clean(text: str) -> str:
    """Return ``text`` without what Telegram refuses; its spaces and line breaks stay."""
    return closed(_SURROGATES.sub("\ufffd", _REFUSED.sub("", _LINE_ENDS.sub("\n", text))))


def shown(text: str) -> str:
    """Return ``text``, cleaned, and so that no name in it is mentioned."""
    return _MENTION.sub(f"@{_WORD_JOINER}", clean(text))


def escaped(text: str) -> str:
    """Return cleaned ``text`` as HTML that shows it to the letter."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def visible(text: str) -> str:
    """Return ``text``, or a dash where Telegram would take it for empty."""
    return _NOTHING if is_blank(text) else text


def needs_fence(text: str) -> bool:
    """Tell whether blanks carry meaning that a message would lose at its edges."""
    return _SPACED.search(text) is not None
