"""Making outside text harmless on a terminal, without hiding what is in it.

Control characters become pictures of themselves, so that no escape sequence reaches the terminal.
Lines that change the direction of writing are closed and isolated, so that they cannot reorder
what stands beside them.
"""

from __future__ import annotations

import unicodedata

from plumas_core.characters import closed

_TAB, _LINE_FEED, _DELETE = 9, 10, 127

_PICTURES: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(32) if code not in (_TAB, _LINE_FEED)},
    _DELETE: "␡",
    **{code: f"\\x{code:02x}" for code in range(128, 160)},
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    0x2028: "↵",
    0x2029: "↵",
}

_FSI, _PDI = "\u2068", "\u2069"
_STEERS = ("LRI", "RLI", "FSI", "PDI", "LRE", "RLE", "LRO", "RLO", "PDF")
_TURNING = frozenset(("R", "AL", "AN", *_STEERS))
"""Classes of characters, as Unicode's bidirectional algorithm (UAX 9) names them."""


def shown(text: str) -> str:
    """Return ``text`` as it may go to a terminal; its line feeds and tabs stay."""
    return "\n".join(_balanced(line) for line in text.translate(_PICTURES).split("\n"))


def _balanced(line: str) -> str:
    """Return the line, isolated and with every change of direction undone at its end."""
    if line.isascii():
        return line
    if not any(unicodedata.bidirectional(character) in _TURNING for character in line):
        return line
    return f"{_FSI}{closed(line)}{_PDI}"
