"""From a panel's scores to a ranking that says how sure it is."""

from plumas_core.judging.aggregation.aggregate import rank
from plumas_core.judging.aggregation.places import CLEARLY_BETTER
from plumas_core.judging.aggregation.ranking import (
    JudgeFit,
    Model,
    PanelPrior,
    Ranking,
    Reading,
    SeatPrior,
    Standing,
)

__all__ = [
    "CLEARLY_BETTER",
    "JudgeFit",
    "Model",
    "PanelPrior",
    "Ranking",
    "Reading",
    "SeatPrior",
    "Standing",
    "rank",
]
