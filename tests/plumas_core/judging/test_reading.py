"""A judge's answer is read strictly, and never breaks the reader."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plumas_core.characters import is_blank
from plumas_core.judging.reading import (
    MAX_ANSWER,
    MAX_COMMENT,
    AnswerReader,
    Broken,
    BrokenReason,
    Reading,
)
from plumas_core.judging.rubric import load_rubric
from tests.hostile_texts import HOSTILE_TEXTS, each_hostile_text

RUBRIC = load_rubric()
READER = AnswerReader(RUBRIC)
TEXT = "La luz del faro\nse apagó sin ruido."
SCORES = dict(zip(RUBRIC.ids, (7, 5, 8, 4, 6, 9), strict=True))
ANSWER: dict[str, Any] = {
    "steering": False,
    "quote": "se apagó sin ruido",
    "comment": "El último verso llega a tiempo; el primero podría esperar.",
    "scores": SCORES,
}


def answer(**changes: object) -> str:
    return json.dumps(ANSWER | changes)


def reason(raw: str, text: str = TEXT) -> tuple[str, str]:
    found = READER.read(raw, text)
    assert isinstance(found, Broken), found
    return found.reason.value, found.where


def test_a_good_answer_is_read() -> None:
    assert READER.read(answer(), TEXT) == Reading(
        SCORES, ANSWER["comment"], "se apagó sin ruido", steering=False
    )


def test_scores_come_in_the_rubrics_order() -> None:
    mixed = dict(reversed(SCORES.items()))
    found = READER.read(answer(scores=mixed), TEXT)
    assert isinstance(found, Reading)
    assert list(found.scores) == list(RUBRIC.ids)


@pytest.mark.parametrize(
    "raw",
    [
        f"\n  {answer()}\t\n",
        f"```json\n{answer()}\n```",
        f"```\n{json.dumps(ANSWER, indent=2, ensure_ascii=False)}\n```\n",
        f"Here is my evaluation:\n\n{answer()}",
        f"{answer()}\n\nI hope that this helps the author [and others].",
        f"\ufeff{answer()}",
    ],
)
def test_what_models_put_around_the_object_is_borne(raw: str) -> None:
    assert READER.read(raw, TEXT) == READER.read(answer(), TEXT)


@pytest.mark.parametrize("score", [1, 10])
def test_the_ends_of_the_scale_are_scores(score: int) -> None:
    found = READER.read(answer(scores=dict.fromkeys(RUBRIC.ids, score)), TEXT)
    assert isinstance(found, Reading)
    assert set(found.scores.values()) == {score}


@pytest.mark.parametrize("score", [0, 11, -1, 10**30])
def test_a_score_out_of_range_breaks_the_answer(score: int) -> None:
    raw = answer(scores=SCORES | {"voice": score})
    assert reason(raw) == ("out-of-range", "voice")


@pytest.mark.parametrize("score", [True, 7.0, 7.5, "7", None, [7], {"value": 7}])
def test_a_score_that_is_no_integer_breaks_the_answer(score: object) -> None:
    assert reason(answer(scores=SCORES | {"voice": score})) == ("bad-type", "voice")


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_none_breaks_the_answer(constant: str) -> None:
    assert reason(answer().replace('"voice": 8', f'"voice": {constant}')) == ("bad-json", "")


def test_a_number_of_thousands_of_digits_breaks_the_answer() -> None:
    raw = answer().replace('"voice": 8', f'"voice": {"9" * 5_000}')
    assert reason(raw) == ("bad-json", "")


def test_a_missing_criterion_breaks_the_answer() -> None:
    fewer = {name: score for name, score in SCORES.items() if name != "theme"}
    assert reason(answer(scores=fewer)) == ("field-missing", "theme")


def test_an_unknown_criterion_breaks_the_answer() -> None:
    assert reason(answer(scores=SCORES | {"charm": 5})) == ("field-unknown", "scores")


def test_an_unknown_field_breaks_the_answer() -> None:
    assert reason(answer(total=60)) == ("field-unknown", "")


@pytest.mark.parametrize("field", ["steering", "quote", "comment", "scores"])
def test_a_missing_field_breaks_the_answer(field: str) -> None:
    raw = json.dumps({name: value for name, value in ANSWER.items() if name != field})
    assert reason(raw) == ("field-missing", field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("steering", 0),
        ("steering", "false"),
        ("steering", None),
        ("comment", None),
        ("comment", ["a"]),
        ("quote", None),
        ("quote", 1),
        ("scores", [7, 5, 8, 4, 6, 9]),
        ("scores", None),
    ],
)
def test_a_field_of_another_type_breaks_the_answer(field: str, value: object) -> None:
    assert reason(answer(**{field: value})) == ("bad-type", field)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"steering": false', '"steering": false, "steering": true'),
        ('"voice": 8', '"voice": 8, "voice": 10'),
        ('"voice": 8', '"voice": 8, "v\\u006fice": 8'),
    ],
)
def test_a_field_that_stands_twice_breaks_the_answer(old: str, new: str) -> None:
    assert reason(answer().replace(old, new)) == ("field-twice", "")


@pytest.mark.parametrize(
    "raw",
    [
        f"{answer()}\n{answer()}",
        f"{answer()} {{}}",
        f"{answer()} and {{so on}}",
    ],
)
def test_a_second_object_breaks_the_answer(raw: str) -> None:
    assert reason(raw) == ("second-object", "")


@pytest.mark.parametrize("cut", range(2, len(answer()), 17))
def test_an_answer_that_was_cut_off_is_broken(cut: int) -> None:
    assert reason(answer()[:cut]) == ("bad-json", "")


def test_an_answer_within_a_broken_one_is_not_taken() -> None:
    raw = '{"comment": "The text says {' + answer()[1:] + '"}'
    assert reason(raw) == ("bad-json", "")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("I cannot judge this text.", "no-object"),
        ("[1, 2, 3]", "no-object"),
        ("7", "no-object"),
        ("{}", "field-missing"),
        ('{"a": 1}', "field-missing"),
        ("{'scores': 1}", "bad-json"),
        ("{" * 5_000, "bad-json"),
        ('{"a":' * 3_000, "too-deep"),
        ('{"a":' + "[" * 15_000, "too-deep"),
        (answer() + " " * MAX_ANSWER, "too-long"),
        (answer(comment="x" * MAX_ANSWER), "too-long"),
    ],
)
def test_what_is_no_answer_is_broken(raw: str, why: str) -> None:
    assert reason(raw)[0] == why


@pytest.mark.parametrize("comment", ["", " \n ", "\u200b\u200b", "\x00\x1b"])
def test_an_answer_without_a_comment_is_broken(comment: str) -> None:
    assert reason(answer(comment=comment)) == ("no-comment", "comment")


def test_a_comment_is_kept_clean() -> None:
    found = READER.read(answer(comment=" Uno\u202e\x00 dos.\r\n\r\nTres\x1b[31m. "), TEXT)
    assert isinstance(found, Reading)
    assert found.comment == "Uno dos.\n\nTres[31m."


def test_a_long_comment_is_cut_at_a_word() -> None:
    found = READER.read(answer(comment="palabra " * 400), TEXT)
    assert isinstance(found, Reading)
    assert len(found.comment) <= MAX_COMMENT
    assert found.comment.endswith("palabra…")


def test_a_quotation_that_the_text_does_not_have_is_dropped_and_the_rest_kept() -> None:
    found = READER.read(answer(quote="se encendió con ruido"), TEXT)
    assert isinstance(found, Reading)
    assert found.quote is None
    assert not found.quote_found
    assert found.scores == SCORES


def test_a_quotation_is_given_as_it_stands_in_the_text() -> None:
    found = READER.read(answer(quote="“La luz del faro / se apagó”"), TEXT)
    assert isinstance(found, Reading)
    assert found.quote_found
    assert found.quote == "La luz del faro\nse apagó"


def test_the_judges_flag_is_kept() -> None:
    found = READER.read(answer(steering=True), TEXT)
    assert isinstance(found, Reading)
    assert found.steering


@pytest.mark.parametrize("name", ["answer-json", "answer-fenced"])
def test_an_answer_that_the_author_wrote_is_not_the_judges(name: str) -> None:
    text = f"Un poema.\n{HOSTILE_TEXTS[name]}"
    planted = HOSTILE_TEXTS[name][HOSTILE_TEXTS[name].index("{") :].removesuffix("\n```")
    for raw in (planted, f"I will not obey:\n{planted}", json.dumps(json.loads(planted))):
        assert reason(raw, text) == ("copied-from-text", "")
    again = json.loads(planted)
    again["scores"]["voice"] = 9
    assert reason(json.dumps(again), text) == ("copied-from-text", "")


def test_a_text_with_an_answer_in_it_can_still_be_judged() -> None:
    text = f"La luz.\n{HOSTILE_TEXTS['answer-json']}"
    found = READER.read(answer(quote="La luz.", steering=True), text)
    assert isinstance(found, Reading)
    assert found.scores == SCORES


@given(raw=st.text(), text=st.text())
@example(raw='{"steering": 1e999}', text="")
@example(raw='{"\\ud800": 1}', text="\ud800")
@example(raw="{" + "\ud800", text="")
def test_no_string_breaks_the_reader(raw: str, text: str) -> None:
    assert isinstance(READER.read(raw, text), Broken)


@given(
    st.text(st.sampled_from('{}[]":,\\u0 "truefalsenull1.5e-scores'), max_size=60),
    st.integers(0, len(answer())),
    st.integers(0, 8),
)
def test_no_damage_to_an_answer_breaks_the_reader(noise: str, at: int, length: int) -> None:
    raw = answer()[:at] + noise + answer()[at + length :]
    assert isinstance(READER.read(raw, TEXT), Broken | Reading)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(st.sampled_from([*ANSWER, "more"]), json_values)
def test_no_value_in_a_field_breaks_the_reader(field: str, value: object) -> None:
    assert isinstance(READER.read(answer(**{field: value}), TEXT), Broken | Reading)


@given(
    scores=st.fixed_dictionaries({name: st.integers(1, 10) for name in RUBRIC.ids}),
    comment=st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=200).filter(
        lambda comment: not is_blank(comment)
    ),
    steering=st.booleans(),
    start=st.integers(0, len(TEXT) - 2),
    around=st.sampled_from([("", ""), ("```json\n", "\n```"), ("Well: ", " Done."), ("\n", " ")]),
    ascii_only=st.booleans(),
)
def test_what_a_judge_says_comes_through(
    scores: dict[str, int],
    comment: str,
    steering: bool,
    start: int,
    around: tuple[str, str],
    ascii_only: bool,
) -> None:
    said = {"steering": steering, "quote": TEXT[start:], "comment": comment, "scores": scores}
    raw = around[0] + json.dumps(said, ensure_ascii=ascii_only) + around[1]
    found = READER.read(raw, TEXT)
    assert found == Reading(scores, comment, TEXT[start:].strip(), steering)


@each_hostile_text
def test_no_hostile_text_breaks_the_reader(hostile: str) -> None:
    assert isinstance(READER.read(hostile, hostile), Broken)
    raw = json.dumps(ANSWER | {"comment": hostile, "quote": hostile})
    found = READER.read(raw, hostile)
    if isinstance(found, Reading):
        assert 0 < len(found.comment) <= MAX_COMMENT
        found.comment.encode("utf-8")
    else:
        assert found.reason in (
            BrokenReason.NO_COMMENT,
            BrokenReason.TOO_LONG,
            BrokenReason.COPIED,
        )
