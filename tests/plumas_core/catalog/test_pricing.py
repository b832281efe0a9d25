"""A call's cost is exact, rounded up once, and never guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumas_core.catalog.errors import MissingPrice
from plumas_core.catalog.load import Catalog
from plumas_core.catalog.models import Model, PriceTable, Rates, Tier
from plumas_core.catalog.pricing import price
from plumas_core.catalog.usage import Mode, Usage

PICODOLLARS = 10**12
TOKENS = st.integers(min_value=0, max_value=3_000_000)
AMOUNTS = st.decimals(min_value=0, max_value=9_999, places=12) | st.decimals(
    min_value=0, max_value=100, places=3
)
RATES = st.builds(
    Rates,
    input=AMOUNTS,
    output=AMOUNTS,
    cached_input=AMOUNTS,
    cache_write_5m=AMOUNTS,
    cache_write_1h=AMOUNTS,
)
USAGES = st.builds(
    Usage,
    input=TOKENS,
    output=TOKENS,
    cached=TOKENS,
    cache_write_5m=TOKENS,
    cache_write_1h=TOKENS,
    reasoning=TOKENS,
)
MODES: tuple[Mode, ...] = ("single", "batch")


def priced(model: Model, *tiers: Tier) -> Model:
    return replace(model, prices=(PriceTable(0, "a test", tiers),))


@pytest.fixture(scope="module")
def luna(catalog: Catalog) -> Model:
    model = catalog.get("gpt-6-luna")
    assert model is not None
    return model


def by_hand(rates: Rates, usage: Usage) -> int:
    usd = sum(
        Fraction(rate) * tokens / 1_000_000
        for rate, tokens in (
            (rates.input, usage.input),
            (rates.output, usage.output),
            (rates.cached_input, usage.cached),
            (rates.cache_write_5m, usage.cache_write_5m),
            (rates.cache_write_1h, usage.cache_write_1h),
        )
        if rate is not None
    )
    return ceil(usd * PICODOLLARS)


@settings(deadline=None, max_examples=300)
@given(
    single=st.tuples(RATES, RATES),
    batch=st.tuples(RATES, RATES),
    usage=USAGES,
    threshold=st.integers(min_value=0, max_value=12_000_000),
    mode=st.sampled_from(MODES),
)
def test_the_cost_is_that_of_exact_fractions_rounded_up_once(
    luna: Model,
    single: tuple[Rates, Rates],
    batch: tuple[Rates, Rates],
    usage: Usage,
    threshold: int,
    mode: Mode,
) -> None:
    model = priced(luna, Tier(threshold, single[1], batch[1]), Tier(-1, single[0], batch[0]))
    rates = {"single": single, "batch": batch}[mode][usage.prompt > threshold]
    assert price(model, usage, mode, 0) == by_hand(rates, usage)


@settings(deadline=None)
@given(usage=USAGES, more=USAGES)
def test_more_tokens_never_cost_less_at_the_same_rates(
    luna: Model, usage: Usage, more: Usage
) -> None:
    model = priced(luna, replace(luna.prices[0].tiers[0], above=-1))
    usage, more = usage._replace(cache_write_1h=0), more._replace(cache_write_1h=0)
    both = Usage(
        usage.input + more.input,
        usage.output + more.output,
        usage.cached + more.cached,
        usage.cache_write_5m + more.cache_write_5m,
    )
    assert price(model, both, "single", 0) >= price(model, usage, "single", 0)


def test_shipped_prices_agree_with_decimals_by_hand(catalog: Catalog, at: int) -> None:
    usage = Usage(input=1234, output=567, cached=89)
    for model in catalog:
        table = model.table_at(at)
        assert table is not None
        batch = table.base.batch
        assert batch is not None
        assert price(model, usage, "single", at) == by_hand(table.base.single, usage)
        assert price(model, usage, "batch", at) == by_hand(batch, usage)


def test_a_part_of_a_picodollar_is_rounded_up_to_one(luna: Model) -> None:
    dust = Rates(Decimal("0.0000001"), Decimal("0.0000001"))
    model = priced(luna, Tier(-1, dust, dust))
    assert price(model, Usage(1, 0), "single", 0) == 1
    assert price(model, Usage(5, 5), "single", 0) == 1
    assert price(model, Usage(6, 5), "single", 0) == 2


def test_nothing_used_costs_nothing(luna: Model, at: int) -> None:
    assert price(luna, Usage(0, 0), "batch", at) == 0


def test_reasoning_is_not_billed_a_second_time(luna: Model, at: int) -> None:
    plain = price(luna, Usage(10, 500), "single", at)
    assert price(luna, Usage(10, 500, reasoning=400), "single", at) == plain


def test_cached_tokens_count_towards_the_long_context_threshold(luna: Model, at: int) -> None:
    usage = Usage(input=1, output=0, cached=272_000)
    tier = luna.prices[0].tiers[0]
    assert price(luna, usage, "single", at) == by_hand(tier.single, usage)
    under = usage._replace(input=0)
    assert price(luna, under, "single", at) == by_hand(luna.prices[0].base.single, under)


def test_the_prices_of_the_call_s_own_day_count(catalog: Catalog) -> None:
    sonnet = catalog.get("claude-sonnet-5-5")
    assert sonnet is not None
    change = int(datetime(2026, 10, 7, tzinfo=UTC).timestamp()) * 1000
    usage = Usage(input=0, output=0, cached=1_000_000)
    assert price(sonnet, usage, "single", change - 1) == Decimal("0.20") * PICODOLLARS
    assert price(sonnet, usage, "single", change) == Decimal("0.10") * PICODOLLARS


def test_before_the_first_table_there_is_no_price(luna: Model) -> None:
    before = luna.prices[-1].effective_from - 1
    with pytest.raises(MissingPrice, match="gpt-6-luna: no prices are in force on 2026-09-21"):
        price(luna, Usage(1, 1), "single", before)


def test_a_model_without_batch_rates_has_no_batch_price(luna: Model, at: int) -> None:
    model = priced(luna, Tier(-1, luna.prices[0].base.single, None))
    assert price(model, Usage(1, 1), "single", at) > 0
    with pytest.raises(MissingPrice, match="there is no batch price; add the price"):
        price(model, Usage(1, 1), "batch", at)


@pytest.mark.parametrize(
    ("usage", "what"),
    [
        (Usage(1, 1, cached=1), "cached input"),
        (Usage(1, 1, cache_write_5m=1), "short-lived cache writes"),
        (Usage(1, 1, cache_write_1h=1), "one-hour cache writes"),
    ],
)
def test_a_used_part_without_a_rate_is_an_error_and_not_a_guess(
    luna: Model, at: int, usage: Usage, what: str
) -> None:
    bare = Rates(Decimal(1), Decimal(1))
    model = priced(luna, Tier(-1, bare, bare))
    with pytest.raises(MissingPrice, match=f"model gpt-6-luna: there is no price for {what}"):
        price(model, usage, "batch", at)


@pytest.mark.parametrize(
    "usage",
    [
        Usage(-1, 0),
        Usage(0, -1),
        Usage(0, 0, cached=-1),
        Usage(0, 0, cache_write_5m=-1),
        Usage(0, 0, cache_write_1h=-1),
    ],
)
def test_a_negative_count_never_becomes_money(luna: Model, at: int, usage: Usage) -> None:
    with pytest.raises(ValueError, match="fewer than no tokens"):
        price(luna, usage, "single", at)


@pytest.mark.parametrize("amount", ["-0.1", "0.0000000000001", "1E-13"])
def test_a_rate_that_cannot_be_counted_exactly_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="not a price"):
        Rates(Decimal(amount), Decimal(1))
