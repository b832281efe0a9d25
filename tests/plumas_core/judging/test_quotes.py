"""A quotation counts where the text has it, and is given as it stands there."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from plumas_core.characters import clean_text
from plumas_core.judging.quotes import MAX_QUOTE, find_quote
from tests.hostile_texts import each_hostile_text

POEM = "Dijo: «No vuelvas».\n\tY el faro —ya ciego—\n  siguió girando… café"

clean = st.text(st.sampled_from("ab é\n\t'\"“”‘’—-…./ «»한漢\u0301\U0001f525"), max_size=40).map(
    clean_text
)


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("siguió girando", "siguió girando"),
        ("  siguió girando\n", "siguió girando"),
        ("Y el faro -ya ciego- siguió", "Y el faro —ya ciego—\n  siguió"),
        ("Y el faro —ya ciego— / siguió girando", "Y el faro —ya ciego—\n  siguió girando"),
        ('Dijo: "No vuelvas".', "Dijo: «No vuelvas»."),
        ("“No vuelvas”", "«No vuelvas»"),
        ("'siguió girando'", "siguió girando"),
        ('"Y el faro"', "Y el faro"),
        ("...siguió girando...", "siguió girando"),
        ("siguió girando... café", "siguió girando… café"),
        ("...el faro...", "el faro"),
        ("cafe\u0301", "café"),
    ],
)
def test_marks_and_spaces_may_differ(quote: str, found: str) -> None:
    assert find_quote(quote, POEM) == found


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "   ",
        "...",
        '"',
        "siguió  girandó",
        "Siguió girando",
        "el faro siguió",
        "el faro … siguió girando",
        "no está en el texto",
        "siguió girando,",
        "— / —",
        "sigu iógirando",
        "x" * 100_000,
    ],
)
def test_what_the_text_does_not_say_is_not_found(quote: str) -> None:
    assert find_quote(quote, POEM) is None


def test_an_empty_text_has_no_quotation() -> None:
    assert find_quote("algo", "") is None


def test_a_long_quotation_is_cut_at_a_word() -> None:
    text = "palabra " * 100
    found = find_quote(text, text)
    assert found is not None
    assert len(found) <= MAX_QUOTE
    assert found.endswith("palabra")
    assert found in text


def test_a_text_in_another_form_is_quoted_in_form_c() -> None:
    assert find_quote("el café - solo", "el cafe\u0301 — solo") == "el café — solo"


@given(text=clean, data=st.data())
def test_any_part_of_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    assume(text)
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : data.draw(st.integers(start + 1, len(text)))]
    assume(any(c.isalnum() or c == "\U0001f525" for c in part))
    assert find_quote(part, text) == part.strip()


@given(text=clean, quote=clean)
@example(text="a…b", quote="a..")
@example(text="/ a", quote="/")
@example(text="한", quote="\u1112")
def test_what_is_found_stands_in_the_text(text: str, quote: str) -> None:
    found = find_quote(quote, text)
    assert found is None or (found and found in unicodedata.normalize("NFC", text))


@given(text=clean)
def test_a_text_is_found_in_plain_marks_on_one_line(text: str) -> None:
    plain = " / ".join(text.split("\n"))
    for fancy, mark in (("“”«»", '"'), ("‘’", "'"), ("—", "-")):
        for character in fancy:
            plain = plain.replace(character, mark)
    plain = plain.replace("…", "...")
    words = [word for word in text.split() if word != "/"]
    found = find_quote(plain, text)
    if any(character.isalnum() for character in text):
        assert found is not None
        assert [word for word in found.split() if word != "/"] == words
    elif found is not None:
        assert found in text


@each_hostile_text
def test_no_hostile_text_breaks_the_search(hostile: str) -> None:
    text = clean_text(hostile)
    assert find_quote("no está en ninguna parte", text) is None
    exact = text.strip()[:50].strip()
    if any(character.isalnum() for character in exact):
        assert find_quote(exact, text) == exact
    find_quote(hostile, POEM)
