"""What is done about a suspected copy: it is judged, or left out, once and for all."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Connection, select, update

from plumas_core.app import App
from plumas_core.commands.reply import note
from plumas_core.duels.card import revise_card
from plumas_core.duels.closing import end_without_verdict
from plumas_core.duels.copies import (
    Answer,
    answer_once,
    due_readings,
    has_host,
    may_answer,
    private_or_other,
    tell_answered,
)
from plumas_core.duels.entering import leave
from plumas_core.duels.rows import Duel, Entry, as_value, current, duel_by_id, entries_of
from plumas_core.ids import encode
from plumas_core.operations import record
from plumas_core.problems import Problem
from plumas_core.storage.tables.duels import duels, entries, suspicions

FEWEST_AUTHORS = 2
"""With fewer there is nobody to stand against."""


def decide(
    app: App,
    c: Connection,
    duel: Duel,
    entry: Entry,
    answer: Answer,
    member_id: int,
    *,
    admin: bool,
) -> Answer:
    """Answer for a suspected copy if nobody has yet; return the answer that stands.

    Raises:
        Problem: the member may not answer, the text is not asked about, or its duel is over.
    """
    if not may_answer(c, duel, member_id, admin=admin):
        key = "copy-admins" if has_host(c, duel) else "copy-host"
        raise Problem(key, number=duel.number)
    asked = c.execute(select(suspicions).where(suspicions.c.entry_id == entry.id)).first()
    if asked is None:
        raise Problem("entry-unknown")
    if asked.answer is not None:
        return cast(Answer, asked.answer)
    if duel.state != "judging":
        raise Problem("copy-over", number=duel.number)
    if asked.due_at <= app.clock():
        _settle(app, c, duel, entry, "none", None)
        return "none"
    _settle(app, c, duel, entry, answer, member_id)
    return answer


def judge_unanswered(app: App, c: Connection) -> int:
    """Let the suspected copies be judged that nobody answered for in time; return how many."""
    query = (
        select(entries)
        .join(suspicions, suspicions.c.entry_id == entries.c.id)
        .where(suspicions.c.answer.is_(None), suspicions.c.due_at <= app.clock())
        .order_by(entries.c.id)
    )
    late = [as_value(Entry, row) for row in c.execute(query).mappings().all()]
    for entry in late:
        duel = duel_by_id(c, entry.duel_id)
        if duel is not None:
            answer: Answer = "none" if duel.state == "judging" else "over"
            _settle(app, c, duel, entry, answer, None)
    return len(late)


def _settle(
    app: App, c: Connection, duel: Duel, entry: Entry, answer: Answer, member_id: int | None
) -> None:
    """Do what an answer means; ``member_id`` is ``None`` where the time decided."""
    if not answer_once(app, c, entry, answer):
        return
    record(app, c, member_id, duel.community_id, f"duel copy {answer}", encode(entry.id))
    if answer in ("judge", "none"):
        due_readings(app, c, duel, (entry,), unfunded=True)
    elif answer == "leave":
        _leave_out(app, c, duel, entry)
    tell_answered(app, c, duel, entry, answer)
    revise_card(app, c, duel.id)


def _leave_out(app: App, c: Connection, duel: Duel, entry: Entry) -> None:
    """Take a text out, tell its author why, and end a duel that has fewer than two authors left."""
    leave(app, c, entry, "disqualified", f"copy:{entry.id}")
    _tell_author(app, c, duel, entry)
    authors = {one.author for one in entries_of(c, duel.id, "entered")}
    if len(authors) < FEWEST_AUTHORS:
        end_without_verdict(app, c, current(c, duel), "copies")
    elif len(authors) < app.policy.rated_authors:
        c.execute(update(duels).where(duels.c.id == duel.id).values(rated=False))


def _tell_author(app: App, c: Connection, duel: Duel, entry: Entry) -> None:
    place = None
    if entry.member_id is not None:
        place = private_or_other(app, c, duel, entry.member_id)
    if place is None:
        return
    t = app.texts
    name = entry.title or t.text(entry.locale, "untitled")
    text = t.text(entry.locale, "copy-left-out", name=name, number=duel.number, theme=duel.theme)
    app.outbox.enqueue(
        c, key=f"entry:{entry.id}:left-out", place=place, reply=note(text, "warning")
    )
