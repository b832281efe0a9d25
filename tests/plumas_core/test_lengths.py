"""How long texts are for platforms and readers, and where they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumas_core.lengths import cell_width, clipped, first_piece, head, size

any_text = st.text(max_size=40)
some_units = st.integers(0, 60)


@pytest.mark.parametrize(
    ("text", "units", "width"),
    [("", 0, 0), ("faro", 4, 4), ("ñandú", 5, 5), ("🔥", 2, 2), ("漢字", 2, 4), ("e\u0301", 2, 1)],
)
def test_platforms_count_units_and_a_code_block_counts_columns(
    text: str, units: int, width: int
) -> None:
    assert (size(text), cell_width(text)) == (units, width)


@given(text=any_text, limit=some_units)
def test_the_head_is_the_longest_beginning_that_fits(text: str, limit: int) -> None:
    kept = head(text, limit)
    assert text.startswith(kept)
    assert size(kept) <= limit
    assert kept == text or size(text[: len(kept) + 1]) > limit


@given(text=any_text, limit=st.integers(1, 60))
def test_what_is_clipped_fits_and_says_so(text: str, limit: int) -> None:
    shown = clipped(text, limit)
    assert size(shown) <= limit
    assert shown == text if size(text) <= limit else shown.endswith("…")


@given(text=st.text("ab🔥 \n", max_size=60), limit=st.integers(2, 40))
def test_pieces_hold_all_but_the_blanks_at_their_cuts(text: str, limit: int) -> None:
    kept, rest = [], text
    while rest:
        piece, shorter = first_piece(rest, limit)
        assert size(piece) <= limit
        assert len(shorter) < len(rest)
        kept.append(piece)
        rest = shorter
    assert "".join("".join(kept).split()) == "".join(text.split())


def test_a_text_is_cut_at_a_paragraph_before_a_line_and_at_a_line_before_a_word() -> None:
    assert first_piece("faro\n\ndos tres", 9) == ("faro", "dos tres")
    assert first_piece("faro\n  dos tres", 9) == ("faro", "  dos tres")
    assert first_piece("uno dos tres", 9) == ("uno dos", "tres")
    assert first_piece("u\n\nfaroverdeyblanco", 8) == ("u\n\nfarov", "erdeyblanco")
