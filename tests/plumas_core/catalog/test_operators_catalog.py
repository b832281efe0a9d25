"""An operator's own catalog file adds to the shipped one and cannot change it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from plumas_core.catalog.errors import CatalogError
from plumas_core.catalog.load import load_catalog

Write = Callable[..., Path]
Refusal = Callable[..., CatalogError]
SHIPPED_MODEL = "gpt-4o"


def extra_file(rows: Any, **changes: object) -> Any:
    model = {**rows["models"][0], "id": "llama3:8b", **changes}
    return {"checked_on": "2026-10-01", "models": [model]}


def test_an_operators_file_adds_models_after_the_shipped_ones(rows: Any, written: Write) -> None:
    first = written(rows)
    extra = written(extra_file(rows, provider="ollama", successor="gpt-6-luna"), "mine.json")
    catalog = load_catalog(first, extra)
    assert [model.id for model in catalog][-1] == "llama3:8b"
    assert len(catalog) == len(rows["models"]) + 1
    assert catalog.checked_on == date(2026, 10, 1)


def test_an_operators_file_may_bring_its_own_tokeniser(rows: Any, written: Write) -> None:
    first = written(rows)
    content = extra_file(rows, tokeniser="llama")
    content["tokenisers"] = {
        "llama": {"likely_bytes": "2.5", "fewest_bytes": "1", "source": "counted by hand"}
    }
    model = load_catalog(first, written(content, "mine.json")).get("llama3:8b")
    assert model is not None
    assert model.tokeniser.source == "counted by hand"


def test_an_operators_file_cannot_replace_a_shipped_model(
    refusal: Refusal, rows: Any, written: Write
) -> None:
    first = written(rows)
    extra = written(extra_file(rows, id=SHIPPED_MODEL), "mine.json")
    error = refusal(first, extra)
    assert (error.file, error.model, error.field) == (str(extra), SHIPPED_MODEL, "id")
    assert f"an earlier model of {first}" in str(error)


def test_an_operators_file_cannot_redefine_a_tokeniser(
    refusal: Refusal, rows: Any, written: Write
) -> None:
    first = written(rows)
    content = {**extra_file(rows), "tokenisers": rows["tokenisers"]}
    error = refusal(first, written(content, "mine.json"))
    assert error.field == "tokenisers.openai"
    assert "choose another name" in str(error)


def test_a_broken_successor_is_blamed_on_the_file_that_names_it(
    refusal: Refusal, rows: Any, written: Write
) -> None:
    first = written(rows)
    extra = written(extra_file(rows, successor="gone"), "mine.json")
    error = refusal(first, extra)
    assert (error.file, error.model, error.field) == (str(extra), "llama3:8b", "successor")
