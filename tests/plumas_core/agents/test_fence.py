"""A text cannot leave its fence."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumas_core.agents.fence import NonceInText, draw_nonce, fence, fenced
from tests.hostile_texts import each_hostile_text

NONCE = "7kq2m4xa9b3c5d6e8"


@given(st.text())
def test_a_fence_has_each_of_its_tags_once(text: str) -> None:
    nonce = draw_nonce(random.Random(7).getrandbits, text)
    whole = fence("text", text, nonce)
    assert whole.count(f"<text-{nonce}>") == whole.count(f"</text-{nonce}>") == 1
    assert whole.startswith(f"<text-{nonce}>\n")
    assert whole.endswith(f"\n</text-{nonce}>")
    assert fenced(f"before\n{whole}\nafter", "text") == text


@each_hostile_text
def test_a_hostile_text_comes_out_of_its_fence_unchanged(hostile: str) -> None:
    nonce = draw_nonce(random.Random(7).getrandbits, hostile)
    prompt = f"{fence('theme', hostile, nonce)}\n\n{fence('text', hostile, nonce)}"
    assert fenced(prompt, "text") == hostile


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_text_that_knows_the_nonce_is_refused(before: str, after: str) -> None:
    with pytest.raises(NonceInText):
        fence("text", f"{before}{NONCE}{after}", NONCE)


def test_a_nonce_that_stands_in_a_text_is_drawn_again() -> None:
    first = draw_nonce(random.Random(1).getrandbits)
    second = draw_nonce(random.Random(1).getrandbits, "text", f"knows {first}")
    assert second != first
    fence("text", f"knows {first}", second)


def test_a_random_source_that_only_repeats_itself_is_noticed() -> None:
    stuck = draw_nonce(lambda bits: 5)
    with pytest.raises(NonceInText):
        draw_nonce(lambda bits: 5, stuck)


@pytest.mark.parametrize("nonce", ["", "short", "7KQ2M4XA9B3C5D6E8", "7kq2m4xa9b3c5d6e>", "a" * 65])
def test_a_nonce_that_could_be_guessed_or_break_a_tag_is_refused(nonce: str) -> None:
    with pytest.raises(ValueError, match="nonce"):
        fence("text", "x", nonce)


def test_nothing_is_found_where_no_fence_is_closed() -> None:
    assert fenced("no fence at all", "text") is None
    assert fenced(f"<text-{NONCE}>\nopen", "text") is None
