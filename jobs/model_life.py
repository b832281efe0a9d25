"""Every day the providers are asked for their models: what they retire is told to the operators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import structlog
from sqlalchemy import Connection, select

from plumas_core.app import App
from plumas_core.catalog.gone import switch_off
from plumas_core.catalog.load import Catalog
from plumas_core.catalog.models import OFFLINE_PROVIDER, Model
from plumas_core.catalog.words import gone_models
from plumas_core.delivery.operators import tell_operators
from plumas_core.locales.translate import Translations
from plumas_core.providers.errors import ProviderError
from plumas_core.providers.interface import ProviderModel
from plumas_core.storage.tables.agents import EVERYWHERE, model_words

log = structlog.get_logger(__name__)

RETIRED = "the provider lists it as retired"


@dataclass(frozen=True, slots=True)
class Change:
    """A day of retirement that the provider names and the catalog does not."""

    model: Model
    day: date


async def watch_models(app: App) -> int:
    """Ask each provider that can be called; return how many models there is news of."""
    news = 0
    for name in sorted({model.provider for model in app.catalog} - {OFFLINE_PROVIDER}):
        provider = app.providers.get(name)
        if provider is None:
            continue
        try:
            offered = await provider.models()
        except ProviderError as reason:
            log.warning("models_not_listed", provider=name, cause=str(reason))
            continue
        news += await _take_in(app, name, offered)
    return news


async def _take_in(app: App, name: str, offered: list[ProviderModel]) -> int:
    changed = changes(app.catalog, name, offered)
    retired = retired_now(app.catalog, name, offered)
    if not changed and not retired:
        return 0
    return await app.db.write(lambda c: _tell(app, c, changed, retired))


def changes(catalog: Catalog, provider: str, offered: Iterable[ProviderModel]) -> list[Change]:
    """Return the days of retirement in ``offered`` that differ from the catalog's."""
    found = []
    for one in offered:
        model = catalog.get(one.id)
        if model is None or model.provider != provider or one.retires_on is None:
            continue
        if model.retires_on != one.retires_on:
            found.append(Change(model, one.retires_on))
    return found


def retired_now(catalog: Catalog, provider: str, offered: Iterable[ProviderModel]) -> list[Model]:
    """Return the models of the catalog that the provider says can be called no more."""
    found = [catalog.get(one.id) for one in offered if one.retired]
    return [model for model in found if model is not None and model.provider == provider]


def _tell(app: App, c: Connection, changed: list[Change], retired: list[Model]) -> int:
    decided = gone_models(c) | _allowed(c)
    now = app.clock()
    told = 0
    for model in retired:
        if model.id not in decided and not model.retired_at(now):
            switch_off(app, c, model, RETIRED)
            told += 1
    for change in changed:
        model = change.model
        log.warning("model_retires", model=model.id, day=str(change.day), known=model.retires_on)
        text = retirement_text(app.texts, app.policy.default_locale, change)
        told += bool(tell_operators(app, c, f"model-retires:{model.id}:{change.day}", text))
    return told


def _allowed(c: Connection) -> set[str]:
    """Return the models that the operator has switched on by a word.

    That word goes before what a provider lists; should a call of one fail, it is gone all the same.
    """
    query = select(model_words.c.model_id).where(
        model_words.c.scope == EVERYWHERE, model_words.c.allowed.is_(True)
    )
    return set(c.execute(query).scalars())


def retirement_text(texts: Translations, locale: str, change: Change) -> str:
    """Return what the operator is told of a day that the catalog does not have."""
    model = change.model
    if model.retires_on is None:
        return texts.text(
            locale,
            "model-retires-new",
            name=model.name,
            model=model.id,
            day=change.day.isoformat(),
        )
    return texts.text(
        locale,
        "model-retires",
        name=model.name,
        model=model.id,
        day=change.day.isoformat(),
        known=model.retires_on.isoformat(),
    )
