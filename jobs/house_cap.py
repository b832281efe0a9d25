"""The house's monthly cap: the operator is told when most of it is spent or promised."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.credits.caps import HouseUse, caps_of, house_use
from plumas_core.credits.money import show_available, show_due
from plumas_core.delivery.operators import tell_operators

log = structlog.get_logger(__name__)


async def watch_house_cap(app: App) -> int:
    """Tell every operator, once a month; return how many are told now."""
    use = await app.db.read(lambda c: house_use(c, app.clock(), caps_of(app.policy)))
    if not use.warns:
        return 0
    return await app.db.write(lambda c: _tell(app, c, use))


def _tell(app: App, c: Connection, use: HouseUse) -> int:
    log.warning("house_cap_near", spent=use.spent, held=use.held, cap=use.cap)
    locale = app.policy.default_locale
    text = app.texts.text(
        locale,
        "house-cap-near",
        used=show_due(use.spent + use.held, locale),
        cap=show_available(use.cap, locale),
    )
    return tell_operators(app, c, f"house-cap:{use.month}", text)
