"""Each reply as one JSON object on a line, for programs.

Keys, in this order:

- ``to``: the member, for a private reply; the channel, for a public one;
- ``command``: the path as typed or the action pressed, ``null`` for a message that work in the
  background owed;
- ``visibility``: ``public`` or ``private``;
- ``text``: all blocks and files as plain text, literary texts to the letter;
- ``fields``: names and values; ``table``: a list of rows, each an object of column and cell;
- ``buttons``: a list of ``{label, action, ref, code}``, in the order of their numbers;
- ``image``: ``null`` or ``{name, alt, content}``, the content in base64;
- ``ref``: what the reply is about, or ``null``;
- ``edited``: true where the message was shown before, and this is its new content.
"""

from __future__ import annotations

import json
import re
from typing import TextIO

from adapters.console.plain import parts_text, plain_text
from adapters.console.screen import Shown
from plumas_core.commands.reply import Fields, Table

_UNPRINTABLE = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""What JSON lets stand but a terminal, or the one who reads on it, should not meet raw."""


class JsonScreen:
    """Writes to a stream; of a streamed reply only the last state."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def said(self, speaker: str, text: str) -> None:
        return None

    def draft(self, item: Shown) -> None:
        return None

    def show(self, item: Shown) -> None:
        self._out.write(json_line(item) + "\n")
        self._out.flush()


def json_line(item: Shown) -> str:
    """Return the reply as one line of JSON without a line break."""
    reply = item.reply
    image = reply.image
    record = {
        "to": item.to,
        "command": item.command,
        "visibility": item.visibility,
        "text": plain_text(reply, item.reading),
        "fields": _fields(item),
        "table": _rows(item),
        "buttons": [
            {"label": b.label, "action": b.action, "ref": b.ref, "code": b.code}
            for b in reply.buttons
        ],
        "image": image and {"name": image.name, "alt": image.alt, "content": image.content},
        "ref": reply.ref,
        "edited": item.before is not None,
    }
    return escaped(json.dumps(record, ensure_ascii=False))


def escaped(line: str) -> str:
    """Return the same JSON with what should not be met raw written as an escape."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", line)


def _fields(item: Shown) -> dict[str, str]:
    return {
        field.name: parts_text(field.value, item.reading)
        for block in item.reply.blocks
        if isinstance(block, Fields)
        for field in block.items
    }


def _rows(item: Shown) -> list[dict[str, str]]:
    """Return the rows of every table; a column's name that comes twice is numbered."""
    rows = []
    for block in item.reply.blocks:
        if isinstance(block, Table):
            names = _distinct(block.columns)
            rows += [dict(zip(names, row, strict=False)) for row in block.rows]
    return rows


def _distinct(names: tuple[str, ...]) -> list[str]:
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return distinct
