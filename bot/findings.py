"""What a check of ``plumas doctor`` found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias, TypeVar

from sqlalchemy import Connection

from bot.logs import escaped
from bot.settings import Settings
from plumas_core.storage.snapshot import read_once

T = TypeVar("T")

State: TypeAlias = Literal["ok", "attention", "failed"]
"""``attention``: the program runs, but somebody should look. ``failed``: something is broken."""

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found; ``todo`` says what to do about it, where there is anything."""

    check: str
    state: State
    says: str
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined: the settings, and the database that they name, at ``now`` (UTC ms)."""

    settings: Settings
    now: int

    def read(self, fn: Callable[[Connection], T]) -> T:
        """Return what ``fn`` reads in the database.

        Raises:
            DatabaseUnavailable: there is none of this version, or it cannot be read.
        """
        return read_once(self.settings.database_path, fn)


Check: TypeAlias = Callable[[Patient], Iterable[Finding]]


def named(names: Iterable[str]) -> str:
    """Return names from outside as a list in a sentence, the first few of them."""
    found = [escaped(name) for name in names]
    more = len(found) - MOST_NAMED
    shown = ", ".join(found[:MOST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def moment(at: int) -> str:
    """Return UTC milliseconds as people who run programs read them."""
    return datetime.fromtimestamp(at / 1_000, UTC).strftime("%Y-%m-%d %H:%M UTC")
