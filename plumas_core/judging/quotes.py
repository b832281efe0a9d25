"""Finding a judge's quotation in the text it was taken from."""

from __future__ import annotations

import unicodedata
from itertools import accumulate, islice
from typing import Final

from plumas_core.characters import cut

MAX_QUOTE: Final = 300
"""Characters of a quotation that are shown; a longer one is cut at a word."""

_LONGEST_SEARCHED: Final = 2_000
_PLAIN: Final = (
    ("'", "\u2018\u2019\u201a\u201b\u2032\u00b4`\u02bc\u2039\u203a"),
    ('"', "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"),
    ("-", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"),
    ("...", "\u2026"),
)
"""Plain marks, each with those that a model may have written in its place, or read as it."""

_FOLD: Final = {fancy: plain for plain, many in _PLAIN for fancy in many}
_LINE_MARKS: Final = frozenset(("/", "//"))
_EDGES: Final = "\"'. "
_MARKS: Final = "".join(("/", *_EDGES, *_FOLD, "-"))


def find_quote(quote: str, text: str) -> str | None:
    """Return the part of ``text`` that ``quote`` repeats, as it stands there, or ``None``.

    Letters must agree one by one. White space, typographic quotation marks, apostrophes, dashes
    and ellipses may differ, as may ``/`` for the end of a verse, and quotation marks, ellipses or
    a full stop around the whole; marks alone are no quotation. ``text`` is in form C, as
    ``clean_text`` leaves it; of another form the part is given in form C.
    """
    exact = quote.strip()
    if not exact.strip(_MARKS) or len(exact) > _LONGEST_SEARCHED:
        return None
    if exact in text:
        return cut_quote(exact)
    text = unicodedata.normalize("NFC", text)
    joined = _fold(text)
    needle = _fold(unicodedata.normalize("NFC", exact))
    for candidate in (needle, needle.strip(_EDGES)):
        if candidate and (at := joined.find(candidate)) >= 0:
            start, end = _origin(text, joined, at), _origin(text, joined, at + len(candidate) - 1)
            return cut_quote(text[start : end + 1])
    return None


def cut_quote(part: str) -> str:
    """Return at most ``MAX_QUOTE`` characters of a part of a text, ending with a whole word."""
    return part if len(part) <= MAX_QUOTE else cut(part, MAX_QUOTE + 1)[:-1]


def _fold(text: str) -> str:
    """Return the words of ``text``, one space between them, in plain quotation marks and dashes."""
    for fancy, plain in _FOLD.items():
        text = text.replace(fancy, plain)
    words = text.split()
    if "/" in text:
        words = [word for word in words if word not in _LINE_MARKS]
    return " ".join(words)


def _origin(text: str, joined: str, position: int) -> int:
    """Return where in ``text`` the character stands that became ``joined[position]``."""
    number = joined.count(" ", 0, position)
    offset = position - (joined.rfind(" ", 0, position) + 1)
    if "/" in text:
        words = enumerate(text.split())
        number = next(islice((n for n, word in words if word not in _LINE_MARKS), number, None))
    rest = text.split(None, number)[-1]
    lengths = accumulate(len(_FOLD.get(character, character)) for character in rest)
    return len(text) - len(rest) + next(n for n, length in enumerate(lengths) if length > offset)
