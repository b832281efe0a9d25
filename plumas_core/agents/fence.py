"""Fences around outside text in a prompt, which that text cannot close.

A fence is a pair of tags whose name carries a nonce, drawn for this one call: whoever wrote the
text could not know it. A text that holds the nonce all the same is refused, so that a prompt has
each tag exactly once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from plumas_core.ids import encode

NONCE_BITS: Final = 80
_TOP_BIT: Final = 1 << NONCE_BITS
_NONCE = re.compile("[0-9a-z]{16,64}")
_OPENING = re.compile("<[a-z]+-([0-9a-z]{16,64})>\n")
_DRAWS: Final = 8


class NonceInText(ValueError):
    """The text holds the nonce of its own fence: draw another."""


def draw_nonce(random_bits: Callable[[int], int], *texts: str) -> str:
    """Return a nonce that stands in none of ``texts``.

    ``random_bits(n)`` gives ``n`` random bits as an integer, as ``random.SystemRandom`` does with
    ``getrandbits``; it must not be predictable to members.

    Raises:
        NonceInText: every draw stood in a text, so ``random_bits`` is not random.
    """
    for _ in range(_DRAWS):
        nonce = encode(_TOP_BIT | random_bits(NONCE_BITS))
        if not any(nonce in text for text in texts):
            return nonce
    raise NonceInText("the random source repeats what stands in the text")


def fence(label: str, text: str, nonce: str) -> str:
    """Return ``text`` between the tags ``<label-nonce>`` and ``</label-nonce>``.

    Raises:
        NonceInText: ``text`` holds ``nonce``.
        ValueError: ``nonce`` is too short to be a secret, or is not of small letters and digits.
    """
    if not _NONCE.fullmatch(nonce):
        raise ValueError("a nonce is 16 to 64 small letters and digits")
    if nonce in text:
        raise NonceInText("draw another nonce")
    return f"<{label}-{nonce}>\n{text}\n</{label}-{nonce}>"


def fenced(prompt: str, label: str) -> str | None:
    """Return what stands between the fence called ``label``, or ``None``.

    For whoever answers a prompt without being a language model: the offline provider. The nonce
    is that of the first fence, before which no outside text stands, so that what imitates a
    fence is not taken for one.
    """
    first = _OPENING.search(prompt)
    if first is None:
        return None
    start, end = f"<{label}-{first[1]}>\n", f"\n</{label}-{first[1]}>"
    _, opened, rest = prompt.partition(start)
    text, closed, _ = rest.partition(end)
    return text if opened and closed else None
