"""What a ranking promises, whatever the scores."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.aggregation import panel
from plumas_core.judging.aggregation import (
    PanelPrior,
    Ranking,
    SeatPrior,
    rank,
)

Scores = list[list[float | None]]
Flags = list[list[bool]]

MARKS = st.one_of(st.none(), st.integers(2, 20).map(lambda half: half / 2))


def strangers(scores: Scores) -> Flags:
    return [[False] * len(row) for row in scores]


def order(ranking: Ranking) -> list[int]:
    return [standing.entry for standing in ranking.standings]


def places(ranking: Ranking) -> dict[int, int]:
    return {standing.entry: standing.place for standing in ranking.standings}


def score_of(ranking: Ranking, entry: int) -> float:
    return next(s.score for s in ranking.standings if s.entry == entry)


@st.composite
def panels(draw: st.DrawFn, most_seats: int = 4, *, own: bool = False) -> tuple[Scores, Flags]:
    """Draw a small panel's scores; with own families only where none can be excluded."""
    seats = draw(st.integers(4 if own else 1, most_seats))
    row = st.lists(MARKS, min_size=seats, max_size=seats)
    scores = draw(st.lists(row, min_size=2, max_size=5))
    flags = st.lists(st.booleans(), min_size=seats, max_size=seats)
    own_family = [draw(flags) if own else [False] * seats for _ in scores]
    return scores, own_family


# What comes out fits together.


@given(panels(own=True))
@settings(max_examples=40, deadline=None)
def test_a_ranking_is_whole_and_fits_together(drawn: tuple[Scores, Flags]) -> None:
    scores, own_family = drawn
    ranking = rank(scores, own_family)

    read = [i for i, row in enumerate(scores) if any(mark is not None for mark in row)]
    assert sorted(order(ranking)) == read
    assert sorted((*order(ranking), *ranking.left_out)) == list(range(len(scores)))
    assert len(ranking.judges) == len(scores[0])
    merits = [standing.score for standing in ranking.standings]
    assert merits == sorted(merits, reverse=True)
    for standing in ranking.standings:
        assert 1 <= standing.low <= standing.score <= standing.high <= 10
    for i in range(len(scores)):
        for j in range(len(scores)):
            both = i != j and i in read and j in read
            assert ranking.beats[i][j] + ranking.beats[j][i] == pytest.approx(1.0 if both else 0.0)


@given(panels())
@settings(max_examples=40, deadline=None)
def test_a_place_is_one_more_than_the_number_of_entries_placed_before(
    drawn: tuple[Scores, Flags],
) -> None:
    ranking = rank(*drawn)

    taken = [standing.place for standing in ranking.standings]
    for standing in ranking.standings:
        assert standing.place == 1 + sum(place < standing.place for place in taken)
        assert standing.shared == (taken.count(standing.place) > 1)


@given(panels())
@settings(max_examples=40, deadline=None)
def test_nobody_shares_a_place_with_the_clearly_better(drawn: tuple[Scores, Flags]) -> None:
    ranking = rank(*drawn)

    leaders: dict[int, int] = {}
    for standing in ranking.standings:
        leader = leaders.setdefault(standing.place, standing.entry)
        if leader != standing.entry:
            assert ranking.beats[leader][standing.entry] < 0.8


# A better mark never hurts.


@given(st.data(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_a_better_mark_never_puts_an_entry_behind_another(data: st.DataObject, own: bool) -> None:
    scores, own_family = data.draw(panels(own=own))
    given_marks = [
        (i, j)
        for i, row in enumerate(scores)
        for j, mark in enumerate(row)
        if mark is not None and mark < 10
    ]
    if not given_marks:
        return
    entry, seat = data.draw(st.sampled_from(given_marks))
    before = rank(scores, own_family)
    raised = [list(row) for row in scores]
    raised[entry][seat] = data.draw(st.integers(int(2 * (scores[entry][seat] or 0)) + 1, 20)) / 2

    after = rank(raised, own_family)

    behind = [e for e in order(before) if score_of(before, e) < score_of(before, entry) - 1e-9]
    for other in behind:
        assert score_of(after, other) < score_of(after, entry) + 1e-9


def test_a_better_mark_never_costs_rank_in_larger_duels_either() -> None:
    rng = np.random.default_rng(5)
    for _ in range(5):
        duel = panel(8, 4, rng)
        before = rank(duel.rows(), duel.own_family.tolist())
        entry = order(before)[4]
        seat = int(np.nanargmin(duel.scores[entry]))
        duel.scores[entry, seat] = min(10, duel.scores[entry, seat] + 3)
        after = rank(duel.rows(), duel.own_family.tolist())
        assert order(after).index(entry) <= order(before).index(entry)


# It does not matter who came first.


def shuffled(ranking: Ranking, entries: list[int], seats: list[int]) -> list[tuple[Any, ...]]:
    """Tell a ranking of shuffled scores by the entries and seats they were before."""
    return sorted(
        (
            entries[s.entry],
            s.place,
            round(s.score, 9),
            round(s.low, 9),
            round(s.high, 9),
            *(round(ranking.judges[seats.index(j)].noise, 9) for j in range(len(seats))),
        )
        for s in ranking.standings
    )


@pytest.mark.parametrize(("n", "k"), [(4, 3), (5, 5), (9, 2), (6, 3), (9, 4)])
def test_the_order_of_entries_and_seats_makes_no_difference(n: int, k: int) -> None:
    rng = np.random.default_rng(n + k)
    duel = panel(n, k, rng)
    rows, own = duel.rows(), duel.own_family.tolist()
    entries, seats = rng.permutation(n).tolist(), rng.permutation(k).tolist()
    moved = [[rows[e][s] for s in seats] for e in entries]
    moved_own = [[own[e][s] for s in seats] for e in entries]
    known = [SeatPrior(0.1 * j, 0.0, 1.0, 5.0) for j in range(k)]
    prior, moved_prior = PanelPrior(tuple(known)), PanelPrior(tuple(known[s] for s in seats))
    spoken = ["es" if e % 2 else "en" for e in range(n)]

    straight = rank(rows, own, prior, languages=spoken)
    other = rank(moved, moved_own, moved_prior, languages=[spoken[e] for e in entries])

    assert shuffled(straight, list(range(n)), list(range(k))) == shuffled(other, entries, seats)


def test_the_same_scores_always_give_the_same_ranking() -> None:
    duel = panel(7, 3, np.random.default_rng(2))

    first, second = (rank(duel.rows(), duel.own_family.tolist()) for _ in range(2))

    assert first.model == "facet"
    assert first == second


def test_another_generator_changes_a_chance_by_little() -> None:
    duel = panel(10, 5, np.random.default_rng(3))
    rows, own = duel.rows(), duel.own_family.tolist()

    chances = np.array([rank(rows, own, None, np.random.default_rng(s)).beats for s in range(4)])

    assert chances.std(axis=0).max() > 0
    assert np.ptp(chances, axis=0).max() < 0.03


def test_equal_rows_share_a_place_at_even_chances() -> None:
    scores: Scores = [[6, 7, 8], [9, 9, 9], [6, 7, 8], [2, 3, 2], [5, 4, 6], [5, 5, 4], [6, 7, 8]]
    ranking = rank(scores, strangers(scores))

    assert ranking.model == "facet"
    assert ranking.beats[0][2] == pytest.approx(0.5)
    assert ranking.beats[2][6] == pytest.approx(0.5)
    assert len({places(ranking)[entry] for entry in (0, 2, 6)}) == 1
    assert score_of(ranking, 0) == pytest.approx(score_of(ranking, 6), abs=1e-9)


# Thin and odd input.


def test_no_entries_give_an_empty_ranking() -> None:
    assert rank([], []) == Ranking((), (), (), "additive", (), own_family_excluded=False)


def test_entries_that_nobody_scored_are_left_out() -> None:
    ranking = rank([[None, None], [7, 8], [None, None]], [[False] * 2] * 3)

    assert ranking.left_out == (0, 2)
    assert order(ranking) == [1]
    assert ranking.beats == ((0, 0, 0), (0, 0, 0), (0, 0, 0))


def test_a_panel_without_any_score_ranks_nobody() -> None:
    ranking = rank([[None], [None]], [[False], [True]])

    assert (ranking.standings, ranking.left_out) == ((), (0, 1))
    assert [(judge.scale, judge.texts) for judge in ranking.judges] == [(1.0, 0)]


def test_entries_before_a_panel_of_no_seats_are_left_out() -> None:
    assert rank([[], []], [[], []]).left_out == (0, 1)


def test_a_single_entry_is_first_alone() -> None:
    (standing,) = rank([[7, 8, 6]], [[False] * 3]).standings

    assert (standing.place, standing.shared, standing.mean) == (1, False, 7.0)
    assert standing.low < standing.score < standing.high


def test_a_single_judge_settles_only_what_is_far_apart() -> None:
    ranking = rank([[9], [8.8], [2]], [[False]] * 3)

    assert places(ranking) == {0: 1, 1: 1, 2: 3}


def test_equal_scores_all_round_share_the_first_place() -> None:
    for n, k in ((4, 3), (8, 4)):
        ranking = rank([[7.0] * k] * n, [[False] * k] * n)
        assert set(places(ranking).values()) == {1}
        assert ranking.beats[0][1] == pytest.approx(0.5)


def test_an_entry_with_one_score_is_drawn_to_the_middle_and_less_sure() -> None:
    scores: Scores = [[9, None, None, None], [9, 9, 9, 9], [5, 5, 5, 5], [6, 6, 6, 6]]
    ranking = rank(scores, strangers(scores))
    by_entry = {standing.entry: standing for standing in ranking.standings}

    assert by_entry[0].score < by_entry[1].score
    assert by_entry[0].high - by_entry[0].low > by_entry[1].high - by_entry[1].low


def test_a_judge_who_gives_everyone_the_same_changes_no_order() -> None:
    scores: Scores = [[9, 8, 7], [3, 2, 7], [6, 6, 7], [8, 7, 7], [5, 5, 7], [2, 3, 7], [7, 7, 7]]
    ranking = rank(scores, strangers(scores))

    assert order(ranking)[:4] == [0, 3, 6, 2]
    assert ranking.judges[2].scale < min(judge.scale for judge in ranking.judges[:2])


def test_a_seat_without_any_score_counts_as_average() -> None:
    scores: Scores = [[9, None], [4, None], [5, None]]
    ranking = rank(scores, strangers(scores))

    assert ranking.judges[1].texts == 0
    assert ranking.judges[1].leniency == pytest.approx(0)
    assert [reading is None for reading in ranking.standings[0].readings] == [False, True]


def test_a_very_large_duel_is_ranked_too() -> None:
    duel = panel(95, 3, np.random.default_rng(1))

    assert len(rank(duel.rows(), duel.own_family.tolist()).standings) > 85


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf, 0.99, 10.01, -3])
def test_a_score_that_is_none_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="from 1 to 10"):
        rank([[5.0], [score]], [[False], [False]])


@pytest.mark.parametrize(
    ("scores", "own_family", "extra", "complaint"),
    [
        ([[5, 5], [5]], [[False] * 2] * 2, {}, "different numbers of seats"),
        ([[5, 5]], [[False]], {}, "another shape"),
        ([[5], [5]], [[False]], {}, "another shape"),
        ([[5]], [[False]], {"languages": ["en", "es"]}, "one language for each"),
        ([[5]], [[False]], {"prior": PanelPrior(())}, "number of seats"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(
    scores: Scores, own_family: Flags, extra: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        rank(scores, own_family, **extra)


@pytest.mark.parametrize(
    "figures", [(math.nan, 0, 1, 1), (0, math.inf, 1, 1), (0, 0, 0, 1), (0, 0, 1, -1)]
)
def test_a_prior_that_no_judge_could_have_is_refused(figures: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="prior"):
        SeatPrior(*figures)


def test_numpy_is_not_loaded_before_the_first_ranking() -> None:
    script = "import sys, plumas_core.judging.aggregation; sys.exit('numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
