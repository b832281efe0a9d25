"""What the shipped ai_model_costs.json must say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from plumas_core.catalog.load import Catalog
from plumas_core.catalog.models import Model
from plumas_core.catalog.pricing import price
from plumas_core.catalog.usage import Usage

GUIDE_MODELS = (
    "gpt-4o",
    "gpt-4o-mini",
    "claude-3-7-sonnet-latest",
    "claude-3-5-haiku-latest",
)
GUIDE_BATCH_PRICES = {
    "claude-3-7-sonnet-latest": ("1.50", "7.50"),
    "claude-3-5-sonnet-latest": ("1.50", "7.50"),
    "claude-3-5-haiku-latest": ("0.40", "2"),
    "claude-3-opus-latest": ("7.50", "37.50"),
    "claude-3-haiku-20240307": ("0.125", "0.625"),
}
DEFAULT_PANEL = ("gpt-6-luna", "claude-haiku-5-5")
OFFLINE = ("offline-pluma", "offline-tintero", "offline-papel")
CREDIT = 10**10


def known(catalog: Catalog, model_id: str) -> Model:
    model = catalog.get(model_id)
    assert model is not None, f"{model_id} is not in the catalog"
    return model


@pytest.mark.parametrize("model_id", GUIDE_MODELS)
def test_the_guides_models_are_available(catalog: Catalog, model_id: str) -> None:
    assert known(catalog, model_id).available


def test_only_what_the_guide_its_successors_the_panel_and_demos_need_is_on(
    catalog: Catalog,
) -> None:
    successors = {known(catalog, model_id).successor for model_id in GUIDE_MODELS}
    expected = {*GUIDE_MODELS, *successors, *DEFAULT_PANEL, *OFFLINE}
    assert {model.id for model in catalog if model.available} == expected


@pytest.mark.parametrize(("model_id", "prices"), GUIDE_BATCH_PRICES.items())
def test_the_guides_batch_prices_come_out_exactly(
    catalog: Catalog, at: int, model_id: str, prices: tuple[str, str]
) -> None:
    model = known(catalog, model_id)
    million = 10**6
    for usage, usd in (
        (Usage(input=million, output=0), prices[0]),
        (Usage(input=0, output=million), prices[1]),
    ):
        assert price(model, usage, "batch", at) == Decimal(usd) * 10**12
        assert price(model, usage, "single", at) == Decimal(usd) * 2 * 10**12


@pytest.mark.parametrize(
    ("model_id", "day", "successor"),
    [
        ("claude-3-7-sonnet-latest", date(2026, 2, 19), "claude-sonnet-5-5"),
        ("claude-3-5-haiku-latest", date(2026, 2, 19), "claude-haiku-5-5"),
        ("gpt-4o", date(2027, 1, 14), "gpt-6.1-sol"),
        ("gpt-4o-mini", date(2027, 1, 14), "gpt-6-luna"),
    ],
)
def test_a_guide_model_retires_on_its_day_and_is_followed(
    catalog: Catalog, model_id: str, day: date, successor: str
) -> None:
    model = known(catalog, model_id)
    assert (model.retires_on, model.successor) == (day, successor)


def test_every_model_that_retires_leads_to_one_that_does_not(catalog: Catalog) -> None:
    retiring = [model for model in catalog if model.retires_on is not None]
    far_future = 2**53
    assert retiring
    for model in retiring:
        assert catalog.successor_at(model, far_future) is not None, model.id


def test_cached_input_in_batch_costs_the_batch_input_rate_on_gpt_4o_alone(
    catalog: Catalog, at: int
) -> None:
    undiscounted = set()
    for model in catalog:
        table = model.table_at(at)
        assert table is not None
        batch = table.base.batch
        assert batch is not None
        if batch.cached_input == batch.input:
            undiscounted.add(model.id)
        else:
            listed = table.base.single.cached_input
            assert listed is not None
            assert batch.cached_input == listed / 2, model.id
    assert undiscounted == {"gpt-4o", "gpt-4o-mini"}


@pytest.mark.parametrize(
    ("model_id", "threshold", "input_factor", "output_factor"),
    [
        ("gpt-6-luna", 272_000, 2, Decimal("1.5")),
        ("gpt-6.1-terra", 272_000, 2, Decimal("1.5")),
        ("gpt-6.1-sol", 272_000, 2, Decimal("1.5")),
        ("claude-haiku-5-5", 100_000, 5, Decimal(5)),
    ],
)
def test_a_long_prompt_makes_the_whole_request_dearer(
    catalog: Catalog,
    at: int,
    model_id: str,
    threshold: int,
    input_factor: int,
    output_factor: Decimal,
) -> None:
    model = known(catalog, model_id)
    for mode in ("single", "batch"):
        answer = Usage(0, 1000)
        at_most = price(model, Usage(threshold, 1000), mode, at)
        above = price(model, Usage(threshold + 1, 1000), mode, at)
        output = price(model, answer, mode, at)
        one = (at_most - output) // threshold
        assert at_most == threshold * one + output
        assert above == (threshold + 1) * one * input_factor + output * output_factor


@pytest.mark.parametrize("model_id", OFFLINE)
def test_a_simulated_judging_seat_moves_visible_credits(
    catalog: Catalog, at: int, model_id: str
) -> None:
    seat = price(known(catalog, model_id), Usage(2500, 350), "batch", at)
    assert 0.1 * CREDIT <= seat <= 0.5 * CREDIT


def test_each_simulated_model_is_its_own_family_and_can_be_priced_at_any_time(
    catalog: Catalog,
) -> None:
    models = [known(catalog, model_id) for model_id in OFFLINE]
    assert [model for model in catalog if model.simulated] == models
    assert {model.family for model in models} == set(OFFLINE)
    assert all(price(model, Usage(1, 1), "single", 0) for model in models)


def test_models_of_one_maker_are_one_family(catalog: Catalog) -> None:
    for model in catalog:
        if not model.simulated:
            assert model.family == model.provider


def test_gpt_6_takes_a_temperature_only_without_reasoning_and_sol_never(
    catalog: Catalog,
) -> None:
    luna = known(catalog, "gpt-6-luna").capabilities
    assert luna.temperature == "without_reasoning"
    assert "none" in luna.reasoning_efforts
    sol = known(catalog, "gpt-6.1-sol").capabilities
    assert sol.temperature == "never"
    assert "none" not in sol.reasoning_efforts


def test_a_temperature_that_depends_on_effort_none_needs_that_effort(catalog: Catalog) -> None:
    for model in catalog:
        if model.capabilities.temperature == "without_reasoning":
            assert "none" in model.capabilities.reasoning_efforts, model.id


def test_the_output_limit_is_named_as_each_api_wants_it(catalog: Catalog) -> None:
    names = {model.provider: set[str]() for model in catalog}
    for model in catalog:
        names[model.provider].add(model.capabilities.output_limit)
    assert names["openai"] == {"max_completion_tokens"}
    assert names["anthropic"] == {"max_tokens"}


@pytest.mark.parametrize(
    ("model_id", "tokens"),
    [("claude-haiku-5-5", 512), ("claude-sonnet-5-5", 512), ("claude-haiku-4-5", 4096)],
)
def test_the_fewest_tokens_that_claude_caches(catalog: Catalog, model_id: str, tokens: int) -> None:
    assert known(catalog, model_id).capabilities.cache_minimum == tokens


def test_every_model_can_be_had_in_batch_and_says_where_its_prices_are_from(
    catalog: Catalog, at: int
) -> None:
    for model in catalog:
        table = model.table_at(at)
        assert table is not None
        assert table.source
        assert model.capabilities.batch
        assert all(tier.batch is not None for tier in table.tiers), model.id
