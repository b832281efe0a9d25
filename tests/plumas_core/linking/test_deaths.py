"""The program may die while accounts or places are joined: the event that comes again ends it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from plumas_core.commands.reply import Button, Text
from plumas_core.policy import CREDIT
from plumas_core.storage.tables.ledger import accounts, holds, transfers
from plumas_core.storage.tables.people import identities, places
from tests.support.speaker import Speaker, said
from tests.support.stage import Stage, open_stage
from tests.support.time import ManualClock

OPEN = '/duel new "The lighthouse" panel:offline-3 ends:1d'
DATABASE = "plumas.db"


class Camera:
    """Copies the database as a program that starts again would find it, at each crash point."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running = False
        self.taken: list[Path] = []

    def __call__(self, name: str) -> None:
        if not self.running:
            return
        folder = self.folder / f"death-{len(self.taken)}-{name.replace(':', '-')}"
        folder.mkdir()
        with (
            closing(sqlite3.connect(self.folder / DATABASE)) as now,
            closing(sqlite3.connect(folder / DATABASE)) as copy,
        ):
            now.backup(copy)
        self.taken.append(folder)


def speakers(stage: Stage) -> dict[str, Speaker]:
    return {
        "ana": Speaker(stage, "ana", platform="discord", home="Ateneo", admin=True),
        "anna": Speaker(stage, "anna", platform="telegram", home="Tertulia", admin=True),
    }


async def credit(stage: Stage, kind: str, amount: int) -> None:
    """Give credits to every wallet or pool there is."""
    app = stage.app

    def give(c: Connection) -> None:
        for account in (
            c.execute(select(accounts.c.id).where(accounts.c.kind == kind)).scalars().all()
        ):
            app.book.transfer(
                c,
                debit=app.book.issued(c),
                credit=account,
                amount=amount,
                key=f"{kind}:{account}",
                purpose="grant",
            )

    await app.db.write(give)


async def shown(stage: Stage, made: str, typed: str, action: str) -> Button:
    """Carry a code over; return the button that confirms it."""
    people = speakers(stage)
    first = await people["ana"].say(made)
    texts = [str(part) for b in first.blocks if isinstance(b, Text) for part in b.parts]
    code = next(text for text in texts if "/link " in text).rpartition("/link ")[2]
    reply = await people["anna"].say(f"{typed} {code}")
    assert not said(reply), said(reply)
    return next(one for one in reply.buttons if one.action == action)


async def state(stage: Stage) -> Any:
    """Return who has what, and what holds it, without numbers that time gives."""
    owners = select(identities.c.external_id, identities.c.member_id)
    who = {row["member_id"]: row["external_id"] for row in await stage.rows(owners)}
    money = select(accounts.c.kind, accounts.c.balance, accounts.c.held)
    homes = await stage.rows(select(places.c.home, places.c.community_id))
    together = {row["home"]: row["community_id"] for row in homes if row["community_id"]}
    report = await stage.audit()
    return (
        sorted(who.values()),
        sorted(str(dict(row)) for row in await stage.rows(money)),
        len(set(together.values())),
        await stage.count(holds, holds.c.state == "open"),
        await stage.count(transfers, transfers.c.purpose == "link"),
        report.findings,
    )


async def prepare(stage: Stage, what: str) -> Button:
    people = speakers(stage)
    for one in people.values():
        await one.say("/help")
    if what == "join":
        await credit(stage, "pool", 3 * CREDIT)
        return await shown(stage, "/link community", "/link", "join")
    await credit(stage, "wallet", 5 * CREDIT)
    await people["anna"].say(OPEN)
    waits = await people["anna"].say("/duel enter The lamp went out before the boat.")
    await people["anna"].press(next(one for one in waits.buttons if one.action == "pay"))
    confirm = await shown(stage, "/link", "/link", "link")
    if what == "link":
        return confirm
    await people["anna"].press(confirm)
    asked = await people["anna"].say("/link undo")
    return asked.buttons[0]


@asynccontextmanager
async def reopened(folder: Path, clock: ManualClock) -> AsyncIterator[Stage]:
    async with open_stage(folder, clock=ManualClock(clock.now), seed=8) as stage:
        yield stage


@pytest.mark.parametrize("what", ["link", "unlink", "join"])
async def test_a_death_around_the_press_loses_and_doubles_nothing(db_path: Path, what: str) -> None:
    camera = Camera(db_path.parent)
    async with open_stage(db_path.parent, crash_point=camera) as stage:
        confirm = await prepare(stage, what)
        camera.running = True
        reply = await speakers(stage)["anna"].press(confirm, key="once")
        camera.running = False
        assert not said(reply), said(reply)
        unharmed = await state(stage)
        clock = stage.clock
    assert [folder.name.split("-", 2)[2] for folder in camera.taken] == [
        "commit-before",
        "commit-after",
    ]
    for folder in camera.taken:
        async with reopened(folder, clock) as stage:
            again = await speakers(stage)["anna"].press(confirm, key="once")
            assert not said(again), f"{folder.name}: {said(again)}"
            assert await state(stage) == unharmed, folder.name
