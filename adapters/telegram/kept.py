"""Private replies that wait until their member opens the private chat by a deep link."""

from __future__ import annotations

import secrets
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from adapters.telegram.events import PLATFORM
from plumas_core.app import App
from plumas_core.clock import HOUR
from plumas_core.commands.reply import Reply
from plumas_core.storage.tables.inbox import kept_replies

KEPT_FOR: Final = 24 * HOUR
PREFIX: Final = "k-"
"""What a deep link's parameter begins with that names a kept reply."""


def keep(app: App, c: Connection, account: str, reply: Reply) -> str:
    """Keep a reply for an account; return the code under which it is found."""
    code = secrets.token_urlsafe(16)
    now = app.clock()
    c.execute(
        insert(kept_replies).values(
            code=code,
            platform=PLATFORM,
            account=account,
            state=app.outbox.encode(reply),
            kept_at=now,
        )
    )
    return code


def forget_old(c: Connection, now: int) -> None:
    """Delete replies that nobody came for in time."""
    c.execute(
        delete(kept_replies).where(
            kept_replies.c.platform == PLATFORM, kept_replies.c.kept_at < now - KEPT_FOR
        )
    )


def find_kept(app: App, c: Connection, code: str) -> tuple[str, Reply] | None:
    """Return a kept reply and for which account it is, ``None`` if there is none, or too old.

    An account that is a group's stands for whoever administers it.
    """
    query = select(kept_replies.c.account, kept_replies.c.state).where(
        kept_replies.c.code == code,
        kept_replies.c.platform == PLATFORM,
        kept_replies.c.kept_at >= app.clock() - KEPT_FOR,
    )
    found = c.execute(query).first()
    return None if found is None else (found.account, app.outbox.decode(found.state))
