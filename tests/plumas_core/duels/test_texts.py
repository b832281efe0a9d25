"""What a member's text must be to enter a duel."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumas_core.characters import clean_text
from plumas_core.duels.texts import (
    LONG_WORD,
    MAX_TEXT_BYTES,
    TextProblem,
    TextProblemKind,
    accept_text,
    check_text,
    count_words,
    require_text,
)
from plumas_core.problems import Problem
from tests.hostile_texts import HOSTILE_TEXTS, each_hostile_text


def kind(raw: str, max_words: int = 600) -> str | None:
    found = accept_text(raw, max_words)
    return found.kind.value if isinstance(found, TextProblem) else None


@pytest.mark.parametrize("name", ["empty", "spaces", "line-ends", "joiners-only", "fillers-only"])
def test_a_text_with_nothing_to_see_is_empty(name: str) -> None:
    assert kind(HOSTILE_TEXTS[name]) == "empty"


@pytest.mark.parametrize(
    "name",
    [
        "one-letter",
        "arabic",
        "hebrew",
        "chinese",
        "thai",
        "tibetan",
        "emoji-poem",
        "indented-poem",
        "markdown",
        "html",
        "zalgo-mild",
        "controls",
        "lone-surrogates",
        "ignore-instructions",
    ],
)
def test_what_people_write_is_taken(name: str) -> None:
    assert kind(HOSTILE_TEXTS[name]) is None


def test_a_taken_text_comes_back_clean() -> None:
    assert accept_text("\r\n  La luz\x00 \r\nse va\u202e\n\n", 10) == "  La luz\nse va"


def test_a_text_at_the_limit_is_taken_and_one_word_more_is_not() -> None:
    assert accept_text("uno dos tres", 3) == "uno dos tres"
    assert accept_text("uno dos tres cuatro", 3) == TextProblem(
        TextProblemKind.TOO_MANY_WORDS, limit=3, actual=4
    )


def test_letters_drowned_in_marks_are_refused_with_their_line() -> None:
    raw = "uno\n" + HOSTILE_TEXTS["zalgo"]
    assert accept_text(raw, 600) == TextProblem(TextProblemKind.TOO_MANY_MARKS, limit=8, line=2)


def test_a_text_of_too_many_bytes_is_refused_with_its_size() -> None:
    assert accept_text("é " * 30_000, 10**6) == TextProblem(
        TextProblemKind.TOO_LARGE, limit=MAX_TEXT_BYTES, actual=30_000 * 3 - 1
    )


def test_a_text_beyond_all_measure_is_refused_at_once() -> None:
    begin = time.process_time()
    assert kind("\u0301\u200d" * 5_000_000) == "too-large"
    assert time.process_time() - begin < 1


def test_leaving_out_the_spaces_does_not_get_round_the_limit() -> None:
    assert kind("palabra-" * 1_000, 100) == "too-many-words"


@pytest.mark.parametrize(
    ("raw", "key", "values"),
    [
        (" ", "text-empty", {}),
        ("a b c", "text-too-many-words", {"limit": 2, "actual": 3}),
        ("a" * 70_000, "text-too-large", {"limit": MAX_TEXT_BYTES, "actual": 70_000}),
        ("b" + "\u0316" * 9, "text-too-many-marks", {"limit": 8, "line": 1}),
    ],
)
def test_each_problem_has_its_sentence(raw: str, key: str, values: dict[str, int]) -> None:
    with pytest.raises(Problem) as caught:
        require_text(raw, 2)
    assert (caught.value.key, caught.value.values) == (key, values)


def test_a_good_text_is_required_without_a_problem() -> None:
    assert require_text(" La luz \n", 2) == " La luz"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("uno", 1),
        ("uno dos\n\n\ttres\u00a0cuatro", 4),
        ("—Hola —dijo—. ¿Y tú?", 4),
        ("uno — dos … tres *** cuatro", 4),
        ("rock'n'roll well-known 3,5 12:30", 4),
        ("हिन्दी कविता", 2),
        ("나 보기가 역겨워", 3),
        ("كتبتُ القصيدةَ", 2),
        ("床前明月光，疑是地上霜。", 5),
        ("faro 灯台 faro", 3),
        ("ดวงจันทร์ขึ้นเหนือทะเล", 5),
        ("🌙\n🌊 🌊\n🚢", 4),
        ("1\ufe0f\u20e3 ❤️", 2),
        ("a" * LONG_WORD, 1),
        ("a" * (LONG_WORD + 1), 2),
        ("electroencefalografista", 1),
        ("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk", 2),
    ],
)
def test_words_are_counted_as_an_author_would(text: str, words: int) -> None:
    assert count_words(text) == words


@given(st.lists(st.text(st.sampled_from("abcdefñü"), min_size=1, max_size=15), max_size=50))
def test_a_line_of_plain_words_has_as_many_as_were_typed(words: list[str]) -> None:
    assert count_words(" ".join(words)) == len(words)


@given(st.text(), st.text())
def test_a_longer_text_never_has_fewer_words(one: str, two: str) -> None:
    assert count_words(f"{one}\n{two}") >= max(count_words(one), count_words(two))


@given(st.text(), st.integers(1, 50))
def test_no_string_breaks_the_check(raw: str, max_words: int) -> None:
    found = accept_text(raw, max_words)
    if isinstance(found, str):
        assert check_text(found, max_words) is None
        assert clean_text(found) == found
        assert count_words(found) <= max_words


@each_hostile_text
def test_every_hostile_text_is_taken_clean_or_refused_with_a_reason(hostile: str) -> None:
    found = accept_text(hostile, 600)
    if isinstance(found, str):
        assert len(found.encode("utf-8")) <= MAX_TEXT_BYTES
        assert clean_text(found) == found
    else:
        assert found == check_text(clean_text(hostile), 600) or found.kind == "too-large"
