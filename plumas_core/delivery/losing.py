"""Places in which nothing can be said any more: recorded, and told to those whom it helps."""

from __future__ import annotations

from typing import Final

import structlog
from sqlalchemy import Connection, case, select, update

from plumas_core.app import App
from plumas_core.clock import DAY
from plumas_core.commands.reply import note
from plumas_core.delivery.operators import tell_operators
from plumas_core.delivery.outbox import MOST_FAULTS, MOST_TRIES
from plumas_core.delivery.places import PRIVATE, private_place
from plumas_core.duels.states import RUNNING
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels
from plumas_core.storage.tables.people import communities, members, places

OWED_FOR: Final = 2 * DAY
"""Milliseconds for which a message is owed to a place that is lost: as long as others are tried."""

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


def find_again(app: App, c: Connection, place_id: int) -> None:
    """Record that things can be said in a place again, and owe what it refused while it was lost.

    What is older than ``OWED_FOR`` helps nobody any more, and what was given up for another reason
    stays so.
    """
    now = app.clock()
    c.execute(update(places).where(places.c.id == place_id).values(lost_at=None))
    c.execute(
        update(outbox)
        .where(
            outbox.c.place_id == place_id,
            outbox.c.state == "failed",
            outbox.c.tries < MOST_TRIES,
            outbox.c.faults < MOST_FAULTS,
            outbox.c.due_at > now - OWED_FOR,
        )
        .values(
            state=case((outbox.c.external_id.is_(None), "due"), else_="placed"),
            next_at=now,
            tries=0,
            faults=0,
        )
    )


def find_home_again(app: App, c: Connection, platform: str, home: str) -> None:
    """Do ``find_again`` for all places of a server or chat."""
    found = select(places.c.id).where(places.c.platform == platform, places.c.home == home)
    for place in c.execute(found).scalars().all():
        find_again(app, c, place)


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
