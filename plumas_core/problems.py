"""What went wrong, for the person who asked.

A ``Problem`` is an answer, not a fault: the member reads a sentence that says what to do, and
nothing is lost. Anything else that a handler raises is a fault: the member reads a reference id
and the operator finds the cause under it in the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Detail: TypeAlias = str | int


class Problem(Exception):
    """A request that cannot be met, with the id of its sentence and the values in it."""

    def __init__(self, key: str, **values: Detail) -> None:
        super().__init__(key)
        self.key = key
        self.values: Mapping[str, Detail] = values

    def __str__(self) -> str:
        return f"{self.key} {dict(self.values)}" if self.values else self.key
