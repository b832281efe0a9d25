"""A panel's scores, checked and put into an order that does not depend on who came first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from plumas_core.judging.aggregation.ranking import PanelPrior, SeatPrior

LOWEST_SCORE = 1.0
HIGHEST_SCORE = 10.0

UNKNOWN_SEAT = SeatPrior(leniency=0.0, log_scale=0.0, noise=1.0, readings=0.0)
"""A seat of which nothing is known: 0 readings leave its other figures without effect."""


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The scores that a ranking rests on: entries by seats.

    ``scores`` holds ``None`` where a score is missing or was left out; ``languages`` has one name
    for each entry, all equal where no language term is wanted.
    """

    scores: tuple[tuple[float | None, ...], ...]
    own_family: tuple[tuple[bool, ...], ...]
    languages: tuple[str, ...]
    seats: tuple[SeatPrior, ...]

    def read_entries(self) -> tuple[int, ...]:
        """Return the indexes of the entries with at least one score."""
        return tuple(
            entry
            for entry, row in enumerate(self.scores)
            if any(score is not None for score in row)
        )

    def read_seats(self) -> tuple[int, ...]:
        """Return the indexes of the seats with at least one score."""
        return tuple(
            seat
            for seat in range(len(self.seats))
            if any(row[seat] is not None for row in self.scores)
        )

    def taken(self, entries: Sequence[int], seats: Sequence[int]) -> ScoreTable:
        """Return the table of these entries and seats, in this order."""
        return ScoreTable(
            scores=tuple(tuple(self.scores[e][s] for s in seats) for e in entries),
            own_family=tuple(tuple(self.own_family[e][s] for s in seats) for e in entries),
            languages=tuple(self.languages[e] for e in entries),
            seats=tuple(self.seats[s] for s in seats),
        )

    def without_own_family(self) -> ScoreTable:
        """Return the table without own-family scores, but for entries that have no others."""
        rows: list[tuple[float | None, ...]] = []
        for row, own in zip(self.scores, self.own_family, strict=True):
            others = tuple(None if mine else score for score, mine in zip(row, own, strict=True))
            rows.append(others if any(score is not None for score in others) else row)
        return replace(self, scores=tuple(rows))


def score_table(
    scores: Sequence[Sequence[float | None]],
    own_family: Sequence[Sequence[bool]],
    prior: PanelPrior | None,
    languages: Sequence[str] | None,
) -> ScoreTable:
    """Check what ``rank`` was given and bring it into one form.

    Raises:
        ValueError: The shapes differ, or a score is not a finite number from 1 to 10.
    """
    seats = len(scores[0]) if scores else 0
    if any(len(row) != seats for row in scores):
        raise ValueError("the entries have scores from different numbers of seats")
    if [len(row) for row in own_family] != [seats] * len(scores):
        raise ValueError("own_family has another shape than the scores")
    if languages is not None and len(languages) != len(scores):
        raise ValueError("there must be one language for each entry")
    if prior is not None and scores and len(prior.seats) != seats:
        raise ValueError("the panel's prior knows another number of seats than the scores")
    return ScoreTable(
        scores=tuple(tuple(map(_checked, row)) for row in scores),
        own_family=tuple(tuple(map(bool, row)) for row in own_family),
        languages=tuple(languages) if languages is not None else ("",) * len(scores),
        seats=prior.seats if prior is not None and scores else (UNKNOWN_SEAT,) * seats,
    )


def _checked(score: float | None) -> float | None:
    if score is None:
        return None
    if not math.isfinite(score) or not LOWEST_SCORE <= score <= HIGHEST_SCORE:
        raise ValueError(f"a score must be a number from 1 to 10, not {score!r}")
    return float(score)


def canonical_order(table: ScoreTable) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Order entries and seats by what they hold, not by when they came.

    Random draws and sums then meet the same numbers in the same order, however the entries and
    the seats were shuffled, and the ranking is the same to the last digit. What two seats or two
    entries hold in common is told apart by the other side; where even that is equal they are
    interchangeable, or so nearly that only the last digits can differ.

    Returns:
        Entry indexes and seat indexes, each in canonical order.
    """
    cells = [
        [(0.0 if score is None else score, own) for score, own in zip(row, flags, strict=True)]
        for row, flags in zip(table.scores, table.own_family, strict=True)
    ]
    entries = range(len(cells))
    seats = range(len(table.seats))
    columns = {
        s: (_figures(table.seats[s]), sorted((cells[e][s], table.languages[e]) for e in entries))
        for s in seats
    }
    rows = {
        e: (table.languages[e], sorted((columns[s], cells[e][s]) for s in seats)) for e in entries
    }
    by_entry = sorted(entries, key=rows.__getitem__)
    by_seat = sorted(seats, key=lambda s: (columns[s], [cells[e][s] for e in by_entry]))
    return tuple(by_entry), tuple(by_seat)


def _figures(seat: SeatPrior) -> tuple[float, ...]:
    return (seat.leniency, seat.log_scale, seat.noise, seat.readings)
