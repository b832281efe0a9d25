"""What ``plumas doctor`` asks the AI providers, at no cost: key, reachability, models."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bot.findings import Finding, Patient, named
from jobs.model_life import changes, retired_now
from plumas_core.catalog.load import Catalog, load_catalog
from plumas_core.catalog.models import OFFLINE_PROVIDER
from plumas_core.clock import system_clock
from plumas_core.providers.errors import (
    NotAuthorised,
    OutcomeUnknown,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    Unavailable,
)
from plumas_core.providers.interface import AIProviderInterface, ProviderModel
from plumas_core.providers.registry import PROVIDER_MAP, Providers

LONGEST: Final = 20.0
"""Seconds for one provider; all are asked at the same time."""

DATED: Final = re.compile(r"-20\d\d-?\d\d-?\d\d$", re.ASCII)
"""The day that stands behind the name of a model that does not change any more."""

SETTINGS: Final[Mapping[str, tuple[str, str]]] = {
    "openai": ("OPENAI_API_KEY", "OPENAI_BASE_URL"),
    "anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"),
    "compatible": ("OPENAI_COMPATIBLE_API_KEY", "OPENAI_COMPATIBLE_BASE_URL"),
}
"""Each provider's key and address."""


def providers(patient: Patient) -> Iterator[Finding]:
    """Ask every provider that has a key whether it takes it, and for its models."""
    chosen = patient.settings
    found = load_catalog(chosen.catalog_path, *chosen.catalog_extra_paths)
    configured = [
        name
        for name, kind in PROVIDER_MAP.items()
        if name != OFFLINE_PROVIDER and kind.configured(chosen.provider_settings())
    ]
    if not configured:
        yield Finding("providers", "ok", "nobody to ask: no provider has a key")
        return
    for name, answer in zip(configured, asyncio.run(_ask(patient, found, configured)), strict=True):
        if isinstance(answer, ProviderError):
            yield _refused(name, answer)
        else:
            says = f"{name} is reached, takes the key, and lists {len(answer)} models"
            yield Finding("providers", "ok", says)
            yield from _compared(found, name, answer, patient.now)


async def _ask(
    patient: Patient, catalog: Catalog, names: list[str]
) -> list[list[ProviderModel] | ProviderError]:
    made = Providers(
        patient.settings.provider_settings(), catalog, clock=system_clock, sleep=asyncio.sleep
    )
    try:
        return await asyncio.gather(
            *(_listed(provider) for name in names if (provider := made.get(name)) is not None)
        )
    finally:
        await made.close()


async def _listed(provider: AIProviderInterface) -> list[ProviderModel] | ProviderError:
    try:
        async with asyncio.timeout(LONGEST):
            await provider.check()
            return await provider.models()
    except TimeoutError:
        return Unavailable(f"no answer within {LONGEST:g} seconds")
    except ProviderError as error:
        return error


def _refused(name: str, error: ProviderError) -> Finding:
    key, address = SETTINGS[name]
    if isinstance(error, NotAuthorised):
        says, todo = "does not take the key", f"make a new key there, and put it into {key}"
    elif isinstance(error, QuotaExhausted):
        says, todo = "has no credit for us", "add credit to the account there"
    elif isinstance(error, RateLimited):
        return Finding(
            "providers", "attention", f"{name} is busy ({error})", "run it again in a while"
        )
    elif isinstance(error, Unavailable | OutcomeUnknown):
        says = "cannot be reached"
        todo = f"see the network, a proxy, {address}, and the provider's page of its state"
    else:
        says, todo = "answers otherwise than it should", f"see that {address} is right"
    return Finding("providers", "failed", f"{name} {says} ({error})", todo)


def _compared(
    catalog: Catalog, name: str, offered: list[ProviderModel], now: int
) -> Iterator[Finding]:
    """Compare what the provider lists with the catalog's models that are on."""
    unlisted = [
        model.id
        for model in catalog
        if model.provider == name
        and model.available
        and not model.retired_at(now)
        and not _is_listed(model.id, offered)
    ]
    gone = [model.id for model in retired_now(catalog, name, offered) if not model.retired_at(now)]
    if offered and unlisted:
        says = f"{name} does not list {named(unlisted)}, which the catalog has on"
        todo = "in chat: /model disable, with everywhere; or set available to false in the catalog"
        yield Finding("providers", "attention", says, todo)
    if gone:
        todo = "write the day into retires_on in the catalog, with a successor"
        yield Finding("providers", "attention", f"{name} has retired {named(gone)}", todo)
    for change in changes(catalog, name, offered):
        known = change.model.retires_on or "no day"
        says = f"{name} retires {change.model.id} on {change.day}; the catalog says {known}"
        todo = f"write {change.day} into its retires_on in the catalog"
        yield Finding("providers", "attention", says, todo)


def _is_listed(model_id: str, offered: Iterable[ProviderModel]) -> bool:
    """Tell whether a model is offered, under its own name or as a dated one of it."""
    return any(DATED.sub("", one.id) == model_id or one.id == model_id for one in offered)
