"""Nothing is sent that has no price: it waits for the operator, who is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from plumas_core.clock import MINUTE
from plumas_core.storage.tables.duels import duels, evaluations, seats
from plumas_core.storage.tables.work import writings
from tests.support.providers import Both, both_providers, real_stage
from tests.support.stage import Stage
from tests.support.time import ManualClock

LUNA = "gpt-6-luna"


@pytest.fixture
async def both(clock: ManualClock) -> AsyncIterator[Both]:
    async with both_providers(clock) as servers:
        yield servers


@pytest.fixture
async def stage(db_path: Path, clock: ManualClock, both: Both) -> AsyncIterator[Stage]:
    async with real_stage(db_path.parent, clock, both) as opened:
        yield opened


async def price_seats_at(stage: Stage, moment: int) -> None:
    await stage.app.db.write(lambda c: c.execute(update(seats).values(priced_at=moment)))


@pytest.mark.parametrize("pace", ["now", "batch"])
async def test_readings_without_a_price_wait_and_go_on_once_there_is_one(
    stage: Stage, both: Both, pace: str
) -> None:
    await stage.say("host", f'/duel new "The lighthouse" panel:{LUNA} ends:10m pace:{pace}')
    for who in ("ana", "bruno", "carla"):
        await stage.say(who, f"/duel enter A lamp of {who}'s own, and who looks at it.")
    priced_at = stage.clock.now
    await price_seats_at(stage, 0)  # before any price was in force
    await stage.pass_time(40 * MINUTE, 2 * MINUTE)
    assert both.usages == []
    assert await stage.count(evaluations, evaluations.c.state == "waiting") == 3
    (note,) = stage.messages("has no price in the catalog")
    assert note.address == "dm:op"
    await price_seats_at(stage, priced_at)
    await stage.pass_time(40 * MINUTE, 2 * MINUTE)
    (duel,) = await stage.rows(select(duels.c.state))
    assert duel["state"] == "verdict"
    report = await stage.audit()
    assert report.ok, report.findings


async def test_a_guest_without_a_price_is_not_asked_and_its_hold_returns(
    stage: Stage, both: Both
) -> None:
    await stage.say("host", '/duel new "The lighthouse" ends:10m')
    await stage.say("ana", f"/duel invite writer-keeper model:{LUNA}")
    await stage.app.db.write(lambda c: c.execute(update(writings).values(created_at=0)))
    await stage.pass_time(MINUTE, 10_000)
    assert both.usages == []
    (writing,) = await stage.rows(select(writings))
    assert (writing["state"], writing["reason"]) == ("failed", "provider")
    assert len(stage.messages("has no text for this duel")) == 1
    report = await stage.audit()
    assert report.ok, report.findings
