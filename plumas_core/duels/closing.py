"""The end of a duel's first half: reminders, the close, and cancelling.

At the close everything happens in one transaction: the texts are locked and numbered in a drawn
order, their digest is published, a reading of every text by every seat is due, and the texts are
posted to be read. Suspected copies are asked about first (``plumas_core.duels.copies``). A duel
with too few authors is cancelled, and every hold given back.
"""

from __future__ import annotations

import hashlib
import json
from functools import partial

from sqlalchemy import Connection, delete, insert, or_, select, update

from plumas_core.app import App
from plumas_core.clock import HOUR
from plumas_core.commands.reply import Block, File, Moment, Reply, Text, Title, note
from plumas_core.duels.announcing import announce
from plumas_core.duels.card import reason_text, revise_card
from plumas_core.duels.copies import ask, due_readings, suspected
from plumas_core.duels.entering import fund_waiting, leave, release
from plumas_core.duels.rows import (
    Duel,
    Entry,
    as_value,
    current,
    duel_by_id,
    entries_of,
    move,
)
from plumas_core.ids import encode
from plumas_core.problems import Problem
from plumas_core.storage.tables.duels import (
    close_agreements,
    duels,
    entries,
    evaluations,
    open_forms,
)


async def close_due(app: App) -> int:
    """Close every duel whose time has come; return how many were closed."""
    due = await app.db.read(lambda c: _due(app, c))
    return sum(
        [await app.db.write(partial(_close_if_due, app, duel_id=duel_id)) for duel_id in due]
    )


async def fund_entries(app: App) -> int:
    """Let texts join their duels that the pool can pay for by now; return how many did."""

    def work(c: Connection) -> int:
        query = select(duels).where(
            duels.c.state == "open",
            duels.c.id.in_(select(entries.c.duel_id).where(entries.c.state == "unfunded")),
        )
        waiting = [as_value(Duel, row) for row in c.execute(query).mappings().all()]
        return sum(fund_waiting(app, c, duel) for duel in waiting)

    return await app.db.write(work)


def _due(app: App, c: Connection) -> list[int]:
    query = select(duels.c.id).where(duels.c.state == "open", duels.c.ends_at <= app.clock())
    return list(c.execute(query.order_by(duels.c.ends_at, duels.c.id)).scalars())


def _close_if_due(app: App, c: Connection, duel_id: int) -> int:
    duel = duel_by_id(c, duel_id)
    if duel is None or duel.state != "open" or duel.ends_at > app.clock():
        return 0
    if _waits(app, c, duel):
        return 0
    close(app, c, duel)
    return 1


def _waits(app: App, c: Connection, duel: Duel) -> bool:
    """Tell whether a form that was open at the close, or a guest at work, still has its grace."""
    now = app.clock()
    forms = select(open_forms.c.member_id).where(
        open_forms.c.duel_id == duel.id,
        open_forms.c.opened_at < duel.ends_at,
        open_forms.c.opened_at >= duel.ends_at - HOUR,
    )
    if now < duel.ends_at + app.policy.entry_grace and c.execute(forms).first() is not None:
        return True
    writing = now < duel.ends_at + app.policy.writing_grace
    return writing and bool(entries_of(c, duel.id, "writing"))


def close(app: App, c: Connection, duel: Duel) -> None:
    """End the time for texts: the duel goes to its judges, or is cancelled for too few authors."""
    _drop_unready(app, c, duel)
    entered = entries_of(c, duel.id, "entered")
    if len({entry.author for entry in entered}) < duel.min_authors:
        end_without_verdict(app, c, duel, "few")
        return
    locked = _lock(app, c, duel, entered)
    authors = len({entry.author for entry in entered})
    moved = move(
        c,
        duel,
        "judging",
        judging_at=app.clock(),
        texts_digest=texts_digest(locked),
        rated=duel.rated and authors >= app.policy.rated_authors,
    )
    if not moved:
        return
    copies = [entry for entry in locked if suspected(entry)]
    due_readings(app, c, duel, [entry for entry in locked if entry not in copies])
    ask(app, c, duel, copies)
    announce(
        app,
        c,
        duel,
        key=f"duel:{duel.id}:texts",
        reply=texts_reply(app, duel, locked),
    )
    revise_card(app, c, duel.id)


def _drop_unready(app: App, c: Connection, duel: Duel) -> None:
    """Leave out texts that nobody paid for or that were not finished, and tell their authors."""
    fund_waiting(app, c, duel)
    for entry in entries_of(c, duel.id, "unfunded", "writing"):
        leave(app, c, entry, "dropped", "close")
        if entry.member_id is not None:
            key = "entry-dropped-unfunded" if entry.state == "unfunded" else "guest-failed"
            announce(
                app,
                c,
                duel,
                key=f"entry:{entry.id}:dropped",
                reply=note(app.texts.text(duel.locale, key, name=entry.byline), "warning"),
                mentions=(entry.member_id,),
            )


def _lock(app: App, c: Connection, duel: Duel, entered: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Draw the order in which the texts are shown, and return them in it."""
    order = list(entered)
    app.rng.shuffle(order)
    for alias, entry in enumerate(order, start=1):
        c.execute(update(entries).where(entries.c.id == entry.id).values(alias=alias))
    c.execute(delete(open_forms).where(open_forms.c.duel_id == duel.id))
    c.execute(delete(close_agreements).where(close_agreements.c.duel_id == duel.id))
    by_id = {entry.id: entry for entry in entries_of(c, duel.id, "entered")}
    return tuple(by_id[entry.id] for entry in order)


def texts_digest(locked: tuple[Entry, ...]) -> str:
    """Return the SHA-256 of the texts in their shown order.

    It is taken over a JSON list of ``[number, title, text]``, in UTF-8 without spaces, so that
    anyone can check later that no text was changed.
    """
    listed = [[entry.alias, entry.title, entry.text] for entry in locked]
    encoded = json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(encoded.encode("utf-8", "surrogatepass")).hexdigest()


def texts_reply(app: App, duel: Duel, locked: tuple[Entry, ...]) -> Reply:
    """Return the message that shows all texts, anonymous and in the drawn order, as a file."""
    t = app.texts
    pieces = []
    for entry in locked:
        head = t.text(duel.locale, "texts-head", number=entry.alias or 0)
        title = f"{entry.title}\n\n" if entry.title else ""
        pieces.append(f"{head}\n\n{title}{entry.text}\n")
    content = ("\n" + "—" * 30 + "\n\n").join(pieces)
    blocks: tuple[Block, ...] = (
        Title(t.text(duel.locale, "texts-title", number=duel.number, theme=duel.theme)),
        Text((t.text(duel.locale, "texts-posted", count=len(locked)),)),
        Text((t.text(duel.locale, "texts-digest", digest=texts_digest(locked)),)),
    )
    file = File(f"duel-{duel.number}.txt", content)
    return Reply(blocks, files=(file,), ref=encode(duel.id))


def agree_to_close(app: App, c: Connection, duel: Duel, member_id: int, *, admin: bool) -> bool:
    """Record a host's, an entrant's or an admin's wish to close now; tell whether it closed.

    An admin closes at once. A host asks the entrants, and the duel closes when all have agreed.

    Raises:
        Problem: the duel is not open, or the member has no say in it.
    """
    duel = current(c, duel)
    if duel.state != "open":
        raise Problem("duel-not-open", number=duel.number)
    entrants = _entrants(c, duel)
    if admin and member_id not in entrants:
        _close_now(app, c, duel)
        return True
    if member_id == duel.host_id:
        c.execute(
            update(duels)
            .where(duels.c.id == duel.id, duels.c.close_asked_at.is_(None))
            .values(close_asked_at=app.clock())
        )
    elif member_id not in entrants:
        raise Problem("close-not-yours")
    elif duel.close_asked_at is None:
        raise Problem("close-not-asked")
    _record_agreement(app, c, duel.id, member_id)
    return close_if_agreed(app, c, current(c, duel))


def close_if_agreed(app: App, c: Connection, duel: Duel) -> bool:
    """Close a duel whose host asked for it once every entrant has agreed; tell whether it was."""
    if duel.state != "open" or duel.close_asked_at is None:
        return False
    entrants = _entrants(c, duel)
    agreed = set(
        c.execute(
            select(close_agreements.c.member_id).where(close_agreements.c.duel_id == duel.id)
        ).scalars()
    )
    if not entrants or not entrants <= agreed:
        return False
    _close_now(app, c, duel)
    return True


def _entrants(c: Connection, duel: Duel) -> set[int]:
    return {
        entry.member_id
        for entry in entries_of(c, duel.id, "entered", "unfunded")
        if entry.member_id is not None and not entry.guest
    }


def _close_now(app: App, c: Connection, duel: Duel) -> None:
    """Let no more texts in; guests that are still writing, and open forms, keep their grace."""
    now = app.clock()
    c.execute(update(duels).where(duels.c.id == duel.id).values(ends_at=now))
    closing = current(c, duel)
    if _waits(app, c, closing):
        revise_card(app, c, duel.id)
    else:
        close(app, c, closing)


def _record_agreement(app: App, c: Connection, duel_id: int, member_id: int) -> None:
    mine = (
        close_agreements.c.duel_id == duel_id,
        close_agreements.c.member_id == member_id,
    )
    if c.execute(select(close_agreements).where(*mine)).first() is None:
        c.execute(
            insert(close_agreements).values(duel_id=duel_id, member_id=member_id, at=app.clock())
        )


def cancel(app: App, c: Connection, duel: Duel) -> None:
    """End a duel without a verdict, by its host's or an admin's word.

    Raises:
        Problem: it has ended already.
    """
    duel = current(c, duel)
    if duel.state not in ("open", "judging"):
        raise Problem("duel-over", number=duel.number)
    end_without_verdict(app, c, duel, "host")


def end_without_verdict(app: App, c: Connection, duel: Duel, reason: str) -> None:
    """Cancel a duel, give back every hold and say so in its place."""
    if not move(c, duel, "cancelled", finished_at=app.clock(), end_reason=reason):
        return
    c.execute(
        update(evaluations)
        .where(
            evaluations.c.duel_id == duel.id,
            or_(evaluations.c.state == "waiting", evaluations.c.state == "in_flight"),
        )
        .values(state="missing", reason="cancelled")
    )
    release_holds(app, c, duel, "cancelled")
    entrants = sorted(
        {entry.member_id for entry in entries_of(c, duel.id, "entered") if entry.member_id}
    )
    text = app.texts.text(
        duel.locale,
        "duel-cancelled",
        number=duel.number,
        theme=duel.theme,
        reason=reason_text(app, reason, duel.locale),
    )
    announce(
        app,
        c,
        duel,
        key=f"duel:{duel.id}:cancelled",
        reply=note(text, "warning"),
        mentions=entrants,
    )
    revise_card(app, c, duel.id)


def release_holds(app: App, c: Connection, duel: Duel, why: str) -> None:
    """Give back what is still held for a duel's texts and guests."""
    for entry in entries_of(c, duel.id):
        release(app, c, entry, f"entry:{entry.id}:{why}")


async def remind(app: App) -> int:
    """Remind of duels that close soon, without mentions; return how many reminders were owed."""

    def work(c: Connection) -> int:
        now = app.clock()
        owed = 0
        rows = c.execute(select(duels).where(duels.c.state == "open", duels.c.ends_at > now))
        for row in rows.mappings().all():
            duel = as_value(Duel, row)
            due = [lead for lead in app.policy.reminders if duel.ends_at - now <= lead]
            if len(due) <= duel.reminded:
                continue
            c.execute(update(duels).where(duels.c.id == duel.id).values(reminded=len(due)))
            # A duel shorter than a reminder's lead was announced within it already.
            if duel.ends_at - duel.opened_at <= due[-1]:
                continue
            announce(
                app,
                c,
                duel,
                key=f"duel:{duel.id}:reminder:{len(due)}",
                reply=_reminder(app, duel),
            )
            owed += 1
        return owed

    return await app.db.write(work)


def _reminder(app: App, duel: Duel) -> Reply:
    parts = app.texts.rich(
        duel.locale,
        "duel-reminder",
        number=duel.number,
        theme=duel.theme,
        when=Moment(duel.ends_at),
    )
    return Reply((Text(parts),), ref=encode(duel.id))
