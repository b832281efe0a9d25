"""Credits that move from one account to another when their owners become one.

The ledger is never changed: what is free moves by a transfer. What an entry holds is given back,
moves, and is held again at once for the same work, so that judging goes on being paid; what the
old hold has paid stays with it. A text that is being written keeps its hold, since whoever writes
it has it in hand; what returns of it moves when it has ended. A hold that stays on the old account
can need more: that comes from the new one.
"""

from __future__ import annotations

from sqlalchemy import Connection, Row, select, update

from plumas_core.app import App
from plumas_core.storage.tables.duels import entries
from plumas_core.storage.tables.ledger import accounts, holds
from plumas_core.storage.tables.people import communities, members
from plumas_core.storage.tables.work import calls


def move_all(app: App, c: Connection, old: int, new: int, key: str) -> int:
    """Move what an account has to another one; return how many movements that took.

    ``key`` names the movements in the ledger; the holds' own ids make them different.
    """
    query = select(holds).where(
        holds.c.account == old,
        holds.c.state == "open",
        holds.c.amount > holds.c.drawn,
        holds.c.work.startswith("entry:"),
    )
    held = c.execute(query.order_by(holds.c.id)).all()
    for hold in held:
        app.book.void(c, hold.id, f"{key}:{hold.id}:back")
    free = app.book.available(c, old)
    if free == 0:
        return 0
    app.book.transfer(c, debit=old, credit=new, amount=free, key=f"{key}:free", purpose="link")
    for hold in held:
        _hold_again(app, c, hold, new, key)
    return 1 + len(held)


def extend_hold(app: App, c: Connection, hold: int, amount: int, key: str) -> None:
    """Reserve ``amount`` more for an open hold, by whoever its payer has become part of.

    Raises:
        InsufficientCredits: that one has less available; nothing is changed.
        HoldClosed, KeyReused, UnknownHold: the caller is mistaken.
    """
    query = select(accounts.c.id, accounts.c.kind, accounts.c.owner)
    payer = c.execute(
        query.join(holds, holds.c.account == accounts.c.id).where(holds.c.id == hold)
    ).first()
    owner = present_owner(c, payer.kind, payer.owner) if payer is not None else None
    if payer is not None and owner is not None and owner != payer.owner:
        present = app.book.account(c, payer.kind, owner)
        lent = f"{key}:link"
        app.book.transfer(
            c, debit=present, credit=payer.id, amount=amount, key=lent, purpose="link"
        )
    app.book.extend(c, hold, amount, key)


def present_owner(c: Connection, kind: str, owner: int) -> int:
    """Return the member or community that the owner of a ``wallet`` or ``pool`` is by now."""
    table = members if kind == "wallet" else communities
    return c.execute(select(table.c.merged_into).where(table.c.id == owner)).scalar() or owner


def _hold_again(app: App, c: Connection, hold: Row[tuple[object, ...]], new: int, key: str) -> None:
    again = app.book.hold(
        c,
        payer=new,
        amount=hold.amount - hold.drawn,
        key=f"{key}:{hold.id}:again",
        purpose="judging",
        work=hold.work,
        community=hold.community,
    )
    c.execute(update(entries).where(entries.c.hold_id == hold.id).values(hold_id=again))
    c.execute(
        update(calls)
        .where(calls.c.hold_id == hold.id, calls.c.state == "in_flight")
        .values(hold_id=again)
    )
