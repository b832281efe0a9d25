"""Models that their provider knows no more: switched off everywhere, and the operators told."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.catalog.models import Model
from plumas_core.catalog.words import set_word
from plumas_core.delivery.operators import tell_operators
from plumas_core.operations import record
from plumas_core.storage.tables.agents import EVERYWHERE

log = structlog.get_logger(__name__)


def switch_off(app: App, c: Connection, model: Model, why: str) -> None:
    """Switch a model off everywhere, write that down, and tell the operators of this time."""
    log.warning("model_gone", model=model.id, cause=why)
    set_word(app, c, model, EVERYWHERE, False, None)
    record(app, c, None, None, "model", f"{model.id} False everywhere: {why}")
    tell_operators(app, c, f"model-gone:{model.id}:{app.clock()}", _text(app, model))


def _text(app: App, model: Model) -> str:
    locale = app.policy.default_locale
    successor = app.catalog.get(model.successor) if model.successor else None
    if successor is None:
        return app.texts.text(locale, "model-gone-alone", name=model.name, model=model.id)
    return app.texts.text(
        locale, "model-gone", name=model.name, model=model.id, successor=successor.name
    )
