"""Duels, seats and entries as values, and the queries that find them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping, Select, func, select, true, update

from plumas_core.duels.states import RUNNING, DuelState, before
from plumas_core.duels.texts import text_digest
from plumas_core.ids import decode
from plumas_core.problems import Problem
from plumas_core.storage.tables.duels import duels, entries, seats
from plumas_core.storage.tables.people import identities

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Duel:
    """A row of ``duels``; see the table for what its columns mean."""

    id: int
    community_id: int
    place_id: int
    number: int
    host_id: int
    theme: str
    title: str | None
    locale: str
    state: DuelState
    pace: str
    panel: str
    rubric_version: str
    prompt_version: str
    simulated: bool
    max_words: int
    max_entries: int
    entries_per_member: int
    min_authors: int
    opened_at: int
    ends_at: int
    reminded: int
    close_asked_at: int | None
    judging_at: int | None
    finished_at: int | None
    end_reason: str | None
    rated: bool
    texts_digest: str | None


@dataclass(frozen=True, slots=True)
class Seat:
    """A judge on a model, as copied when the duel opened."""

    id: int
    duel_id: int
    position: int
    agent_id: int
    name: str
    personality: str
    model_id: str
    provider: str
    family: str
    priced_at: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A text in a duel. ``family`` is set where an AI wrote it."""

    id: int
    duel_id: int
    state: str
    kind: str
    guest: bool
    member_id: int | None
    agent_id: int | None
    byline: str
    model_id: str | None
    family: str | None
    title: str | None
    text: str
    words: int
    locale: str
    flags: str
    hold_id: int | None
    alias: int | None
    created_at: int

    @property
    def author(self) -> tuple[str, int | None]:
        """Whose it is: a guest's is its writer's, any other the member's who entered it."""
        return ("agent", self.agent_id) if self.guest else ("member", self.member_id)


def as_value(kind: type[T], row: RowMapping) -> T:
    """Return a row as a value; columns that the value does not have are left out."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # T is a dataclass
    return kind(**{name: value for name, value in row.items() if name in names})


def duel_by_id(c: Connection, duel_id: int) -> Duel | None:
    """Return a duel, or ``None``."""
    row = c.execute(select(duels).where(duels.c.id == duel_id)).mappings().first()
    return as_value(Duel, row) if row else None


def current(c: Connection, duel: Duel) -> Duel:
    """Return a duel as it is now, in this transaction."""
    return duel_by_id(c, duel.id) or duel


def find_duel(
    c: Connection, community_id: int, name: str | None, states: Sequence[str] | None = None
) -> Duel:
    """Return the community's duel that a member means by a number or an id, or by no word at all.

    Without a word it is the newest one in ``states`` (all states if not given).

    Raises:
        Problem: there is no such duel.
    """
    query: Select[Any] = select(duels).where(duels.c.community_id == community_id)
    if name is None:
        if states:
            query = query.where(duels.c.state.in_(states))
        row = c.execute(query.order_by(duels.c.number.desc())).mappings().first()
        if row is None:
            raise Problem("duel-none")
        return as_value(Duel, row)
    word = name.strip().lstrip("#")
    matches = [duels.c.id == decode(word)]
    if word.isascii() and word.isdigit() and len(word) < 10:
        matches.insert(0, duels.c.number == int(word))
    for match in matches:
        row = c.execute(query.where(match)).mappings().first()
        if row is not None:
            return as_value(Duel, row)
    raise Problem("duel-unknown", name=name[:40])


def duel_of_entrant(c: Connection, community_id: int | None, member_id: int) -> Duel | None:
    """Return the newest open duel that has a text of a member, or ``None``.

    It is one of the community, or any that there is where ``community_id`` is ``None``.
    """
    query = (
        select(duels)
        .join(entries, entries.c.duel_id == duels.c.id)
        .where(
            true() if community_id is None else duels.c.community_id == community_id,
            duels.c.state == "open",
            entries.c.member_id == member_id,
            entries.c.state.in_(("entered", "unfunded", "writing")),
        )
        .order_by(entries.c.guest, duels.c.opened_at.desc(), duels.c.number.desc())
    )
    row = c.execute(query).mappings().first()
    return as_value(Duel, row) if row else None


def twins(community_id: int, member_id: int, text: str) -> Select[Any]:
    """Return the query of the same text, to the letter, of others in a community."""
    return (
        select(entries.c.id)
        .join(duels, duels.c.id == entries.c.duel_id)
        .where(
            duels.c.community_id == community_id,
            entries.c.digest == text_digest(text),
            (entries.c.member_id != member_id) | entries.c.member_id.is_(None),
        )
    )


def move(c: Connection, duel: Duel, state: DuelState, **values: object) -> bool:
    """Bring a duel into ``state``; tell whether it was still where that is allowed from."""
    changed = c.execute(
        update(duels)
        .where(duels.c.id == duel.id, duels.c.state.in_(before(state)))
        .values(state=state, **values)
    )
    return changed.rowcount == 1


def seats_of(c: Connection, duel_id: int) -> tuple[Seat, ...]:
    """Return a duel's panel, in order."""
    query = select(seats).where(seats.c.duel_id == duel_id).order_by(seats.c.position)
    return tuple(as_value(Seat, row) for row in c.execute(query).mappings())


def entries_of(c: Connection, duel_id: int, *states: str) -> tuple[Entry, ...]:
    """Return a duel's entries in the given states (all if none is given), oldest first."""
    query = select(entries).where(entries.c.duel_id == duel_id)
    if states:
        query = query.where(entries.c.state.in_(states))
    rows = c.execute(query.order_by(entries.c.created_at, entries.c.id)).mappings()
    return tuple(as_value(Entry, row) for row in rows)


def entry_by_id(c: Connection, entry_id: int) -> Entry | None:
    """Return an entry, or ``None``."""
    row = c.execute(select(entries).where(entries.c.id == entry_id)).mappings().first()
    return as_value(Entry, row) if row else None


def running_as_host(c: Connection, community_id: int, member_id: int) -> int:
    """Return how many duels a member has under way as host."""
    query = select(func.count()).where(
        duels.c.community_id == community_id,
        duels.c.host_id == member_id,
        duels.c.state.in_(RUNNING),
    )
    return int(c.execute(query).scalar_one())


def next_number(c: Connection, community_id: int) -> int:
    """Return the number that the community's next duel gets."""
    query = select(func.coalesce(func.max(duels.c.number), 0) + 1).where(
        duels.c.community_id == community_id
    )
    return int(c.execute(query).scalar_one())


def name_of(c: Connection, member_id: int) -> str:
    """Return the name by which a member was last seen."""
    query = (
        select(identities.c.name)
        .where(identities.c.member_id == member_id)
        .order_by(identities.c.first_seen.desc())
    )
    return str(c.execute(query).scalar() or "?")
