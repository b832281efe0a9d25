"""The audit log: what admins, operators and the program itself did, kept for whoever asks later."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from plumas_core.app import App
from plumas_core.storage.tables.people import audit_log


def record(
    app: App,
    c: Connection,
    member_id: int | None,
    community_id: int | None,
    action: str,
    detail: str,
) -> None:
    """Write down what was done, in the transaction that does it. No names: ids and values.

    ``member_id`` is ``None`` for what the program did by itself.
    """
    c.execute(
        insert(audit_log).values(
            id=app.ids.new(),
            at=app.clock(),
            member_id=member_id,
            community_id=community_id,
            action=action,
            detail=detail,
        )
    )
