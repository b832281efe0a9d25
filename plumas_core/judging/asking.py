"""Which reading of which text a seat is to be asked for, with all that the question needs.

``find_evaluations`` finds them; :class:`plumas_core.judging.desk.Desk` words them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from plumas_core.duels.rows import as_value
from plumas_core.storage.tables.duels import duels, entries, evaluations, seats


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One seat's reading of one entry, before it is read. ``locale`` is the entry's."""

    id: int
    tries: int
    broken: int
    mode: str
    duel_id: int
    entry_id: int
    seat_id: int
    hold_id: int | None
    community_id: int
    title: str | None
    text: str
    locale: str
    theme: str
    duel_locale: str
    rubric_version: str
    prompt_version: str
    personality: str
    model_id: str
    provider: str
    priced_at: int


def find_evaluations(
    c: Connection, *where: ColumnElement[bool], limit: int | None = None
) -> list[Evaluation]:
    """Return the readings that fulfil ``where``, oldest first."""
    query = _readings().where(*where).order_by(evaluations.c.id).limit(limit)
    return [as_value(Evaluation, row) for row in c.execute(query).mappings()]


@cache
def _readings() -> Select[Any]:
    return (
        select(
            evaluations.c.id,
            evaluations.c.tries,
            evaluations.c.broken,
            evaluations.c.mode,
            evaluations.c.duel_id,
            evaluations.c.entry_id,
            evaluations.c.seat_id,
            entries.c.hold_id,
            duels.c.community_id,
            entries.c.title,
            entries.c.text,
            entries.c.locale,
            duels.c.theme,
            duels.c.locale.label("duel_locale"),
            duels.c.rubric_version,
            duels.c.prompt_version,
            seats.c.personality,
            seats.c.model_id,
            seats.c.provider,
            seats.c.priced_at,
        )
        .join(entries, entries.c.id == evaluations.c.entry_id)
        .join(seats, seats.c.id == evaluations.c.seat_id)
        .join(duels, duels.c.id == evaluations.c.duel_id)
    )
