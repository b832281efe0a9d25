"""Private chats as places: where a member is told what is for nobody else."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from plumas_core.app import App
from plumas_core.storage.tables.people import identities, places

PRIVATE = "dm"
"""The home of private places; their address is ``dm:`` and the account's id on the platform."""


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
    address = f"{PRIVATE}:{external_id}"
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
            approved=True,
            created_at=app.clock(),
        )
    )
    return place_id
