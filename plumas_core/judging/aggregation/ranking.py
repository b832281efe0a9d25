"""The values that a ranking consists of, and what may be known of a panel beforehand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

Model: TypeAlias = Literal["additive", "facet"]
"""Which model settled the ranking: judges differ in leniency, or in scale and noise too."""


@dataclass(frozen=True, slots=True)
class SeatPrior:
    """What past duels say of one seat.

    Attributes:
        leniency: Points that the seat gives above (or below) its panel; only the differences
            between the seats of a panel matter.
        log_scale: Natural logarithm of its scale; 0 is typical, below 0 it keeps to the middle.
        noise: Standard deviation of its scores around what its leniency and scale explain, points.
        readings: How many readings of texts this is worth. 0 says nothing. Past duels may move a
            seat's weight only as far as people's ballots confirmed it, so the caller counts only
            those.
    """

    leniency: float
    log_scale: float
    noise: float
    readings: float

    def __post_init__(self) -> None:
        """Refuse figures that no judge could have.

        Raises:
            ValueError: A figure is not finite, the noise is not above 0 or the readings below 0.
        """
        figures = (self.leniency, self.log_scale, self.noise, self.readings)
        if not all(math.isfinite(figure) for figure in figures):
            raise ValueError("a seat's prior holds a figure that is not finite")
        if self.noise <= 0:
            raise ValueError("the noise of a seat's prior is not above 0")
        if self.readings < 0:
            raise ValueError("the readings of a seat's prior are below 0")


@dataclass(frozen=True, slots=True)
class PanelPrior:
    """What past duels say of a panel: one entry for each seat, in the order of the seats."""

    seats: tuple[SeatPrior, ...]


@dataclass(frozen=True, slots=True)
class JudgeFit:
    """How one seat judged, as the model sees it.

    Attributes:
        leniency: Points that it gives a text of middling quality above (or below) the average of
            the panel's seats.
        scale: How far its scores spread for the same difference in quality; 1 is typical.
        noise: Standard deviation of its scores around what leniency, scale, favour and language
            explain, in points.
        own_family_favour: Points that it adds to a text of its own model family; 0 where it read
            none. One figure for the whole panel: a duel holds too few such texts to tell seats
            apart.
        languages: Points that it adds for each language; empty where there is only one.
        texts: How many of its scores were counted.
    """

    leniency: float
    scale: float
    noise: float
    own_family_favour: float
    languages: tuple[tuple[str, float], ...]
    texts: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What one seat's score did for one entry.

    Attributes:
        given: The score as the judge gave it, 1 to 10.
        fair: The same score without the seat's leniency, scale, favour and language: what an
            average seat of the panel would have had to give, and so comparable between seats.
        expected: What the model expects this seat to give this text.
        surprise: (given - expected) / the seat's noise. Far from 0, the reading is an outlier: a
            slip of the judge, or a text that steered it.
        weight: The reading's share in what the entry's readings say together; they sum to 1.
        own_family: The judge's model is of the family that wrote the text.
        counted: False where an own-family score was left out of the ranking.
    """

    given: float
    fair: float
    expected: float
    surprise: float
    weight: float
    own_family: bool
    counted: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one entry stands.

    Attributes:
        entry: Its index in the scores.
        place: 1 is best; as in sport, "1, 1, 3".
        score: What the whole panel would have given on average, had every seat read the text
            without noise, favour or language: 1 to 10, drawn to the middle where evidence is thin.
        low: Lower end of the score's 90 % interval.
        high: Upper end of it.
        shared: Another entry has the same place.
        mean: The plain mean of the scores given, own-family ones included, for comparison.
        readings: One for each seat, ``None`` where that seat's score is missing.
    """

    entry: int
    place: int
    score: float
    low: float
    high: float
    shared: bool
    mean: float
    readings: tuple[Reading | None, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """A verdict, with everything that explains it.

    Attributes:
        standings: The ranked entries, best first.
        beats: ``beats[i][j]`` is the chance that entry i is better than entry j, by their indexes
            in the scores. For two ranked entries the two directions sum to 1; it is 0 on the
            diagonal and wherever one of the two was left out.
        judges: One fit for each seat, in the order of the seats.
        model: Which model was used.
        left_out: Indexes of the entries without any score; they have no place.
        own_family_excluded: The panel favoured its own families so strongly that those scores
            were left out instead of being corrected.
    """

    standings: tuple[Standing, ...]
    beats: tuple[tuple[float, ...], ...]
    judges: tuple[JudgeFit, ...]
    model: Model
    left_out: tuple[int, ...]
    own_family_excluded: bool
