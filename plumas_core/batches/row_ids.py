"""The ids of a batch's rows: ``{intent}-{row}-{attempt}``, in base32 and at most 64 characters.

They come back from outside, so they are read strictly: whatever is not one of ours is nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from plumas_core.ids import decode, encode

_FORM = re.compile(r"([0-9a-z]{1,13})-(\d{1,7})-(\d{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class RowId:
    """One row of one attempt of one batch."""

    intent: int
    row: int
    attempt: int

    def __str__(self) -> str:
        return f"{encode(self.intent)}-{self.row}-{self.attempt}"


def read_row_id(text: str) -> RowId | None:
    """Return the row that ``text`` names, or ``None`` where it is not written as we write it."""
    found = _FORM.fullmatch(text)
    if not found:
        return None
    intent = decode(found.group(1))
    if intent is None:
        return None
    row_id = RowId(intent, int(found.group(2)), int(found.group(3)))
    return row_id if str(row_id) == text else None
