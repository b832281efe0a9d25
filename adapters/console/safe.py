"""Making outside text harmless on a terminal, without hiding what is in it.

Control characters become pictures of themselves, so that no escape sequence reaches the terminal.
Lines that change the direction of writing are closed and isolated, so that they cannot reorder
what stands beside them.
"""

from __future__ import annotations

import re
import unicodedata

_TAB, _LINE_FEED, _DELETE = 9, 10, 127

_PICTURES: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(32) if code not in (_TAB, _LINE_FEED)},
    _DELETE: "␡",
    **{code: f"\\x{code:02x}" for code in range(128, 160)},
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    0x2028: "↵",
    0x2029: "↵",
}

_FSI, _PDI, _PDF = "\u2068", "\u2069", "\u202c"
_ISOLATES = "\u2066\u2067\u2068"
_EMBEDDINGS = "\u202a\u202b\u202d\u202e"
_STEERS = re.compile(f"[{_ISOLATES}{_PDI}{_EMBEDDINGS}{_PDF}]")


def shown(text: str) -> str:
    """Return ``text`` as it may go to a terminal; its line feeds and tabs stay."""
    return "\n".join(_balanced(line) for line in text.translate(_PICTURES).split("\n"))


def _balanced(line: str) -> str:
    """Return the line, isolated and with every change of direction undone at its end."""
    if line.isascii():
        return line
    steers = _STEERS.search(line) is not None
    if not steers and not any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in line):
        return line
    return f"{_FSI}{_closed(line) if steers else line}{_PDI}"


def _closed(line: str) -> str:
    """Drop what closes nothing, and close what is left open."""
    kept: list[str] = []
    open_marks: list[str] = []
    for character in line:
        if character in _ISOLATES:
            open_marks.append(_PDI)
        elif character in _EMBEDDINGS:
            open_marks.append(_PDF)
        elif character in (_PDI, _PDF):
            if not open_marks or open_marks[-1] != character:
                continue
            open_marks.pop()
        kept.append(character)
    return "".join(kept + open_marks[::-1])
