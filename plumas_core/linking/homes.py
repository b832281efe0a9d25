"""Joining a server or chat to another one's community, and taking it out again.

Only the one server or chat of a community of its own can be joined; of the community that it comes
to, the settings, the language and the switched models count. What stands against it is checked in
the transaction that does it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from plumas_core.app import App
from plumas_core.clock import DAY, HOUR
from plumas_core.credits.movements import balance
from plumas_core.delivery.places import announce_in
from plumas_core.duels.announcing import leave_out, show_running
from plumas_core.duels.states import RUNNING
from plumas_core.linking.following import merge_community
from plumas_core.problems import Problem
from plumas_core.storage.tables.agents import model_words
from plumas_core.storage.tables.duels import duels
from plumas_core.storage.tables.people import communities, identities, memberships, places


@dataclass(frozen=True, slots=True)
class HomeJoining:
    """What joining a community to another one would bring with it; ``pool`` is picodollars."""

    old: int
    new: int
    name: str
    pool: int
    duels: int


@dataclass(frozen=True, slots=True)
class _Home:
    """A server or chat; ``origin_id`` is the community that it had before it was joined."""

    platform: str
    home: str
    origin_id: int | None

    @property
    def places(self) -> tuple[ColumnElement[bool], ...]:
        return (places.c.platform == self.platform, places.c.home == self.home)


def homes_of(c: Connection, community_id: int) -> int:
    """Return how many servers and chats belong to a community."""
    homes = select(places.c.platform, places.c.home).where(places.c.community_id == community_id)
    return int(
        c.execute(select(func.count()).select_from(homes.distinct().subquery())).scalar_one()
    )


def community_of_place(c: Connection, place_id: int) -> int | None:
    """Return the community that a place belongs to now."""
    return c.execute(select(places.c.community_id).where(places.c.id == place_id)).scalar()


def plan_home_joining(app: App, c: Connection, place_id: int, target: int) -> HomeJoining:
    """Return what would move if the server or chat of a place joined the community of another.

    Raises:
        Problem: a rule stands against it.
    """
    old, new = community_of_place(c, place_id), community_of_place(c, target)
    if old is None or new is None:
        raise Problem("link-community-where")
    if old == new:
        raise Problem("link-community-same")
    if homes_of(c, old) > 1:
        raise Problem("link-community-joined")
    _refuse_too_soon(app, c, old, new)
    _refuse_running(c, duels.c.community_id == old)
    name = c.execute(select(communities.c.name).where(communities.c.id == new)).scalar_one()
    ended = select(func.count()).where(duels.c.community_id == old)
    pool = balance(c, app.book.pool(c, old))
    return HomeJoining(old, new, name, pool.available, int(c.execute(ended).scalar_one()))


def join_home(app: App, c: Connection, place_id: int, target: int, key: str) -> HomeJoining:
    """Join the server or chat of a place to the community of ``target``, and show its duels there.

    Raises:
        Problem: a rule stands against it.
    """
    planned = plan_home_joining(app, c, place_id, target)
    merge_community(app, c, planned.old, planned.new, key)
    here = _home_of(c, place_id)
    c.execute(update(places).where(*here.places).values(origin_id=planned.old))
    for place in (place_id, target):
        announce_in(c, place)
    show_running(app, c, planned.new, place_id)
    return planned


def require_joined(c: Connection, place_id: int) -> int:
    """Return the community of a place that shares it with other servers or chats.

    Raises:
        Problem: it shares it with none, or a duel that was opened there is under way.
    """
    community = community_of_place(c, place_id)
    if community is None or homes_of(c, community) < 2:
        raise Problem("link-community-alone")
    own = select(places.c.id).where(*_home_of(c, place_id).places)
    _refuse_running(c, duels.c.place_id.in_(own))
    return community


def leave_home(app: App, c: Connection, place_id: int) -> int:
    """Take the server or chat of a place out of its community; return the one that it has then.

    It gets back the one that it came with, or else a new one with the same settings. The pool,
    and the duels, stay. Its people belong to the others no more, until they speak there again.

    Raises:
        Problem: it shares its community with no other, or a duel of its own is under way.
    """
    left = require_joined(c, place_id)
    here = _home_of(c, place_id)
    own = here.origin_id or _as_new(app, c, left)
    joined = _first_joining(c, left, here)
    c.execute(
        update(communities)
        .where(communities.c.id == own)
        .values(merged_into=None, merged_at=None, left_at=app.clock())
    )
    leave_out(app, c, left, c.execute(select(places.c.id).where(*here.places)).scalars().all())
    c.execute(update(places).where(*here.places).values(community_id=own, origin_id=None))
    _bring_members(c, left, own, here, joined)
    _let_go(c, left, here, joined)
    app.book.pool(c, own)
    return own


def _home_of(c: Connection, place_id: int) -> _Home:
    place = c.execute(select(places).where(places.c.id == place_id)).one()
    origin = select(func.max(places.c.origin_id)).where(
        places.c.platform == place.platform, places.c.home == place.home
    )
    return _Home(place.platform, place.home, c.execute(origin).scalar())


def _refuse_too_soon(app: App, c: Connection, old: int, new: int) -> None:
    """What left a community can join one or be joined after a day: its cap starts anew."""
    query = select(func.max(communities.c.left_at)).where(communities.c.id.in_((old, new)))
    left_at = c.execute(query).scalar()
    if left_at is not None and left_at + DAY > app.clock():
        raise Problem("link-too-soon", hours=-(-(left_at + DAY - app.clock()) // HOUR))


def _refuse_running(c: Connection, where: ColumnElement[bool]) -> None:
    query = select(duels.c.number, duels.c.theme).where(where, duels.c.state.in_(RUNNING))
    duel = c.execute(query.order_by(duels.c.number).limit(1)).first()
    if duel is not None:
        raise Problem("link-community-running", number=duel.number, theme=duel.theme)


def _as_new(app: App, c: Connection, community_id: int) -> int:
    """Make a community like another one: with its name, its settings and its switched models.

    The operator's approval stays with the pool that it opened: the new one's is empty.
    """
    old = c.execute(select(communities).where(communities.c.id == community_id)).one()
    new = app.ids.new()
    c.execute(
        insert(communities).values(
            id=new,
            name=old.name,
            locale=old.locale,
            time_zone=old.time_zone,
            settings=old.settings,
            approved=False,
            created_at=app.clock(),
        )
    )
    words = c.execute(select(model_words).where(model_words.c.scope == community_id)).mappings()
    for word in words.all():
        c.execute(insert(model_words).values({**word, "scope": new}))
    return new


def _bring_members(c: Connection, left: int, own: int, here: _Home, joined: int) -> None:
    """Let those who are known to be of the server or chat that leaves belong to its community.

    Who came along with it does already. If it was there first, those come who belonged before any
    other was ``joined``. Of those who have come since then, they come who have an account on its
    platform, if the others are on other platforms: else nobody can tell, and whoever is meant
    belongs again with the next word said there.
    """
    known = memberships.c.first_seen < joined if here.origin_id is None else false()
    elsewhere = select(places.c.id).where(
        places.c.community_id == left, places.c.platform == here.platform
    )
    if c.execute(elsewhere.limit(1)).first() is None:
        accounts = select(identities.c.member_id).where(identities.c.platform == here.platform)
        since = and_(memberships.c.first_seen >= joined, memberships.c.member_id.in_(accounts))
        known = or_(known, since)
    there = select(memberships.c.member_id).where(memberships.c.community_id == own)
    query = select(memberships.c.member_id, memberships.c.first_seen).where(
        memberships.c.community_id == left,
        memberships.c.origin_id.is_(None),
        memberships.c.member_id.not_in(there),
        known,
    )
    for member, first_seen in c.execute(query).all():
        c.execute(
            insert(memberships).values(community_id=own, member_id=member, first_seen=first_seen)
        )


def _let_go(c: Connection, left: int, here: _Home, joined: int) -> None:
    """Let those who are known to be of the server or chat that left be members there alone."""
    mine = memberships.c.origin_id == here.origin_id
    if here.origin_id is None:
        others = select(communities.c.id).where(communities.c.merged_into == left)
        too = memberships.alias()
        stay = select(too.c.member_id).where(too.c.community_id.in_(others))
        mine = and_(
            memberships.c.origin_id.is_(None),
            memberships.c.first_seen < joined,
            memberships.c.member_id.not_in(stay),
        )
    c.execute(delete(memberships).where(memberships.c.community_id == left, mine))


def _first_joining(c: Connection, left: int, here: _Home) -> int:
    """Return when a server or chat was joined, or to one that was there first the first other."""
    query = select(func.min(communities.c.merged_at))
    if here.origin_id is None:
        query = query.where(communities.c.merged_into == left)
    else:
        query = query.where(communities.c.id == here.origin_id)
    return int(c.execute(query).scalar() or 0)
