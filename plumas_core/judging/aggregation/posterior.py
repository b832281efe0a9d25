"""What the weighted settings of a model say of texts and judges, summed up."""

from __future__ import annotations

from dataclasses import dataclass

from plumas_core.judging.aggregation.effects import (
    TYPICAL_SCORE,
    Design,
    Floats,
    Settings,
    conditional,
)

INTERVAL = (0.05, 0.95)
"""The ends of the 90 % interval of a score."""

BISECTIONS = 26
"""Halvings of the scale from which a quantile is found: far below a thousandth of a point."""

LARGEST_ARRAY = 1_000_000
"""Settings are taken so many at a time that pairs of entries fill no larger array (8 MB)."""


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
class _Part:
    """What a run of settings says: (settings, n) and (settings, p); ``beats`` is (n, n).

    ``beats`` is weighted already: the parts' sum is the whole.
    """

    effects: Floats
    quality: Floats
    score: Floats
    score_variance: Floats
    beats: Floats


def summarise(d: Design, settings: Settings) -> Posterior:
    """Integrate qualities, scores and effects over the settings."""
    import numpy as np

    k, n, _ = d.columns.shape
    weight = settings.weight
    step = max(1, LARGEST_ARRAY // n**2)
    parts = [
        _part(d, settings.between(start, start + step)) for start in range(0, len(weight), step)
    ]
    score = np.concatenate([part.score for part in parts])
    variance = np.concatenate([part.score_variance for part in parts])
    low, high = (_quantile(weight, score, variance, chance) for chance in INTERVAL)
    effects = weight @ np.concatenate([part.effects for part in parts])
    first_language = k + (d.favour is not None)
    return Posterior(
        score=TYPICAL_SCORE + weight @ score,
        low=TYPICAL_SCORE + low,
        high=TYPICAL_SCORE + high,
        beats=np.sum([part.beats for part in parts], axis=0),
        level=TYPICAL_SCORE + effects[:k],
        scale=weight @ settings.scale,
        noise=np.sqrt(weight @ settings.variance),
        favour=0.0 if d.favour is None else float(effects[d.favour]),
        language=effects[first_language:].reshape(k, -1),
        quality=weight @ np.concatenate([part.quality for part in parts]),
    )


def _part(d: Design, settings: Settings) -> _Part:
    """Work out qualities, their differences, and scores as an average seat would give them."""
    import numpy as np

    parts = conditional(d, settings.scale, settings.variance, settings.spread2)
    precision = parts.precision
    covariance = np.linalg.inv(parts.effect_precision)
    effects = (covariance @ parts.effect_evidence[:, :, None])[:, :, 0]
    quality = (parts.evidence - (parts.coupling @ effects[:, :, None])[:, :, 0]) / precision
    slope = -parts.coupling / precision[:, :, None]
    k = len(d.seen)
    levels = np.zeros(effects.shape[1])
    levels[:k] = 1 / k
    stretch = settings.scale.mean(axis=1)
    lean = levels + stretch[:, None, None] * slope
    chances = _chances(quality, precision, slope @ covariance @ slope.transpose(0, 2, 1))
    return _Part(
        effects=effects,
        quality=quality,
        score=(effects @ levels)[:, None] + stretch[:, None] * quality,
        score_variance=((lean @ covariance) * lean).sum(axis=2) + stretch[:, None] ** 2 / precision,
        beats=np.tensordot(settings.weight, chances, axes=1),
    )


def _chances(quality: Floats, precision: Floats, shared: Floats) -> Floats:
    """Return the chance that one quality is above another, by setting; .5 on the diagonal.

    ``shared`` is the qualities' covariance from the effects, on top of their own variances.
    """
    import numpy as np

    variance = np.diagonal(shared, axis1=1, axis2=2) + 1 / precision
    apart = variance[:, :, None] + variance[:, None, :] - 2 * shared
    return normal_cdf((quality[:, :, None] - quality[:, None, :]) / np.sqrt(apart))


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
    quantile: Floats = (low + high) / 2
    return quantile


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
