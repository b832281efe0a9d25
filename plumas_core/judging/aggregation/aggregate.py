"""From a panel's scores to a ranking that says how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from plumas_core.judging.aggregation.fit import fit
from plumas_core.judging.aggregation.ranking import JudgeFit, PanelPrior, Ranking
from plumas_core.judging.aggregation.scores import ScoreTable, score_table
from plumas_core.judging.aggregation.standings import account, chances, judges, standings

if TYPE_CHECKING:
    import numpy as np

EXCLUSION_SEATS = 3
STRONG_FAVOUR = 1.25
"""Up to so many seats, and from an estimated favour of so many points, own-family scores are left
out: one seat is then too large a share of the panel to be put right by an estimate."""

TYPICAL_JUDGE = JudgeFit(
    leniency=0.0, scale=1.0, noise=1.0, own_family_favour=0.0, languages=(), texts=0
)
"""What is said of a seat where nobody read anything."""


def rank(
    scores: Sequence[Sequence[float | None]],
    own_family: Sequence[Sequence[bool]],
    prior: PanelPrior | None = None,
    rng: np.random.Generator | None = None,
    *,
    languages: Sequence[str] | None = None,
) -> Ranking:
    """Rank n entries by what k seats of a panel gave them.

    Each seat's leniency, the favour for its own model family and (where there are several) its
    term for a language are estimated together with the entries' quality and taken out; from
    ``FACET_ENTRIES`` and ``FACET_SEATS`` on, its scale and noise too, so that a seat that tells
    little counts for less. A missing score is missing: it is never filled in. Own-family scores
    are left out, instead of being corrected, where at most ``EXCLUSION_SEATS`` seats show a favour
    of ``STRONG_FAVOUR`` points; an entry with no others keeps them.

    The order in which entries and seats come makes no difference. Nor does a better mark cost its
    entry its rank: raising a score does not put the entry behind one that it was ahead of, unless
    it is the own-family score that tips the panel into exclusion. (Exact for complete scores in
    the additive model; elsewhere without an exception in simulation: 37,000 panels of the additive
    model, 300 of the facet model.) What a mark can change is how sure the panel is, and with that
    who shares a place: a better mark may split a shared place above the entry, and its place's
    number then grows though nobody passed it (3 in 1,000 such marks in small duels, 3 in 100 in
    larger ones).

    Args:
        scores: n rows of k: the mean over the rubric's criteria, 1 to 10; ``None`` if missing.
        own_family: The same shape: the judge's model is of the family that wrote the text.
        prior: What past duels say of the seats.
        rng: Draws the facet model's samples. Without one, a fixed seed does: the same scores
            always give the same ranking. The additive model is exact and draws nothing.
        languages: One name for each entry; they matter if there is more than one.

    Returns:
        The ranking; without standings if there is no score at all.

    Raises:
        ValueError: Shapes differ, or a score is not a finite number from 1 to 10.
    """
    table = score_table(scores, own_family, prior, languages)
    read = table.read_entries()
    if not read:
        return _nothing_read(table)
    counted, fitted = table, fit(table, rng)
    favour = fitted.posterior.favour
    excluded = len(fitted.seats) <= EXCLUSION_SEATS and favour >= STRONG_FAVOUR
    if excluded:
        counted = table.without_own_family()
        fitted = fit(counted, rng)
    told = account(table, counted, fitted, favour)
    return Ranking(
        standings=standings(told),
        beats=chances(told),
        judges=judges(told),
        model=fitted.model,
        left_out=tuple(sorted(set(range(len(table.scores))) - set(read))),
        own_family_excluded=excluded,
    )


def _nothing_read(table: ScoreTable) -> Ranking:
    """Return the ranking of entries that nobody scored: none has a place."""
    size = len(table.scores)
    return Ranking(
        standings=(),
        beats=((0.0,) * size,) * size,
        judges=(TYPICAL_JUDGE,) * len(table.seats),
        model="additive",
        left_out=tuple(range(size)),
        own_family_excluded=False,
    )
