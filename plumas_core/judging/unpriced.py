"""Readings whose model has no price: nothing is sent for them, and the operators are told."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.catalog.errors import MissingPrice
from plumas_core.catalog.models import Model
from plumas_core.catalog.pricing import require_price
from plumas_core.catalog.usage import Mode
from plumas_core.clock import DAY, MINUTE
from plumas_core.delivery.operators import tell_operators

log = structlog.get_logger(__name__)

UNPRICED_PAUSE = 10 * MINUTE
"""How long a reading waits that has no price: only the operator can help."""


def why_unpriced(model: Model, mode: Mode, priced_at: int) -> str | None:
    """Return why a call could not be billed at the prices of ``priced_at``, ``None`` if it can."""
    try:
        require_price(model, mode, priced_at)
    except MissingPrice as missing:
        return str(missing)
    return None


def tell_of_unpriced(app: App, c: Connection, model: Model, why: str) -> None:
    """Tell the operators of a model that readings wait for, once a day."""
    log.error("reading_without_price", model=model.id, cause=why)
    text = app.texts.text(app.policy.default_locale, "operator-no-price", model=model.id)
    tell_operators(app, c, f"no-price:{model.id}:{app.clock() // DAY}", text)
