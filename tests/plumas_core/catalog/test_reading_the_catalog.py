"""A catalog file is read in full or refused in one line that says where and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plumas_core.catalog.errors import CatalogError
from plumas_core.catalog.load import Catalog, load_catalog

Write = Callable[..., Path]
Refusal = Callable[..., CatalogError]
Damage = Callable[[Any], object]


def model_in(rows: Any, model_id: str) -> Any:
    return next(row for row in rows["models"] if row["id"] == model_id)


def test_models_keep_the_order_of_the_file(catalog: Catalog, rows: Any) -> None:
    assert [model.id for model in catalog] == [row["id"] for row in rows["models"]]
    assert len(catalog) == len(rows["models"])


def test_a_model_is_found_by_its_id_and_an_unknown_one_is_none(catalog: Catalog) -> None:
    luna = catalog.get("gpt-6-luna")
    assert luna is not None
    assert luna.name == "GPT-6 Luna"
    for unknown in ("gpt-7", "", "GPT-6-LUNA", "\x00", "🪶" * 1000):
        assert catalog.get(unknown) is None


FIRST = "gpt-4o"

DAMAGES: dict[str, tuple[Damage, str, str]] = {
    "an unknown field": (
        lambda row: row.update(availabel=True),
        "availabel",
        "correct its name or remove it",
    ),
    "an unknown field deep inside": (
        lambda row: row["prices"][0]["list"].update(inptu="1"),
        "prices[0].list.inptu",
        "correct its name or remove it",
    ),
    "available as text": (
        lambda row: row.update(available="true"),
        "available",
        'must be true or false, without quotes; here stands "true"',
    ),
    "available as a number": (
        lambda row: row.update(available=1),
        "available",
        "must be true or false",
    ),
    "no available": (lambda row: row.pop("available"), "available", "is missing; add it"),
    "a price that is a float": (
        lambda row: row["prices"][0]["list"].update(input=2.5),
        "prices[0].list.input",
        'in quotes, such as "0.15"; here stands 2.5',
    ),
    "a price that is a whole number": (
        lambda row: row["prices"][0]["batch"].update(output=5),
        "prices[0].batch.output",
        "in quotes",
    ),
    "a price that is no number": (
        lambda row: row["prices"][0]["list"].update(input="$2.50"),
        "prices[0].list.input",
        "plain decimal",
    ),
    "a price with an exponent": (
        lambda row: row["prices"][0]["list"].update(input="1e-3"),
        "prices[0].list.input",
        "plain decimal",
    ),
    "a price that is not a number by name": (
        lambda row: row["prices"][0]["list"].update(input="NaN"),
        "prices[0].list.input",
        "plain decimal",
    ),
    "a price that is not a number by value": (
        lambda row: row["prices"][0]["list"].update(input=float("nan")),
        "prices[0].list.input",
        "plain decimal",
    ),
    "a negative price": (
        lambda row: row["prices"][0]["list"].update(input="-1"),
        "prices[0].list.input",
        "plain decimal",
    ),
    "a price in foreign digits": (
        lambda row: row["prices"][0]["list"].update(input="٢"),
        "prices[0].list.input",
        "plain decimal",
    ),
    "a price beyond reason": (
        lambda row: row["prices"][0]["list"].update(input="10000"),
        "prices[0].list.input",
        "plain decimal",
    ),
    "a price finer than can be counted": (
        lambda row: row["prices"][0]["list"].update(input="0.0000000000001"),
        "prices[0].list.input",
        "plain decimal",
    ),
    "a missing price": (
        lambda row: row["prices"][0]["list"].pop("output"),
        "prices[0].list.output",
        "is missing; add it",
    ),
    "a missing cache price": (
        lambda row: row["prices"][0]["list"].pop("cached_input"),
        "prices[0].list.cached_input",
        "or null where it is not sold",
    ),
    "an input price of null": (
        lambda row: row["prices"][0]["list"].update(input=None),
        "prices[0].list.input",
        "plain decimal",
    ),
    "no batch prices for a model that has batch": (
        lambda row: row["prices"][0].update(batch=None),
        "prices[0].batch",
        "capabilities.batch is true",
    ),
    "no price table": (
        lambda row: row.update(prices=[]),
        "prices",
        "must have at least one item",
    ),
    "a table that is no object": (
        lambda row: row.update(prices=["free"]),
        "prices[0]",
        "must be an object in braces",
    ),
    "prices that are no list": (
        lambda row: row.update(prices={}),
        "prices",
        "must be a list in square brackets",
    ),
    "a day that is none": (
        lambda row: row["prices"][0].update({"from": "2026-02-30"}),
        "prices[0].from",
        "must be a date in quotes",
    ),
    "a day with an hour": (
        lambda row: row.update(retires_on="2027-01-14T00:00:00Z"),
        "retires_on",
        "must be a date in quotes",
    ),
    "two tables from one day": (
        lambda row: row["prices"].append(row["prices"][0]),
        "prices[1].from",
        "put the tables in order",
    ),
    "tiers out of order": (
        lambda row: row["prices"][0].update(
            long_context=[
                {**_tier(row), "above": 2000},
                {**_tier(row), "above": 1000},
            ]
        ),
        "prices[0].long_context[1].above",
        "put the tiers in order",
    ),
    "two tiers above one threshold": (
        lambda row: row["prices"][0].update(
            long_context=[{**_tier(row), "above": 1000}, {**_tier(row), "above": 1000}]
        ),
        "prices[0].long_context[1].above",
        "put the tiers in order",
    ),
    "half a character": (
        lambda row: row.update(name="\ud800"),
        "name",
        "must be whole characters; remove the broken one",
    ),
    "a tier above nothing": (
        lambda row: row["prices"][0].update(long_context=[{**_tier(row), "above": 0}]),
        "prices[0].long_context[0].above",
        "above 0",
    ),
    "a tier without batch rates": (
        lambda row: row["prices"][0].update(
            long_context=[{**_tier(row), "above": 1000, "batch": None}]
        ),
        "prices[0].long_context[0].batch",
        "capabilities.batch is true",
    ),
    "a temperature rule that is none": (
        lambda row: row["capabilities"].update(temperature="sometimes"),
        "capabilities.temperature",
        "must be one of 'always', 'without_reasoning' or 'never'",
    ),
    "a context window in words": (
        lambda row: row["capabilities"].update(context_window="big"),
        "capabilities.context_window",
        "must be a whole number, without quotes",
    ),
    "a context window with a fraction": (
        lambda row: row["capabilities"].update(context_window=1.5),
        "capabilities.context_window",
        "must be a whole number, without quotes",
    ),
    "a tokeniser that is none": (
        lambda row: row.update(tokeniser="tiktoken"),
        "tokeniser",
        "use one of those that stand in tokenisers: claude, openai",
    ),
    "a successor that is none": (
        lambda row: row.update(successor="gpt-99"),
        "successor",
        "names gpt-99, which is no model",
    ),
    "a model that follows itself": (
        lambda row: row.update(successor=FIRST),
        "successor",
        "leads in a circle (gpt-4o → gpt-4o)",
    ),
    "a name with a line break": (
        lambda row: row.update(name="GPT\n4o"),
        "name",
        "must be one line",
    ),
    "a name that is a number": (
        lambda row: row.update(name=4),
        "name",
        "must be text in quotes",
    ),
    "a provider with capitals": (
        lambda row: row.update(provider="OpenAI"),
        "provider",
        "must be lower-case letters",
    ),
}


def _tier(row: Any) -> Any:
    table = row["prices"][0]
    return {"list": table["list"], "batch": table["batch"]}


@pytest.mark.parametrize("what", DAMAGES)
def test_damage_is_named_by_file_model_and_field_with_what_to_do(
    refusal: Refusal, rows: Any, written: Write, what: str
) -> None:
    damage, field, advice = DAMAGES[what]
    damage(model_in(rows, FIRST))
    path = written(rows)
    error = refusal(path)
    assert (error.file, error.model, error.field) == (str(path), FIRST, field)
    assert str(error).startswith(f"{path}, model {FIRST}, {field}: ")
    assert advice in str(error)


def test_a_second_model_of_the_same_id_is_refused(
    refusal: Refusal, rows: Any, written: Write
) -> None:
    rows["models"].append(rows["models"][0])
    error = refusal(written(rows))
    assert (error.model, error.field) == (FIRST, "id")
    assert "remove one or rename it" in str(error)


def test_a_model_without_an_id_is_named_by_its_place(
    refusal: Refusal, rows: Any, written: Write
) -> None:
    del rows["models"][2]["id"]
    error = refusal(written(rows))
    assert (error.model, error.field) == ("number 3", "id")


def test_a_row_that_is_no_object_is_named_by_its_place(
    refusal: Refusal, rows: Any, written: Write
) -> None:
    rows["models"][1] = "gpt-4o"
    error = refusal(written(rows))
    assert (error.model, error.field) == ("number 2", "")
    assert "must be an object in braces" in str(error)


@pytest.mark.parametrize("bad", ["", "a b", "x" * 101, "gpt\n4o", "\x1b[31mred", "🪶", "../x\x00"])
def test_an_id_that_could_not_be_typed_or_printed_is_refused(
    refusal: Refusal, rows: Any, written: Write, bad: str
) -> None:
    rows["models"][0]["id"] = bad
    error = refusal(written(rows))
    assert error.field == "id"
    assert "must be a model id" in str(error)
    assert str(error).isprintable()


def test_a_field_that_stands_twice_is_found_where_it_stands(
    refusal: Refusal, rows: Any, written: Write
) -> None:
    text = written(rows).read_text(encoding="utf-8")
    twice = text.replace('"batch": {"input"', '"batch": {"input": "9", "input"', 1)
    assert twice != text
    error = refusal(written(twice))
    assert error.model == FIRST
    assert error.field.startswith("prices[0].batch.input")
    assert "stands twice; keep one of the two" in str(error)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "is not JSON"),
        ('{"models": [', "is not JSON"),
        ('{"models": [},', "at line 1, column 13"),
        ("[" * 100_000, "is not a catalog"),
        ('{"models": ' + "9" * 5_000 + "}", "is not a catalog"),
        ("[]", "must be an object in braces"),
        ("null", "must be an object in braces"),
        ("{}", "checked_on: is missing; add it"),
        ('{"checked_on": "2026-11-22", "models": {}}', "models: must be a list"),
        ('{"checked_on": "2026-11-22", "models": []}', "models: has no models"),
    ],
)
def test_a_damaged_file_is_refused(
    refusal: Refusal, written: Write, text: str, advice: str
) -> None:
    assert advice in str(refusal(written(text)))


def test_a_file_that_is_not_text_is_refused(refusal: Refusal, tmp_path: Path) -> None:
    path = tmp_path / "costs.json"
    path.write_bytes(b"\xff\xfe\x00")
    assert "save it as UTF-8" in str(refusal(path))


def test_a_file_with_a_byte_order_mark_is_read(rows: Any, written: Write) -> None:
    path = written(rows)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_catalog(path).get(FIRST) is not None


def test_a_file_that_is_not_there_is_named(refusal: Refusal, tmp_path: Path) -> None:
    error = refusal(tmp_path / "nowhere.json")
    assert "cannot be read (No such file or directory); check the path" in str(error)


def test_a_folder_is_no_catalog(refusal: Refusal, tmp_path: Path) -> None:
    assert "cannot be read" in str(refusal(tmp_path))


@pytest.mark.parametrize(
    ("change", "field", "advice"),
    [
        ({"likely_bytes": 3}, "tokenisers.openai.likely_bytes", "a number of bytes"),
        ({"likely_bytes": "0"}, "tokenisers.openai.likely_bytes", "a number of bytes"),
        ({"fewest_bytes": "4"}, "tokenisers.openai.fewest_bytes", "must not be above"),
        ({"source": ""}, "tokenisers.openai.source", "must be one line"),
    ],
)
def test_a_damaged_tokeniser_is_named(
    refusal: Refusal, rows: Any, written: Write, change: dict[str, object], field: str, advice: str
) -> None:
    rows["tokenisers"]["openai"].update(change)
    error = refusal(written(rows))
    assert (error.model, error.field) == ("", field)
    assert advice in str(error)


def test_a_tokeniser_with_a_name_that_could_not_be_typed_is_refused(
    refusal: Refusal, rows: Any, written: Write
) -> None:
    rows["tokenisers"]["My Tokens"] = rows["tokenisers"]["openai"]
    error = refusal(written(rows))
    assert error.field == "tokenisers.My Tokens"
    assert "must be lower-case letters" in str(error)


def test_comments_can_stand_anywhere(rows: Any, written: Write) -> None:
    model = model_in(rows, FIRST)
    for place in (model, model["capabilities"], model["prices"][0], model["prices"][0]["list"]):
        place["comment"] = ["checked", "by hand"]
    assert load_catalog(written(rows)).get(FIRST) is not None
