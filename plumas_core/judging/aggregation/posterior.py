"""What the weighted settings of a model say of texts and judges, summed up."""

from __future__ import annotations

from dataclasses import dataclass

from plumas_core.judging.aggregation.effects import (
    TYPICAL_SCORE,
    Conditional,
    Design,
    Floats,
    Settings,
    conditional,
)

INTERVAL = (0.05, 0.95)
"""The ends of the 90 % interval of a score."""

BISECTIONS = 40
"""Halvings of the scale from which a quantile is found: far below a thousandth of a point."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """A model's answer, for n entries and k seats.

    Attributes:
        score: (n,), expected score on the panel's own scale, not yet cut to 1-10.
        low: (n,), lower end of its interval.
        high: (n,), upper end.
        beats: (n, n), chance that one is better than the other; .5 on the diagonal.
        level: (k,), what each seat gives a text of middling quality.
        scale: (k,), each seat's scale.
        noise: (k,), standard deviation of each seat's noise.
        favour: Points for the own family; 0 where no text was read by its own family.
        language: (k, languages), points that each seat adds for each language.
        quality: (n,), expected quality.
    """

    score: Floats
    low: Floats
    high: Floats
    beats: Floats
    level: Floats
    scale: Floats
    noise: Floats
    favour: float
    language: Floats
    quality: Floats


@dataclass(frozen=True, slots=True)
class _Qualities:
    """Qualities and scores given each setting: (S, n), but ``apart`` (S, n, n).

    ``apart`` is the variance of the difference between two qualities.
    """

    quality: Floats
    apart: Floats
    score: Floats
    score_variance: Floats


def summarise(d: Design, settings: Settings) -> Posterior:
    """Integrate qualities, scores and effects over the settings."""
    import numpy as np

    k = len(d.seen)
    parts = conditional(d, settings)
    covariance = np.linalg.inv(parts.effect_precision)
    effects = (covariance @ parts.effect_evidence[:, :, None])[:, :, 0]
    given = _qualities(parts, effects, covariance, settings.scale)
    weight = settings.weight
    low, high = (_quantile(weight, given.score, given.score_variance, q) for q in INTERVAL)
    gap = given.quality[:, :, None] - given.quality[:, None, :]
    chances = normal_cdf(gap / np.sqrt(given.apart + np.eye(given.quality.shape[1])))
    expected = weight @ effects
    first_language = k + (d.favour is not None)
    return Posterior(
        score=TYPICAL_SCORE + weight @ given.score,
        low=TYPICAL_SCORE + low,
        high=TYPICAL_SCORE + high,
        beats=np.tensordot(weight, chances, axes=1),
        level=TYPICAL_SCORE + expected[:k],
        scale=weight @ settings.scale,
        noise=np.sqrt(weight @ settings.variance),
        favour=0.0 if d.favour is None else float(expected[d.favour]),
        language=expected[first_language:].reshape(k, -1),
        quality=weight @ given.quality,
    )


def _qualities(
    parts: Conditional, effects: Floats, covariance: Floats, scale: Floats
) -> _Qualities:
    """Work out qualities, their differences, and scores as an average seat would give them."""
    import numpy as np

    precision = parts.precision
    quality = (parts.evidence - (parts.coupling @ effects[:, :, None])[:, :, 0]) / precision
    slope = -parts.coupling / precision[:, :, None]
    shared = slope @ covariance @ slope.transpose(0, 2, 1)
    own = np.diagonal(shared, axis1=1, axis2=2) + 1 / precision
    apart = own[:, :, None] + own[:, None, :] - 2 * shared
    n = quality.shape[1]
    apart[:, np.arange(n), np.arange(n)] = 0.0
    k = scale.shape[1]
    stretch = scale.mean(axis=1)
    levels = np.zeros(effects.shape[1])
    levels[:k] = 1 / k
    lean = levels + stretch[:, None, None] * slope
    return _Qualities(
        quality=quality,
        apart=apart,
        score=(effects @ levels)[:, None] + stretch[:, None] * quality,
        score_variance=((lean @ covariance) * lean).sum(axis=2) + stretch[:, None] ** 2 / precision,
    )


def _quantile(weight: Floats, mean: Floats, variance: Floats, chance: float) -> Floats:
    """Return a quantile of each column of a weighted mixture of normals; (n,)."""
    import numpy as np

    deviation = np.sqrt(variance)
    reach = 10 * deviation.max()
    low = np.full(mean.shape[1], mean.min() - reach)
    high = np.full(mean.shape[1], mean.max() + reach)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        below = weight @ normal_cdf((middle - mean) / deviation) < chance
        low = np.where(below, middle, low)
        high = np.where(below, high, middle)
    return (low + high) / 2


def normal_cdf(z: Floats) -> Floats:
    """Return the standard normal distribution function, with an error below 1.5e-7.

    Abramowitz and Stegun 1964, 7.1.26; numpy has no error function. Exactly .5 at 0, and what it
    gives for z and -z sums to 1.
    """
    import numpy as np

    x = np.abs(z) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * x)
    series = 1.061405429
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = series * t + coefficient
    tail = series * t * np.exp(-(x**2)) / 2
    chance: Floats = np.where(z > 0, 1 - tail, np.where(z < 0, tail, 0.5))
    return chance
