"""What a ranking finds of its judges, and tells of every reading."""

from __future__ import annotations

import numpy as np
import pytest

from plumas_core.judging.aggregation import PanelPrior, Ranking, SeatPrior, rank

Scores = list[list[float | None]]


def strangers(scores: Scores) -> list[list[bool]]:
    return [[False] * len(row) for row in scores]


def score_of(ranking: Ranking, entry: int) -> float:
    return next(s.score for s in ranking.standings if s.entry == entry)


def test_a_lenient_judges_absence_does_not_cost_a_text_its_place() -> None:
    scores: Scores = [[9, 6, 6], [9, 6, 6.1], [None, 6.5, 6.5], [8, 5, 5]]
    ranking = rank(scores, strangers(scores))

    by_entry = {standing.entry: standing for standing in ranking.standings}
    assert by_entry[2].mean < by_entry[1].mean
    assert ranking.standings[0].entry == 2
    assert ranking.judges[0].leniency > 1
    assert sum(judge.leniency for judge in ranking.judges) == pytest.approx(0, abs=1e-9)


def contrarian(entries: int, seed: int) -> Scores:
    """Return the scores of three judges who agree and a fourth who gives random marks."""
    rng = np.random.default_rng(seed)
    quality = rng.normal(size=entries)
    scores = np.column_stack(
        [
            *(6.5 + quality + 0.4 * rng.normal(size=entries) for _ in range(3)),
            rng.uniform(4, 9, entries),
        ]
    )
    return [[float(mark) for mark in row] for row in scores.clip(1, 10)]


def test_a_judge_who_tells_nothing_is_found_out_and_counts_for_less() -> None:
    scores = contrarian(12, seed=1)
    ranking = rank(scores, strangers(scores))

    *steady, bad = ranking.judges
    assert bad.noise > 1.4 * max(judge.noise for judge in steady)
    for standing in ranking.standings:
        weights = [reading.weight for reading in standing.readings if reading is not None]
        assert sum(weights) == pytest.approx(1)
        assert weights[3] < min(weights[:3]) / 2


def test_a_compressed_scale_is_found() -> None:
    quality = np.linspace(-2, 2, 10)
    rng = np.random.default_rng(4)
    columns = [6 + stretch * quality + 0.2 * rng.normal(size=10) for stretch in (0.5, 1.2, 1.2)]
    scores: Scores = [[float(mark) for mark in row] for row in np.column_stack(columns)]

    narrow, *wide = rank(scores, strangers(scores)).judges

    assert narrow.scale < 0.7 * min(judge.scale for judge in wide)


def test_favour_for_the_own_family_is_taken_out() -> None:
    scores: Scores = [
        [8.5, 7, 7, 7, 7],
        [7, 8.5, 7, 7, 7],
        [7.2, 7.2, 7.2, 7.2, 7.2],
        [5, 5, 6.5, 5, 5],
    ]
    own = [[seat == j for j in range(5)] for seat in (0, 1, 9, 2)]
    ranking = rank(scores, own)

    assert ranking.standings[0].entry == 2
    assert ranking.standings[0].mean < min(s.mean for s in ranking.standings[1:3])
    assert [judge.own_family_favour > 1 for judge in ranking.judges] == [True] * 3 + [False] * 2
    assert ranking.judges[4].own_family_favour == 0
    assert not ranking.own_family_excluded


def test_three_judges_with_a_strong_favour_lose_their_say_on_their_own_family() -> None:
    scores: Scores = [[10, 6, 6], [6, 10, 6], [6.5, 6.5, 6.5], [6, 6, 10], [5, 5, 5]]
    own = [[i == j for j in range(3)] for i in (0, 1, 9, 2, 9)]
    ranking = rank(scores, own)

    assert ranking.own_family_excluded
    assert ranking.standings[0].entry == 2
    assert ranking.judges[0].own_family_favour > 1.25
    assert ranking.judges[0].texts == 4
    first = next(s for s in ranking.standings if s.entry == 0).readings[0]
    assert first is not None
    assert (first.own_family, first.counted, first.weight) == (True, False, 0)


def test_a_text_that_only_its_own_family_read_keeps_those_scores() -> None:
    scores: Scores = [[10, 6, 6], [6, 10, 6], [6.5, 6.5, 6.5], [6, 6, 10], [9, None, None]]
    own = [[i == j for j in range(3)] for i in (0, 1, 9, 2, 0)]
    ranking = rank(scores, own)

    assert ranking.own_family_excluded
    last = next(s for s in ranking.standings if s.entry == 4).readings[0]
    assert last is not None
    assert (last.counted, last.weight) == (True, 1)
    assert score_of(ranking, 4) < 9


def test_a_judge_who_marks_one_language_down_is_found() -> None:
    quality = [1.0, 0.5, 0.0, -0.5, 1.2, 0.6, 0.1, -0.4]
    spoken = ["en"] * 4 + ["es"] * 4
    scores: Scores = [
        [7 + q, 7 + q, 7 + q - (1.5 if language == "es" else 0)]
        for q, language in zip(quality, spoken, strict=True)
    ]

    *even, harsh = rank(scores, strangers(scores), languages=spoken).judges

    terms = dict(harsh.languages)
    assert terms["es"] < terms["en"] - 0.8
    for judge in even:
        assert abs(judge.languages[0][1] - judge.languages[1][1]) < 0.5


def test_texts_in_two_languages_are_compared_less_surely_than_texts_in_one() -> None:
    scores: Scores = [[8, 8, 8], [7, 7, 7], [7, 7, 7], [6, 6, 6]]
    ranking = rank(scores, strangers(scores), languages=["es", "es", "en", "en"])
    plain = rank(scores, strangers(scores))

    assert ranking.beats[0][1] > ranking.beats[0][2] + 0.01
    assert plain.beats[0][1] == pytest.approx(plain.beats[0][2])


def test_one_language_is_no_term() -> None:
    scores: Scores = [[5, 6, 7], [6, 7, 7], [9, 8, 8]]

    assert rank(scores, strangers(scores), languages=["es"] * 3) == rank(scores, strangers(scores))


@pytest.mark.parametrize("entries", [4, 8])
def test_past_duels_give_a_judge_more_or_less_weight(entries: int) -> None:
    scores: Scores = [[8, 5, 6.5], [5, 8, 6.5]]
    scores += [[6, 6, 6] for _ in range(entries - 2)]
    good, bad = SeatPrior(0, 0, 0.5, 60), SeatPrior(0, 0, 2.0, 60)
    typical = SeatPrior(0, 0, 1.0, 60)

    first = rank(scores, strangers(scores), PanelPrior((good, bad, typical)))
    second = rank(scores, strangers(scores), PanelPrior((bad, good, typical)))

    assert first.beats[0][1] > 0.8
    assert second.beats[1][0] == pytest.approx(first.beats[0][1], abs=1e-6)


def test_a_prior_of_no_readings_says_nothing() -> None:
    scores: Scores = [[8, 5, 6], [5, 8, 7], [6, 6, 4]]
    empty = PanelPrior((SeatPrior(3, 1, 9, 0), SeatPrior(-3, -1, 0.1, 0), SeatPrior(0, 0, 1, 0)))

    plain, told = rank(scores, strangers(scores)), rank(scores, strangers(scores), empty)

    assert np.allclose(plain.beats, told.beats)
    assert score_of(plain, 0) == pytest.approx(score_of(told, 0))


def test_a_leniency_known_from_the_past_is_taken_out_where_the_scores_cannot_show_it() -> None:
    scores: Scores = [[8, None], [None, 7.5]]
    kind = PanelPrior((SeatPrior(1.0, 0, 1, 100), SeatPrior(-1.0, 0, 1, 100)))

    assert rank(scores, strangers(scores)).standings[0].entry == 0
    assert rank(scores, strangers(scores), kind).standings[0].entry == 1


def test_every_reading_is_explained() -> None:
    scores: Scores = [[9, 6, 6], [8, 5, None], [10, 7, 7.5], [6, 3, 3]]
    ranking = rank(scores, strangers(scores))

    generous, *strict = ranking.judges
    assert generous.leniency > 0 > max(judge.leniency for judge in strict)
    for standing in ranking.standings:
        given = [r.given if r else None for r in standing.readings]
        assert given == scores[standing.entry]
        for reading, judge in zip(standing.readings, ranking.judges, strict=True):
            if reading is None:
                continue
            assert reading.counted
            assert not reading.own_family
            assert (reading.fair < reading.given) == (judge.leniency > 0)
            assert reading.surprise == pytest.approx(
                (reading.given - reading.expected) / judge.noise
            )


def test_a_mark_far_from_what_the_panel_says_stands_out() -> None:
    scores: Scores = [[8, 8, 8, 8], [7, 7, 7, 7], [3, 3, 10, 3], [5, 5, 5, 5]]
    ranking = rank(scores, strangers(scores))

    surprises = {
        (s.entry, seat): abs(reading.surprise)
        for s in ranking.standings
        for seat, reading in enumerate(s.readings)
        if reading is not None
    }
    assert max(surprises, key=surprises.__getitem__) == (2, 2)
    assert surprises[2, 2] > 2


@pytest.mark.parametrize(
    ("entries", "seats", "model"),
    [(5, 3, "additive"), (6, 2, "additive"), (6, 3, "facet"), (12, 1, "additive")],
)
def test_judges_are_judged_only_where_there_is_enough_to_go_by(
    entries: int, seats: int, model: str
) -> None:
    scores: Scores = [[5.0 + (i + j) % 4 for j in range(seats)] for i in range(entries)]

    assert rank(scores, strangers(scores)).model == model


def test_entries_nobody_read_do_not_make_a_duel_large() -> None:
    scores: Scores = [[5, 6, 7], [6, 7, 7], [9, 8, 8], [4, 4, 4], [3, 5, 3], [None] * 3]

    assert rank(scores, strangers(scores)).model == "additive"
