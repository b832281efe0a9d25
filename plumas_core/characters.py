"""Which characters of outside text are let in: the same for members, writers and judges.

What is taken out cannot be seen, and serves to hide, to reorder or to break what stands around
it. What people write with stays: right-to-left letters and their marks, joiners of Persian and
Indic scripts, emoji with their joiners, skin tones and flags, indentation and line breaks.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MOST_MARKS: Final = 8
"""Marks on one letter that a living script can need; the tallest Tibetan stacks have eight."""

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

_FLAG_TAGS = "|".join(
    "".join(chr(0xE0000 + ord(letter)) for letter in region)
    for region in ("gbeng", "gbsct", "gbwls")
)
"""The three flags that are written with tags: England, Scotland, Wales."""

_NONCHARACTERS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))

_HIDDEN = re.compile(
    f"(\U0001f3f4(?:{_FLAG_TAGS})\U000e007f)|"
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x9f"  # controls; tab and line feed stay
    "\xad"  # soft hyphen
    "\u202a-\u202e"  # embeddings and overrides of direction
    "\u2060-\u206f"  # word joiner, invisible operators, isolates, deprecated controls
    "\ufeff\ufff9-\ufffb\ufdd0-\ufdef"  # byte order mark, annotations, noncharacters
    "\ud800-\udfff"  # halves of surrogate pairs
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # controls of shorthand and of music
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # tags and what is reserved beside them
    f"{_NONCHARACTERS}]"
)
_SELECTORS = re.compile(
    "([\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]+"
)
_LOOSE_SELECTORS = re.compile(
    "(?<![\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af])[\U000e0100-\U000e01ef]"
)
_JOINERS = re.compile("([\u061c\u200b-\u200f])[\u061c\u200b-\u200f]+")
_ISOLATES, _END_OF_ISOLATE = "\u2066\u2067\u2068", "\u2069"
_EMBEDDINGS, _END_OF_EMBEDDING = "\u202a\u202b\u202d\u202e", "\u202c"
_DIRECTIONS = re.compile(f"[{_ISOLATES}{_END_OF_ISOLATE}{_EMBEDDINGS}{_END_OF_EMBEDDING}]")
_BLANK = re.compile(
    "[\\s\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2800\u3164\ufe00-\ufe0f"
    "\uffa0\U000e0100-\U000e01ef]*"
)


def clean_text(raw: str) -> str:
    """Return ``raw`` as the house keeps it: what can be seen, in one form.

    Unicode's form C; lines end with a line feed; spaces at the end of a line and blank lines
    around the whole are gone, indentation and blank lines within stay. Controls but tab and line
    feed, changes of direction, tags, noncharacters and lone surrogates are gone. Of several
    joiners, direction marks or variation selectors in a row the first stays. Cleaning a clean
    text changes nothing.
    """
    text = _LINE_ENDS.sub("\n", raw)
    text = _HIDDEN.sub(r"\1", text)
    text = _LOOSE_SELECTORS.sub("", _SELECTORS.sub(r"\1", text))
    text = unicodedata.normalize("NFC", _JOINERS.sub(r"\1", text))
    lines = [line.rstrip() for line in text.split("\n")]
    first, last = 0, len(lines)
    while first < last and is_blank(lines[first]):
        first += 1
    while last > first and is_blank(lines[last - 1]):
        last -= 1
    return "\n".join(lines[first:last])


def clean_line(raw: str, limit: int) -> str:
    """Return ``raw``, cleaned, as one line of at most ``limit`` characters."""
    return cut(" ".join(clean_text(raw).split()), limit)


def cut(text: str, limit: int) -> str:
    """Return ``text``, or its beginning up to a word's end with ``…``, in ``limit`` characters."""
    if len(text) <= limit:
        return text
    start = text[: limit - 1]
    inside_a_word = not text[limit - 1].isspace() and not start[-1:].isspace()
    if inside_a_word and len(words := start.rsplit(None, 1)) > 1:
        start = words[0]
    return start.rstrip() + "…"


def closed(text: str) -> str:
    """Return ``text`` with every change of direction undone at the end of its line.

    So none of it reorders what stands beside it. Marks that close nothing are gone.
    """
    if _DIRECTIONS.search(text) is None:
        return text
    return "\n".join(_closed_line(line) for line in text.split("\n"))


def _closed_line(line: str) -> str:
    kept: list[str] = []
    ends: list[str] = []
    for character in line:
        if character in _ISOLATES:
            ends.append(_END_OF_ISOLATE)
        elif character in _EMBEDDINGS:
            ends.append(_END_OF_EMBEDDING)
        elif character in (_END_OF_ISOLATE, _END_OF_EMBEDDING):
            if not ends or ends[-1] != character:
                continue
            ends.pop()
        kept.append(character)
    return "".join(kept + ends[::-1])


def is_blank(text: str) -> bool:
    """Tell whether nothing of ``text`` can be seen: spaces, joiners, fillers, blank Braille."""
    return _BLANK.fullmatch(text) is not None


def crowded_line(text: str) -> int | None:
    """Return the number, from 1, of the first line with a letter under too many marks.

    More than ``MOST_MARKS`` in a row (non-spacing or enclosing) is decoration that runs over the
    lines around it, not a letter.
    """
    run, line = 0, 1
    for character in text:
        if character < "\u0300":
            run = 0
            line += character == "\n"
        elif unicodedata.category(character) in ("Mn", "Me"):
            run += 1
            if run > MOST_MARKS:
                return line
        else:
            run = 0
    return None
