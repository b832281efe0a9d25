"""Who may switch a model on and off."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from plumas_core.catalog.availability import Availability, effective
from plumas_core.catalog.load import Catalog
from plumas_core.catalog.models import Model

AT_RETIREMENT = 1_799_884_800_000
"""2027-01-14T00:00:00Z."""
WORDS = (None, True, False)
BOTH_WORDS = list(product(WORDS, repeat=2))


@pytest.fixture(scope="module")
def real(catalog: Catalog) -> Model:
    model = catalog.get("gpt-4o")
    assert model is not None
    return model


@pytest.fixture(scope="module")
def simulated(catalog: Catalog) -> Model:
    model = catalog.get("offline-pluma")
    assert model is not None
    return model


def ask(
    model: Model,
    operator_word: bool | None = None,
    community_word: bool | None = None,
    *,
    configured: bool = True,
    real_keys: bool | None = None,
    at: int = AT_RETIREMENT - 1,
) -> Availability:
    return effective(
        model,
        operator_word=operator_word,
        community_word=community_word,
        configured=configured,
        real_keys=not model.simulated if real_keys is None else real_keys,
        at=at,
    )


@pytest.mark.parametrize("available", [True, False])
def test_without_a_word_the_file_decides(real: Model, available: bool) -> None:
    assert ask(replace(real, available=available)) == Availability(available, "file")


@pytest.mark.parametrize(("available", "word"), list(product([True, False], repeat=2)))
def test_the_operators_word_overrides_the_file(real: Model, available: bool, word: bool) -> None:
    assert ask(replace(real, available=available), word) == Availability(word, "operator")


@pytest.mark.parametrize("operator_word", [None, True])
def test_a_community_can_switch_off_what_is_on(real: Model, operator_word: bool | None) -> None:
    assert ask(real, operator_word, False) == Availability(False, "community")


@pytest.mark.parametrize("community_word", WORDS)
def test_a_community_cannot_switch_on_what_the_file_has_off(
    real: Model, community_word: bool | None
) -> None:
    assert ask(replace(real, available=False), None, community_word) == Availability(False, "file")


@pytest.mark.parametrize("community_word", WORDS)
def test_a_community_cannot_switch_on_what_the_operator_has_off(
    real: Model, community_word: bool | None
) -> None:
    assert ask(real, False, community_word) == Availability(False, "operator")


def test_a_community_s_yes_leaves_the_decision_where_it_was(real: Model) -> None:
    assert ask(real, None, True) == Availability(True, "file")
    assert ask(real, True, True) == Availability(True, "operator")


@pytest.mark.parametrize(("operator_word", "community_word"), BOTH_WORDS)
def test_no_word_brings_back_a_retired_model(
    real: Model, operator_word: bool | None, community_word: bool | None
) -> None:
    answer = ask(real, operator_word, community_word, at=AT_RETIREMENT)
    assert answer == Availability(False, "retired")


def test_a_model_is_on_until_the_day_of_its_retirement(real: Model) -> None:
    assert ask(real, at=AT_RETIREMENT - 1).on


@pytest.mark.parametrize(("operator_word", "community_word"), BOTH_WORDS)
def test_no_word_replaces_a_price(
    real: Model, operator_word: bool | None, community_word: bool | None
) -> None:
    answer = ask(replace(real, prices=()), operator_word, community_word)
    assert answer == Availability(False, "no price")


@pytest.mark.parametrize(("operator_word", "community_word"), BOTH_WORDS)
def test_no_word_replaces_a_key(
    real: Model, operator_word: bool | None, community_word: bool | None
) -> None:
    answer = ask(real, operator_word, community_word, configured=False)
    assert answer == Availability(False, "no key")


@pytest.mark.parametrize(("operator_word", "community_word"), BOTH_WORDS)
def test_simulated_models_are_hidden_as_soon_as_a_real_key_is_set(
    simulated: Model, operator_word: bool | None, community_word: bool | None
) -> None:
    answer = ask(simulated, operator_word, community_word, real_keys=True)
    assert answer == Availability(False, "hidden")


def test_simulated_models_are_on_where_there_is_no_key(simulated: Model) -> None:
    assert ask(simulated) == Availability(True, "file")


def test_a_simulated_model_can_be_switched_off_like_any_other(simulated: Model) -> None:
    assert ask(simulated, False) == Availability(False, "operator")
    assert ask(simulated, None, False) == Availability(False, "community")
