"""What judging costs, before it is known: for a text that enters, and for a whole duel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.catalog.errors import MissingPrice
from plumas_core.catalog.usage import Mode
from plumas_core.duels.rows import Duel, Seat, seats_of
from plumas_core.judging.asking import Evaluation

TYPICAL_ENTRIES = 5
TYPICAL_LENGTH = 0.6
"""Share of the allowed words that a text usually has."""
HOLD_TO_COST = 2.5
"""How many times the real cost a hold is (facts, measured: 2.3 to 2.9)."""
WORD = "palabra "
"""Stands for a word of a text that is not there yet: 8 bytes, a little above the mean."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What judging a duel may cost, in picodollars."""

    about: int
    most: int


def mode_of(duel: Duel) -> Mode:
    """Return how a duel's judges are asked."""
    return "single" if duel.pace == "now" else "batch"


def judging_hold(
    app: App, duel: Duel, panel: Sequence[Seat], text: str, title: str | None = None
) -> int:
    """Return what must be held to have ``text`` read by every seat, in picodollars.

    Raises:
        MissingPrice: a seat's model has no price.
    """
    return sum(_seat_hold(app, duel, seat, text, title) for seat in panel)


def estimate_duel(app: App, c: Connection, duel: Duel) -> Estimate:
    """Return what judging may cost: a usual duel, and the most that its rules allow."""
    panel = seats_of(c, duel.id)
    longest = judging_hold(app, duel, panel, WORD * duel.max_words)
    usual_text = WORD * round(duel.max_words * TYPICAL_LENGTH)
    usual = judging_hold(app, duel, panel, usual_text)
    entries = min(TYPICAL_ENTRIES, duel.max_entries)
    return Estimate(about=round(usual * entries / HOLD_TO_COST), most=longest * duel.max_entries)


def _seat_hold(app: App, duel: Duel, seat: Seat, text: str, title: str | None) -> int:
    model = app.catalog.get(seat.model_id)
    if model is None:
        raise MissingPrice(seat.model_id, "is not in the catalog any more")
    planned = Evaluation(
        id=0,
        tries=0,
        broken=0,
        mode=mode_of(duel),
        duel_id=duel.id,
        entry_id=0,
        seat_id=seat.id,
        hold_id=None,
        community_id=duel.community_id,
        title=title,
        text=text,
        locale=duel.locale,
        theme=duel.theme,
        duel_locale=duel.locale,
        rubric_version=duel.rubric_version,
        prompt_version=duel.prompt_version,
        personality=seat.personality,
        model_id=seat.model_id,
        provider=seat.provider,
        priced_at=seat.priced_at,
    )
    return app.desk.estimate(model, planned, mode_of(duel))
