"""The catalog as ``plumas models --json`` prints it."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict

from plumas_core.catalog.load import Catalog
from plumas_core.catalog.models import Model, Rates


class ListPrices(TypedDict):
    """USD per million tokens, one call at a time."""

    input: str | None
    output: str | None
    cached_input: str | None


class BatchPrices(TypedDict):
    """USD per million tokens, in batch."""

    input: str | None
    output: str | None


class ModelListing(TypedDict):
    """One model, as printed."""

    id: str
    provider: str
    available: bool
    retires_on: str | None
    successor: str | None
    usd_per_mtok: ListPrices
    batch_usd_per_mtok: BatchPrices


def listing(catalog: Catalog, at: int) -> list[ModelListing]:
    """Return every model with the prices in force at ``at`` (UTC milliseconds).

    Amounts are plain decimal strings, ``None`` where there is no price; they are those of an
    ordinary request, below any long-context tier. ``available`` is the file's word alone.
    """
    return [_entry(model, at) for model in catalog]


def _entry(model: Model, at: int) -> ModelListing:
    table = model.table_at(at)
    single = table.base.single if table else None
    batch = table.base.batch if table else None
    return {
        "id": model.id,
        "provider": model.provider,
        "available": model.available,
        "retires_on": model.retires_on.isoformat() if model.retires_on else None,
        "successor": model.successor,
        "usd_per_mtok": {
            "input": _input(single),
            "output": _output(single),
            "cached_input": _plain(single.cached_input) if single else None,
        },
        "batch_usd_per_mtok": {"input": _input(batch), "output": _output(batch)},
    }


def _input(rates: Rates | None) -> str | None:
    return _plain(rates.input) if rates else None


def _output(rates: Rates | None) -> str | None:
    return _plain(rates.output) if rates else None


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")
