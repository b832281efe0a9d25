"""Which providers there are, and which one answers for a model."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from plumas_core.catalog.load import Catalog, load_catalog
from plumas_core.catalog.models import OFFLINE_PROVIDER
from plumas_core.clock import Clock, Sleep, system_clock
from plumas_core.providers.interface import AIProviderInterface

OFFLINE_WORLD: Final = Path("data/offline")
"""Where the offline provider keeps its batches; found from the working directory."""

CATALOG: Final = Path(__file__).parents[2] / "ai_model_costs.json"
"""The table of models that comes with the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """How the providers are reached. A provider without its key is not configured."""

    openai_api_key: str | None = field(default=None, repr=False)
    openai_base_url: str | None = None
    openai_queued_tokens: str = ""
    anthropic_api_key: str | None = field(default=None, repr=False)
    anthropic_base_url: str | None = None
    compatible_api_key: str | None = field(default=None, repr=False)
    compatible_base_url: str | None = None
    offline_world: Path = OFFLINE_WORLD
    offline_seed: int = 0
    offline_faults: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderContext:
    """What a provider is made from."""

    settings: ProviderSettings
    catalog: Catalog
    clock: Clock
    sleep: Sleep


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """How a provider is made, and whether the settings allow it."""

    make: Callable[[ProviderContext], AIProviderInterface]
    configured: Callable[[ProviderSettings], bool]


ProviderMap: TypeAlias = Mapping[str, ProviderKind]


def _offline(context: ProviderContext) -> AIProviderInterface:
    from plumas_core.providers.offline.faults import parse_faults
    from plumas_core.providers.offline.provider import OfflineProvider

    settings = context.settings
    return OfflineProvider(
        settings.offline_world,
        context.clock,
        context.sleep,
        settings.offline_seed,
        parse_faults(settings.offline_faults),
    )


def _openai(context: ProviderContext) -> AIProviderInterface:
    from plumas_core.providers.openai_api.provider import OpenAIProvider
    from plumas_core.providers.queue_room import parse_queue_room

    settings = context.settings
    return OpenAIProvider(
        api_key=settings.openai_api_key or "",
        base_url=settings.openai_base_url,
        catalog=context.catalog,
        clock=context.clock,
        sleep=context.sleep,
        queue_room=parse_queue_room(settings.openai_queued_tokens),
    )


def _compatible(context: ProviderContext) -> AIProviderInterface:
    from plumas_core.providers.openai_api.provider import OpenAICompatibleProvider

    settings = context.settings
    return OpenAICompatibleProvider(
        api_key=settings.compatible_api_key or "none",  # servers at home ask for no key
        base_url=settings.compatible_base_url,
        catalog=context.catalog,
        clock=context.clock,
        sleep=context.sleep,
    )


def _anthropic(context: ProviderContext) -> AIProviderInterface:
    from plumas_core.providers.anthropic_api.provider import AnthropicProvider

    settings = context.settings
    return AnthropicProvider(
        api_key=settings.anthropic_api_key or "",
        base_url=settings.anthropic_base_url,
        catalog=context.catalog,
        clock=context.clock,
        sleep=context.sleep,
    )


PROVIDER_MAP: Final[ProviderMap] = MappingProxyType(
    {
        "openai": ProviderKind(_openai, lambda settings: bool(settings.openai_api_key)),
        "anthropic": ProviderKind(_anthropic, lambda settings: bool(settings.anthropic_api_key)),
        "compatible": ProviderKind(
            _compatible, lambda settings: bool(settings.compatible_base_url)
        ),
        OFFLINE_PROVIDER: ProviderKind(_offline, lambda settings: True),
    }
)
"""Every provider by its name in the catalog. A new one is a class and a line here."""


class Providers:
    """The providers that can be called, each made when it is first needed."""

    def __init__(
        self,
        settings: ProviderSettings,
        catalog: Catalog,
        *,
        clock: Clock,
        sleep: Sleep,
        kinds: ProviderMap = PROVIDER_MAP,
    ) -> None:
        self._context = ProviderContext(
            settings=settings, catalog=catalog, clock=clock, sleep=sleep
        )
        self._kinds = kinds
        self._made: dict[str, AIProviderInterface] = {}

    def configured(self, name: str) -> bool:
        """Tell whether the provider of this name can be called."""
        kind = self._kinds.get(name)
        return kind is not None and kind.configured(self._context.settings)

    @property
    def real_keys(self) -> bool:
        """Tell whether any provider but the offline one can be called."""
        return any(self.configured(name) for name in self._kinds if name != OFFLINE_PROVIDER)

    def get_provider_for_model(self, model_id: str) -> AIProviderInterface | None:
        """Return the provider of a model; ``None`` for an unknown model or one without its key."""
        name = self.provider_name(model_id)
        return None if name is None else self.get(name)

    def provider_name(self, model_id: str) -> str | None:
        """Return the name of a model's provider, called or not; ``None`` for an unknown model."""
        model = self._context.catalog.get(model_id)
        return None if model is None else model.provider

    def get(self, name: str) -> AIProviderInterface | None:
        """Return the provider of this name, ``None`` where it cannot be called."""
        if not self.configured(name):
            return None
        if name not in self._made:
            self._made[name] = self._kinds[name].make(self._context)
        return self._made[name]

    async def close(self) -> None:
        """Release the providers' connections."""
        for provider in self._made.values():
            await provider.close()


def get_provider_for_model(
    model_id: str, providers: Providers | None = None
) -> AIProviderInterface | None:
    """Return the provider that answers for a model, ready to be asked.

    ``None`` for a model that the catalog does not have, or whose provider has no key. Without
    ``providers`` they are built anew from the environment and the catalog that comes with the
    program; whoever asks often builds them once and hands them in.

    Raises:
        CatalogError: the catalog cannot be used.
        ValueError: ``OFFLINE_SEED`` is not a number, or ``OFFLINE_FAULTS`` or
            ``OPENAI_QUEUED_TOKENS`` cannot be read, when the provider is first needed.
    """
    return (providers or providers_from_environment()).get_provider_for_model(model_id)


def providers_from_environment(environ: Mapping[str, str] | None = None) -> Providers:
    """Return the providers as environment variables say; each has its name in ``.env.example``.

    ``environ`` stands in for the environment of the process, which is read at this moment.

    Raises:
        CatalogError, ValueError: as :func:`get_provider_for_model` says.
    """
    found = os.environ if environ is None else environ
    values = {name: value for name, value in found.items() if value}
    catalog = load_catalog(Path(values.get("CATALOG_PATH", CATALOG)))
    settings = ProviderSettings(
        openai_api_key=values.get("OPENAI_API_KEY"),
        openai_base_url=values.get("OPENAI_BASE_URL"),
        openai_queued_tokens=values.get("OPENAI_QUEUED_TOKENS", ""),
        anthropic_api_key=values.get("ANTHROPIC_API_KEY"),
        anthropic_base_url=values.get("ANTHROPIC_BASE_URL"),
        compatible_api_key=values.get("OPENAI_COMPATIBLE_API_KEY"),
        compatible_base_url=values.get("OPENAI_COMPATIBLE_BASE_URL"),
        offline_world=Path(values.get("OFFLINE_FOLDER", OFFLINE_WORLD)),
        offline_seed=int(values.get("OFFLINE_SEED", "0")),
        offline_faults=values.get("OFFLINE_FAULTS", ""),
    )
    return Providers(settings, catalog, clock=system_clock, sleep=asyncio.sleep)
