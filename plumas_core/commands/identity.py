"""Who asks, and where: from what a platform says to members, communities and places of ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from plumas_core.app import App
from plumas_core.commands.spec import Account, Audience, Community, Member, Place
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
    names them. ``admin``: the platform says that the account may administer ``home``.
    ``trusted``: the place needs no operator's approval (the operator's own console).
    ``key``: the platform's id of the event. ``people``: accounts that the event names, each an id
    and a name, and that the platform vouches for; they become members before they ever speak.
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


@dataclass(frozen=True, slots=True)
class Caller:
    """Everyone and everything that a request names, as rows of ours."""

    member: Member
    account: Account
    community: Community
    place: Place
    locale: str
    audience: Audience


async def identify(app: App, event: Event) -> Caller:
    """Return who asks and where, making rows for what is seen for the first time."""
    caller, strangers = await app.db.read(lambda c: (_known(app, c, event), _strangers(c, event)))
    if caller is not None and not strangers:
        return caller
    await app.db.write(lambda c: _introduce(app, c, event))
    caller = await app.db.read(lambda c: _known(app, c, event))
    if caller is None:
        raise RuntimeError("a caller who was just written down is not found")
    return caller


def short_name(name: str) -> str:
    """Return a platform's name for a member, sized and without control characters."""
    kept = "".join(character for character in name if character.isprintable()).strip()
    return kept[:NAME_LIMIT] or "?"


def _known(app: App, c: Connection, event: Event) -> Caller | None:
    """Return the caller if every row is there and says what the platform says now."""
    query = (
        select(
            identities.c.member_id,
            identities.c.name,
            members.c.locale,
            members.c.agreed_at,
            places.c.id.label("place_id"),
            communities.c.id.label("community_id"),
            communities.c.name.label("community_name"),
            communities.c.locale.label("community_locale"),
            communities.c.time_zone,
        )
        .join(members, members.c.id == identities.c.member_id)
        .join(
            places,
            (places.c.platform == event.platform) & (places.c.address == event.address),
        )
        .join(communities, communities.c.id == places.c.community_id)
        .join(
            memberships,
            (memberships.c.member_id == identities.c.member_id)
            & (memberships.c.community_id == communities.c.id),
        )
        .where(
            identities.c.platform == event.platform,
            identities.c.external_id == event.account_id,
        )
    )
    found = c.execute(query).mappings().first()
    if found is None or found["name"] != short_name(event.account_name):
        return None
    return _caller(app, event, found)


def _caller(app: App, event: Event, found: RowMapping) -> Caller:
    locale = closest(found["locale"] or event.locale or found["community_locale"])
    operator = (event.platform, event.account_id) in app.policy.operators
    if operator:
        audience = Audience.OPERATOR
    else:
        audience = Audience.ADMIN if event.admin else Audience.MEMBER
    return Caller(
        member=Member(found["member_id"], found["name"], locale, found["agreed_at"] is not None),
        account=Account(event.platform, event.account_id, found["name"]),
        community=Community(
            found["community_id"],
            found["community_name"],
            found["community_locale"],
            found["time_zone"],
        ),
        place=Place(found["place_id"], event.platform, event.address),
        locale=locale,
        audience=audience,
    )


def _introduce(app: App, c: Connection, event: Event) -> None:
    now = app.clock()
    community, _ = settle(app, c, event)
    _join(c, _member(app, c, event, now), community, now)
    for account_id, name in _strangers(c, event):
        named = replace(event, account_id=account_id, account_name=name, locale=None)
        _join(c, _member(app, c, named, now), community, now)


def settle(app: App, c: Connection, event: Event) -> tuple[int, int]:
    """Return the ids of an event's community and place, making what is seen for the first time."""
    now = app.clock()
    community = _community(app, c, event, now)
    address = (places.c.platform == event.platform, places.c.address == event.address)
    known = c.execute(select(places.c.id).where(*address)).scalar()
    if known is not None:
        return community, int(known)
    place = app.ids.new()
    c.execute(
        insert(places).values(
            id=place,
            community_id=community,
            platform=event.platform,
            home=event.home,
            address=event.address,
            approved=event.trusted,
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
    if not event.people:
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
