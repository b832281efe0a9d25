"""An event that is delivered twice works once, on what it worked on the first time.

Commands that make a row keep the event's key in it. Those that change what is there, and choose it
by what is newest, write their event down here, in the transaction that does their work. What was
asked is kept as a digest: an event that comes again and asks for something else is refused, so
that nobody reads that what they asked for was done when something else was.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, insert, select

from plumas_core.app import App
from plumas_core.commands.spec import Request
from plumas_core.problems import Problem
from plumas_core.storage.tables.delivery import handled


def handled_before(c: Connection, request: Request[Any]) -> int | None:
    """Return what an event worked on when it was handled before, ``None`` if it was not.

    Raises:
        Problem: somebody else, or something else, was behind the event then.
    """
    query = select(handled.c.target, handled.c.asked).where(handled.c.key == request.key)
    found = c.execute(query).first()
    if found is None:
        return None
    if found.asked != _asked(request):
        raise Problem("event-reused")
    return int(found.target)


def remember(app: App, c: Connection, request: Request[Any], target: int) -> None:
    """Write down that an event is handled, and what it worked on."""
    c.execute(
        insert(handled).values(
            key=request.key, asked=_asked(request), target=target, at=app.clock()
        )
    )


def _asked(request: Request[Any]) -> str:
    """Return a digest of who asks for what; the account, since its member may be joined later."""
    account = request.account
    said = repr((account.platform, account.external_id, request.args))
    return blake2b(said.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()
