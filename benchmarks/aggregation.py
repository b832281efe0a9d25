"""How well the ranking finds the true order, in simulated panels: against the plain mean.

``python -m benchmarks.aggregation [worlds]`` prints the table for four sizes of duel.

A world has n texts of quality q ~ N(0, 1), half of them by AI writers of five families, and k
judges of five families. Judge j gives text i the score 6.8 + b_j + a_j * q_i + favour (own family)
+ noise, rounded and cut to 1-10; from three judges on, the first tells nothing (a_j = 0).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumas_core.judging.aggregation import rank

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SIZES = ((4, 3), (4, 5), (10, 3), (10, 5))
MIDDLE = 6.8
FAMILIES = 5
BAD_JUDGE_NOISE = 1.2
BAD_JUDGE_FROM = 3
SURE = 0.9


@dataclass(frozen=True, slots=True)
class World:
    """What simulated judges are like; points of the 1-10 scale, but ``missing``, a share."""

    leniency_sd: float = 0.8
    scale: float = 1.0
    log_scale_sd: float = 0.35
    noise: tuple[float, float] = (0.6, 1.2)
    favour: float = 1.0
    missing: float = 0.1
    bad_judge: bool = True


STANDARD = World()


@dataclass(frozen=True, slots=True)
class Panel:
    """One simulated duel: true qualities (n,), scores (n, k; NaN if missing), own family."""

    quality: Floats
    scores: Floats
    own_family: Flags

    def rows(self) -> list[list[float | None]]:
        """Return the scores as ``rank`` takes them."""
        return [[None if np.isnan(score) else float(score) for score in row] for row in self.scores]


def panel(n: int, k: int, rng: np.random.Generator, world: World = STANDARD) -> Panel:
    """Simulate a duel of n texts before k judges."""
    quality = rng.normal(size=n)
    family = np.full(n, -1)
    machines = rng.permutation(n)[: n // 2]
    family[machines] = rng.integers(0, FAMILIES, len(machines))
    own_family = family[:, None] == rng.integers(0, FAMILIES, k)
    leniency = rng.normal(0, world.leniency_sd, k)
    scale = world.scale * np.exp(rng.normal(0, world.log_scale_sd, k))
    noise = rng.uniform(*world.noise, k)
    if world.bad_judge and k >= BAD_JUDGE_FROM:
        scale[0], noise[0] = 0.0, BAD_JUDGE_NOISE
    scores = MIDDLE + leniency + scale * quality[:, None] + world.favour * own_family
    scores = np.clip(np.round(scores + noise * rng.normal(size=(n, k))), 1, 10)
    scores[rng.random((n, k)) < world.missing] = np.nan
    return Panel(quality, scores, own_family)


def kendall_tau(quality: Floats, score: Floats) -> float:
    """Return Kendall's tau-a; a tie in the score counts 0."""
    one, other = np.triu_indices(len(quality), 1)
    agreement = np.sign(quality[one] - quality[other]) * np.sign(score[one] - score[other])
    return float(agreement.mean())


def percentiles(score: Floats) -> Floats:
    """Return the share of the others that each is ahead of, in per cent; a tie counts half."""
    ahead = (score[:, None] > score).sum(axis=1)
    level = (score[:, None] == score).sum(axis=1) - 1
    return np.asarray((ahead + level / 2) * 100 / (len(score) - 1))


def plain_means(scores: Floats) -> Floats:
    """Return each text's mean; a text without any score stands at the panel's."""
    seen = np.isfinite(scores)
    total = np.where(seen, scores, 0.0).sum(axis=1)
    counts = seen.sum(axis=1)
    return np.asarray(np.where(counts > 0, total / np.maximum(counts, 1), np.nanmean(scores)))


def simulate(n: int, k: int, worlds: int, seed: int, world: World = STANDARD) -> dict[str, float]:
    """Rank many simulated duels.

    Returns:
        ``tau_mean`` and ``tau_ours``: Kendall's tau against the true order, of the plain mean and
        of ours. ``sure_right``: how often the better text was truly better where ours gave it a
        chance of .9 or more; ``sure_share``: the share of pairs of which it said so. ``lift_mean``
        and ``lift_ours``: by how many percentile points texts with a judge of their own family
        stand too high.
    """
    rng = np.random.default_rng(seed)
    tau_mean: list[float] = []
    tau_ours: list[float] = []
    lift_mean: list[float] = []
    lift_ours: list[float] = []
    right: list[bool] = []
    pairs = 0
    for _ in range(worlds):
        duel = panel(n, k, rng, world)
        ranking = rank(duel.rows(), duel.own_family.tolist())
        means = plain_means(duel.scores)
        ours = np.full(n, np.nanmean(duel.scores))
        for standing in ranking.standings:
            ours[standing.entry] = standing.score
        tau_mean.append(kendall_tau(duel.quality, means))
        tau_ours.append(kendall_tau(duel.quality, ours))
        favoured = duel.own_family.any(axis=1)
        truth = percentiles(duel.quality)
        lift_mean.extend((percentiles(means) - truth)[favoured])
        lift_ours.extend((percentiles(ours) - truth)[favoured])
        better, worse = np.nonzero(np.array(ranking.beats) >= SURE)
        right.extend(duel.quality[better] > duel.quality[worse])
        pairs += n * (n - 1) // 2
    return {
        "tau_mean": float(np.mean(tau_mean)),
        "tau_ours": float(np.mean(tau_ours)),
        "sure_right": float(np.mean(right)),
        "sure_share": len(right) / pairs,
        "lift_mean": float(np.mean(lift_mean)),
        "lift_ours": float(np.mean(lift_ours)),
    }


def main() -> None:
    """Print the figures for four sizes of duel."""
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    for n, k in SIZES:
        figures = simulate(n, k, worlds, seed=1)
        print(f"n{n} k{k}", *(f"{name} {value:.3f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
