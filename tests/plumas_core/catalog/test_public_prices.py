"""The catalog against public prices: every difference is named, and the right ones explained.

``genai-prices`` carries the prices of many models, gathered by others. It falls back to list
prices where it knows none for batch, so whether a batch price matched is looked up, not assumed.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import NoReturn

import pytest
from genai_prices import Usage as PublicUsage
from genai_prices import calc_price
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices

from plumas_core.catalog.load import Catalog
from plumas_core.catalog.models import Model, Rates, Tier
from plumas_core.catalog.pricing import price
from plumas_core.catalog.usage import Mode, Usage

BATCH = {"processing": "batch"}
NO_PUBLIC_BATCH_PRICE = "has no public batch price"

KNOWN_DIFFERENCES = {
    f"{model_id} batch: {NO_PUBLIC_BATCH_PRICE}": (
        "retired before the public list began to carry batch prices; the usage guide states them"
    )
    for model_id in (
        "claude-3-7-sonnet-latest",
        "claude-3-5-haiku-latest",
        "claude-3-5-sonnet-latest",
        "claude-3-opus-latest",
        "claude-3-haiku-20240307",
    )
}

COLUMNS = {
    "input": "input_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write_5m": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "output": "output_mtok",
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("the comparison must not use the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def public(model: Model) -> tuple[Provider, ModelInfo]:
    return get_snapshot().find_provider_model(model.id, None, model.provider, None)


def public_batch(info: ModelInfo, when: datetime) -> bool:
    return any(
        variant.when == BATCH and (variant.constraint is None or variant.constraint.active(when))
        for variant in info.price_variants or ()
    )


def public_rate(prices: ModelPrice, column: str, prompt: int) -> Decimal | None:
    rate = getattr(prices, COLUMNS[column])
    if isinstance(rate, TieredPrices):
        steps = [tier.price for tier in rate.tiers if prompt > tier.start]
        return steps[-1] if steps else rate.base
    assert rate is None or isinstance(rate, Decimal)
    return rate


def thresholds(tiers: tuple[Tier, ...], prices: ModelPrice) -> set[int]:
    """Prompts at and just above every threshold that either side knows."""
    edges = {tier.above for tier in tiers if tier.above > 0}
    for key in COLUMNS.values():
        rate = getattr(prices, key)
        if isinstance(rate, TieredPrices):
            edges |= {tier.start for tier in rate.tiers}
    return {1, *edges, *(edge + 1 for edge in edges)}


def differences(model: Model, mode: Mode, at: int) -> Iterator[str]:
    when = datetime.fromtimestamp(at / 1000, UTC)
    _, info = public(model)
    if mode == "batch" and not public_batch(info, when):
        yield f"{model.id} batch: {NO_PUBLIC_BATCH_PRICE}"
        return
    prices = info.get_prices(when, BATCH if mode == "batch" else None)
    table = model.table_at(at)
    assert table is not None
    for prompt in sorted(thresholds(table.tiers, prices)):
        tier = next(tier for tier in table.tiers if prompt > tier.above)
        rates = tier.single if mode == "single" else tier.batch
        assert isinstance(rates, Rates)
        for column in COLUMNS:
            ours, theirs = getattr(rates, column), public_rate(prices, column, prompt)
            if ours != theirs:
                yield f"{model.id} {mode} {column} at {prompt} tokens: {ours}, public {theirs}"


def real_models(catalog: Catalog) -> list[Model]:
    return [model for model in catalog if not model.simulated]


def test_every_difference_from_the_public_prices_is_known(catalog: Catalog, at: int) -> None:
    found = {
        difference
        for model in real_models(catalog)
        for mode in ("single", "batch")
        for difference in differences(model, mode, at)
    }
    assert found == set(KNOWN_DIFFERENCES)


def test_a_planted_difference_is_named(catalog: Catalog, at: int) -> None:
    model = catalog.get("gpt-6-luna")
    assert model is not None
    table = model.prices[0]
    base = replace(table.base, single=replace(table.base.single, output=Decimal("0.51")))
    dearer = replace(model, prices=(replace(table, tiers=(*table.tiers[:-1], base)),))
    assert set(differences(dearer, "single", at)) == {
        "gpt-6-luna single output at 1 tokens: 0.51, public 0.5",
        "gpt-6-luna single output at 272000 tokens: 0.51, public 0.5",
    }


def test_whole_calls_cost_what_the_public_prices_say(catalog: Catalog, at: int) -> None:
    """Ordinary calls with cached input; where batch has a public price, in batch too."""
    when = datetime.fromtimestamp(at / 1000, UTC)
    usage = Usage(input=2_111, output=357, cached=1_024)
    reported = PublicUsage(
        input_tokens=usage.prompt, cache_read_tokens=usage.cached, output_tokens=usage.output
    )
    compared = 0
    for model in real_models(catalog):
        _, info = public(model)
        contexts: list[tuple[Mode, dict[str, str] | None]] = [("single", None)]
        if public_batch(info, when):
            contexts.append(("batch", BATCH))
        for mode, context in contexts:
            theirs = calc_price(
                reported,
                model.id,
                provider_id=model.provider,
                genai_request_timestamp=when,
                price_context=context,
            )
            expected = theirs.total_price * 10**12
            assert price(model, usage, mode, at) == expected, (model.id, mode)
            compared += 1
    assert compared == 2 * len(real_models(catalog)) - len(KNOWN_DIFFERENCES)


def test_context_windows_agree_with_the_public_ones(catalog: Catalog) -> None:
    for model in real_models(catalog):
        _, info = public(model)
        if info.context_window is not None:
            assert model.capabilities.context_window == info.context_window, model.id


def test_the_prices_compared_with_are_those_of_the_package(catalog: Catalog) -> None:
    assert not get_snapshot().from_auto_update
    for model in real_models(catalog):
        provider, info = public(model)
        assert provider.id == model.provider
        assert any(info is known for known in provider.models), "a price of another provider"
