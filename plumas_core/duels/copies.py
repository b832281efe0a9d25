"""Suspected copies: texts that wait after the close for a word on whether they are judged.

A text that is another member's to the letter is asked about when its duel closes: of the host in
private, or in the duel's place of the admins where the host has a text in the duel. While nobody
answers only that text waits, for ``ANSWER_TIME`` at most; the others are read meanwhile. Until the
readings of a text are due there are none of it in ``evaluations``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from sqlalchemy import Connection, insert, select, update

from plumas_core.app import App
from plumas_core.catalog.usage import Mode
from plumas_core.clock import HOUR
from plumas_core.commands.reply import Button, Moment, Parts, Reply, Text, note
from plumas_core.delivery.places import private_place
from plumas_core.duels.costs import mode_of
from plumas_core.duels.rows import Duel, Entry, Seat, as_value, entries_of, seats_of
from plumas_core.ids import encode
from plumas_core.storage.tables.duels import entries, evaluations, suspicions
from plumas_core.storage.tables.people import identities, members, places

ANSWER_TIME: Final = 12 * HOUR
"""How long a suspected copy waits for an answer after the close."""

SHOWN: Final = 8
"""Texts that one reply has buttons for; when they are answered the next ones take their place."""

Answer = Literal["judge", "leave", "none", "over"]
"""``none``: nobody answered in time, so it is judged; ``over``: its duel ended before."""


def suspected(entry: Entry) -> bool:
    """Tell whether a text was another member's, to the letter, when it came."""
    return "copy" in entry.flags.split(",")


def due_readings(
    app: App, c: Connection, duel: Duel, texts: Iterable[Entry], *, unfunded: bool = False
) -> None:
    """Let every seat owe its reading of every one of these texts.

    ``unfunded``: what was held for them is looked at first, since a seat's model may have changed.
    """
    rows = [
        {
            "id": app.ids.new(),
            "duel_id": duel.id,
            "entry_id": entry.id,
            "seat_id": seat.id,
            "state": "waiting",
            "mode": _mode(app, duel, seat),
            "unfunded": unfunded,
        }
        for entry in texts
        for seat in seats_of(c, duel.id)
    ]
    if rows:
        c.execute(insert(evaluations), rows)


def _mode(app: App, duel: Duel, seat: Seat) -> Mode:
    model = app.catalog.get(seat.model_id)
    if model is not None and not model.capabilities.batch:
        return "single"
    return mode_of(duel)


def ask(app: App, c: Connection, duel: Duel, texts: Iterable[Entry]) -> None:
    """Let suspected copies wait, and owe the question about each to those who may answer it."""
    due_at = app.clock() + min(ANSWER_TIME, app.policy.late_single)
    for entry in texts:
        c.execute(insert(suspicions).values(entry_id=entry.id, duel_id=duel.id, due_at=due_at))
        asked = _asked(app, c, duel)
        if asked is not None:
            place, locale = asked
            app.outbox.enqueue(
                c,
                key=_key(entry),
                place=place,
                reply=Reply(
                    (Text(_question(app, c, duel, entry, due_at, locale)),),
                    buttons=_buttons(app, entry, locale),
                    ref=encode(entry.id),
                ),
            )


def tell_answered(app: App, c: Connection, duel: Duel, entry: Entry, answer: Answer) -> None:
    """Let the question about a text say what became of it, and take its buttons away."""
    asked = _asked(app, c, duel)
    if asked is not None:
        text = answered_text(app, entry, answer, asked[1])
        app.outbox.revise(c, key=_key(entry), reply=note(text))


def answered_text(app: App, entry: Entry, answer: Answer, locale: str) -> str:
    """Return what became of a suspected copy, without its author."""
    return app.texts.text(locale, f"copy-answer-{answer}", number=entry.alias or 0)


def has_host(c: Connection, duel: Duel) -> bool:
    """Tell whether the host has, or had at the close, a text in the duel."""
    return duel.host_id in _authors(c, duel)


def may_answer(c: Connection, duel: Duel, member_id: int, *, admin: bool) -> bool:
    """Tell whether a member may say if a suspected copy is judged.

    It is the host, or an admin where the host has a text in the duel; nobody who has one may.
    """
    authors = _authors(c, duel)
    if member_id in authors:
        return False
    return admin if duel.host_id in authors else member_id == duel.host_id


def questions(
    app: App, c: Connection, duel: Duel, locale: str
) -> tuple[list[Text], tuple[Button, ...]]:
    """Return the questions about a duel's texts that wait, with the buttons that answer them."""
    query = (
        select(entries, suspicions.c.due_at)
        .join(suspicions, suspicions.c.entry_id == entries.c.id)
        .where(suspicions.c.duel_id == duel.id, suspicions.c.answer.is_(None))
        .order_by(entries.c.alias)
        .limit(SHOWN)
    )
    blocks: list[Text] = []
    buttons: list[Button] = []
    if duel.state != "judging":
        return blocks, ()
    for row in c.execute(query).mappings():
        entry = as_value(Entry, row)
        parts = _question(app, c, duel, entry, row["due_at"], locale)
        blocks.append(Text(parts))
        buttons.extend(_buttons(app, entry, locale))
    return blocks, tuple(buttons)


def answer_once(app: App, c: Connection, entry: Entry, answer: Answer) -> bool:
    """Write the answer down if there is none yet; tell whether there was none."""
    written = c.execute(
        update(suspicions)
        .where(suspicions.c.entry_id == entry.id, suspicions.c.answer.is_(None))
        .values(answer=answer, answered_at=app.clock())
    )
    return written.rowcount == 1


def private_or_other(app: App, c: Connection, duel: Duel, member_id: int) -> int | None:
    """Return a member's private place: on the duel's platform, or else on another one served."""
    home = c.execute(select(places.c.platform).where(places.c.id == duel.place_id)).scalar_one()
    query = select(identities.c.platform).where(identities.c.member_id == member_id)
    known = c.execute(query.order_by(identities.c.platform != home, identities.c.first_seen))
    for platform in known.scalars().all():
        if platform in app.outbox.deliverers:
            return private_place(app, c, member_id, platform)
    return None


def _asked(app: App, c: Connection, duel: Duel) -> tuple[int, str] | None:
    """Return where a question is asked, and in which language."""
    if has_host(c, duel):
        return duel.place_id, duel.locale
    place = private_or_other(app, c, duel, duel.host_id)
    if place is None:
        return None
    own = c.execute(select(members.c.locale).where(members.c.id == duel.host_id)).scalar()
    return place, own or duel.locale


def _question(app: App, c: Connection, duel: Duel, entry: Entry, due_at: int, locale: str) -> Parts:
    key = "copy-ask-admins" if has_host(c, duel) else "copy-ask-host"
    return app.texts.rich(
        locale,
        key,
        number=duel.number,
        theme=duel.theme,
        text=entry.alias or 0,
        when=Moment(due_at),
    )


def _buttons(app: App, entry: Entry, locale: str) -> tuple[Button, ...]:
    t = app.texts
    ref = encode(entry.id)
    number = entry.alias or 0
    return (
        Button("copy-in", ref, t.text(locale, "copy-judge", number=number), "primary"),
        Button("copy-out", ref, t.text(locale, "copy-leave", number=number), "danger"),
    )


def _authors(c: Connection, duel: Duel) -> set[int | None]:
    return {entry.member_id for entry in entries_of(c, duel.id, "entered", "disqualified")}


def _key(entry: Entry) -> str:
    return f"entry:{entry.id}:copy"
