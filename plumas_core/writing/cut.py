"""A member's ``/write`` that a death cut off: given back, and the member told."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from plumas_core.app import App
from plumas_core.clock import MINUTE
from plumas_core.commands.reply import Note, Reply, Verse, note
from plumas_core.delivery.places import private_place
from plumas_core.duels.rows import as_value
from plumas_core.storage.tables.people import places
from plumas_core.storage.tables.work import writings
from plumas_core.writing.asking import Writing
from plumas_core.writing.running import give_back

UNCLAIMED = 2 * MINUTE
"""A ``/write`` is begun in the moment it is asked; one that was not is not going to be."""

UNSHOWN = 5 * MINUTE
"""A text is shown in the moment it is done, unless its platform makes us wait or fails."""


def place_for(app: App, c: Connection, writing: Writing) -> int:
    """Return where to tell of a writing: where it was asked, or in private if it was private."""
    if not writing.private:
        return writing.place_id
    platform = c.execute(select(places.c.platform).where(places.c.id == writing.place_id)).scalar()
    own = private_place(app, c, writing.member_id, platform or "")
    return own if own is not None else writing.place_id


def told(app: App, c: Connection, writing_id: int) -> None:
    """Record that a member was shown what became of a writing."""
    c.execute(
        update(writings)
        .where(writings.c.id == writing_id, writings.c.told_at.is_(None))
        .values(told_at=app.clock())
    )


async def tell_untold(app: App) -> int:
    """Show texts that are paid for and that never reached their members; return how many.

    One whose process died between showing it and saying so is shown twice: rather that than never.
    """

    def work(c: Connection) -> int:
        query = select(writings).where(
            writings.c.entry_id.is_(None),
            writings.c.state == "done",
            writings.c.told_at.is_(None),
            writings.c.finished_at <= app.clock() - UNSHOWN,
        )
        untold = [as_value(Writing, row) for row in c.execute(query).mappings().all()]
        for writing in untold:
            late = Note(app.texts.text(writing.locale, "write-late"), "late")
            app.outbox.enqueue(
                c,
                key=f"writing:{writing.id}:text",
                place=place_for(app, c, writing),
                reply=Reply((late, Verse(writing.text, writing.title))),
                mentions=(writing.member_id,),
            )
            told(app, c, writing.id)
        return len(untold)

    return await app.db.write(work)


async def give_back_cut(app: App) -> int:
    """Give back every ``/write`` whose process is gone; return how many there were."""

    def work(c: Connection) -> int:
        now = app.clock()
        query = select(writings).where(
            writings.c.entry_id.is_(None),
            ((writings.c.state == "writing") & (writings.c.lease_until <= now))
            | ((writings.c.state == "waiting") & (writings.c.created_at <= now - UNCLAIMED)),
        )
        cut = [as_value(Writing, row) for row in c.execute(query).mappings().all()]
        for writing in cut:
            give_back(app, c, writing, "cut")
            text = app.texts.text(writing.locale, "write-cut")
            app.outbox.enqueue(
                c,
                key=f"writing:{writing.id}:cut",
                place=place_for(app, c, writing),
                reply=note(text, "warning"),
                mentions=(writing.member_id,),
            )
        return len(cut)

    return await app.db.write(work)
