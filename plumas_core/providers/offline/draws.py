"""Chance that is the same in every process: drawn from a digest of what it is for.

Python's own ``hash`` of a text differs from process to process, and so is never used here.
"""

from __future__ import annotations

import hashlib
import random


def digest(*parts: object) -> int:
    """Return 64 bits that depend on every part and on where each one ends."""
    state = hashlib.blake2b(digest_size=8)
    for part in parts:
        data = str(part).encode("utf-8", "surrogatepass")
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return int.from_bytes(state.digest(), "big")


def share(*parts: object) -> float:
    """Return a number from 0 up to, and without, 1."""
    return digest(*parts) / 2**64


def source(*parts: object) -> random.Random:
    """Return a source of chance that always gives the same run for the same parts."""
    return random.Random(digest(*parts))
