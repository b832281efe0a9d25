"""What a call costs: tokens and the catalog's rates to picodollars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from plumas_core.catalog.errors import MissingPrice
from plumas_core.catalog.models import ATTODOLLARS_PER_PICODOLLAR, Model, Rates, Tier
from plumas_core.catalog.usage import Mode, Usage


def price(model: Model, usage: Usage, mode: Mode, at: int) -> int:
    """Return the cost of one call in picodollars (1e-12 USD), rounded up once.

    ``at`` is the time in UTC milliseconds whose prices count. A long-context tier is chosen by
    all prompt tokens, cached ones included, and covers the whole call. Reasoning is part of the
    output and is not billed again.

    Raises:
        MissingPrice: no table is in force, the mode is not sold, or a used part has no rate.
        ValueError: a count of tokens is negative.
    """
    table = model.table_at(at)
    if table is None:
        raise MissingPrice(model.id, f"no prices are in force on {_day(at)}")
    tiers = table.tiers
    tier = tiers[0] if len(tiers) == 1 else _tier(tiers, usage)
    rates = tier.single if mode == "single" else tier.batch
    if rates is None:
        raise MissingPrice(model.id, "there is no batch price")
    fresh, output = usage.input, usage.output
    cached, write_5m, write_1h = usage.cached, usage.cache_write_5m, usage.cache_write_1h
    if fresh | output | cached | write_5m | write_1h < 0:
        raise ValueError(f"a call cannot use fewer than no tokens: {usage}")
    per_token = rates.per_token
    total = fresh * per_token.input + output * per_token.output
    if cached or write_5m or write_1h:
        total += _cached_parts(model, usage, rates)
    return -(-total // ATTODOLLARS_PER_PICODOLLAR)


def require_price(model: Model, mode: Mode, at: int) -> None:
    """Check, before anything is sent, that a call can be billed at the prices of ``at``.

    Raises:
        MissingPrice: it cannot.
    """
    price(model, Usage(input=1, output=1), mode, at)


def _tier(tiers: tuple[Tier, ...], usage: Usage) -> Tier:
    prompt = usage.prompt
    for tier in tiers:
        if prompt > tier.above:
            return tier
    return tiers[-1]


def _cached_parts(model: Model, usage: Usage, rates: Rates) -> int:
    per_token = rates.per_token
    total = 0
    if usage.cached:
        total += usage.cached * _sold(per_token.cached_input, model, "cached input")
    if usage.cache_write_5m:
        rate = _sold(per_token.cache_write_5m, model, "short-lived cache writes")
        total += usage.cache_write_5m * rate
    if usage.cache_write_1h:
        rate = _sold(per_token.cache_write_1h, model, "one-hour cache writes")
        total += usage.cache_write_1h * rate
    return total


def _sold(rate: int | None, model: Model, what: str) -> int:
    if rate is None:
        raise MissingPrice(model.id, f"there is no price for {what}")
    return rate


def _day(at: int) -> str:
    return (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at)).date().isoformat()
