"""Which characters of outside text are let in."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from plumas_core.characters import (
    MOST_MARKS,
    clean_line,
    clean_text,
    crowded_line,
    cut,
    is_blank,
)
from tests.hostile_texts import HOSTILE_TEXTS, each_hostile_text

any_text = st.text(st.characters(), max_size=60)
tricky = st.text(
    st.sampled_from(
        "a\u0301é漢1 \t\n\r\x0b\x00\x85\xad\u034f\u061c\u200b\u200c\u200d\u200e\u202e\u2028\u2060"
        "\u2066\u3164\ufe0f\ufeff\ufdd0\ud800\udc00\u1112\u1161\U0001f3f4\U0001f525\U000e0067"
        "\U000e0062\U000e0065\U000e006e\U000e007f\U000e0100\U0001fffe\u0915\u093c\u2126"
    ),
    max_size=30,
)


@given(st.one_of(any_text, tricky))
def test_cleaning_a_clean_text_changes_nothing(raw: str) -> None:
    once = clean_text(raw)
    assert clean_text(once) == once


@given(st.one_of(any_text, tricky))
def test_a_clean_text_can_be_stored_and_is_in_form_c(raw: str) -> None:
    text = clean_text(raw)
    text.encode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert not [c for c in text if unicodedata.category(c) == "Cc" and c not in "\t\n"]


@each_hostile_text
def test_no_hostile_text_breaks_the_cleaning(hostile: str) -> None:
    text = clean_text(hostile)
    assert clean_text(text) == text
    assert not set(text) & set("\x00\x1b\r\u2028\u202e\u2066\ud83d\ufffe\U000e0067") - set(
        "\U000e0067" if "\U0001f3f4" in text else ""
    )


def test_a_poem_keeps_its_indentation_and_blank_lines() -> None:
    assert clean_text("\n\n    la luz\n  se va\n\n\n\tdespacio  \n \n") == (
        "    la luz\n  se va\n\n\n\tdespacio"
    )


def test_every_kind_of_line_end_becomes_a_line_feed() -> None:
    assert clean_text("a\r\nb\rc\nd\x85e\u2028f\u2029g\x0bh\x0ci") == "a\nb\nc\nd\ne\nf\ng\nh\ni"


def test_a_decomposed_letter_becomes_one_character() -> None:
    assert clean_text("cafe\u0301") == "café"


def test_right_to_left_text_and_its_joiners_stay() -> None:
    for name in ("arabic", "hebrew", "mixed-direction", "persian", "devanagari"):
        text = HOSTILE_TEXTS[name]
        assert clean_text(text) == unicodedata.normalize("NFC", text), name


def test_emoji_stay_whole() -> None:
    for name in ("emoji-family", "emoji-skin", "emoji-flags", "emoji-keycap", "emoji-poem"):
        assert clean_text(HOSTILE_TEXTS[name]) == HOSTILE_TEXTS[name], name


def test_changes_of_direction_are_taken_out() -> None:
    assert (
        clean_text("inofensivo\u202egnp.exe\u202c y \u2066fin\u2069") == "inofensivognp.exe y fin"
    )


def test_words_hidden_in_tags_are_taken_out() -> None:
    assert clean_text(HOSTILE_TEXTS["tag-characters"]) == "Un poema tranquilo."
    assert clean_text(HOSTILE_TEXTS["tags-behind-a-flag"]) == "\U0001f3f4 ondea"


def test_of_a_run_of_joiners_or_selectors_only_the_first_stays() -> None:
    assert clean_text(HOSTILE_TEXTS["joiner-flood"]) == "a\u200bb"
    assert clean_text(HOSTILE_TEXTS["selector-flood"]) == "x\ufe0fy"


def test_a_variant_of_an_ideograph_keeps_its_selector() -> None:
    assert clean_text("葛\U000e0100城 x\U000e0100") == "葛\U000e0100城 x"


def test_what_nobody_can_see_is_blank() -> None:
    for name in ("empty", "spaces", "line-ends", "joiners-only", "fillers-only"):
        assert is_blank(clean_text(HOSTILE_TEXTS[name])), name
    assert not is_blank(HOSTILE_TEXTS["one-letter"])
    assert not is_blank(HOSTILE_TEXTS["emoji-poem"])


def test_a_letter_may_bear_as_many_marks_as_scripts_need() -> None:
    for name in ("tibetan", "hebrew", "thai", "devanagari", "zalgo-mild", "decomposed"):
        assert crowded_line(clean_text(HOSTILE_TEXTS[name])) is None, name
    assert crowded_line("b" + "\u0316" * MOST_MARKS) is None


def test_more_marks_than_that_are_found_with_their_line() -> None:
    assert crowded_line("uno\ndos\nb" + "\u0316" * (MOST_MARKS + 1)) == 3
    assert crowded_line(clean_text(HOSTILE_TEXTS["zalgo"])) == 1


def test_a_line_is_one_line_of_bounded_length() -> None:
    assert clean_line("  El\nfaro\u202e \t apagado ", 20) == "El faro apagado"
    assert clean_line("El faro apagado", 10) == "El faro…"


@given(any_text, st.integers(1, 80))
def test_a_cut_text_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= limit
    assert short == text or text.startswith(short[:-1])


def test_a_text_is_cut_between_words_where_it_has_any() -> None:
    assert cut("uno dos tres", 9) == "uno dos…"
    assert cut("uno dos tres", 8) == "uno dos…"
    assert cut("unodostres", 5) == "unod…"
