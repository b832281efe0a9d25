"""Long text in pieces that are as long as Discord takes them once they are escaped."""

from __future__ import annotations

from collections.abc import Callable

from plumas_core.lengths import broken, size


def first_piece(text: str, limit: int, form: Callable[[str], str]) -> tuple[str, str]:
    """Return the beginning of ``text`` whose ``form`` has at most ``limit`` units, and the rest.

    It is cut where a reader would cut it. ``form`` never makes a text shorter.
    """
    return broken(text, _most(text, limit, form))


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
