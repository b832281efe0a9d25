"""The list that `plumas models --json` prints."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from plumas_core.catalog.listing import listing
from plumas_core.catalog.load import Catalog


def test_a_model_is_listed_with_its_dates_and_prices(catalog: Catalog, at: int) -> None:
    entries = {entry["id"]: entry for entry in listing(catalog, at)}
    assert entries["claude-3-7-sonnet-latest"] == {
        "id": "claude-3-7-sonnet-latest",
        "provider": "anthropic",
        "available": True,
        "retires_on": "2026-02-19",
        "successor": "claude-sonnet-5-5",
        "usd_per_mtok": {"input": "3.00", "output": "15.00", "cached_input": "0.30"},
        "batch_usd_per_mtok": {"input": "1.50", "output": "7.50"},
    }


def test_every_model_is_listed_in_the_files_order(catalog: Catalog, at: int) -> None:
    assert [entry["id"] for entry in listing(catalog, at)] == [model.id for model in catalog]


def test_amounts_are_plain_decimals_and_the_list_is_json(catalog: Catalog, at: int) -> None:
    entries = json.loads(json.dumps(listing(catalog, at)))
    for entry in entries:
        for amount in (*entry["usd_per_mtok"].values(), *entry["batch_usd_per_mtok"].values()):
            assert re.fullmatch(r"\d+(\.\d+)?", amount), entry["id"]


def test_a_model_that_never_retires_has_null_for_day_and_successor(
    catalog: Catalog, at: int
) -> None:
    luna = next(entry for entry in listing(catalog, at) if entry["id"] == "gpt-6-luna")
    assert (luna["retires_on"], luna["successor"]) == (None, None)


def test_before_its_first_prices_a_model_has_none(catalog: Catalog) -> None:
    luna = next(entry for entry in listing(catalog, 0) if entry["id"] == "gpt-6-luna")
    assert luna["usd_per_mtok"] == {"input": None, "output": None, "cached_input": None}
    assert luna["batch_usd_per_mtok"] == {"input": None, "output": None}


def test_the_prices_are_those_in_force_at_the_time(catalog: Catalog, at: int) -> None:
    def cached(when: int) -> str | None:
        entries = {entry["id"]: entry for entry in listing(catalog, when)}
        return entries["claude-sonnet-5-5"]["usd_per_mtok"]["cached_input"]

    sonnet = catalog.get("claude-sonnet-5-5")
    assert sonnet is not None
    assert cached(sonnet.prices[-1].effective_from) == "0.20"
    assert cached(at) == "0.10"


def test_a_model_without_batch_has_no_batch_prices(catalog: Catalog, at: int) -> None:
    model = catalog.models[0]
    table = model.prices[0]
    single_only = replace(table, tiers=(replace(table.base, batch=None),))
    alone = Catalog((replace(model, prices=(single_only,)),), catalog.checked_on)
    assert listing(alone, at)[0]["batch_usd_per_mtok"] == {"input": None, "output": None}
