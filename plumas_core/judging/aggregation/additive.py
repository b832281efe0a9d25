"""The additive model, for small duels: judges differ in leniency alone.

All seats have the same scale and the same noise (or, with a prior from past duels, scales and
noises in the proportions known from there). Two unknowns remain, the noise and the spread of the
texts' quality; they are summed over on a grid, so that the result is exact and draws nothing.
"""

from __future__ import annotations

from dataclasses import replace

from plumas_core.judging.aggregation.effects import (
    NOISE_DOF,
    Design,
    Floats,
    Settings,
    conditional,
    noise_grid,
    spread_grid,
)

NEGLIGIBLE = 1e-7
"""Settings with less weight than this are dropped: they cannot move a third decimal."""


def additive_settings(d: Design) -> Settings:
    """Return the grid of noise and spread, each point weighted by how well it explains the scores.

    The weight is the prior times the marginal likelihood, in which qualities and effects are
    integrated out.
    """
    import numpy as np

    noise2, log_noise_prior = noise_grid()
    spread2, log_spread_prior = spread_grid()
    points = len(noise2)
    relative = (NOISE_DOF + d.past_squares) / (NOISE_DOF + d.past_readings)
    settings = Settings(
        weight=np.ones(points * len(spread2)),
        scale=np.tile(np.exp(d.log_scale), (points * len(spread2), 1)),
        variance=np.repeat(noise2, len(spread2))[:, None] * relative,
        spread2=np.tile(spread2, points),
    )
    log_weight = (log_noise_prior[:, None] + log_spread_prior).ravel()
    log_weight += _log_likelihood(d, settings)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    kept = weight > NEGLIGIBLE
    return replace(
        settings,
        weight=weight[kept] / weight[kept].sum(),
        scale=settings.scale[kept],
        variance=settings.variance[kept],
        spread2=settings.spread2[kept],
    )


def _log_likelihood(d: Design, settings: Settings) -> Floats:
    """Return log p(scores | setting) for each setting, less a constant; (S,)."""
    import numpy as np

    parts = conditional(d, settings.scale, settings.variance, settings.spread2)
    weight = 1 / settings.variance
    effects = np.linalg.solve(parts.effect_precision, parts.effect_evidence[:, :, None])[:, :, 0]
    determinants = (
        np.log(settings.variance) @ d.seen.sum(axis=1)
        + np.log(settings.spread2[:, None] * parts.precision).sum(axis=1)
        + np.linalg.slogdet(parts.effect_precision)[1]
    )
    squares = (
        weight @ (d.given**2).sum(axis=1)
        - (parts.evidence**2 / parts.precision).sum(axis=1)
        - (parts.effect_evidence * effects).sum(axis=1)
    )
    likelihood: Floats = -(determinants + squares) / 2
    return likelihood
