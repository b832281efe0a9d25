"""Text of members, models and platforms, as it may stand in a Discord message.

Everything that Discord would read as markup is escaped, so that it is shown and does nothing.
Controls that Discord refuses or swallows are taken out, and a line that changes the direction of
writing is closed, so that it cannot reorder what stands beside it.
"""

from __future__ import annotations

import re

from plumas_core.characters import closed, is_blank

_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")

_UNCLEAN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u2066-\u2069\u202a-\u202e\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""All that makes ``clean`` change a text; most have none of it."""

_ANYWHERE = re.compile(r"[\\*_~`|<\[\]@:]")
_AT_LINE_START = re.compile(r"^([ \t]*)([#>+-]|\d{1,9}(?=[.)]))", re.MULTILINE)

_ZERO_WIDTH = "\u200b"
_SPACED = re.compile(r"^[ \t]|[ \t]{2}|\t|\n\n\n", re.MULTILINE)


def clean(text: str) -> str:
    """Return ``text`` without what Discord refuses; its spaces and line breaks stay."""
    if _UNCLEAN.search(text) is None:
        return text
    return closed(_SURROGATES.sub("\ufffd", _REFUSED.sub("", _LINE_ENDS.sub("\n", text))))


def escaped(text: str) -> str:
    """Return ``text``, cleaned, so that Discord shows it to the letter as ordinary text."""
    text = _ANYWHERE.sub(_escape, clean(text))
    if text[:1].isalpha() and "\n" not in text:
        return text
    return _AT_LINE_START.sub(_escaped_start, text)


def _escape(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def _escaped_start(found: re.Match[str]) -> str:
    """Escape a list's, a heading's or a quotation's mark; of a number, the point behind it."""
    blanks, mark = found.groups()
    return f"{blanks}{mark}\\" if mark.isdigit() else f"{blanks}\\{mark}"


def fenced(text: str) -> str:
    """Return ``text`` in a code block, where every space and line break is kept.

    A fence within the text is broken by a character that has no width.
    """
    return f"```\n{unfenced(text)}\n```"


def unfenced(text: str) -> str:
    """Return ``text``, cleaned, so that it cannot end the code block that it stands in."""
    return clean(text).replace("``", f"`{_ZERO_WIDTH}`")


def needs_fence(text: str) -> bool:
    """Tell whether spaces or blank lines carry meaning that ordinary text would lose."""
    return _SPACED.search(text) is not None


def visible(text: str) -> str:
    """Return ``text``, or something without width where Discord would take it for empty."""
    return text if "!" <= text[:1] <= "~" or not is_blank(text) else _ZERO_WIDTH
