"""The facet model, for larger duels: judges differ in leniency, scale and noise.

A many-facet model (Linacre 1989) on the 1-10 scale, fitted by Gibbs sampling with many chains side
by side. Each sweep draws, in turn: the effects with the qualities integrated out, the spread of
the qualities likewise, the qualities, each seat's scale (Metropolis steps on its logarithm), each
seat's noise, and the noise level that the panel shares. Only the drawn scales, noises and spreads
are kept: for each, qualities and effects follow exactly (Rao-Blackwell), so few draws suffice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plumas_core.judging.aggregation.effects import (
    NOISE_DOF,
    PANEL_NOISE_SHAPE,
    Conditional,
    Design,
    Floats,
    Settings,
    conditional,
    spread_grid,
)

if TYPE_CHECKING:
    import numpy as np

CHAINS = 40
WARM_UP = 50
SWEEPS = 150
KEEP_EVERY = 5

SCALE_STEPS = 2
SCALE_STEP_SD = 0.35
"""Metropolis steps per sweep on the logarithm of a scale, and their length: about half of them
are accepted on panels of 3 to 9."""


def facet_settings(d: Design, rng: np.random.Generator) -> Settings:
    """Draw settings of scale, noise and spread from their posterior, all of equal weight."""
    import numpy as np

    k = len(d.seen)
    state = Settings(
        weight=np.full(CHAINS, 1 / CHAINS),
        scale=np.tile(np.exp(d.log_scale), (CHAINS, 1)),
        variance=np.ones((CHAINS, k)),
        spread2=np.ones(CHAINS),
    )
    shared = np.ones(CHAINS)
    kept: list[Settings] = []
    for sweep in range(WARM_UP + SWEEPS):
        state, shared = _sweep(d, state, shared, rng)
        if sweep >= WARM_UP and sweep % KEEP_EVERY == 0:
            kept.append(state)
    return Settings(
        weight=np.concatenate([s.weight for s in kept]) / len(kept),
        scale=np.concatenate([s.scale for s in kept]),
        variance=np.concatenate([s.variance for s in kept]),
        spread2=np.concatenate([s.spread2 for s in kept]),
    )


def _sweep(
    d: Design, state: Settings, shared: Floats, rng: np.random.Generator
) -> tuple[Settings, Floats]:
    """Draw every unknown once, each chain for itself."""
    import numpy as np

    k, n, p = d.columns.shape
    parts = conditional(d, state)
    effects = _draw_effects(parts, rng)
    pull = parts.evidence - (parts.coupling @ effects[:, :, None])[:, :, 0]
    information = parts.precision - 1 / state.spread2[:, None]
    spread2 = _draw_spread2(pull, information, rng)
    precision = information + 1 / spread2[:, None]
    quality = pull / precision + rng.normal(size=(CHAINS, n)) / np.sqrt(precision)

    explained = (effects @ d.columns.reshape(k * n, p).T).reshape(CHAINS, k, n)
    rest = d.given - explained  # both are 0 where nothing was seen
    along = (rest @ quality[:, :, None])[:, :, 0]
    length2 = quality**2 @ d.seen.T
    scale = _draw_scale(d, state, along, length2, rng)
    squares = (rest**2).sum(axis=2) - 2 * scale * along + scale**2 * length2

    freedom = NOISE_DOF + d.past_readings + d.seen.sum(axis=1)
    spent = NOISE_DOF * shared[:, None] + d.past_squares + squares
    variance = spent / rng.chisquare(freedom, (CHAINS, k))
    shape = PANEL_NOISE_SHAPE + k * NOISE_DOF / 2
    rate = PANEL_NOISE_SHAPE + NOISE_DOF / 2 * (1 / variance).sum(axis=1)
    drawn = replace(state, scale=scale, variance=variance, spread2=spread2)
    return drawn, rng.gamma(shape, 1 / rate)


def _draw_effects(parts: Conditional, rng: np.random.Generator) -> Floats:
    """Draw the effects, qualities integrated out; (chains, p)."""
    import numpy as np

    root = np.linalg.cholesky(parts.effect_precision)
    whitened = np.linalg.solve(root, parts.effect_evidence[:, :, None])
    whitened += rng.normal(size=whitened.shape)
    effects: Floats = np.linalg.solve(root.transpose(0, 2, 1), whitened)[:, :, 0]
    return effects


def _draw_spread2(pull: Floats, information: Floats, rng: np.random.Generator) -> Floats:
    """Draw the qualities' variance from its grid, given the effects; (chains,)."""
    import numpy as np

    grid, log_prior = spread_grid()
    candidates = grid[None, :, None]
    inflation = 1 + candidates * information[:, None, :]
    explained = candidates * pull[:, None, :] ** 2 / inflation
    log_weight = log_prior + (explained - np.log(inflation)).sum(axis=2) / 2
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True)).cumsum(axis=1)
    threshold = rng.random((len(pull), 1)) * weight[:, -1:]
    drawn: Floats = grid[(weight < threshold).sum(axis=1)]
    return drawn


def _draw_scale(
    d: Design, state: Settings, along: Floats, length2: Floats, rng: np.random.Generator
) -> Floats:
    """Draw each seat's scale by Metropolis steps on its logarithm; (chains, k)."""
    import numpy as np

    scale = state.scale
    for _ in range(SCALE_STEPS):
        proposed = scale * np.exp(SCALE_STEP_SD * rng.normal(size=scale.shape))
        likelihood = (
            2 * (proposed - scale) * along - (proposed**2 - scale**2) * length2
        ) / state.variance
        away = ((np.log(scale) - d.log_scale) / d.log_scale_sd) ** 2
        proposed_away = ((np.log(proposed) - d.log_scale) / d.log_scale_sd) ** 2
        gain = (likelihood + away - proposed_away) / 2
        scale = np.where(np.log(rng.random(scale.shape)) < gain, proposed, scale)
    return scale
