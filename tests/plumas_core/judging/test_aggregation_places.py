"""Who shares a place with whom."""

from __future__ import annotations

from plumas_core.judging.aggregation import CLEARLY_BETTER
from plumas_core.judging.aggregation.places import places

Chances = list[list[float]]


def chances(size: int, upper: dict[tuple[int, int], float]) -> Chances:
    table = [[0.5] * size for _ in range(size)]
    for (i, j), chance in upper.items():
        table[i][j], table[j][i] = chance, 1 - chance
    return table


def test_two_firsts_are_followed_by_a_third() -> None:
    beats = chances(3, {(0, 1): 0.6, (0, 2): 0.9, (1, 2): 0.85})

    assert places([0, 1, 2], beats) == (1, 1, 3)


def test_a_chain_of_ties_is_cut_where_the_leader_is_clearly_better() -> None:
    beats = chances(4, {(0, 1): 0.7, (1, 2): 0.7, (2, 3): 0.7, (0, 2): 0.85, (0, 3): 0.95})

    assert places([0, 1, 2, 3], beats) == (1, 1, 3, 3)


def test_an_uncertain_entry_is_not_lifted_past_the_one_above_it() -> None:
    beats = chances(3, {(0, 1): 0.82, (0, 2): 0.78, (1, 2): 0.55})

    assert places([0, 1, 2], beats) == (1, 2, 2)


def test_a_place_is_not_shared_from_exactly_the_limit_on() -> None:
    assert places([1, 0], chances(2, {(1, 0): CLEARLY_BETTER})) == (1, 2)
    assert places([1, 0], chances(2, {(1, 0): CLEARLY_BETTER - 1e-9})) == (1, 1)


def test_nobody_is_placed_where_nobody_is() -> None:
    assert places([], []) == ()
