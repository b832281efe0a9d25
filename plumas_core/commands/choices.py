"""What may be chosen for a parameter, for platforms that offer it while a member types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlalchemy import Connection, select

from plumas_core.app import App
from plumas_core.catalog.listing import listing
from plumas_core.catalog.words import availability
from plumas_core.characters import clean_line
from plumas_core.commands.give import POOL, is_person
from plumas_core.commands.spec import RefKind
from plumas_core.delivery.places import PRIVATE
from plumas_core.duels.earlier import earlier_texts
from plumas_core.ids import encode
from plumas_core.storage.tables.duels import duels
from plumas_core.storage.tables.people import (
    communities,
    identities,
    members,
    memberships,
    places,
)
from plumas_core.time_zones import time_zones

LABEL_LIMIT: Final = 100
OFFERED: Final = 25
_LOOKED_AT: Final = 200
"""Rows that are looked through for what fits, the newest first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that may be chosen: ``value`` is what the command is given."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Chooser:
    """Who chooses, and where; ``None`` for who or what has not been seen yet."""

    member_id: int | None
    community_id: int | None
    platform: str
    locale: str
    account: str = ""


Source: TypeAlias = Callable[[App, Connection, Chooser], Iterable[Choice]]


def find_chooser(c: Connection, platform: str, account: str, home: str, locale: str) -> Chooser:
    """Return who chooses, without writing anything down of one who is new.

    Who chooses in private does so for the community in which they acted last.
    """
    member = select(identities.c.member_id).where(
        identities.c.platform == platform, identities.c.external_id == account
    )
    if home == PRIVATE:
        community = (
            select(places.c.community_id)
            .join(members, members.c.place_id == places.c.id)
            .where(members.c.id.in_(member))
        )
    else:
        community = select(places.c.community_id).where(
            places.c.platform == platform, places.c.home == home, places.c.community_id.is_not(None)
        )
    return Chooser(
        c.execute(member).scalar(),
        c.execute(community.limit(1)).scalar(),
        platform,
        locale,
        account,
    )


def choices(
    app: App, c: Connection, of: RefKind, chooser: Chooser, typed: str = ""
) -> list[Choice]:
    """Return at most ``OFFERED`` choices of a kind that fit what was typed, the likeliest first."""
    wanted = " ".join(typed.split()).casefold()
    found: dict[str, Choice] = {}
    for choice in SOURCES[of](app, c, chooser):
        if wanted in choice.label.casefold() or wanted in choice.value.casefold():
            label = clean_line(choice.label, LABEL_LIMIT) or choice.value
            found.setdefault(choice.value, Choice(label, choice.value))
            if len(found) == OFFERED:
                break
    return list(found.values())


def _agents(kind: str | None) -> Source:
    def source(app: App, c: Connection, chooser: Chooser) -> Iterator[Choice]:
        for agent in app.agents.visible(c, chooser.member_id or 0, kind):
            text = agent.text(chooser.locale)
            yield Choice(f"{text.name} · {text.description}", agent.slug)

    return source


def _models(app: App, c: Connection, chooser: Chooser) -> Iterator[Choice]:
    """Yield models with their prices, those that may be used here first."""
    states = availability(app, c, chooser.community_id or 0)
    rows = [row for row in listing(app.catalog, app.clock()) if states[row["id"]].by != "hidden"]
    for row in sorted(rows, key=lambda row: not states[row["id"]].on):
        model = app.catalog.get(row["id"])
        price = row["usd_per_mtok"]
        state = app.texts.text(chooser.locale, "on" if states[row["id"]].on else "off")
        name = model.name if model else row["id"]
        cost = f"{price['input'] or '-'} / {price['output'] or '-'} USD/Mtok"
        yield Choice(f"{name} · {cost} · {state}", row["id"])


def _panels(app: App, c: Connection, chooser: Chooser) -> Iterator[Choice]:
    names = {
        agent.slug: agent.text(chooser.locale).name for agent in app.agents.visible(c, 0, "judge")
    }
    for name, panel in app.panels.items():
        judges = ", ".join(names.get(seat.judge, seat.judge) for seat in panel.seats)
        yield Choice(f"{name} · {judges}", name)


def _duels(app: App, c: Connection, chooser: Chooser) -> Iterator[Choice]:
    """Yield the community's duels, the open ones first."""
    query = (
        select(duels.c.number, duels.c.theme, duels.c.state)
        .where(duels.c.community_id == chooser.community_id)
        .order_by(duels.c.state != "open", duels.c.number.desc())
        .limit(_LOOKED_AT)
    )
    for duel in c.execute(query):
        state = app.texts.text(chooser.locale, f"state-{duel.state}")
        yield Choice(f"#{duel.number} · {duel.theme} · {state}", str(duel.number))


def _members(app: App, c: Connection, chooser: Chooser) -> Iterator[Choice]:
    query = (
        select(identities.c.name, identities.c.external_id)
        .join(memberships, memberships.c.member_id == identities.c.member_id)
        .where(
            memberships.c.community_id == chooser.community_id,
            identities.c.platform == chooser.platform,
            is_person(),
        )
        .order_by(memberships.c.first_seen.desc())
        .limit(_LOOKED_AT)
    )
    for name, external_id in c.execute(query):
        yield Choice(name, external_id)


def _wallets(app: App, c: Connection, chooser: Chooser) -> Iterator[Choice]:
    yield Choice(app.texts.text(chooser.locale, "the-pool"), POOL[0])
    yield from _members(app, c, chooser)


def _texts(app: App, c: Connection, chooser: Chooser) -> Iterator[Choice]:
    """Yield the chooser's own earlier texts, the newest first."""
    for text in earlier_texts(c, chooser.member_id or 0):
        yield Choice(text.label(app.texts, chooser.locale), encode(text.id))


def _zones(app: App, c: Connection, chooser: Chooser) -> Iterator[Choice]:
    """Yield the time zone that the community has, and all others."""
    query = select(communities.c.time_zone).where(communities.c.id == chooser.community_id)
    for zone in (*c.execute(query).scalars(), *time_zones()):
        yield Choice(zone.replace("_", " "), zone)


def _communities(app: App, c: Connection, chooser: Chooser) -> Iterator[Choice]:
    """Yield the communities that wait for an operator's word, to operators alone."""
    if (chooser.platform, chooser.account) not in app.policy.operators:
        return
    waiting = select(communities).where(
        communities.c.approved.is_(False), communities.c.merged_into.is_(None)
    )
    for row in c.execute(waiting.order_by(communities.c.created_at.desc()).limit(_LOOKED_AT)):
        yield Choice(row.name, encode(row.id))


def _nothing(app: App, c: Connection, chooser: Chooser) -> Iterator[Choice]:
    """Offer nothing: entries are chosen by their buttons."""
    return iter(())


SOURCES: Final[Mapping[RefKind, Source]] = {
    "writer": _agents("writer"),
    "judge": _agents("judge"),
    "agent": _agents(None),
    "model": _models,
    "panel": _panels,
    "duel": _duels,
    "entry": _nothing,
    "member": _members,
    "wallet": _wallets,
    "text": _texts,
    "zone": _zones,
    "community": _communities,
}
