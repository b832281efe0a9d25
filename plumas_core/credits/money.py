"""Credits as people read and type them; inside, amounts are whole picodollars.

Three ways of showing an amount, so that nobody is asked for more than they read before:
:func:`show_due` for what is needed, held or asked for, :func:`show_available` for what there is
to spend, :func:`show` for what was paid or moved.
"""

from __future__ import annotations

import re
from decimal import Decimal

from babel import Locale
from babel.numbers import format_decimal

from plumas_core.credits.errors import BadAmount
from plumas_core.credits.rounding import available_credits, due_credits
from plumas_core.policy import CREDIT
from plumas_core.storage.tables.ledger import MOST_AMOUNT

PICODOLLARS_PER_CREDIT = CREDIT

_DECIMALS = 10
"""One picodollar is the tenth decimal of a credit."""

_CENT = PICODOLLARS_PER_CREDIT // 100
_PATTERN = "#,##0.00"
_TWO_DECIMALS = Decimal("0.01")

_TYPED = re.compile(r"([+-]?)(?=[.,]?[0-9])([0-9]{0,12})(?:[.,]([0-9]{1,10}))?")
_LONGEST = 40
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")


def show(amount: int, locale: str) -> str:
    """Return ``amount`` (picodollars), paid or moved, as credits with two decimals.

    They are written as ``locale`` does. What is above zero but below a hundredth is shown as that:
    ``<0.01``, in Spanish ``< 0,01``.
    """
    language = _language(locale)
    if 0 < abs(amount) < _CENT:
        space = "\N{NO-BREAK SPACE}" if language.language == "es" else ""
        least = format_decimal(_TWO_DECIMALS, _PATTERN, language)
        return f"{'-' if amount < 0 else ''}<{space}{least}"
    return str(format_decimal(Decimal(amount) / PICODOLLARS_PER_CREDIT, _PATTERN, language))


def show_due(amount: int, locale: str) -> str:
    """Return what is needed, held or asked for, rounded up, as ``locale`` writes it.

    ``amount`` is in picodollars, never below zero.
    """
    return str(format_decimal(due_credits(amount), _PATTERN, _language(locale)))


def show_available(amount: int, locale: str) -> str:
    """Return a balance, or what can be spent, rounded down, as ``locale`` writes it.

    ``amount`` is in picodollars.
    """
    return str(format_decimal(available_credits(amount), _PATTERN, _language(locale)))


def _language(locale: str) -> Locale:
    return Locale.parse(locale.replace("-", "_"))


def parse_credits(text: str) -> int:
    """Return the picodollars that a typed amount of credits stands for, exactly.

    The decimal sign is a point or a comma. ``1,000`` is refused, for it means a thousand to some
    and one to others. A sign may come before; whether it makes sense is the command's to say.

    Raises:
        BadAmount: it is no number, or has more than ten decimals, or is above ``MOST_AMOUNT``.
    """
    stripped = text.strip().replace("\N{MINUS SIGN}", "-") if len(text) <= _LONGEST else ""
    found = _TYPED.fullmatch(stripped)
    if found is None or _THOUSANDS.fullmatch(stripped.lstrip("+-")):
        raise BadAmount
    sign, whole, fraction = found.groups(default="")
    amount = int(whole or "0") * PICODOLLARS_PER_CREDIT + int(fraction.ljust(_DECIMALS, "0"))
    if amount > MOST_AMOUNT:
        raise BadAmount
    return -amount if sign == "-" else amount
