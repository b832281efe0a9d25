"""A retired model is followed by its first successor that is not retired."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from plumas_core.catalog.errors import CatalogError
from plumas_core.catalog.load import Catalog, load_catalog

Write = Callable[..., Path]
Refusal = Callable[..., CatalogError]


def moment(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1000


def model_in(rows: Any, model_id: str) -> Any:
    return next(row for row in rows["models"] if row["id"] == model_id)


def test_a_model_is_retired_from_the_start_of_its_day(catalog: Catalog) -> None:
    model = catalog.get("gpt-4o")
    assert model is not None
    day = moment(2027, 1, 14)
    assert not catalog.retired(model, day - 1)
    assert catalog.retired(model, day)


def test_a_model_without_a_day_is_never_retired(catalog: Catalog) -> None:
    model = catalog.get("gpt-6-luna")
    assert model is not None
    assert not catalog.retired(model, 2**62)


def test_the_successor_is_the_first_that_is_not_retired_itself(rows: Any, written: Write) -> None:
    model_in(rows, "gpt-6.1-sol").update(retires_on="2028-01-01", successor="gpt-6.1-terra")
    catalog = load_catalog(written(rows))
    model = catalog.get("gpt-4o")
    assert model is not None
    before = catalog.successor_at(model, moment(2027, 12, 31))
    after = catalog.successor_at(model, moment(2028, 1, 1))
    assert before is not None
    assert before.id == "gpt-6.1-sol"
    assert after is not None
    assert after.id == "gpt-6.1-terra"


def test_there_is_no_successor_when_the_last_one_is_retired_too(rows: Any, written: Write) -> None:
    model_in(rows, "gpt-6.1-sol").update(retires_on="2028-01-01", successor=None)
    catalog = load_catalog(written(rows))
    model = catalog.get("gpt-4o")
    assert model is not None
    assert catalog.successor_at(model, moment(2028, 1, 1)) is None


def test_a_model_that_is_not_retired_is_its_own_answer(catalog: Catalog) -> None:
    model = catalog.get("gpt-4o")
    assert model is not None
    assert catalog.successor_at(model, moment(2027, 1, 13)) is model


def test_a_circle_of_successors_is_spelled_out(refusal: Refusal, rows: Any, written: Write) -> None:
    model_in(rows, "gpt-6.1-sol")["successor"] = "gpt-6-luna"
    model_in(rows, "gpt-6-luna")["successor"] = "gpt-6.1-sol"
    error = refusal(written(rows))
    assert "(gpt-4o → gpt-6.1-sol → gpt-6-luna → gpt-6.1-sol)" in str(error)
    assert "break it with null" in str(error)
