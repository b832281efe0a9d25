"""What names a member or a community follows it when it is merged into another one.

All of it happens in the transaction that merges them. What was under way at that moment for the
old one, in another process or in an open stream, may still write to it a moment later: a job lets
that follow too, so that nothing stays behind.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    UniqueConstraint,
    and_,
    delete,
    exists,
    insert,
    literal,
    select,
    update,
)

from plumas_core.app import App
from plumas_core.clock import HOUR
from plumas_core.linking.money import move_all
from plumas_core.storage.schema import metadata
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels
from plumas_core.storage.tables.ledger import accounts
from plumas_core.storage.tables.people import communities, members, memberships, places

STRAGGLERS: Final = HOUR
"""How long after a merge something may still be written for the old one; far above any lease."""

_STAY: Final = frozenset({places.c.origin_id, memberships.c.origin_id, memberships.c.community_id})
"""What tells of a server or chat by itself, for the day on which it leaves."""


async def follow(app: App) -> int:
    """Let what was written for merged members and communities follow; return how much there was."""
    due = await app.db.read(lambda c: _due(app, c))
    return sum([await app.db.write(partial(_follow, app, who=who)) for who in due])


def merge_member(app: App, c: Connection, old: int, new: int, key: str) -> None:
    """Let everything of a member's become another's; ``key`` names it in the ledger."""
    now = app.clock()
    _keep_earliest(c, memberships.c.member_id, old, new)
    _keep_choices(c, old, new)
    _repoint(c, members.c.id, old, new)
    _mention(c, old, new)
    c.execute(update(members).where(members.c.id == old).values(merged_into=new, merged_at=now))
    move_all(app, c, app.book.wallet(c, old), app.book.wallet(c, new), key)


def merge_community(app: App, c: Connection, old: int, new: int, key: str) -> None:
    """Let everything of a community's become another's; its duels get numbers there.

    Where an operator has approved either, the joint one is approved, since it has that pool; the
    old one keeps its own word, good or none, for the day on which it leaves.
    """
    now = app.clock()
    welcome = select(communities.c.approved).where(communities.c.id == old)
    if c.execute(welcome).scalar_one():
        c.execute(update(communities).where(communities.c.id == new).values(approved=True))
    _renumber(c, old, new)
    _keep_earliest(c, memberships.c.community_id, old, new)
    _bring_along(c, old, new)
    _repoint(c, communities.c.id, old, new)
    c.execute(
        update(communities).where(communities.c.id == old).values(merged_into=new, merged_at=now)
    )
    move_all(app, c, app.book.pool(c, old), app.book.pool(c, new), key)


_Merged = tuple[str, int, int]
"""``wallet`` or ``pool``, whose it was, and whose it is now."""


def _due(app: App, c: Connection) -> list[_Merged]:
    """Return what was merged a short while ago, or has credits that came back since."""
    due: list[_Merged] = []
    for kind, table in (("wallet", members), ("pool", communities)):
        left = exists(
            select(accounts.c.id).where(
                accounts.c.kind == kind, accounts.c.owner == table.c.id, accounts.c.balance > 0
            )
        )
        query = select(table.c.id, table.c.merged_into).where(
            table.c.merged_into.is_not(None),
            left | (table.c.merged_at > app.clock() - STRAGGLERS),
        )
        due += [(kind, old, new) for old, new in c.execute(query)]
    return due


def _follow(app: App, c: Connection, who: _Merged) -> int:
    kind, old, new = who
    table = members if kind == "wallet" else communities
    query = select(table.c.id).where(table.c.id == old, table.c.merged_into == new)
    if c.execute(query).first() is None:
        return 0
    key = f"link:{app.ids.new()}"
    if kind == "wallet":
        rows = _repoint(c, members.c.id, old, new)
        _mention(c, old, new)
        return rows + move_all(app, c, app.book.wallet(c, old), app.book.wallet(c, new), key)
    _renumber(c, old, new)
    rows = _bring_along(c, old, new) + _repoint(c, communities.c.id, old, new)
    return rows + move_all(app, c, app.book.pool(c, old), app.book.pool(c, new), key)


def _repoint(c: Connection, target: Column[Any], old: int, new: int) -> int:
    """Let every row that refers to ``old`` refer to ``new``; return how many there were.

    Where the new one has such a row already, its own stays and the old one's goes.
    """
    rows = 0
    for table in metadata.sorted_tables:
        for column in table.c:
            if column in _STAY or not any(key.column is target for key in column.foreign_keys):
                continue
            doubled = [_doubled(table, column, rest, new) for rest in _unique_with(table, column)]
            mine: list[ColumnElement[bool]] = [column == old, *(~one for one in doubled)]
            rows += c.execute(update(table).where(*mine).values({column.name: new})).rowcount
            if doubled:
                rows += c.execute(delete(table).where(column == old)).rowcount
    return rows


def _unique_with(table: Table, column: Column[Any]) -> list[list[Column[Any]]]:
    """Return the other columns of each constraint that lets one row stand beside a column."""
    groups = [
        list(one.columns)
        for one in (table.primary_key, *table.constraints)
        if one is table.primary_key or isinstance(one, UniqueConstraint)
    ]
    found = {
        tuple(sorted(other.name for other in group if other is not column))
        for group in groups
        if any(one is column for one in group)
    }
    return [[table.c[name] for name in names] for names in sorted(found)]


def _doubled(
    table: Table, column: Column[Any], rest: list[Column[Any]], new: int
) -> ColumnElement[bool]:
    twin = table.alias()
    same = and_(twin.c[column.name] == new, *(twin.c[one.name] == one for one in rest))
    return exists(select(twin.c[column.name]).where(same))


def _bring_along(c: Connection, old: int, new: int) -> int:
    """Let who belongs to a community belong to another one too; return how many did not before."""
    there = memberships.alias()
    belong = exists().where(
        there.c.community_id == new, there.c.member_id == memberships.c.member_id
    )
    people = select(
        literal(new), memberships.c.member_id, memberships.c.first_seen, literal(old)
    ).where(memberships.c.community_id == old, ~belong)
    names = ["community_id", "member_id", "first_seen", "origin_id"]
    return c.execute(insert(memberships).from_select(names, people)).rowcount


def _keep_earliest(c: Connection, side: Column[Any], old: int, new: int) -> None:
    """Let who belongs by both belong since the earlier of the two."""
    other = memberships.c.member_id
    if side is memberships.c.member_id:
        other = memberships.c.community_id
    before = memberships.alias()
    earlier = (
        select(before.c.first_seen)
        .where(
            before.c[side.name] == old,
            before.c[other.name] == other,
            before.c.first_seen < memberships.c.first_seen,
        )
        .scalar_subquery()
    )
    c.execute(
        update(memberships).where(side == new, earlier.is_not(None)).values(first_seen=earlier)
    )


def _keep_choices(c: Connection, old: int, new: int) -> None:
    """Keep what either of the two members agreed to first, and that one wants no mentions."""
    query = select(members.c.agreed_at, members.c.mentioned).where(members.c.id.in_((old, new)))
    both = c.execute(query).all()
    agreed = [one.agreed_at for one in both if one.agreed_at is not None]
    c.execute(
        update(members)
        .where(members.c.id == new)
        .values(
            agreed_at=min(agreed, default=None),
            mentioned=all(one.mentioned for one in both),
        )
    )


def _mention(c: Connection, old: int, new: int) -> None:
    """Let messages that are still owed notify the new member in the old one's place."""
    query = select(outbox.c.id, outbox.c.mentions).where(
        outbox.c.state.in_(("due", "placing", "placed")), outbox.c.mentions.contains(str(old))
    )
    for message, mentions in c.execute(query).all():
        people = sorted({new if one == old else one for one in json.loads(mentions)})
        c.execute(
            update(outbox)
            .where(outbox.c.id == message)
            .values(mentions=json.dumps(people, separators=(",", ":")))
        )


def _renumber(c: Connection, old: int, new: int) -> None:
    """Give a community's duels the next numbers of another one, and bring them there."""
    query = select(duels.c.id).where(duels.c.community_id == old).order_by(duels.c.number)
    for duel in c.execute(query).scalars().all():
        highest = select(duels.c.number).where(duels.c.community_id == new)
        last = c.execute(highest.order_by(duels.c.number.desc()).limit(1)).scalar()
        c.execute(
            update(duels).where(duels.c.id == duel).values(community_id=new, number=(last or 0) + 1)
        )
