"""Reading what an AI writer answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumas_core.characters import clean_text, is_blank
from plumas_core.writing.reading import (
    MAX_REASON,
    MAX_TITLE,
    MAX_WRITTEN_BYTES,
    BadText,
    BadTextReason,
    WrittenText,
    read_text,
)
from tests.hostile_texts import each_hostile_text


@pytest.mark.parametrize(
    ("raw", "title", "text"),
    [
        ("# Aceite\n\nLa lámpara\n  espera.", "Aceite", "La lámpara\n  espera."),
        ("\n## Aceite ##\nLa lámpara.\n", "Aceite", "La lámpara."),
        ("#\tAceite \u202e\r\n\r\n    verso con sangría", "Aceite", "    verso con sangría"),
        ("La lámpara.\n\n# No es un título", None, "La lámpara.\n\n# No es un título"),
        ("  # Aceite\n  verso", "Aceite", "  verso"),
        ("#1 en la lista", None, "#1 en la lista"),
        ("#faro #mar", None, "#faro #mar"),
        ("# Uno\n# Dos\n\nverso", "Uno", "# Dos\n\nverso"),
        ("**Aceite**\n\nverso", None, "**Aceite**\n\nverso"),
    ],
)
def test_a_title_is_a_first_line_in_the_agreed_form(raw: str, title: str | None, text: str) -> None:
    assert read_text(raw) == WrittenText(title, text)


def test_a_preamble_is_not_guessed_away() -> None:
    raw = "Here is your poem:\n\nHere is your poem, he said, and wept."
    assert read_text(raw) == WrittenText(None, raw)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("[no text] It would harm somebody.", "It would harm somebody."),
        ("[sin texto]: Haría daño a alguien.\nY más.", "Haría daño a alguien."),
        ("  [No Text]\n", ""),
    ],
)
def test_a_refusal_in_the_agreed_form_is_no_text(raw: str, said: str) -> None:
    assert read_text(raw) == BadText(BadTextReason.REFUSED, said)


def test_a_refusal_that_the_provider_tells_is_no_text() -> None:
    assert read_text("Half a poem", "refusal") == BadText(BadTextReason.REFUSED)


def test_a_poem_that_begins_like_an_apology_is_a_poem() -> None:
    raw = "Lo siento, pero no puedo\ndejar la lámpara sola."
    assert read_text(raw) == WrittenText(None, raw)


def test_a_text_that_was_cut_by_the_limit_is_still_a_text() -> None:
    assert read_text("La lámpara esp", "length") == WrittenText(None, "La lámpara esp")


@pytest.mark.parametrize("raw", ["", " \n\t", "\u200b", "\x00", "# Solo un título", "# T\n\n \n"])
def test_an_answer_without_a_text_is_none(raw: str) -> None:
    assert read_text(raw) == BadText(BadTextReason.EMPTY)


@pytest.mark.parametrize("raw", ["a " * MAX_WRITTEN_BYTES, "é" * (MAX_WRITTEN_BYTES // 2 + 1)])
def test_a_text_beyond_all_measure_is_none(raw: str) -> None:
    assert read_text(raw) == BadText(BadTextReason.TOO_LONG)


def test_a_long_title_is_cut() -> None:
    found = read_text(f"# {'palabra ' * 60}\n\ntexto")
    assert isinstance(found, WrittenText)
    assert found.title is not None
    assert len(found.title) <= MAX_TITLE


@given(st.text())
def test_no_string_breaks_the_reader(raw: str) -> None:
    found = read_text(raw)
    if isinstance(found, WrittenText):
        assert not is_blank(found.text)
        assert clean_text(found.text) == found.text
        assert found.title is None or "\n" not in found.title


words = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12)


@given(words, words)
def test_a_titled_text_comes_through(title: str, body: str) -> None:
    assert read_text(f"# {title}\n\n{body}\n") == WrittenText(clean_text(title), clean_text(body))


@each_hostile_text
def test_no_hostile_answer_breaks_the_reader(hostile: str) -> None:
    found = read_text(hostile)
    if isinstance(found, BadText):
        assert len(found.said) <= MAX_REASON
    else:
        found.text.encode("utf-8")
