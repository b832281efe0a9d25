"""How long a text is for those who show it, and cutting it where a reader would.

Platforms count UTF-16 units; a terminal or a code block counts columns. Neither is ``len``: an
emoji is two of either, a combining mark one unit and no column.
"""

from __future__ import annotations

import unicodedata

_BREAKS = ("\n\n", "\n", " ")


def size(text: str) -> int:
    """Return the length of ``text`` in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def head(text: str, limit: int) -> str:
    """Return the longest beginning of ``text`` of at most ``limit`` UTF-16 units."""
    if text.isascii():
        return text[: max(limit, 0)]
    cut = text.encode("utf-16-le", "surrogatepass")[: 2 * max(limit, 0)]
    return cut.decode("utf-16-le", "ignore")


def clipped(text: str, limit: int) -> str:
    """Return ``text``, or as much of it as fits with ``…`` into ``limit`` UTF-16 units."""
    if size(text) <= limit:
        return text
    return head(text, limit - 1).rstrip() + "…"


def first_piece(text: str, limit: int) -> tuple[str, str]:
    """Return ``text`` as ``broken`` where ``limit`` UTF-16 units end, but behind a character."""
    return broken(text, max(len(head(text, limit)), 1))


def broken(text: str, at: int) -> tuple[str, str]:
    """Return ``text`` in two, the first of at most ``at`` characters.

    It ends with a paragraph, else with a line, else with a word, where one ends in the second
    half of what could be taken. The blanks at the cut are in neither; indentation behind a line
    break stays.
    """
    if at >= len(text):
        return text, ""
    for mark in _BREAKS:
        found = text.rfind(mark, at // 2, at + 1)
        if found > 0:
            rest = text[found + len(mark) :]
            return text[:found].rstrip(), rest.lstrip("\n") if "\n" in mark else rest
    return text[:at], text[at:]


def cell_width(text: str) -> int:
    """Return how many columns ``text`` takes in letters of one width."""
    return len(text) if text.isascii() else sum(letter_width(letter) for letter in text)


def letter_width(letter: str) -> int:
    """Return how many columns one character takes: none, one or two."""
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
