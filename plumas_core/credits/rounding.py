"""Picodollars as credits with two decimals: what is asked for rounded up, what there is down.

So nobody is asked for more than they read before, or reads that 1.00 is less than 1.00.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from plumas_core.policy import CREDIT

_CENT = Decimal("0.01")


def due_credits(amount: int) -> Decimal:
    """Return what is needed, held or asked for (picodollars) as credits, rounded up."""
    return (Decimal(amount) / CREDIT).quantize(_CENT, ROUND_CEILING)


def available_credits(amount: int) -> Decimal:
    """Return a balance, or what can be spent (picodollars), as credits, rounded down."""
    return (Decimal(amount) / CREDIT).quantize(_CENT, ROUND_FLOOR)
