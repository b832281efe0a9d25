"""The linear half of both models: texts' qualities and judges' effects, given judges' scales.

The score that seat j gives entry i is ``a_j * quality_i + effects + noise``, where the effects are
the seat's level, the favour for its own family and the seat's term for the entry's language, and
the noise is normal with variance v_j. Given every a_j, every v_j and the spread of the qualities,
qualities and effects are jointly normal and follow exactly, by least squares with priors
(Lindley and Smith 1972). Whatever is uncertain in the scales is a list of *settings*, the first
axis of all arrays here: points of a grid in the additive model, draws in the facet model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from plumas_core.judging.aggregation.scores import ScoreTable

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.floating[Any]]"

# Priors, in points of the scale from 1 to 10. AI judges' means lie between 6.0 and 7.1 and their
# scores spread by .85 to 1.7 (measurements on AI judges; the project's simulated panels).
TYPICAL_SCORE = 6.5
TYPICAL_SCORE_SD = 1.5
LENIENCY_SD = 0.8
LANGUAGE_SD = 0.5

FAVOUR_MEAN = 0.5
FAVOUR_SD = 0.7
"""A judge favours its own family even blind, so that the favour is not expected to be 0; in
simulation this halves the lift at a true favour of 1 even with 4 texts, and costs the family's
texts 2 to 3 percentile points where there is no favour at all."""

LOG_SCALE_SD = 0.2
NOISE_DOF = 15.0
"""How strongly a judge's scale and noise are drawn to the panel's: strong, since on panels whose
judges share a mistake weighting by consensus amplifies it. Chosen by simulation: rank agreement
rises where one judge is bad, and does not fall where none is."""

PANEL_NOISE_SHAPE = 1.0
"""Shape of the gamma prior, with mean 1, on the variance of noise that a panel's judges share.
Weak, so that a panel of random marks is taken for one: by simulation it is then half as often
sure of anything as with a shape of 2.5, and panels of careful judges are sure more often."""

NOISES = (0.15, 4.0, 18)
"""That noise, as a standard deviation: a geometric grid, smallest, largest, number of points. Not
down to 0: marks are whole numbers, and the mean of five cannot be finer than about this."""

SPREADS = (0.08, 2.5, 18)
SPREAD_SD = 1.5
"""The spread (standard deviation) of quality among a duel's texts: a geometric grid, smallest,
largest and number of points, under a half-normal prior. Down to nearly 0, so that judges who do
not agree at all do not prove anything."""


@dataclass(frozen=True, slots=True)
class Design:
    """The scores and priors as arrays: n entries, k seats, p effects.

    Attributes:
        seen: (k, n), 1 where there is a score, otherwise 0.
        given: (k, n), the scores less ``TYPICAL_SCORE``; 0 where there is none.
        columns: (k, n, p), which effects a score holds.
        prior_mean: (p,), of the effects.
        prior_precision: (p, p), of the effects.
        log_scale: (k,), expected logarithm of each seat's scale.
        log_scale_sd: (k,), its standard deviation.
        past_readings: (k,), how many past readings each seat's prior is worth.
        past_squares: (k,), the sum of squared noise in those.
        favour: Index of the own-family effect; ``None`` where no text has one.
        languages: Names of the languages, in the order of their effects; empty if one.
        gram: (k, p * p), each seat's sum of products of its columns.
        cross: (k, p), each seat's columns times its scores.
    """

    seen: Floats
    given: Floats
    columns: Floats
    prior_mean: Floats
    prior_precision: Floats
    log_scale: Floats
    log_scale_sd: Floats
    past_readings: Floats
    past_squares: Floats
    favour: int | None
    languages: tuple[str, ...]
    gram: Floats
    cross: Floats


@dataclass(frozen=True, slots=True)
class Settings:
    """What the linear half takes as given, S times.

    Attributes:
        weight: (S,), how credible each setting is; they sum to 1.
        scale: (S, k), each seat's a_j.
        variance: (S, k), each seat's v_j.
        spread2: (S,), variance of quality among the texts.
    """

    weight: Floats
    scale: Floats
    variance: Floats
    spread2: Floats

    def between(self, start: int, end: int) -> Settings:
        """Return a run of the settings, their weights as they are."""
        run = slice(start, end)
        return Settings(self.weight[run], self.scale[run], self.variance[run], self.spread2[run])


@dataclass(frozen=True, slots=True)
class Conditional:
    """Qualities and effects given the settings, as the normal equations' parts.

    Given the effects, entry i's quality has precision ``precision[:, i]`` and mean
    ``(evidence - coupling @ effects) / precision``; the effects on their own have precision
    ``effect_precision`` and mean ``effect_precision**-1 @ effect_evidence``.

    Shapes: (S, n), (S, n), (S, n, p), (S, p, p), (S, p).
    """

    precision: Floats
    evidence: Floats
    coupling: Floats
    effect_precision: Floats
    effect_evidence: Floats


def design(table: ScoreTable) -> Design:
    """Lay out a table, in which every entry and every seat has a score, as arrays."""
    import numpy as np

    scores = np.array([[np.nan if s is None else s for s in row] for row in table.scores]).T
    seen = np.isfinite(scores).astype(float)
    given = np.where(seen > 0, scores - TYPICAL_SCORE, 0.0)
    own = np.array(table.own_family, dtype=float).T * seen
    languages = tuple(sorted(set(table.languages)))
    if len(languages) == 1:
        languages = ()
    columns, favour = _columns(seen, own, table.languages, languages)
    past = _past(table)
    prior_mean, prior_precision = _effects_prior(columns.shape[2], past, favour)
    k = len(table.seats)
    return Design(
        seen=seen,
        given=given,
        columns=columns,
        prior_mean=prior_mean,
        prior_precision=prior_precision,
        log_scale=past.log_scale,
        log_scale_sd=past.log_scale_sd,
        past_readings=past.readings,
        past_squares=past.readings * past.noise2,
        favour=favour,
        languages=languages,
        gram=np.einsum("jip,jiq->jpq", columns, columns).reshape(k, -1),
        cross=np.einsum("jip,ji->jp", columns, given),
    )


def _columns(
    seen: Floats, own: Floats, spoken: tuple[str, ...], languages: tuple[str, ...]
) -> tuple[Floats, int | None]:
    """Return the columns of the effects: levels, then the favour, then seat by language."""
    import numpy as np

    k, n = seen.shape
    favour = k if own.any() else None
    first_language = k + (favour is not None)
    columns = np.zeros((k, n, first_language + k * len(languages)))
    spoken_at = np.array([[name == language for name in spoken] for language in languages])
    for seat in range(k):
        columns[seat, :, seat] = seen[seat]
        if favour is not None:
            columns[seat, :, favour] = own[seat]
        for index in range(len(languages)):
            column = first_language + seat * len(languages) + index
            columns[seat, :, column] = seen[seat] * spoken_at[index]
    return columns, favour


@dataclass(frozen=True, slots=True)
class _Past:
    """The seats' priors, past readings weighed in: all (k,)."""

    leniency: Floats
    leniency_variance: Floats
    log_scale: Floats
    log_scale_sd: Floats
    readings: Floats
    noise2: Floats


def _past(table: ScoreTable) -> _Past:
    """Weigh what is known of each seat against what is known of judges in general.

    A reading with noise v tells a leniency, and the logarithm of a scale near 1 on texts whose
    quality spreads by 1, each with precision 1 / v.
    """
    import numpy as np

    readings = np.array([seat.readings for seat in table.seats])
    noise2 = np.array([seat.noise for seat in table.seats]) ** 2
    information = readings / noise2
    leniency_variance = 1 / (1 / LENIENCY_SD**2 + information)
    log_scale_variance = 1 / (1 / LOG_SCALE_SD**2 + information)
    leniency = np.array([seat.leniency for seat in table.seats])
    log_scale = np.array([seat.log_scale for seat in table.seats])
    return _Past(
        leniency=leniency * information * leniency_variance,
        leniency_variance=leniency_variance,
        log_scale=log_scale * information * log_scale_variance,
        log_scale_sd=np.sqrt(log_scale_variance),
        readings=readings,
        noise2=noise2,
    )


def _effects_prior(size: int, past: _Past, favour: int | None) -> tuple[Floats, Floats]:
    """Return mean and precision of the effects: a panel's levels move together and each alone."""
    import numpy as np

    k = len(past.leniency)
    mean = np.zeros(size)
    covariance = np.eye(size) * LANGUAGE_SD**2
    mean[:k] = past.leniency
    covariance[:k, :k] = np.diag(past.leniency_variance) + TYPICAL_SCORE_SD**2
    if favour is not None:
        mean[favour] = FAVOUR_MEAN
        covariance[favour, favour] = FAVOUR_SD**2
    return mean, np.linalg.inv(covariance)


def conditional(d: Design, scale: Floats, variance: Floats, spread2: Floats) -> Conditional:
    """Work out qualities and effects for every setting at once; shapes as in ``Settings``."""
    k, n, p = d.columns.shape
    weight = 1 / variance
    pull = scale * weight
    precision = 1 / spread2[:, None] + (scale * pull) @ d.seen
    coupling = (pull @ d.columns.reshape(k, n * p)).reshape(-1, n, p)
    evidence = pull @ d.given
    share = coupling / precision[:, :, None]
    own_part = d.prior_precision + (weight @ d.gram).reshape(-1, p, p)
    effect_evidence = d.prior_precision @ d.prior_mean + weight @ d.cross
    return Conditional(
        precision=precision,
        evidence=evidence,
        coupling=coupling,
        effect_precision=own_part - share.transpose(0, 2, 1) @ coupling,
        effect_evidence=effect_evidence - (evidence[:, None, :] @ share)[:, 0, :],
    )


def noise_grid() -> tuple[Floats, Floats]:
    """Return the grid of the noise's variance and the logarithm of its prior weight."""
    import numpy as np

    smallest, largest, points = NOISES
    noise2 = np.geomspace(smallest, largest, points) ** 2
    # The gamma density of the variance, times the variance for the grid's growing steps.
    return noise2, PANEL_NOISE_SHAPE * (np.log(noise2) - noise2)


def spread_grid() -> tuple[Floats, Floats]:
    """Return the grid of the qualities' variance and the logarithm of its prior weight."""
    import numpy as np

    smallest, largest, points = SPREADS
    spread = np.geomspace(smallest, largest, points)
    # A geometric grid stands denser where it is small: log(spread) takes that back.
    return spread**2, np.log(spread) - (spread / SPREAD_SD) ** 2 / 2
