"""The facet model, for larger duels: judges differ in leniency, scale and noise.

A many-facet model (Linacre 1989) on the 1-10 scale, fitted by Gibbs sampling with many chains side
by side. Each sweep draws, in turn: the effects with the qualities integrated out, the spread of
the qualities likewise, the qualities, each seat's scale (Metropolis steps on its logarithm), each
seat's noise, and the noise level that the panel shares. Only the drawn scales, noises and spreads
are kept: for each, qualities and effects follow exactly (Rao-Blackwell), so few draws suffice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumas_core.judging.aggregation.effects import (
    NOISE_DOF,
    Conditional,
    Design,
    Floats,
    Settings,
    conditional,
    noise_grid,
    spread_grid,
)

if TYPE_CHECKING:
    import numpy as np

CHAINS = 40
WARM_UP = 50
SWEEPS = 150
KEEP_EVERY = 5
"""With these, another seed moves a chance by less than .006 (standard deviation) and a score by
less than .015 points, for 6 to 20 entries."""

MOST_CHANCES = 5_000_000
"""Draws times pairs of entries: of very large duels fewer draws are kept, evenly."""

SCALE_STEPS = 2
SCALE_STEP_SD = 0.35
"""Metropolis steps per sweep on the logarithm of a scale, and their length: about half of them
are accepted on panels of 3 to 9."""


def facet_settings(d: Design, rng: np.random.Generator) -> Settings:
    """Draw settings of scale, noise and spread from their posterior, all of equal weight."""
    import numpy as np

    k, n = d.seen.shape
    sampler = _Sampler(d, rng, spread_grid(), noise_grid())
    state = _State(
        scale=np.tile(np.exp(d.log_scale), (CHAINS, 1)),
        variance=np.ones((CHAINS, k)),
        spread2=np.ones(CHAINS),
        shared=np.ones(CHAINS),
    )
    kept: list[_State] = []
    for sweep in range(WARM_UP + SWEEPS):
        state = sampler.sweep(state)
        if sweep >= WARM_UP and sweep % KEEP_EVERY == 0:
            kept.append(state)
    draws = CHAINS * len(kept)
    thin = slice(None, None, max(1, draws * n**2 // MOST_CHANCES))
    spread2 = np.concatenate([s.spread2 for s in kept])[thin]
    return Settings(
        weight=np.full(len(spread2), 1 / len(spread2)),
        scale=np.concatenate([s.scale for s in kept])[thin],
        variance=np.concatenate([s.variance for s in kept])[thin],
        spread2=spread2,
    )


@dataclass(frozen=True, slots=True)
class _State:
    """Where every chain stands: (chains, k), (chains, k), (chains,), (chains,).

    ``shared`` is the variance of noise about which the seats' own variances lie.
    """

    scale: Floats
    variance: Floats
    spread2: Floats
    shared: Floats


@dataclass(frozen=True, slots=True)
class _Sampler:
    """Draws each unknown given the others, all chains at once.

    ``spreads`` and ``noises`` are grids of variances with the logarithms of their prior weights.
    """

    d: Design
    rng: np.random.Generator
    spreads: tuple[Floats, Floats]
    noises: tuple[Floats, Floats]

    def sweep(self, state: _State) -> _State:
        """Draw every unknown once."""
        import numpy as np

        d = self.d
        k, n, p = d.columns.shape
        parts = conditional(d, state.scale, state.variance, state.spread2)
        effects = self._effects(parts)
        pull = parts.evidence - (parts.coupling @ effects[:, :, None])[:, :, 0]
        information = parts.precision - 1 / state.spread2[:, None]
        spread2 = self._spread2(pull, information)
        precision = information + 1 / spread2[:, None]
        quality = pull / precision + self.rng.normal(size=(CHAINS, n)) / np.sqrt(precision)

        explained = (effects @ d.columns.reshape(k * n, p).T).reshape(CHAINS, k, n)
        rest = d.given - explained  # both are 0 where nothing was seen
        along = (rest @ quality[:, :, None])[:, :, 0]
        length2 = quality**2 @ d.seen.T
        scale = self._scale(state, along, length2)
        squares = ((rest - scale[:, :, None] * quality[:, None, :] * d.seen) ** 2).sum(axis=2)
        variance = self._variance(state.shared, squares)
        return _State(scale, variance, spread2, self._shared(variance))

    def _effects(self, parts: Conditional) -> Floats:
        """Draw the effects, qualities integrated out; (chains, p)."""
        import numpy as np

        root = np.linalg.cholesky(parts.effect_precision)
        whitened = np.linalg.solve(root, parts.effect_evidence[:, :, None])
        whitened += self.rng.normal(size=whitened.shape)
        effects: Floats = np.linalg.solve(root.transpose(0, 2, 1), whitened)[:, :, 0]
        return effects

    def _spread2(self, pull: Floats, information: Floats) -> Floats:
        """Draw the qualities' variance, given the effects, qualities integrated out; (chains,)."""
        import numpy as np

        variances, log_prior = self.spreads
        candidates = variances[None, :, None]
        inflation = 1 + candidates * information[:, None, :]
        explained = candidates * pull[:, None, :] ** 2 / inflation
        log_weight = log_prior + (explained - np.log(inflation)).sum(axis=2) / 2
        return self._one_of(variances, log_weight)

    def _scale(self, state: _State, along: Floats, length2: Floats) -> Floats:
        """Draw each seat's scale by Metropolis steps on its logarithm; (chains, k)."""
        import numpy as np

        d, scale = self.d, state.scale
        for _ in range(SCALE_STEPS):
            proposed = scale * np.exp(SCALE_STEP_SD * self.rng.normal(size=scale.shape))
            likelihood = (
                2 * (proposed - scale) * along - (proposed**2 - scale**2) * length2
            ) / state.variance
            away = ((np.log(scale) - d.log_scale) / d.log_scale_sd) ** 2
            proposed_away = ((np.log(proposed) - d.log_scale) / d.log_scale_sd) ** 2
            gain = (likelihood + away - proposed_away) / 2
            scale = np.where(np.log(self.rng.random(scale.shape)) < gain, proposed, scale)
        return scale

    def _variance(self, shared: Floats, squares: Floats) -> Floats:
        """Draw each seat's noise: scaled inverse chi-squared about the shared one; (chains, k)."""
        d = self.d
        freedom = NOISE_DOF + d.past_readings + d.seen.sum(axis=1)
        spent = NOISE_DOF * shared[:, None] + d.past_squares + squares
        return spent / self.rng.chisquare(freedom, squares.shape)

    def _shared(self, variance: Floats) -> Floats:
        """Draw the shared noise, given the seats'; (chains,)."""
        import numpy as np

        variances, log_prior = self.noises
        k = variance.shape[1]
        precisions = (1 / variance).sum(axis=1)
        log_weight = log_prior + NOISE_DOF / 2 * (
            k * np.log(variances) - variances * precisions[:, None]
        )
        return self._one_of(variances, log_weight)

    def _one_of(self, values: Floats, log_weight: Floats) -> Floats:
        """Draw one of the values for each chain, by weights (chains, values)."""
        import numpy as np

        weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True)).cumsum(axis=1)
        threshold = self.rng.random((len(weight), 1)) * weight[:, -1:]
        drawn: Floats = values[(weight < threshold).sum(axis=1)]
        return drawn
