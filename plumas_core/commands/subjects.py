"""What a pressed button is about, and the community that this belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, null, select

from plumas_core.commands.spec import Subject, SubjectKind
from plumas_core.ids import decode
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.people import places
from plumas_core.storage.tables.work import writings


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a subject comes from.

    ``place_id``: where its duel's card stands, as long as that is a place of its community.
    ``owner_id``: the member whose text it is, if it is a text.
    """

    community_id: int
    place_id: int | None
    owner_id: int | None


def origin_of(c: Connection, subject: Subject) -> Origin | None:
    """Return where a duel, an entry or a writing comes from, if there is such a one.

    The reference may go on behind a full stop.
    """
    number = decode(subject.ref.partition(".")[0])
    if number is None:
        return None
    query, table = _ORIGIN[subject.kind]
    found = c.execute(query.where(table.c.id == number)).first()
    return None if found is None or found[0] is None else Origin(*found)


def _of_duels(owner: Any) -> Select[Any]:
    here = (places.c.id == duels.c.place_id) & (places.c.community_id == duels.c.community_id)
    return (
        select(duels.c.community_id, places.c.id, owner)
        .select_from(duels)
        .join(places, here, isouter=True)
    )


_ORIGIN: Final[Mapping[SubjectKind, tuple[Select[Any], Any]]] = {
    "duel": (_of_duels(null()), duels),
    "entry": (
        _of_duels(entries.c.member_id).join(entries, entries.c.duel_id == duels.c.id),
        entries,
    ),
    "writing": (select(writings.c.community_id, null(), writings.c.member_id), writings),
}
