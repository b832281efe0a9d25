"""How rankings do in simulated panels whose true order is known."""

from __future__ import annotations

import pytest

from benchmarks.aggregation import World, simulate


@pytest.fixture(scope="module")
def larger_duels() -> dict[str, float]:
    return simulate(10, 5, worlds=30, seed=11)


@pytest.fixture(scope="module")
def small_duels() -> dict[str, float]:
    return simulate(4, 5, worlds=150, seed=11)


def test_a_useless_judge_harms_the_ranking_less_than_the_mean(
    larger_duels: dict[str, float],
) -> None:
    assert larger_duels["tau_ours"] > larger_duels["tau_mean"] + 0.02


def test_small_duels_are_ranked_no_worse_than_by_the_mean(small_duels: dict[str, float]) -> None:
    assert small_duels["tau_ours"] > small_duels["tau_mean"]


def test_sure_calls_are_right_nine_times_in_ten(
    larger_duels: dict[str, float], small_duels: dict[str, float]
) -> None:
    for figures in (larger_duels, small_duels):
        assert figures["sure_share"] > 0.2
        assert figures["sure_right"] >= 0.9


def test_the_lift_of_the_own_family_is_halved(
    larger_duels: dict[str, float], small_duels: dict[str, float]
) -> None:
    for figures in (larger_duels, small_duels):
        assert abs(figures["lift_ours"]) < figures["lift_mean"] / 2


def test_judges_who_know_nothing_prove_nothing() -> None:
    nothing = World(log_scale_sd=0.0, scale=0.0, favour=0.0)

    assert simulate(10, 5, worlds=10, seed=3, world=nothing)["sure_share"] < 0.08


def test_missing_scores_of_unequal_judges_harm_less_than_in_the_mean() -> None:
    uneven = World(leniency_sd=1.5, missing=0.25, bad_judge=False)
    figures = simulate(5, 5, worlds=150, seed=3, world=uneven)

    assert figures["tau_ours"] > figures["tau_mean"] + 0.03
