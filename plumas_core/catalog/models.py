"""What the catalog knows of a model: what it can do, when it retires, what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, NamedTuple, TypeAlias

from plumas_core.clock import DAY

TemperatureRule: TypeAlias = Literal["always", "without_reasoning", "never"]
"""Whether a model takes a temperature; ``without_reasoning``: only at effort ``none``."""

OFFLINE_PROVIDER = "offline"
"""The provider whose models are simulated, and hidden as soon as a real key is set."""

_EPOCH = date(1970, 1, 1)

ATTODOLLARS_PER_PICODOLLAR = 10**6

PRICE_DECIMALS: Final = 12
"""Finest price that can be written, in decimals of USD per million tokens.

One USD per million tokens is 10^12 attodollars a token, so every such price is whole there.
"""


class PerToken(NamedTuple):
    """Rates in whole attodollars (1e-18 USD) per token; ``None`` where there is no price."""

    input: int
    output: int
    cached_input: int | None
    cache_write_5m: int | None
    cache_write_1h: int | None


@dataclass(frozen=True, slots=True)
class Rates:
    """Prices in USD per million tokens; ``None`` where the provider sells no such thing.

    ``cache_write_5m`` is the provider's shortest-lived cache write (OpenAI keeps it 30 minutes).
    ``per_token`` is the same, scaled once, for :func:`plumas_core.catalog.pricing.price`.
    """

    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None
    cache_write_5m: Decimal | None = None
    cache_write_1h: Decimal | None = None
    per_token: PerToken = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        scaled = PerToken(
            _attodollars(self.input),
            _attodollars(self.output),
            None if self.cached_input is None else _attodollars(self.cached_input),
            None if self.cache_write_5m is None else _attodollars(self.cache_write_5m),
            None if self.cache_write_1h is None else _attodollars(self.cache_write_1h),
        )
        object.__setattr__(self, "per_token", scaled)


def _attodollars(amount: Decimal) -> int:
    scaled = Fraction(amount) * 10**PRICE_DECIMALS
    if scaled.denominator != 1 or scaled < 0:
        raise ValueError(f"not a price of at most {PRICE_DECIMALS} decimals: {amount}")
    return scaled.numerator


@dataclass(frozen=True, slots=True)
class Tier:
    """Rates for whole requests whose prompt has more than ``above`` tokens, cached ones included.

    ``batch`` is ``None`` where the model cannot be had in batch.
    """

    above: int
    single: Rates
    batch: Rates | None


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices in force from ``effective_from`` (UTC milliseconds) until the next table.

    ``tiers`` are ordered from the highest threshold down; the last one's is -1, so that one
    always applies.
    """

    effective_from: int
    source: str
    tiers: tuple[Tier, ...]

    @property
    def base(self) -> Tier:
        """The rates of an ordinary request, below every long-context threshold."""
        return self.tiers[-1]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model's API takes.

    ``reasoning_efforts`` lists the accepted levels, none where the parameter is refused;
    ``output_limit`` names the parameter that limits the output; ``cache_minimum`` is the fewest
    prompt tokens that a provider caches; ``context_window`` and ``max_output`` are in tokens.
    ``None`` means not known, or that there is none.
    """

    temperature: TemperatureRule
    reasoning_efforts: tuple[str, ...]
    structured_output: bool
    batch: bool
    output_limit: str
    cache_minimum: int | None = None
    context_window: int | None = None
    max_output: int | None = None


@dataclass(frozen=True, slots=True)
class Tokeniser:
    """How many UTF-8 bytes of prose make a token, for estimates before a call.

    ``likely_bytes`` is on the safe side of ordinary prose; ``fewest_bytes`` is below what any
    prose was measured at. ``source`` says where the figures come from.
    """

    id: str
    likely_bytes: Fraction
    fewest_bytes: Fraction
    source: str


@dataclass(frozen=True, slots=True)
class Model:
    """One model as the catalog file describes it.

    ``family`` is what "own family" means when judges favour their relatives. ``available`` is
    the file's default, which words in chat override. A model is retired from the start of
    ``retires_on`` (UTC); ``successor`` is the id of the model used instead. ``prices`` are
    ordered from the newest table to the oldest.
    """

    id: str
    name: str
    provider: str
    family: str
    available: bool
    retires_on: date | None
    successor: str | None
    tokeniser: Tokeniser
    capabilities: Capabilities
    prices: tuple[PriceTable, ...]

    @property
    def simulated(self) -> bool:
        """True where no real model answers."""
        return self.provider == OFFLINE_PROVIDER

    def retired_at(self, at: int) -> bool:
        """Return whether the model is retired at ``at`` (UTC milliseconds)."""
        return self.retires_on is not None and at >= start_of_day(self.retires_on)

    def table_at(self, at: int) -> PriceTable | None:
        """Return the prices in force at ``at`` (UTC milliseconds), ``None`` before the first."""
        for table in self.prices:
            if table.effective_from <= at:
                return table
        return None


def start_of_day(day: date) -> int:
    """Return the first moment of ``day`` in UTC milliseconds."""
    return (day - _EPOCH).days * DAY
