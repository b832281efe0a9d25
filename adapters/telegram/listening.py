"""Which process answers a bot's members: one at a time, by a lease that it keeps renewing.

Two that take updates would each take up what the other has under way, and answer it twice.
"""

from __future__ import annotations

import structlog
from sqlalchemy import Connection, insert, select, update

from adapters.telegram.events import source_of
from plumas_core.app import App
from plumas_core.clock import SECOND, Sleep
from plumas_core.storage.tables.inbox import listeners

log = structlog.get_logger(__name__)

LEASE = 30 * SECOND
"""Milliseconds after which another process may take over from one that is silent."""

BEAT = 10.0
"""Seconds between two renewals, and between two looks whether the lease is free."""


class Listening:
    """A bot's lease, as this process holds it or not."""

    def __init__(self, app: App, bot: int) -> None:
        self._app = app
        self._source = source_of(bot)
        self._row = listeners.c.platform == self._source
        self._fence: int | None = None
        self._until = 0

    async def taken(self, sleep: Sleep) -> None:
        """Wait until the lease is ours."""
        waited = False
        while not await self._app.db.write(self._take):
            if not waited:
                log.info("telegram_stands_by", todo="another process answers Telegram's members")
            waited = True
            await sleep(BEAT)

    async def lost(self, sleep: Sleep) -> None:
        """Renew the lease, again and again, until it is not ours any more."""
        renewed = True
        while renewed:
            await sleep(BEAT)
            try:
                renewed = await self._app.db.write(self._renew)
            except Exception as fault:  # noqa: BLE001  # the lease is ours until its end all the same
                log.warning("lease_not_renewed", reason=type(fault).__name__)
                renewed = self._app.clock() < self._until
        self._fence = None
        log.error("telegram_taken_over", todo="this process was silent for too long")

    async def leave(self) -> None:
        """Let another process take over at once."""
        if self._fence is not None:
            await self._app.db.write(self._free)
            self._fence = None

    def _take(self, c: Connection) -> bool:
        now = self._app.clock()
        values = {"lease_by": self._app.worker, "lease_until": now + LEASE}
        held = c.execute(select(listeners).where(self._row).with_for_update()).first()
        if held is None:
            c.execute(insert(listeners).values(platform=self._source, fence=1, **values))
            self._fence = 1
        elif held.lease_until > now:
            return False
        else:
            self._fence = held.fence + 1
            c.execute(update(listeners).where(self._row).values(fence=self._fence, **values))
        self._until = now + LEASE
        return True

    def _renew(self, c: Connection) -> bool:
        until = self._app.clock() + LEASE
        mine = (self._row, listeners.c.fence == self._fence)
        renewed = c.execute(update(listeners).where(*mine).values(lease_until=until)).rowcount == 1
        if renewed:
            self._until = until
        return renewed

    def _free(self, c: Connection) -> None:
        mine = (self._row, listeners.c.fence == self._fence)
        c.execute(update(listeners).where(*mine).values(lease_by=None, lease_until=0))
