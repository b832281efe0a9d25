"""What a pressed button is about, and the community that this belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from plumas_core.commands.spec import Subject, SubjectKind
from plumas_core.ids import decode
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.work import writings


def community_of(c: Connection, subject: Subject) -> int | None:
    """Return the community that a duel, an entry or a writing belongs to, if there is such a one.

    The reference may go on behind a full stop.
    """
    number = decode(subject.ref.partition(".")[0])
    if number is None:
        return None
    query, table = _COMMUNITY[subject.kind]
    return c.execute(query.where(table.c.id == number)).scalar()


_COMMUNITY: Final[Mapping[SubjectKind, tuple[Select[Any], Any]]] = {
    "duel": (select(duels.c.community_id), duels),
    "entry": (
        select(duels.c.community_id).join(entries, entries.c.duel_id == duels.c.id),
        entries,
    ),
    "writing": (select(writings.c.community_id), writings),
}
