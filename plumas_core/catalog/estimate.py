"""Tokens and cost before a call, from the bytes of the text alone.

A tokeniser that works on bytes never makes more tokens than bytes, and of prose makes far fewer.
How many bytes make a token is data in the catalog file, with its source. What is not prose
(symbols, digits, emoji, letters under heaps of marks) is taken closer to a token a byte.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from fractions import Fraction
from math import ceil

from plumas_core.catalog.models import Model
from plumas_core.catalog.pricing import price
from plumas_core.catalog.usage import Mode, Usage

MESSAGE_TOKENS = 16
"""What a provider wraps around one message, at most."""

PROSE = Fraction(1, 5)
"""Share of characters that are not prose up to which a text counts as prose.

Verse and dialogue stay under it; so do prompts with headings and a JSON example.
"""

NOT_PROSE = Fraction(1, 2)
"""The share from which every byte counts as a token; between the two the estimate rises evenly."""

_LETTERS = re.compile(r"[^\W\d_]+")
_SPACES = re.compile(r"\s+")
_BEYOND_BASIC = re.compile(r"[\U00010000-\U0010ffff]+")


def likely_tokens(model: Model, text: str) -> int:
    """Return what ``text`` takes at most if it is as prose goes; what a hold is reckoned by."""
    return _tokens(text, model.tokeniser.likely_bytes)


def upper_bound_tokens(model: Model, text: str) -> int:
    """Return more tokens than ``text`` was ever measured to take, sent as one message."""
    return _tokens(text, model.tokeniser.fewest_bytes) + MESSAGE_TOKENS


def estimate_cost(
    model: Model, *, prompt_texts: Iterable[str], output_tokens: int, mode: Mode, at: int
) -> int:
    """Return the hold for one call in picodollars: the likely worst, at the prices of ``at``.

    Each of ``prompt_texts`` is a message, read without a cache; ``output_tokens`` is the limit
    of the output, reasoning included. One attempt, at the given pace.

    Raises:
        MissingPrice: the catalog has no price for it.
    """
    prompt = sum(likely_tokens(model, text) + MESSAGE_TOKENS for text in prompt_texts)
    return price(model, Usage(input=prompt, output=output_tokens), mode, at)


def _tokens(text: str, bytes_per_token: Fraction) -> int:
    # A lone surrogate, which a platform's JSON can carry, must not stop the count.
    size = len(text.encode("utf-8", "surrogatepass"))
    prose = size / bytes_per_token
    excess = _share_beyond_prose(text) - PROSE
    if excess <= 0:
        return ceil(prose)
    weight = min(excess / (NOT_PROSE - PROSE), Fraction(1))
    return ceil(prose + (size - prose) * weight)


def _share_beyond_prose(text: str) -> Fraction:
    """Return the share of characters that are not prose, from 0 to 1.

    Each letter vouches for itself, for one space and for one combining mark: so words, and
    scripts that write vowels as marks, are prose; a page of spaces or a stack of marks is not.
    Letters beyond the basic plane (mathematical script, rare signs) are no better than emoji.
    """
    if not text:
        return Fraction(0)
    ordinary = _BEYOND_BASIC.sub("", text)
    rare = len(text) - len(ordinary)
    others = _LETTERS.sub("", ordinary)
    letters = len(ordinary) - len(others)
    marks_and_symbols = _SPACES.sub("", others)
    spaces = len(others) - len(marks_and_symbols)
    marks = sum(unicodedata.category(character)[0] == "M" for character in marks_and_symbols)
    symbols = len(marks_and_symbols) - marks
    beyond = rare + symbols + max(spaces - letters, 0) + max(marks - letters, 0)
    return Fraction(beyond, len(text))
