"""An operator's word that a community is welcome: until it is given, its pool is empty."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from plumas_core.app import App
from plumas_core.commands.reply import note
from plumas_core.credits.money import show
from plumas_core.delivery.places import settled_place
from plumas_core.operations import record
from plumas_core.storage.tables.people import communities


def is_approved(c: Connection, community_id: int) -> bool:
    """Tell whether an operator has approved a community, or it never needed that."""
    query = select(communities.c.approved).where(communities.c.id == community_id)
    return bool(c.execute(query).scalar())


def present_community(c: Connection, community_id: int) -> int | None:
    """Return the community that one is by now, since it may have been joined to another.

    ``None``: there is none of that id.
    """
    query = select(communities.c.id, communities.c.merged_into)
    row = c.execute(query.where(communities.c.id == community_id)).first()
    while row is not None and row.merged_into is not None:
        row = c.execute(query.where(communities.c.id == row.merged_into)).first()
    return None if row is None else int(row.id)


def approve(app: App, c: Connection, community_id: int, amount: int, member_id: int) -> bool:
    """Approve a community, fill its pool with ``amount`` (picodollars) and say so there.

    Tell whether it was not approved yet; one that was keeps its pool as it is.
    """
    if is_approved(c, community_id):
        return False
    where = communities.c.id == community_id
    c.execute(update(communities).where(where).values(approved=True))
    app.book.transfer(
        c,
        debit=app.book.issued(c),
        credit=app.book.pool(c, community_id),
        amount=amount,
        key=f"opening:{community_id}",
        purpose="opening",
    )
    record(app, c, member_id, community_id, "approve", str(amount))
    place = settled_place(c, community_id)
    if place is not None:
        locale = c.execute(
            select(communities.c.locale).where(communities.c.id == community_id)
        ).scalar_one()
        text = app.texts.text(locale, "community-approved", amount=show(amount, locale))
        app.outbox.enqueue(c, key=f"approved:{community_id}", place=place, reply=note(text))
    return True
