"""Tables for people who run the program; names from outside are shown as text, never as markup."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.logs import escaped
from plumas_core.policy import CREDIT

PICODOLLARS = 10**12
"""In one USD."""

_PLAIN_WIDTH = 120
"""Columns where the output is no terminal, so that a file or a pipe is not cut at 80."""


def console() -> Console:
    """Return standard output, as wide as its terminal, or wide enough where it is none."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=_PLAIN_WIDTH)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """Return a table; columns whose name begins with ``#`` hold numbers."""
    made = Table(title=Text(title, style="bold"), title_justify="left", header_style="bold")
    for name in columns:
        number = name.startswith("#")
        made.add_column(
            name.removeprefix("#"), justify="right" if number else "left", no_wrap=number
        )
    for row in rows:
        made.add_row(*(Text(escaped(str(cell))) for cell in row))
    return made


def usd(amount: int) -> str:
    """Return picodollars as USD, exact: two decimals or as many as there are."""
    return _fixed(Decimal(amount) / PICODOLLARS)


def credits_of(amount: int) -> str:
    """Return picodollars as credits, exact: two decimals or as many as there are."""
    return _fixed(Decimal(amount) / CREDIT)


def _fixed(amount: Decimal) -> str:
    text = f"{amount:f}"
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"
