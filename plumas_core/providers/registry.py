"""Which providers there are, and which one answers for a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from plumas_core.catalog.load import Catalog
from plumas_core.catalog.models import OFFLINE_PROVIDER
from plumas_core.clock import Clock, Sleep
from plumas_core.providers.interface import AIProviderInterface


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """How the providers are reached. A provider without its key is not configured."""

    openai_api_key: str | None = field(default=None, repr=False)
    openai_base_url: str | None = None
    anthropic_api_key: str | None = field(default=None, repr=False)
    anthropic_base_url: str | None = None
    compatible_api_key: str | None = field(default=None, repr=False)
    compatible_base_url: str | None = None
    offline_world: Path = Path("data/offline")
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


PROVIDER_MAP: Final[ProviderMap] = MappingProxyType(
    {
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
        model = self._context.catalog.get(model_id)
        return None if model is None else self.get(model.provider)

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
