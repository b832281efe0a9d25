"""A verdict as it is kept: places, scores, and what was found of the judges."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from plumas_core.shapes import shape
from plumas_core.storage.tables.duels import verdicts


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry's place. ``low`` to ``high`` holds its score nine times in ten."""

    entry_id: int
    place: int
    shared: bool
    score: float
    low: float
    high: float
    seats: int


@dataclass(frozen=True, slots=True)
class JudgeNote:
    """What the aggregation found of a seat: how mild, how spread, how noisy, how partial."""

    seat_id: int
    leniency: float
    scale: float
    noise: float
    own_family_favour: float


@dataclass(frozen=True, slots=True)
class Standings:
    """A verdict as it is kept. ``beats[i][j]``: the chance that ``placed[i]`` beats the other."""

    placed: tuple[Placed, ...]
    judges: tuple[JudgeNote, ...]
    beats: tuple[tuple[float, ...], ...]
    model: str


def latest_standings(c: Connection, duel_id: int) -> Standings | None:
    """Return a duel's newest verdict, or ``None``."""
    query = (
        select(verdicts.c.standings)
        .where(verdicts.c.duel_id == duel_id)
        .order_by(verdicts.c.version.desc())
    )
    kept = c.execute(query).scalar()
    return shape(Standings).validate_json(kept) if kept else None
