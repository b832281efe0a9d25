"""Places that move and places that are lost.

A group that becomes a supergroup gets another id, and everything of it follows.

Places keep their own ids, so that duels, settings and messages that are owed stay where they are.
Messages that stand in the old group cannot be edited from the new one: they are posted anew when
they change.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from adapters.telegram.events import PLATFORM
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels
from plumas_core.storage.tables.people import link_codes, members, places
from plumas_core.storage.tables.work import writings


def move_home(c: Connection, old: str, new: str) -> int:
    """Let the places of a chat follow it; return how many did. A second time does nothing."""
    ours = places.c.platform == PLATFORM
    found = c.execute(select(places).where(ours, places.c.home == old)).all()
    for place in found:
        address = new + place.address.removeprefix(old)
        twin = c.execute(select(places.c.id).where(ours, places.c.address == address)).scalar()
        if twin is not None:
            _merge(c, twin, place.id)
        c.execute(
            update(places)
            .where(places.c.id == place.id)
            .values(home=new, address=address, lost_at=None)
        )
        c.execute(update(outbox).where(outbox.c.place_id == place.id).values(external_id=None))
    return len(found)


def _merge(c: Connection, twin: int, place: int) -> None:
    """Put what was said in the supergroup before we knew of the change into its old place."""
    for table in (outbox, duels, writings, members, link_codes):
        c.execute(update(table).where(table.c.place_id == twin).values(place_id=place))
    c.execute(delete(places).where(places.c.id == twin))


def lose(c: Connection, address: str, now: int) -> None:
    """Note that nothing can be said in a place any more; what was said and paid is kept."""
    where = (places.c.platform == PLATFORM, places.c.address == address)
    c.execute(update(places).where(*where).values(lost_at=now))


def lose_home(c: Connection, home: str, now: int) -> None:
    """Note that nothing can be said in a chat any more, nor in any topic of it."""
    where = (places.c.platform == PLATFORM, places.c.home == home)
    c.execute(update(places).where(*where).values(lost_at=now))


def find_home_again(c: Connection, home: str) -> None:
    """Note that things can be said in a chat again."""
    where = (places.c.platform == PLATFORM, places.c.home == home)
    c.execute(update(places).where(*where).values(lost_at=None))


def find_again(c: Connection, address: str) -> None:
    """Note that things can be said in a place again."""
    where = (places.c.platform == PLATFORM, places.c.address == address)
    c.execute(update(places).where(*where).values(lost_at=None))
