"""The shape of a catalog file, read strictly: nothing unknown, nothing guessed, nothing missing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from plumas_core.catalog.errors import CatalogError
from plumas_core.catalog.models import PRICE_DECIMALS, TemperatureRule

_WHOLE_DIGITS = 4
"""Digits before a price's point: under 10,000 USD per million tokens, any cost fits 64 bits."""

_AMOUNT = re.compile(
    rf"(?:0|[1-9][0-9]{{0,{_WHOLE_DIGITS - 1}}})(?:\.[0-9]{{1,{PRICE_DECIMALS}}})?"
)
_RATIO = re.compile(r"[1-9][0-9]?(?:\.[0-9]{1,3})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_REPEATED = " (again)"
_SHOWN = 40
"""Characters of a wrong value that an error repeats."""


def _amount(value: object) -> object:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return Decimal(value)
    raise PydanticCustomError(
        "price",
        'must be USD per million tokens as a plain decimal in quotes, such as "0.15"',
    )


def _ratio(value: object) -> object:
    if isinstance(value, Fraction):
        return value
    if isinstance(value, str) and _RATIO.fullmatch(value):
        return Fraction(value)
    raise PydanticCustomError(
        "ratio", 'must be a number of bytes from 1 to 99 in quotes, such as "2.3"'
    )


def _day(value: object) -> object:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("day", 'must be a date in quotes, such as "2027-01-14"')


Amount = Annotated[Decimal, BeforeValidator(_amount)]
Ratio = Annotated[Fraction, BeforeValidator(_ratio)]
Day = Annotated[date, BeforeValidator(_day)]
ModelId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}$")]
Word = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,300}$")]
Count = Annotated[int, Field(gt=0)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    comment: object = None


class RatesRow(_Row):
    """Rates of one pace; every column is written, ``null`` where it is not sold."""

    input: Amount
    cached_input: Amount | None
    cache_write_5m: Amount | None
    cache_write_1h: Amount | None
    output: Amount


class TierRow(_Row):
    """Rates of requests above a number of prompt tokens."""

    above: Count
    single: RatesRow = Field(alias="list")
    batch: RatesRow | None


class TableRow(_Row):
    """Prices from a day on."""

    effective_from: Day = Field(alias="from")
    source: Line
    single: RatesRow = Field(alias="list")
    batch: RatesRow | None
    long_context: list[TierRow] = []


class CapabilitiesRow(_Row):
    """What a model's API takes."""

    temperature: TemperatureRule
    reasoning_efforts: list[Word]
    structured_output: bool
    batch: bool
    output_limit: Word
    cache_minimum: Count | None
    context_window: Count | None
    max_output: Count | None


class ModelRow(_Row):
    """One model."""

    id: ModelId
    name: Line
    provider: Word
    family: Word
    available: bool
    retires_on: Day | None
    successor: ModelId | None
    tokeniser: Word
    capabilities: CapabilitiesRow
    prices: Annotated[list[TableRow], Field(min_length=1)]


class TokeniserRow(_Row):
    """Bytes of prose to a token."""

    likely_bytes: Ratio
    fewest_bytes: Ratio
    source: Line


class FileRow(_Row):
    """A whole catalog file."""

    checked_on: Day
    tokenisers: dict[Word, TokeniserRow] = {}
    models: list[ModelRow]


_ADVICE: Mapping[str, str] = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not a field of the catalog; correct its name or remove it",
    "bool_type": "must be true or false, without quotes",
    "int_type": "must be a whole number, without quotes",
    "greater_than": "must be a whole number above 0",
    "string_type": "must be text in quotes",
    "string_unicode": "must be whole characters; remove the broken one",
    "list_type": "must be a list in square brackets",
    "dict_type": "must be an object in braces",
    "model_type": "must be an object in braces",
    "too_short": "must have at least one item",
}
_PATTERN_ADVICE: Mapping[str, str] = {
    "name": "must be one line of 1 to 300 characters",
    "source": "must be one line of 1 to 300 characters",
    "id": "must be a model id: letters, digits and . _ : / @ + -, at most 100",
    "successor": "must be a model id: letters, digits and . _ : / @ + -, at most 100",
}


def read_rows(path: Path) -> FileRow:
    """Return the rows of the catalog file at ``path``.

    Raises:
        CatalogError: the file cannot be read, is no JSON, or does not have the catalog's shape.
    """
    file = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CatalogError(file, "is not text in UTF-8; save it as UTF-8") from None
    except OSError as reason:
        why = reason.strerror or type(reason).__name__
        raise CatalogError(file, f"cannot be read ({why}); check the path and its rights") from None
    raw = _parse(file, text)
    try:
        return FileRow.model_validate(raw)
    except ValidationError as reason:
        errors = reason.errors(include_url=False)
        raise _explain(file, raw, errors[0]) from None


def _parse(file: str, text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_marking_repeats)
    except json.JSONDecodeError as reason:
        where = f"line {reason.lineno}, column {reason.colno}"
        raise CatalogError(
            file, f"is not JSON ({reason.msg} at {where}); correct it there"
        ) from None
    except (ValueError, RecursionError):
        raise CatalogError(
            file, "is not a catalog (nested too deep, or a number too long); restore it"
        ) from None


def _marking_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Keep the second of two equal names under one that the strict shape refuses, in its place."""
    row: dict[str, object] = {}
    for name, value in pairs:
        row[f"{name}{_REPEATED}" if name in row else name] = value
    return row


def _explain(file: str, raw: object, error: ErrorDetails) -> CatalogError:
    location = error["loc"]
    model, field = "", _path(location)
    if len(location) >= 2 and location[0] == "models" and isinstance(location[1], int):
        model = _name_of_model(raw, location[1])
        field = _path(location[2:])
    return CatalogError(file, _advice(error), model=model, field=field)


def _name_of_model(raw: object, index: int) -> str:
    rows = raw["models"] if isinstance(raw, dict) else []
    row = rows[index]
    known = row.get("id") if isinstance(row, dict) else None
    return known[:_SHOWN] if isinstance(known, str) and known else f"number {index + 1}"


def _path(location: Sequence[int | str]) -> str:
    # "[key]" is how pydantic marks that a name, not its value, is wrong.
    parts = [
        f"[{part}]" if isinstance(part, int) else f".{part[:_SHOWN]}"
        for part in location
        if part != "[key]"
    ]
    return "".join(parts).removeprefix(".")


def _advice(error: ErrorDetails) -> str:
    kind = error["type"]
    if any(str(part).endswith(_REPEATED) for part in error["loc"]):
        return "stands twice; keep one of the two"
    if kind == "missing":
        last = error["loc"][-1]
        nullable = last in RatesRow.model_fields and last not in ("input", "output")
        return "is missing; add it, or null where it is not sold" if nullable else _ADVICE[kind]
    if kind == "literal_error":
        advice = f"must be one of {error['ctx']['expected']}"
    elif kind == "string_pattern_mismatch":
        last = str(error["loc"][-1])
        advice = _PATTERN_ADVICE.get(last, "must be lower-case letters, digits and . _ -")
    else:
        advice = _ADVICE.get(kind) or error["msg"]
    if kind == "extra_forbidden" or isinstance(error["input"], dict | list):
        return advice
    return f"{advice}; here stands {_shown(error['input'])}"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
