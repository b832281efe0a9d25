"""Which model a table of scores calls for, and what it says of texts and seats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumas_core.judging.aggregation.additive import additive_settings
from plumas_core.judging.aggregation.effects import design
from plumas_core.judging.aggregation.facet import facet_settings
from plumas_core.judging.aggregation.posterior import Posterior, summarise
from plumas_core.judging.aggregation.ranking import Model
from plumas_core.judging.aggregation.scores import ScoreTable, canonical_order

if TYPE_CHECKING:
    import numpy as np

FACET_ENTRIES = 6
FACET_SEATS = 3
"""From so many entries and seats the facet model is used, below it the additive one: with less,
simulated rankings gain nothing from judging the judges."""

FIXED_SEED = 20_250_101
"""Seeds the facet model's draws where no generator is given."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model; ``entries`` and ``seats`` say which rows and columns its arrays stand for."""

    model: Model
    entries: tuple[int, ...]
    seats: tuple[int, ...]
    languages: tuple[str, ...]
    posterior: Posterior


def fit(table: ScoreTable, rng: np.random.Generator | None) -> Fit:
    """Fit the model that the size of a table calls for to what was read, in canonical order.

    The table holds at least one score.
    """
    import numpy as np

    read_entries, read_seats = table.read_entries(), table.read_seats()
    read = table.taken(read_entries, read_seats)
    entry_order, seat_order = canonical_order(read)
    d = design(read.taken(entry_order, seat_order))
    model: Model
    if len(read_entries) >= FACET_ENTRIES and len(read_seats) >= FACET_SEATS:
        model = "facet"
        settings = facet_settings(d, np.random.default_rng(FIXED_SEED) if rng is None else rng)
    else:
        model = "additive"
        settings = additive_settings(d)
    return Fit(
        model=model,
        entries=tuple(read_entries[e] for e in entry_order),
        seats=tuple(read_seats[s] for s in seat_order),
        languages=d.languages,
        posterior=summarise(d, settings),
    )
