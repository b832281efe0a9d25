"""A member's own texts from before, which they may enter again.

They are what the member entered into duels, in whatever became of it, and what ``/write`` wrote
for them. The texts of guests that they invited are not among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, null, select

from plumas_core.characters import clean_line
from plumas_core.ids import decode
from plumas_core.locales.translate import Translations
from plumas_core.problems import Problem
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.work import writings

OFFERED = 25
"""Texts that are offered, the newest ones."""
_LOOKED_AT = 200
_NAME_LIMIT = 60
BEGINNING = 200
"""Characters of a text that are read to name it."""


@dataclass(frozen=True, slots=True)
class EarlierText:
    """A text of a member's; ``number`` is that of the duel it was in, ``None`` for ``/write``.

    ``text`` is its beginning where many are listed, and all of it where one is asked for.
    ``length``: characters of all of it.
    """

    id: int
    title: str | None
    text: str
    length: int
    words: int
    created_at: int
    number: int | None

    def label(self, texts: Translations, locale: str) -> str:
        """Return how the text is named among others: its title or first words, and where from."""
        name = clean_line(self.title or self.text[:BEGINNING], _NAME_LIMIT) or "…"
        if self.number is None:
            return texts.text(locale, "earlier-writing", name=name, words=self.words)
        return texts.text(locale, "earlier-entry", name=name, words=self.words, number=self.number)


def earlier_texts(c: Connection, member_id: int) -> list[EarlierText]:
    """Return a member's texts, the newest first; one that came twice stands there once.

    Only their beginnings are read: texts that begin alike and are as long are taken for one.
    """
    queries = (
        _entered(member_id, func.substr(entries.c.text, 1, BEGINNING)),
        _written(member_id, func.substr(writings.c.text, 1, BEGINNING)),
    )
    found = [text for query in queries for text in _read(c, query)]
    once: dict[tuple[str, int, int], EarlierText] = {}
    for text in sorted(found, key=lambda one: (-one.created_at, -one.id)):
        once.setdefault((text.text, text.length, text.words), text)
    return list(once.values())[:OFFERED]


def earlier_text(c: Connection, member_id: int, name: str) -> EarlierText:
    """Return the text of a member's that an id names.

    Raises:
        Problem: it is no text of theirs.
    """
    text_id = decode(name.strip())
    if text_id is not None:
        queries = (
            _entered(member_id, entries.c.text).where(entries.c.id == text_id),
            _written(member_id, writings.c.text).where(writings.c.id == text_id),
        )
        for query in queries:
            for text in _read(c, query):
                return text
    raise Problem("earlier-unknown")


def _read(c: Connection, query: Select[Any]) -> list[EarlierText]:
    return [EarlierText(*row) for row in c.execute(query.limit(_LOOKED_AT))]


def _entered(member_id: int, text: ColumnElement[str]) -> Select[Any]:
    return (
        select(
            entries.c.id,
            entries.c.title,
            text,
            func.length(entries.c.text),
            entries.c.words,
            entries.c.created_at,
            duels.c.number,
        )
        .join(duels, duels.c.id == entries.c.duel_id)
        .where(entries.c.member_id == member_id, entries.c.guest.is_(False), entries.c.text != "")
        .order_by(entries.c.created_at.desc(), entries.c.id.desc())
    )


def _written(member_id: int, text: ColumnElement[str]) -> Select[Any]:
    return (
        select(
            writings.c.id,
            writings.c.title,
            text,
            func.length(writings.c.text),
            writings.c.words,
            writings.c.created_at,
            null().label("number"),
        )
        .where(
            writings.c.member_id == member_id,
            writings.c.entry_id.is_(None),
            writings.c.state == "done",
            writings.c.text != "",
        )
        .order_by(writings.c.created_at.desc(), writings.c.id.desc())
    )
