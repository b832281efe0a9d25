"""Estimates before a call are on the safe side, and not absurdly so."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumas_core.catalog.estimate import (
    MESSAGE_TOKENS,
    estimate_cost,
    likely_tokens,
    upper_bound_tokens,
)
from plumas_core.catalog.load import Catalog
from plumas_core.catalog.models import Model
from plumas_core.catalog.pricing import price
from plumas_core.catalog.usage import Usage

CREDIT = 10**10
ENGLISH = (
    "The lighthouse had been dark for eleven years when the keeper's daughter came back, with a "
    "tin of oil under her coat and no plan at all. “You're late,” said the sea. "
)
SPANISH = (
    "El faro llevaba once años apagado cuando volvió la hija del farero, con una lata de aceite "
    "bajo el abrigo y ningún plan. —Llegas tarde —dijo el mar—, pero ven. "
)
HINDI = "मैंने एक पुराना दीपक देखा, और उसकी रोशनी में समुद्र चुप था। "
ZALGO = "h" + "\u0301\u0316\u0353\u0321\u0334\u030d" * 3


@pytest.fixture(scope="module")
def openai(catalog: Catalog) -> Model:
    return known(catalog, "gpt-6-luna")


@pytest.fixture(scope="module")
def claude(catalog: Catalog) -> Model:
    return known(catalog, "claude-haiku-5-5")


def known(catalog: Catalog, model_id: str) -> Model:
    model = catalog.get(model_id)
    assert model is not None
    return model


def size(text: str) -> int:
    return len(text.encode())


@pytest.mark.parametrize("text", [ENGLISH * 20, SPANISH * 20, HINDI * 20])
def test_prose_is_reckoned_by_the_bytes_of_its_tokeniser(
    openai: Model, claude: Model, text: str
) -> None:
    assert likely_tokens(openai, text) == ceil(size(text) / 3)
    assert likely_tokens(claude, text) == -(-size(text) * 10 // 23)
    assert upper_bound_tokens(openai, text) == ceil(size(text) / 2) + MESSAGE_TOKENS
    assert upper_bound_tokens(claude, text) == -(-size(text) * 10 // 15) + MESSAGE_TOKENS


def test_decomposed_spanish_is_still_prose(openai: Model) -> None:
    text = unicodedata.normalize("NFD", SPANISH * 20)
    assert likely_tokens(openai, text) == ceil(size(text) / 3)


@pytest.mark.parametrize(
    "text",
    [
        "🪶🔥🌊" * 50,
        ZALGO * 50,
        "1234567890" * 50,
        "{}[]();:!?" * 50,
        "\u200b\u202e\u2066" * 50,
        " \t\u2003\n" * 50,
        "\x00\x07\x1b" * 50,
        "𝓗𝓮𝓵𝓵𝓸" * 50,
    ],
)
def test_what_is_not_prose_counts_a_token_a_byte(openai: Model, claude: Model, text: str) -> None:
    for model in (openai, claude):
        assert likely_tokens(model, text) == size(text)
        assert upper_bound_tokens(model, text) == size(text) + MESSAGE_TOKENS


def test_the_estimate_rises_evenly_from_prose_to_symbols(openai: Model) -> None:
    counts = [
        likely_tokens(openai, "a" * (100 - symbols) + "#" * symbols) for symbols in range(101)
    ]
    assert counts == sorted(counts)
    assert counts[20] == 34
    assert counts[50] == 100
    assert max(b - a for a, b in pairwise(counts)) <= 3


def test_an_empty_text_is_no_tokens_but_a_message_is_some(openai: Model) -> None:
    assert likely_tokens(openai, "") == 0
    assert upper_bound_tokens(openai, "") == MESSAGE_TOKENS


def test_half_an_emoji_does_not_stop_the_count(openai: Model) -> None:
    assert likely_tokens(openai, "\ud83d" * 10) == 30


@settings(deadline=None)
@given(text=st.text(max_size=400))
def test_no_text_counts_more_than_its_bytes_or_less_than_prose(
    openai: Model, claude: Model, text: str
) -> None:
    total = len(text.encode("utf-8", "surrogatepass"))
    for model in (openai, claude):
        likely, bound = likely_tokens(model, text), upper_bound_tokens(model, text)
        assert ceil(total / model.tokeniser.likely_bytes) <= likely <= total
        assert likely <= bound - MESSAGE_TOKENS <= total


def test_a_huge_text_is_counted_in_time(openai: Model) -> None:
    assert likely_tokens(openai, ENGLISH * 10_000) > 0
    assert likely_tokens(openai, ZALGO * 10_000) == size(ZALGO) * 10_000


def test_a_hold_is_the_price_of_the_likely_prompt_and_the_whole_output_limit(
    openai: Model, at: int
) -> None:
    texts = [ENGLISH * 5, SPANISH * 5]
    prompt = sum(likely_tokens(openai, text) + MESSAGE_TOKENS for text in texts)
    for mode in ("single", "batch"):
        hold = estimate_cost(openai, prompt_texts=texts, output_tokens=900, mode=mode, at=at)
        assert hold == price(openai, Usage(prompt, 900), mode, at)


def test_a_hold_in_batch_is_half_of_one_at_list_price(openai: Model, at: int) -> None:
    single, batch = (
        estimate_cost(openai, prompt_texts=[ENGLISH], output_tokens=100, mode=mode, at=at)
        for mode in ("single", "batch")
    )
    assert batch * 2 == single


@pytest.mark.parametrize("model_id", ["gpt-6-luna", "claude-haiku-5-5", "offline-pluma"])
def test_a_judging_seat_is_held_at_between_one_and_four_times_its_cost(
    catalog: Catalog, at: int, model_id: str
) -> None:
    """6 kB of prompt and 500 words; 350 tokens of answer out of 900; measured prose a token."""
    model = known(catalog, model_id)
    prompt, entry = (ENGLISH * 40)[:6000], (SPANISH * 20)[:3000]
    hold = estimate_cost(
        model, prompt_texts=[prompt, entry], output_tokens=900, mode="batch", at=at
    )
    real_tokens = ceil((6000 / 4.45 + 3000 / 4.37) * (1.3 if model.family == "anthropic" else 1))
    cost = price(model, Usage(real_tokens, 350), "batch", at)
    assert cost <= hold <= 4 * cost
