"""Long text in pieces, cut where a reader would cut it."""

from __future__ import annotations

from collections.abc import Callable

from adapters.discord.limits import size

_BREAKS = ("\n\n", "\n", " ")


def first_piece(text: str, limit: int, form: Callable[[str], str]) -> tuple[str, str]:
    """Return the beginning of ``text`` whose ``form`` has at most ``limit`` units, and the rest.

    It ends with a paragraph, else with a line, else with a word, where one ends in its second
    half; ``form`` never makes a text shorter. The blanks at the cut are in neither.
    """
    at = _most(text, limit, form)
    if at == len(text):
        return text, ""
    for mark in _BREAKS:
        found = text.rfind(mark, at // 2, at + 1)
        if found > 0:
            rest = text[found + len(mark) :]
            return text[:found].rstrip(), rest.lstrip("\n") if "\n" in mark else rest
    return text[:at], text[at:]


def _most(text: str, limit: int, form: Callable[[str], str]) -> int:
    """Return how many characters of ``text`` fit; at least one, so that there is an end."""
    low, high = 1, min(len(text), max(limit, 1))
    if size(form(text[:high])) <= limit:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if size(form(text[:middle])) <= limit:
            low = middle
        else:
            high = middle - 1
    return low
