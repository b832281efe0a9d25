"""Ids: 64-bit integers inside, short base32 outside.

An id is 60 bits: 40 of milliseconds since 2026 (34 years), 20 that count up from a random start
within the millisecond, so that ids of one process rise and those of two hardly ever meet (and
where they do, a primary key refuses the second). Outside it is at most 12 characters of
Crockford's base32, which has no letter that can be read as another.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

EPOCH = 1_767_225_600_000
"""2026-01-01T00:00:00Z in UTC milliseconds."""

_LOW_BITS = 20
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_LONGEST = 13


class Ids:
    """Gives out ids; safe to call from several threads."""

    def __init__(self, clock: Callable[[], int], rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._last = 0
        self._lock = threading.Lock()

    def new(self) -> int:
        """Return an id above every one given before by this object."""
        with self._lock:
            moment = max(self._clock() - EPOCH, 0) << _LOW_BITS
            if moment >> _LOW_BITS > self._last >> _LOW_BITS:
                self._last = moment | self._rng.getrandbits(_LOW_BITS - 4)
            else:
                self._last += 1
            return self._last


def encode(number: int) -> str:
    """Return the id as a person or a button carries it."""
    if number < 0:
        raise ValueError("ids are not negative")
    digits = ""
    while True:
        digits = _ALPHABET[number & 31] + digits
        number >>= 5
        if not number:
            return digits


def decode(text: str) -> int | None:
    """Return the id that ``text`` stands for, or ``None`` where it is none."""
    folded = text.strip().lower().translate({ord("o"): "0", ord("i"): "1", ord("l"): "1"})
    if not 0 < len(folded) <= _LONGEST or any(c not in _VALUES for c in folded):
        return None
    number = 0
    for character in folded:
        number = number << 5 | _VALUES[character]
    return number if number < 1 << 63 else None
