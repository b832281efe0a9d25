"""Outside text on a terminal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console.safe import shown

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def test_plain_text_is_shown_as_it_is() -> None:
    poem = "  La luz\n\t—¿se apaga?— 日本 🪶\n"
    assert shown(poem) == poem


def test_an_escape_sequence_is_shown_and_not_sent() -> None:
    assert shown("\x1b[31mred\x07\r\x9b2J") == "␛[31mred␇␍\\x9b2J"


def test_a_change_of_direction_ends_with_its_line() -> None:
    assert shown("a\u202eb\nc") == "\u2068a\u202eb\u202c\u2069\nc"


def test_a_line_cannot_leave_its_isolation() -> None:
    assert shown("a\u2069\u2069b\u202c") == "\u2068ab\u2069"


def test_letters_from_right_to_left_are_isolated() -> None:
    assert shown("שלום") == "\u2068שלום\u2069"


@given(st.text(st.characters(codec=None), max_size=80))
def test_no_control_character_of_any_text_is_sent(text: str) -> None:
    safe = shown(text)
    assert not CONTROLS.search(safe)
    assert safe.count("\n") == text.count("\n")
    safe.encode("utf-8")


@given(st.text(st.sampled_from("a\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u202c\n")))
def test_every_line_closes_what_it_opens(text: str) -> None:
    for line in shown(text).split("\n"):
        depth = 0
        for character in line:
            depth += character in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
            depth -= character in "\u202c\u2069"
            assert depth >= 0
        assert depth == 0


@pytest.mark.parametrize("code", [0, 27, 127, 155])
def test_a_control_character_can_be_seen(code: int) -> None:
    assert shown(chr(code)).strip()
