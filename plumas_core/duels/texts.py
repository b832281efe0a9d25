"""What a member's text must be to enter a duel.

``clean_text`` takes out only what nobody can see; what it would hurt to lose is never taken out
in silence. So a text whose letters drown in stacked marks is refused with the number of the line,
not thinned: whether that is decoration or the poem itself, its author knows.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from plumas_core.characters import MOST_MARKS, clean_text, crowded_line, is_blank
from plumas_core.problems import Problem

__all__ = [
    "MAX_TEXT_BYTES",
    "TextProblem",
    "TextProblemKind",
    "accept_text",
    "check_text",
    "clean_text",
    "count_words",
    "require_text",
    "text_digest",
]

MAX_TEXT_BYTES: Final = 64_000
"""In UTF-8; as much as an attachment may have. 3,000 words have about 18,000."""

LONG_WORD: Final = 30
"""Letters. A longer run without a space counts as several words, so that leaving out the spaces
does not get round the limit; the longest words of English and Spanish dictionaries are shorter."""

_RAW_ALLOWANCE: Final = 4
"""A text this many times over the limit in characters is refused without being cleaned."""

_IDEOGRAPHS = re.compile(
    "[\u3005-\u3007\u3041-\u3096\u30a1-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U000323af]"
)
_UNSPACED = re.compile(
    "[\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u1049\u1050-\u109f\u1780-\u17d3"
    "\u19e0-\u19ff\ua9e0-\ua9fe\uaa60-\uaa7f]"
)
IDEOGRAPHS_PER_WORD: Final = 2
LETTERS_PER_WORD: Final = 5


class TextProblemKind(StrEnum):
    """Why a text is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    TOO_MANY_WORDS = "too-many-words"
    TOO_MANY_MARKS = "too-many-marks"


@dataclass(frozen=True, slots=True)
class TextProblem:
    """A text that is not taken.

    ``limit`` and ``actual`` are bytes (``TOO_LARGE``), words (``TOO_MANY_WORDS``) or marks on one
    letter (``TOO_MANY_MARKS``, with the limit only); ``line`` counts from 1.
    """

    kind: TextProblemKind
    limit: int = 0
    actual: int = 0
    line: int = 0


def require_text(raw: str, max_words: int) -> str:
    """Return the text as it is kept.

    Raises:
        Problem: it is not taken; ``limit``, ``actual`` and ``line`` as in ``TextProblem``.
    """
    accepted = accept_text(raw, max_words)
    if isinstance(accepted, str):
        return accepted
    limit, actual = accepted.limit, accepted.actual
    match accepted.kind:
        case TextProblemKind.EMPTY:
            raise Problem("text-empty")
        case TextProblemKind.TOO_LARGE:
            raise Problem("text-too-large", limit=limit, actual=actual)
        case TextProblemKind.TOO_MANY_WORDS:
            raise Problem("text-too-many-words", limit=limit, actual=actual)
        case TextProblemKind.TOO_MANY_MARKS:
            raise Problem("text-too-many-marks", limit=limit, line=accepted.line)


def accept_text(raw: str, max_words: int) -> str | TextProblem:
    """Return the text as it is kept, or why it is not taken."""
    if len(raw) > MAX_TEXT_BYTES * _RAW_ALLOWANCE:
        size = len(raw.encode("utf-8", "replace"))
        return TextProblem(TextProblemKind.TOO_LARGE, MAX_TEXT_BYTES, size)
    text = clean_text(raw)
    return check_text(text, max_words) or text


def check_text(text: str, max_words: int) -> TextProblem | None:
    """Return why a text that was cleaned is not taken, or ``None`` if it is."""
    if is_blank(text):
        return TextProblem(TextProblemKind.EMPTY)
    if (size := len(text.encode("utf-8", "replace"))) > MAX_TEXT_BYTES:
        return TextProblem(TextProblemKind.TOO_LARGE, MAX_TEXT_BYTES, size)
    if line := crowded_line(text):
        return TextProblem(TextProblemKind.TOO_MANY_MARKS, MOST_MARKS, line=line)
    if (words := count_words(text)) > max_words:
        return TextProblem(TextProblemKind.TOO_MANY_WORDS, max_words, words)
    return None


def count_words(text: str) -> int:
    """Count words as an author would, whatever the script.

    A word is a run without white space that has a letter, a digit or a symbol (an emoji) in it; a
    dash or a bullet alone is none. A run of more than ``LONG_WORD`` characters counts once for
    each ``LONG_WORD`` begun. Scripts without spaces are counted by their letters, at about the
    content of an English word: two ideographs or kana, five letters of Thai, Lao, Khmer or
    Burmese (vowel signs included), rounded up for the whole text.
    """
    text, ideographs = _IDEOGRAPHS.subn(" ", text)
    text, letters = _UNSPACED.subn(" ", text)
    spaced = sum(-(-len(run) // LONG_WORD) for run in text.split() if _is_word(run))
    return spaced + -(-ideographs // IDEOGRAPHS_PER_WORD) + -(-letters // LETTERS_PER_WORD)


def _is_word(run: str) -> bool:
    return run.isalpha() or any(unicodedata.category(c)[0] in "LN" or _is_symbol(c) for c in run)


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character) in ("So", "Cn", "Co")


def text_digest(text: str) -> str:
    """Return the SHA-256 of a text, by which the same text is found without comparing them all."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
