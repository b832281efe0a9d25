"""Who asks, and where: from what a platform says to members, communities and places of ours.

A private chat has no community of its own. What is asked there is asked of the community in which
the member acted last, or of the one that a pressed button is about. A button proves nothing of who
presses it, since it can be passed on: nobody becomes a member of a community in private. Who is
one moves there with a duel's button; anybody else is that duel's guest, for that press alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    insert,
    select,
    update,
)

from plumas_core.app import App
from plumas_core.commands.spec import (
    NOWHERE,
    Account,
    Audience,
    Community,
    Member,
    Place,
    Subject,
)
from plumas_core.commands.subjects import origin_of
from plumas_core.delivery.places import (
    PRIVATE,
    account_place,
    private_address,
    settled_place,
)
from plumas_core.locales.translate import closest
from plumas_core.storage.tables.people import (
    communities,
    identities,
    members,
    memberships,
    places,
)

NAME_LIMIT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a platform tells with a command or a press.

    ``home`` is the server or chat, ``address`` the channel or topic in it, both as the platform
    names them; a private chat has the home ``PRIVATE`` of ``plumas_core.delivery.places``, and
    ``dm:`` with the account's id for its address. ``admin``: the platform says that the account
    may administer ``home``, which in a private chat means nothing.
    ``trusted``: the place needs no operator's approval (the operator's own console).
    ``key``: the platform's id of the event. ``people``: accounts that the event names, each an id
    and a name, and that the platform vouches for; they become members before they ever speak, but
    for those named in private.
    """

    platform: str
    account_id: str
    account_name: str
    home: str
    home_name: str
    address: str
    key: str
    locale: str | None = None
    home_locale: str | None = None
    admin: bool = False
    trusted: bool = False
    people: tuple[tuple[str, str], ...] = ()

    @property
    def private(self) -> bool:
        """Whether it happened in a private chat."""
        return self.home == PRIVATE


@dataclass(frozen=True, slots=True)
class Caller:
    """Everyone and everything that a request names, as rows of ours."""

    member: Member
    account: Account
    community: Community
    place: Place
    locale: str
    audience: Audience


async def identify(app: App, event: Event, subject: Subject | None = None) -> Caller:
    """Return who asks and where, making rows for what is seen for the first time.

    ``subject`` is what a pressed button is about. Who is known, and asks where they asked last, is
    found by one read, and nothing is written. The community of a caller in private who has none
    yet is ``NOWHERE``.
    """

    def known(c: Connection) -> tuple[Caller | None, bool]:
        return _known(app, c, event, subject), bool(_strangers(c, event))

    who = (event.platform, event.account_id, event.account_name, event.locale, event.admin)
    asked = (*who, event.home, event.address, event.people, subject)
    caller, strangers = await app.db.glance(known, asked)
    if caller is not None and not strangers:
        return caller
    await app.db.write(lambda c: _introduce(app, c, event, subject))
    caller, _ = await app.db.glance(known, asked)
    if caller is None:
        raise RuntimeError("a caller who was just written down is not found")
    return caller


def short_name(name: str) -> str:
    """Return a platform's name for a member, sized and without control characters."""
    kept = "".join(character for character in name if character.isprintable()).strip()
    return kept[:NAME_LIMIT] or "?"


def _known(app: App, c: Connection, event: Event, subject: Subject | None) -> Caller | None:
    """Return the caller if every row is there and says what the platform says now."""
    query = _WHO_IN_PRIVATE if event.private else _WHO
    address = private_address(event.account_id) if event.private else event.address
    given = {"platform": event.platform, "account": event.account_id, "address": address}
    found = c.execute(query, given).first()
    if found is None or found.name != short_name(event.account_name):
        return None
    if found.community_id != found.last_community_id:
        return None
    if found.community_id is not None and found.membership is None:
        return None
    about = _about(c, subject, found.member_id) if event.private else None
    if about is None or about.community_id == found.community_id:
        return _caller(app, event, found, address)
    if about.place_id is not None:
        return None
    visited = c.execute(_VISITED, {"community": about.community_id}).one()
    return _caller(app, event, found, address, visited=visited, guest=not about.member)


@dataclass(frozen=True, slots=True)
class _About:
    """The community that a press in private is about, and whether it has the presser for a member.

    ``place_id``: the place of it to which a member's private chat belongs from then on, if any.
    """

    community_id: int
    member: bool
    place_id: int | None


def _about(c: Connection, subject: Subject | None, member: int) -> _About | None:
    """Return what a press in private is about, ``None`` if it is nothing of the presser's concern.

    A duel concerns everybody, and an entry its author. Whatever else is of a community concerns
    its members.
    """
    origin = origin_of(c, subject) if subject is not None else None
    if subject is None or origin is None or settled_place(c, origin.community_id) is None:
        return None
    belongs = select(memberships).where(
        memberships.c.member_id == member, memberships.c.community_id == origin.community_id
    )
    if c.execute(belongs).first() is not None:
        return _About(origin.community_id, True, origin.place_id)
    own_entry = subject.kind == "entry" and origin.owner_id == member
    return _About(origin.community_id, False, None) if subject.kind == "duel" or own_entry else None


def _caller(
    app: App,
    event: Event,
    found: Row[Any],
    address: str,
    *,
    visited: Row[Any] | None = None,
    guest: bool = False,
) -> Caller:
    """Return who was found; ``visited`` is the community of this press if it is another."""
    asked = found if visited is None else visited
    here = asked.community_locale or app.policy.default_locale
    locale = closest(found.locale or event.locale or here)
    if (event.platform, event.account_id) in app.policy.operators:
        audience = Audience.OPERATOR
    elif guest:
        audience = Audience.GUEST
    else:
        administers = event.admin and not event.private
        audience = Audience.ADMIN if administers else Audience.MEMBER
    return Caller(
        member=Member(found.member_id, found.name, locale, found.agreed_at is not None),
        account=Account(event.platform, event.account_id, found.name),
        community=Community(
            asked.community_id or NOWHERE,
            asked.community_name or "",
            here,
            asked.time_zone or app.policy.time_zone,
        ),
        place=Place(found.place_id, event.platform, address),
        locale=locale,
        audience=audience,
    )


def _introduce(app: App, c: Connection, event: Event, subject: Subject | None) -> None:
    now = app.clock()
    member = _member(app, c, event, now)
    community: int | None
    place: int | None
    if event.private:
        account_place(app, c, event.platform, event.account_id)
        about = _about(c, subject, member)
        if about is not None and about.place_id is not None:
            community, place = about.community_id, about.place_id
        else:
            community, place = _last_acted(c, member)
    else:
        community, place = settle(app, c, event)
    if community is None or place is None:
        return
    _join(c, member, community, now)
    if _last_acted(c, member)[0] != community:
        c.execute(update(members).where(members.c.id == member).values(place_id=place))
    for account_id, name in _strangers(c, event):
        named = replace(event, account_id=account_id, account_name=name, locale=None)
        _join(c, _member(app, c, named, now), community, now)


def _last_acted(c: Connection, member: int) -> tuple[int | None, int | None]:
    """Return the community in which a member acted last, and a place of it."""
    query = (
        select(places.c.community_id, places.c.id)
        .join(members, members.c.place_id == places.c.id)
        .where(members.c.id == member)
    )
    found = c.execute(query).first()
    return (None, None) if found is None else (found.community_id, found.id)


def settle(app: App, c: Connection, event: Event) -> tuple[int, int]:
    """Return the ids of an event's community and place, making what is seen for the first time."""
    now = app.clock()
    community = _community(app, c, event, now)
    address = (places.c.platform == event.platform, places.c.address == event.address)
    known = c.execute(select(places.c.id, places.c.community_id).where(*address)).first()
    if known is not None:
        if known.community_id is None:
            c.execute(
                update(places)
                .where(places.c.id == known.id)
                .values(home=event.home, community_id=community)
            )
        return community, int(known.id)
    place = app.ids.new()
    c.execute(
        insert(places).values(
            id=place,
            community_id=community,
            platform=event.platform,
            home=event.home,
            address=event.address,
            created_at=now,
        )
    )
    return community, place


def _join(c: Connection, member: int, community: int, now: int) -> None:
    belongs: dict[str, Any] = {"member_id": member, "community_id": community}
    if c.execute(select(memberships).filter_by(**belongs)).first() is None:
        c.execute(insert(memberships).values(first_seen=now, **belongs))


def _strangers(c: Connection, event: Event) -> list[tuple[str, str]]:
    """Return those whom the event names and who are not members of its community yet."""
    if not event.people or event.private:
        return []
    query = (
        select(identities.c.external_id)
        .join(memberships, memberships.c.member_id == identities.c.member_id)
        .join(places, places.c.community_id == memberships.c.community_id)
        .where(
            identities.c.platform == event.platform,
            identities.c.external_id.in_([account for account, _ in event.people]),
            places.c.platform == event.platform,
            places.c.address == event.address,
        )
    )
    known = set(c.execute(query).scalars())
    return [person for person in event.people if person[0] not in known]


def _community(app: App, c: Connection, event: Event, now: int) -> int:
    home = select(places.c.community_id).where(
        places.c.platform == event.platform, places.c.home == event.home
    )
    known = c.execute(home).scalar()
    if known is not None:
        return int(known)
    community = app.ids.new()
    c.execute(
        insert(communities).values(
            id=community,
            name=short_name(event.home_name),
            locale=closest(event.home_locale or app.policy.default_locale),
            time_zone=app.policy.time_zone,
            settings="{}",
            approved=event.trusted,
            created_at=now,
        )
    )
    pool = app.book.pool(c, community)
    if event.trusted:
        app.book.transfer(
            c,
            debit=app.book.issued(c),
            credit=pool,
            amount=app.policy.opening_pool,
            key=f"opening:{community}",
            purpose="opening",
        )
    return community


def _member(app: App, c: Connection, event: Event, now: int) -> int:
    who = (identities.c.platform == event.platform, identities.c.external_id == event.account_id)
    name = short_name(event.account_name)
    known = c.execute(select(identities.c.member_id).where(*who)).scalar()
    if known is not None:
        c.execute(update(identities).where(*who).values(name=name))
        return int(known)
    member = app.ids.new()
    c.execute(insert(members).values(id=member, locale=_given_locale(event), created_at=now))
    c.execute(
        insert(identities).values(
            platform=event.platform,
            external_id=event.account_id,
            member_id=member,
            name=name,
            first_seen=now,
        )
    )
    app.book.wallet(c, member)
    return member


def _given_locale(event: Event) -> str | None:
    return closest(event.locale) if event.locale else None


def _who() -> tuple[Select[Any], Select[Any]]:
    """Return the queries of a caller in a community's place, and of one in private."""
    last = places.alias("last_place")
    columns = (
        identities.c.member_id,
        identities.c.name,
        members.c.locale,
        members.c.agreed_at,
        places.c.id.label("place_id"),
        communities.c.id.label("community_id"),
        communities.c.name.label("community_name"),
        communities.c.locale.label("community_locale"),
        communities.c.time_zone,
        last.c.community_id.label("last_community_id"),
        memberships.c.member_id.label("membership"),
    )
    here = (places.c.platform == identities.c.platform) & (places.c.address == bindparam("address"))
    belongs = (memberships.c.member_id == identities.c.member_id) & (
        memberships.c.community_id == communities.c.id
    )
    query = (
        select(*columns)
        .join(members, members.c.id == identities.c.member_id)
        .join(places, here)
        .join(last, last.c.id == members.c.place_id, isouter=True)
        .where(
            identities.c.platform == bindparam("platform"),
            identities.c.external_id == bindparam("account"),
        )
    )

    def within(community: ColumnElement[Any], *, isouter: bool) -> Select[Any]:
        joined = query.join(communities, communities.c.id == community, isouter=isouter)
        return joined.join(memberships, belongs, isouter=True)

    return (
        within(places.c.community_id, isouter=False),
        within(last.c.community_id, isouter=True),
    )


_WHO, _WHO_IN_PRIVATE = _who()

_VISITED: Select[Any] = select(
    communities.c.id.label("community_id"),
    communities.c.name.label("community_name"),
    communities.c.locale.label("community_locale"),
    communities.c.time_zone,
).where(communities.c.id == bindparam("community"))
