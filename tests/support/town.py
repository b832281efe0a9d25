"""Two communities and two members with credits, and AI calls that they pay for."""

from __future__ import annotations

import random
from pathlib import Path

from sqlalchemy import Connection, create_engine, event, insert

from plumas_core.credits.ledger import Book
from plumas_core.ids import Ids
from plumas_core.policy import CREDIT
from plumas_core.storage.tables.people import communities, identities, members
from plumas_core.storage.tables.work import calls
from tests.support.time import ManualClock

ANA, BRUNO = 11, 12
TERTULIA, ATENEO = 21, 22


class Town:
    """A database with two communities and two members, in which calls are made and paid."""

    def __init__(self, path: Path, clock: ManualClock) -> None:
        self.path = path
        self.clock = clock
        self.ids = Ids(clock, random.Random(1))
        self.book = Book(self.ids, clock)
        self.engine = create_engine(f"sqlite:///{path}")
        event.listen(self.engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=ON"))
        with self.engine.begin() as c:
            self._settle(c)

    def _settle(self, c: Connection) -> None:
        for number, name in ((ANA, "Ana"), (BRUNO, "Bruno [bold]")):
            c.execute(insert(members).values(id=number, created_at=1))
            c.execute(
                insert(identities).values(
                    platform="console",
                    external_id=name,
                    member_id=number,
                    name=name,
                    first_seen=1,
                )
            )
            self._give(c, self.book.wallet(c, number))
        for number, name in ((TERTULIA, "La Tertulia"), (ATENEO, "El Ateneo")):
            c.execute(
                insert(communities).values(
                    id=number,
                    name=name,
                    locale="es",
                    time_zone="UTC",
                    settings="{}",
                    approved=True,
                    created_at=1,
                )
            )
            self._give(c, self.book.pool(c, number))

    def _give(self, c: Connection, account: int) -> None:
        self.book.transfer(
            c,
            debit=self.book.issued(c),
            credit=account,
            amount=100 * CREDIT,
            key=f"give:{account}",
            purpose="grant",
        )

    def call(
        self,
        cost: int,
        *,
        payer: tuple[str, int],
        community: int,
        model: str = "gpt-6-luna",
        provider: str = "openai",
        mode: str = "batch",
        state: str = "settled",
        hold: int | None = None,
    ) -> None:
        """Make one call that costs ``cost`` of a hold of ``hold``, or as much as it costs."""
        with self.engine.begin() as c:
            kind, owner = payer
            account = self.book.wallet(c, owner) if kind == "wallet" else self.book.pool(c, owner)
            number = self.ids.new()
            held = self.book.hold(
                c,
                payer=account,
                amount=hold or max(cost, 1),
                key=f"hold:{number}",
                purpose="judge",
                work=f"entry:{number}",
                community=community,
            )
            self.book.post(c, held, cost, f"post:{number}")
            c.execute(
                insert(calls).values(
                    id=number,
                    kind="judge",
                    provider=provider,
                    model_id=model,
                    mode=mode,
                    attempt=1,
                    state=state,
                    hold_id=held,
                    community_id=community,
                    input=1_000,
                    cached=200,
                    cache_write_5m=30,
                    output=50,
                    cost=cost,
                    created_at=self.clock.now,
                    settled_at=self.clock.now if state == "settled" else None,
                )
            )

    def close(self) -> None:
        self.engine.dispose()
