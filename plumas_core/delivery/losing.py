"""Places in which nothing can be said any more: recorded, and told to those whom it helps."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection, select, update

from plumas_core.app import App
from plumas_core.commands.reply import note
from plumas_core.delivery.operators import tell_operators
from plumas_core.delivery.places import PRIVATE, private_place
from plumas_core.duels.states import RUNNING
from plumas_core.storage.tables.duels import duels
from plumas_core.storage.tables.people import communities, members, places

log = structlog.get_logger(__name__)


def lose_place(app: App, c: Connection, place_id: int, why: str) -> None:
    """Record that a place is lost; tell the operators and the hosts of the duels under way there.

    They are told in private and once, until something can be said there again. ``why`` is what
    the platform answered. Of a member's closed private chat nobody is told.
    """
    place = c.execute(select(places).where(places.c.id == place_id)).one()
    now = app.clock()
    c.execute(update(places).where(places.c.id == place_id).values(lost_at=now))
    if place.lost_at is not None or place.home == PRIVATE:
        return
    log.warning("place_lost", platform=place.platform, address=place.address, why=why)
    community = c.execute(
        select(communities.c.name).where(communities.c.id == place.community_id)
    ).scalar()
    text = app.texts.text(
        app.policy.default_locale,
        "place-lost-operator",
        name=community or "?",
        platform=place.platform,
        address=place.address,
        why=why,
    )
    tell_operators(app, c, f"lost:{place_id}:{now}", text)
    _tell_hosts(app, c, place_id, place.platform, now)


def find_again(c: Connection, place_id: int) -> None:
    """Record that something could be said in a place that was lost."""
    c.execute(update(places).where(places.c.id == place_id).values(lost_at=None))


def _tell_hosts(app: App, c: Connection, place_id: int, platform: str, now: int) -> None:
    query = (
        select(duels.c.number, duels.c.theme, duels.c.host_id, duels.c.locale, members.c.locale)
        .join(members, members.c.id == duels.c.host_id)
        .where(duels.c.place_id == place_id, duels.c.state.in_(RUNNING))
    )
    for number, theme, host, public, own in c.execute(query).all():
        private = private_place(app, c, host, platform)
        if private is not None:
            text = app.texts.text(own or public, "place-lost-host", number=number, theme=theme)
            app.outbox.enqueue(
                c,
                key=f"lost:{place_id}:{now}:{host}:{number}",
                place=private,
                reply=note(text, "warning"),
            )
