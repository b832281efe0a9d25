"""The fitted models told in the terms of a ranking: standings, readings, judges."""

from __future__ import annotations

import math
from dataclasses import dataclass

from plumas_core.judging.aggregation.fit import Fit
from plumas_core.judging.aggregation.places import places
from plumas_core.judging.aggregation.ranking import JudgeFit, Reading, Standing
from plumas_core.judging.aggregation.scores import HIGHEST_SCORE, LOWEST_SCORE, ScoreTable

SAME_SCORE_DIGITS = 9
"""Scores that agree to so many decimals are equal, and stand by their entries' indexes."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat as fitted: level, scale, noise, and points by language."""

    level: float
    scale: float
    noise: float
    languages: dict[str, float]


@dataclass(frozen=True, slots=True)
class Account:
    """What a ranking is told from.

    ``table`` holds every score that was given, ``counted`` those that were used. ``seats`` has one
    element for each seat of the table; ``average`` is the panel's average seat.
    """

    table: ScoreTable
    counted: ScoreTable
    fit: Fit
    favour: float
    seats: tuple[Seat, ...]
    average: Seat


def account(table: ScoreTable, counted: ScoreTable, fit: Fit, favour: float) -> Account:
    """Bring a fit's seats into the table's order; a seat without scores counts as average."""
    p = fit.posterior
    average = Seat(float(p.level.mean()), float(p.scale.mean()), float(p.noise.mean()), {})
    fitted = {
        seat: Seat(
            level=float(p.level[at]),
            scale=float(p.scale[at]),
            noise=float(p.noise[at]),
            languages=dict(zip(fit.languages, p.language[at].tolist(), strict=True)),
        )
        for at, seat in enumerate(fit.seats)
    }
    seats = tuple(fitted.get(seat, average) for seat in range(len(table.seats)))
    return Account(table, counted, fit, favour, seats, average)


def standings(a: Account) -> tuple[Standing, ...]:
    """Put the fitted entries into their order of merit, best first."""
    p, entries = a.fit.posterior, a.fit.entries
    score = p.score.tolist()
    by_merit = sorted(
        range(len(entries)), key=lambda at: (-round(score[at], SAME_SCORE_DIGITS), entries[at])
    )
    their_places = places(by_merit, p.beats.tolist())
    return tuple(
        Standing(
            entry=entries[at],
            place=place,
            score=_on_scale(score[at]),
            low=_on_scale(float(p.low[at])),
            high=_on_scale(float(p.high[at])),
            shared=their_places.count(place) > 1,
            mean=_mean(a.table.scores[entries[at]]),
            readings=_readings(a, entries[at], float(p.quality[at])),
        )
        for at, place in zip(by_merit, their_places, strict=True)
    )


def _on_scale(score: float) -> float:
    return min(max(score, LOWEST_SCORE), HIGHEST_SCORE)


def _mean(scores: tuple[float | None, ...]) -> float:
    given = [score for score in scores if score is not None]
    return math.fsum(given) / len(given)


def _readings(a: Account, entry: int, quality: float) -> tuple[Reading | None, ...]:
    """Say what each seat's score did for an entry."""
    telling = [
        0.0 if score is None else (seat.scale / seat.noise) ** 2
        for score, seat in zip(a.counted.scores[entry], a.seats, strict=True)
    ]
    whole = math.fsum(telling)
    return tuple(
        None if given is None else _reading(a, entry, index, given, telling[index] / whole, quality)
        for index, given in enumerate(a.table.scores[entry])
    )


def _reading(
    a: Account, entry: int, index: int, given: float, weight: float, quality: float
) -> Reading:
    seat = a.seats[index]
    own = a.table.own_family[entry][index]
    middling = seat.level + seat.languages.get(a.table.languages[entry], 0.0)
    if own:
        middling += a.favour
    expected = middling + seat.scale * quality
    return Reading(
        given=given,
        fair=a.average.level + a.average.scale * (given - middling) / seat.scale,
        expected=expected,
        surprise=(given - expected) / seat.noise,
        weight=weight,
        own_family=own,
        counted=a.counted.scores[entry][index] is not None,
    )


def judges(a: Account) -> tuple[JudgeFit, ...]:
    """Say how each seat judged."""
    result: list[JudgeFit] = []
    for index, seat in enumerate(a.seats):
        read_own = any(
            row[index] is not None and own[index]
            for row, own in zip(a.table.scores, a.table.own_family, strict=True)
        )
        result.append(
            JudgeFit(
                leniency=seat.level - a.average.level,
                scale=seat.scale,
                noise=seat.noise,
                own_family_favour=a.favour if read_own else 0.0,
                languages=tuple(seat.languages.items()),
                texts=sum(row[index] is not None for row in a.counted.scores),
            )
        )
    return tuple(result)


def chances(a: Account) -> tuple[tuple[float, ...], ...]:
    """Return the chances of each entry against each, by the table's indexes."""
    size = len(a.table.scores)
    result = [[0.0] * size for _ in range(size)]
    fitted = a.fit.posterior.beats.tolist()
    for at, entry in enumerate(a.fit.entries):
        for other_at, other in enumerate(a.fit.entries):
            if entry != other:
                result[entry][other] = fitted[at][other_at]
    return tuple(map(tuple, result))
