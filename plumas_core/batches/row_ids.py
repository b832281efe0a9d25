"""The ids of a batch's rows: ``{intent}-{row}-{attempt}``, in base32 and at most 64 characters.

They come back from outside, so they are read strictly: whatever is not one of ours is nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from plumas_core.ids import encode

_ROW_AND_ATTEMPT = re.compile(r"(0|[1-9]\d{0,6})-(0|[1-9]\d{0,2})", re.ASCII)


Row: TypeAlias = tuple[int, int]
"""A row of a batch, and which attempt at it."""


@dataclass(frozen=True, slots=True)
class RowId:
    """One row of one attempt of one batch."""

    intent: int
    row: int
    attempt: int

    def __str__(self) -> str:
        return f"{_prefix(self.intent)}{self.row}-{self.attempt}"


class RowIdReader:
    """Reads the ids of one batch's rows."""

    def __init__(self, intent: int) -> None:
        self._prefix = _prefix(intent)

    def read(self, text: str) -> Row | None:
        """Return the row and the attempt that ``text`` names.

        ``None`` where it is of another batch, or is not written as we write it.
        """
        if not text.startswith(self._prefix):
            return None
        found = _ROW_AND_ATTEMPT.fullmatch(text, len(self._prefix))
        return (int(found[1]), int(found[2])) if found else None


def _prefix(intent: int) -> str:
    return f"{encode(intent)}-"
