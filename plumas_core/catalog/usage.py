"""What one AI call used, in tokens, and by which pace it was bought."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Mode: TypeAlias = Literal["single", "batch"]
"""How a call is bought: at list price, one by one, or through a provider's batch API."""


class Usage(NamedTuple):
    """Tokens of one call, in the parts that providers bill apart.

    ``input`` excludes every cached or cache-writing token; ``output`` includes ``reasoning``,
    which is there to be read, never billed a second time.
    """

    input: int
    output: int
    cached: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    reasoning: int = 0

    @property
    def prompt(self) -> int:
        """All tokens sent, cached ones included: what long-context tiers are measured by."""
        return self.input + self.cached + self.cache_write_5m + self.cache_write_1h
