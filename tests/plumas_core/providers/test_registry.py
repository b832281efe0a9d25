"""Which provider answers for a model, and what it is made from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from plumas_core.catalog.errors import CatalogError
from plumas_core.catalog.load import Catalog, load_catalog
from plumas_core.providers.interface import AIProviderInterface
from plumas_core.providers.offline.provider import OfflineProvider
from plumas_core.providers.registry import (
    CATALOG,
    PROVIDER_MAP,
    ProviderContext,
    ProviderKind,
    Providers,
    ProviderSettings,
    get_provider_for_model,
    providers_from_environment,
)
from tests.support.time import ManualClock

OFFLINE = {"offline": PROVIDER_MAP["offline"]}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(CATALOG)


@pytest.fixture
def settings(tmp_path: Path) -> ProviderSettings:
    return ProviderSettings(offline_world=tmp_path / "world")


def build(
    catalog: Catalog,
    settings: ProviderSettings,
    kinds: Mapping[str, ProviderKind] = OFFLINE,
) -> Providers:
    clock = ManualClock()
    return Providers(settings, catalog, clock=clock, sleep=clock.sleep, kinds=kinds)


def keyed(made: list[ProviderContext]) -> dict[str, ProviderKind]:
    """Return a map with a provider that wants an OpenAI key and remembers each making."""

    def make(context: ProviderContext) -> AIProviderInterface:
        made.append(context)
        return OfflineProvider(context.settings.offline_world, context.clock, context.sleep)

    kind = ProviderKind(make, lambda settings: settings.openai_api_key is not None)
    return {**OFFLINE, "openai": kind}


def test_an_offline_model_has_a_provider_without_any_key(
    catalog: Catalog, settings: ProviderSettings
) -> None:
    for model in ("offline-pluma", "offline-tintero", "offline-papel"):
        found = get_provider_for_model(model, build(catalog, settings))
        assert isinstance(found, OfflineProvider)
        assert found.simulated


def test_an_unknown_model_has_none(catalog: Catalog, settings: ProviderSettings) -> None:
    assert get_provider_for_model("gpt-900", build(catalog, settings)) is None


def test_a_model_whose_key_is_missing_has_none(
    catalog: Catalog, settings: ProviderSettings
) -> None:
    made: list[ProviderContext] = []
    providers = build(catalog, settings, keyed(made))
    assert get_provider_for_model("gpt-4o", providers) is None
    assert not providers.configured("openai")
    assert not providers.real_keys
    assert made == []


def test_a_provider_is_made_when_it_is_first_needed_and_once(
    catalog: Catalog, tmp_path: Path
) -> None:
    made: list[ProviderContext] = []
    settings = ProviderSettings(openai_api_key="sk-secret", offline_world=tmp_path)
    providers = build(catalog, settings, keyed(made))
    assert providers.real_keys
    assert made == []
    first = providers.get_provider_for_model("gpt-4o")
    assert first is not None
    assert providers.get_provider_for_model("gpt-4o-mini") is first
    assert [context.catalog for context in made] == [catalog]


def test_the_offline_provider_is_not_a_real_key(
    catalog: Catalog, settings: ProviderSettings
) -> None:
    providers = build(catalog, settings)
    assert providers.configured("offline")
    assert not providers.real_keys
    assert not providers.configured("nobody")


def test_a_model_s_provider_is_named_even_where_it_cannot_be_called(
    catalog: Catalog, settings: ProviderSettings
) -> None:
    providers = build(catalog, settings)
    assert providers.provider_name("gpt-4o") == "openai"
    assert providers.provider_name("gpt-900") is None


def test_keys_do_not_show_in_the_settings() -> None:
    settings = ProviderSettings(
        openai_api_key="sk-one", anthropic_api_key="sk-two", compatible_api_key="sk-three"
    )
    assert "sk-" not in repr(settings)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, and the world in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_providers_they_come_from_the_environment_of_the_moment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(get_provider_for_model("offline-pluma"), OfflineProvider)
    assert get_provider_for_model("gpt-900") is None
    monkeypatch.setenv("OFFLINE_FAULTS", "refuse=1")
    found = get_provider_for_model("offline-pluma")
    assert isinstance(found, OfflineProvider)
    assert found._faults.refuse == 1


def test_an_empty_variable_is_one_that_is_not_set(folder: Path) -> None:
    providers = providers_from_environment({"OPENAI_API_KEY": "", "OFFLINE_SEED": ""})
    assert not providers.configured("openai")
    assert providers.configured("offline")


def test_a_catalog_of_one_s_own_is_read_where_the_environment_names_it(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"none\.json"):
        providers_from_environment({"CATALOG_PATH": str(tmp_path / "none.json")})


@pytest.mark.parametrize("bad", [{"OFFLINE_SEED": "many"}, {"OFFLINE_FAULTS": "rain=1"}])
def test_a_setting_that_cannot_be_read_is_told(folder: Path, bad: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"many|rain"):
        providers_from_environment(bad).get_provider_for_model("offline-pluma")
