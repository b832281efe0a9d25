"""Providers that duels wait for and that cannot be called: the operators are told."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection, func, select

from plumas_core.app import App
from plumas_core.clock import DAY, MINUTE
from plumas_core.delivery.operators import tell_operators
from plumas_core.duels.states import UNREAD
from plumas_core.storage.tables.duels import duels, evaluations, seats

log = structlog.get_logger(__name__)

PATIENCE = 5 * MINUTE
"""How long a duel waits before its operators hear of it: a restart with a mended key is quicker."""


async def watch_providers(app: App) -> int:
    """Tell every operator, once a day for each provider; return 0: no work follows from it."""
    waited_for = await app.db.read(lambda c: _waited_for(c, app.clock() - PATIENCE))
    missing = {name: count for name, count in waited_for.items() if app.providers.get(name) is None}
    if missing:
        await app.db.write(lambda c: _tell(app, c, missing))
    return 0


def _waited_for(c: Connection, since: int) -> dict[str, int]:
    """Return how many readings wait for each provider in duels that closed before ``since``."""
    query = (
        select(seats.c.provider, func.count())
        .join(evaluations, evaluations.c.seat_id == seats.c.id)
        .join(duels, duels.c.id == evaluations.c.duel_id)
        .where(
            duels.c.state == "judging",
            duels.c.judging_at <= since,
            evaluations.c.state.in_(UNREAD),
        )
        .group_by(seats.c.provider)
        .order_by(seats.c.provider)
    )
    return dict(c.execute(query).all())


def _tell(app: App, c: Connection, missing: dict[str, int]) -> None:
    for name, count in missing.items():
        log.warning("provider_missing", provider=name, readings=count)
        text = app.texts.text(
            app.policy.default_locale, "operator-no-provider", provider=name, readings=count
        )
        tell_operators(app, c, f"no-provider:{name}:{app.clock() // DAY}", text)
