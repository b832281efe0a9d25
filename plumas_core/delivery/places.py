"""Which place something is said in: members' private chats, and a community's own places."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from plumas_core.app import App
from plumas_core.storage.tables.duels import duels
from plumas_core.storage.tables.people import identities, members, places

PRIVATE = "dm"
"""The home of private places; their address is ``dm:`` and the account's id on the platform."""


def private_address(external_id: str) -> str:
    """Return the address of an account's private place."""
    return f"{PRIVATE}:{external_id}"


def private_place(app: App, c: Connection, member_id: int, platform: str) -> int | None:
    """Return a member's private place on a platform, ``None`` if they have no account there."""
    account = c.execute(
        select(identities.c.external_id)
        .where(identities.c.member_id == member_id, identities.c.platform == platform)
        .order_by(identities.c.first_seen)
    ).scalar()
    return None if account is None else account_place(app, c, platform, account)


def account_place(app: App, c: Connection, platform: str, external_id: str) -> int:
    """Return the private place of a platform's account, made on first use."""
    address = private_address(external_id)
    found = c.execute(
        select(places.c.id).where(places.c.platform == platform, places.c.address == address)
    ).scalar()
    if found is not None:
        return int(found)
    place_id = app.ids.new()
    c.execute(
        insert(places).values(
            id=place_id,
            community_id=None,
            platform=platform,
            home=PRIVATE,
            address=address,
            created_at=app.clock(),
        )
    )
    return place_id


def settled_place(c: Connection, community_id: int) -> int | None:
    """Return the place of a community where a duel was opened last, or else its oldest one.

    One that is lost is named only where there is no other.
    """
    query = (
        select(places.c.id)
        .where(places.c.community_id == community_id)
        .order_by(
            places.c.lost_at.is_not(None),
            places.c.announces.desc(),
            places.c.created_at,
            places.c.id,
        )
    )
    return c.execute(query.limit(1)).scalar()


def announce_in(c: Connection, place_id: int) -> None:
    """Let a place be the one of its server or chat in which duels are announced."""
    here = select(places.c.platform, places.c.home).where(places.c.id == place_id)
    platform, home = c.execute(here).one()
    c.execute(
        update(places)
        .where(
            places.c.platform == platform,
            places.c.home == home,
            places.c.announces != (places.c.id == place_id),
        )
        .values(announces=places.c.id == place_id)
    )


def public_place(c: Connection, place_id: int, member_id: int) -> int | None:
    """Return where a duel that a member opens is shown: in the place itself, if it is not private.

    In private it is the place where a duel was opened last in the server or chat that the member
    was in last, if they have opened one there themselves, or else the place where they were: it
    is never one that they may not know. ``None`` where that is lost.
    """
    place = c.execute(select(places).where(places.c.id == place_id)).one()
    if place.community_id is not None:
        return place_id
    last = places.alias()
    opened_here = select(duels.c.id).where(
        duels.c.community_id == places.c.community_id,
        duels.c.place_id == places.c.id,
        duels.c.host_id == member_id,
    )
    query = (
        select(places.c.id)
        .join(last, (last.c.platform == places.c.platform) & (last.c.home == places.c.home))
        .join(members, members.c.place_id == last.c.id)
        .where(
            members.c.id == member_id,
            places.c.lost_at.is_(None),
            (places.c.announces & opened_here.exists()) | (places.c.id == last.c.id),
        )
        .order_by(places.c.announces.desc())
    )
    return c.execute(query.limit(1)).scalar()
