"""Places that move and places that are lost.

A group that becomes a supergroup gets another id, and everything of it follows.

Places keep their ids, so that duels, settings and messages that are owed stay where they are.
Messages that stand in the old group cannot be edited from the new one: they are posted anew when
they change.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from adapters.telegram.events import PLATFORM
from plumas_core.app import App
from plumas_core.delivery import losing
from plumas_core.linking.following import merge_community
from plumas_core.storage.tables.all import metadata
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.people import places


def move_home(app: App, c: Connection, old: str, new: str) -> int:
    """Let the places of a chat follow it; return how many did. A second time does nothing.

    What was begun in the new chat before we knew of the change becomes the old one's.
    """
    ours = places.c.platform == PLATFORM
    found = c.execute(select(places).where(ours, places.c.home == old)).all()
    here = select(places.c.community_id).where(ours, places.c.home == new)
    young = c.execute(here.limit(1)).scalar()
    for community in {place.community_id for place in found} - {None, young}:
        if young is not None:
            merge_community(app, c, young, community, f"{PLATFORM}:moved:{old}:{new}")
    for place in found:
        address = new + place.address.removeprefix(old)
        c.execute(update(outbox).where(outbox.c.place_id == place.id).values(external_id=None))
        twin = c.execute(select(places.c.id).where(ours, places.c.address == address)).scalar()
        if twin is not None:
            _merge(c, place, twin)
            continue
        c.execute(
            update(places)
            .where(places.c.id == place.id)
            .values(home=new, address=address, lost_at=None)
        )
    return len(found)


def _merge(c: Connection, place: Row[Any], twin: int) -> None:
    """Put an old place into the one that was made before we knew of the change.

    The newer one stays: a command that is being handled there may have found it already.
    """
    for table in metadata.tables.values():
        for column in table.columns:
            if any(key.references(places) for key in column.foreign_keys):
                c.execute(update(table).where(column == place.id).values({column.name: twin}))
    c.execute(
        update(places)
        .where(places.c.id == twin)
        .values(
            community_id=place.community_id,
            announces=place.announces,
            lost_at=None,
        )
    )
    c.execute(delete(places).where(places.c.id == place.id))


def lose(c: Connection, address: str, now: int) -> None:
    """Note that nothing can be said in a place any more; what was said and paid is kept."""
    where = (places.c.platform == PLATFORM, places.c.address == address)
    c.execute(update(places).where(*where).values(lost_at=now))


def lose_home(c: Connection, home: str, now: int) -> None:
    """Note that nothing can be said in a chat any more, nor in any topic of it."""
    where = (places.c.platform == PLATFORM, places.c.home == home)
    c.execute(update(places).where(*where).values(lost_at=now))


def find_again(app: App, c: Connection, address: str) -> None:
    """Note that things can be said in a place again."""
    where = (places.c.platform == PLATFORM, places.c.address == address)
    place = c.execute(select(places.c.id).where(*where, places.c.lost_at.is_not(None))).scalar()
    if place is not None:
        losing.find_again(app, c, place)
