"""Places in an order of merit, shared where the evidence is thin."""

from __future__ import annotations

from collections.abc import Sequence

CLEARLY_BETTER = 0.8
"""Chance from which one entry is placed before another; below it they share a place (design,
section 5). In simulated panels such calls are right about nine times in ten."""


def places(order: Sequence[int], beats: Sequence[Sequence[float]]) -> tuple[int, ...]:
    """Give each entry of an order of merit its place.

    Chains of ties are cut by comparing with the leader, not with the neighbour: going down the
    order, an entry shares the place of the group above it as long as that group's first entry is
    not clearly better than it; the first that is clearly behind opens the next group, and is the
    one that those after it are compared with. So places never fall along the order, a place is 1
    plus the number of entries in better groups ("1, 1, 3"), and nobody shares a place with someone
    who is clearly better. (Neighbours alone would chain a whole field of thirty into one tie.)

    Args:
        order: Entry indexes, best first.
        beats: ``beats[i][j]``, the chance that entry i is better than entry j.

    Returns:
        The place of each entry, in the order given.
    """
    result: list[int] = []
    leader_at = 0
    for position, entry in enumerate(order):
        if beats[order[leader_at]][entry] >= CLEARLY_BETTER:
            leader_at = position
        result.append(leader_at + 1)
    return tuple(result)
