"""Marked text in pages of a message's length, broken where a reader would break it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from adapters.telegram import limits
from adapters.telegram.safe import escaped
from plumas_core.characters import is_blank
from plumas_core.lengths import first_piece, size

_WORTH_FILLING: Final = 400
"""Units that must be free on a page for a long piece to begin there."""


@dataclass(frozen=True, slots=True)
class Run:
    """Text under one mark: ``b``, ``i``, ``pre``, ``blockquote``, or none. It is clean."""

    text: str
    tag: str = ""

    @property
    def html(self) -> str:
        inner = escaped(self.text)
        return f"<{self.tag}>{inner}</{self.tag}>" if self.tag and inner else inner


@dataclass(frozen=True, slots=True)
class Piece:
    """Runs that stay together while they fit on a page; ``gap`` stands before them."""

    runs: tuple[Run, ...]
    gap: str = "\n\n"

    @property
    def size(self) -> int:
        return sum(size(run.text) for run in self.runs)

    @property
    def marks(self) -> int:
        return sum(bool(run.tag) for run in self.runs)


Pieces: TypeAlias = Iterable[Piece]


def piece(text: str, tag: str = "", gap: str = "\n\n") -> Piece:
    """Return a piece of one run."""
    return Piece((Run(text, tag),), gap)


def paged(pieces: Pieces, limit: int, marks: int = limits.ENTITIES) -> list[str]:
    """Return the pieces as HTML, in pages of at most ``limit`` units and ``marks`` marked parts.

    There is at least one page.
    """
    pages = [_Page(limit, marks)]
    for one in pieces:
        rest: Piece | None = one if one.size else None
        while rest is not None:
            rest = pages[-1].take(rest)
            if rest is not None:
                pages.append(_Page(limit, marks))
    return [page.html for page in pages if not is_blank(page.text)] or ["—"]


class _Page:
    def __init__(self, limit: int, marks: int) -> None:
        self._limit = limit
        self._most_marks = marks
        self._used = 0
        self._marks = 0
        self.html = ""
        self.text = ""

    def take(self, one: Piece) -> Piece | None:
        """Add a piece; return what of it found no room."""
        gap = one.gap if self._used else ""
        room = self._limit - self._used - len(gap)
        if one.size <= room and self._marks + one.marks <= self._most_marks:
            self._add(gap, one)
            return None
        if self._used and (one.size <= self._limit or room < _WORTH_FILLING):
            return one
        first, rest = _split(one, room)
        self._add(gap, first)
        return rest

    def _add(self, gap: str, one: Piece) -> None:
        self.html += gap + "".join(run.html for run in one.runs)
        self.text += gap + "".join(run.text for run in one.runs)
        self._used += len(gap) + one.size
        self._marks += one.marks


def _split(one: Piece, room: int) -> tuple[Piece, Piece | None]:
    """Cut a piece that is longer than a page within the run that does not fit any more."""
    kept: list[Run] = []
    for position, run in enumerate(one.runs):
        if size(run.text) <= room:
            kept.append(run)
            room -= size(run.text)
            continue
        first, rest = first_piece(run.text, room)
        kept.append(replace(run, text=first))
        runs = (replace(run, text=rest), *one.runs[position + 1 :])
        return Piece(tuple(kept), one.gap), Piece(runs, one.gap) if rest else None
    return one, None
