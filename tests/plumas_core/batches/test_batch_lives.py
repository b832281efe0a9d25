"""Batches that go wrong in every way that providers know: nothing lost, nothing paid twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from plumas_core.clock import DAY, HOUR, MINUTE
from plumas_core.storage.tables.duels import duels, evaluations
from plumas_core.storage.tables.ledger import holds
from plumas_core.storage.tables.work import batches, calls
from tests.support.stage import Stage, open_stage

TEXTS = {
    "ana": "The lamp went out before the boat came in.\nNobody went down to ask.",
    "bruno": "He counted waves\n  until there were none to count.",
    "carla": "A gull knows the name\nof every broken bulb on the stair.",
    "dario": "The stairs remember every boot,\nbut not who wore it.",
}
LIMIT = 2 * DAY


async def play(stage: Stage, pace: str = "batch", panel: str = "offline-3") -> None:
    await stage.say("host", f'/duel new "The lighthouse" panel:{panel} ends:10m pace:{pace}')
    for who, text in TEXTS.items():
        await stage.say(who, f"/duel enter {text}")


async def finish(stage: Stage) -> str:
    """Let time pass until every duel has ended; return how the first did."""
    for _ in range(LIMIT // (10 * MINUTE)):
        await stage.pass_time(10 * MINUTE, 2 * MINUTE)
        rows = await stage.rows(select(duels.c.state))
        if all(row["state"] not in ("open", "judging") for row in rows):
            return str(rows[0]["state"])
    raise AssertionError("the duel does not end")


async def settled_clean(stage: Stage) -> None:
    report = await stage.audit()
    assert report.ok, report.findings
    assert await stage.count(holds, holds.c.state == "open") == 0


async def readings(stage: Stage) -> Counter[str]:
    return Counter(row["state"] for row in await stage.rows(select(evaluations.c.state)))


async def states(stage: Stage) -> Counter[str]:
    return Counter(row["state"] for row in await stage.rows(select(batches.c.state)))


@pytest.mark.parametrize(
    "faults",
    ["lost_answer=1", "lost_request=1", "rate_limit=1", "queue_full=1", "vanish=1", "late=120"],
)
async def test_a_create_that_goes_wrong_is_made_good(db_path: Path, faults: str) -> None:
    async with open_stage(db_path.parent, offline_faults=faults) as stage:
        await play(stage)
        assert await finish(stage) == "verdict"
        assert await readings(stage) == {"read": 12}
        await settled_clean(stage)


async def test_a_lost_answer_makes_no_second_batch(db_path: Path) -> None:
    async with open_stage(db_path.parent, offline_faults="lost_answer=1") as stage:
        await play(stage)
        assert await finish(stage) == "verdict"
        creates = list((db_path.parent / "offline" / "creates").iterdir())
        assert len(creates) == await stage.count(batches) == 3


async def test_a_batch_whose_list_does_not_name_it_is_still_found(db_path: Path) -> None:
    faults = "lost_answer=1,anonymous=1"
    async with open_stage(db_path.parent, offline_faults=faults) as stage:
        await play(stage)
        assert await finish(stage) == "verdict"
        creates = list((db_path.parent / "offline" / "creates").iterdir())
        assert len(creates) == 3


async def test_a_refused_batch_api_lets_the_rows_go_singly(db_path: Path) -> None:
    async with open_stage(db_path.parent, offline_faults="refuse=3") as stage:
        await play(stage)
        assert await finish(stage) == "verdict"
        modes = await stage.rows(select(calls.c.mode).where(calls.c.state == "settled"))
        assert {row["mode"] for row in modes} == {"single"}
        await settled_clean(stage)


async def test_finished_rows_of_an_expired_batch_are_kept_and_only_the_rest_asked_again(
    db_path: Path,
) -> None:
    async with open_stage(db_path.parent, offline_faults="expire=0.5,expire_first=3") as stage:
        await play(stage)
        assert await finish(stage) == "verdict"
        assert await readings(stage) == {"read": 12}
        settled = await stage.rows(select(calls).where(calls.c.state == "settled"))
        assert len(settled) == 12
        assert len({row["evaluation_id"] for row in settled}) == 12
        assert (await states(stage))["expired"] == 3
        await settled_clean(stage)


async def test_rows_that_fail_are_not_paid_and_are_asked_again(db_path: Path) -> None:
    async with open_stage(db_path.parent, offline_faults="rows=0.3") as stage:
        await play(stage)
        await finish(stage)
        failed = await stage.rows(select(calls.c.cost).where(calls.c.state == "failed"))
        assert failed
        assert all(row["cost"] == 0 for row in failed)
        await settled_clean(stage)


async def test_an_answer_that_cannot_be_read_is_asked_again_once_and_both_are_paid(
    db_path: Path,
) -> None:
    async with open_stage(db_path.parent, offline_faults="broken=0.4") as stage:
        await play(stage)
        await finish(stage)
        rows = await stage.rows(select(evaluations))
        broken = [row for row in rows if row["broken"]]
        assert broken
        assert all(row["broken"] <= 2 and row["tries"] <= 3 for row in broken)
        assert all(row["state"] == "missing" for row in rows if row["broken"] == 2)
        paid = await stage.rows(
            select(calls.c.cost).where(calls.c.evaluation_id == broken[0]["id"])
        )
        assert all(row["cost"] > 0 for row in paid)
        await settled_clean(stage)


async def test_a_judge_that_never_answers_readably_leaves_a_duel_that_ends(db_path: Path) -> None:
    async with open_stage(db_path.parent, offline_faults="broken=1.0") as stage:
        await play(stage)
        assert await finish(stage) == "cancelled"
        await settled_clean(stage)


async def test_readings_of_several_duels_travel_in_one_batch(db_path: Path) -> None:
    async with open_stage(db_path.parent) as stage:
        await play(stage)
        await stage.say("second", '/duel new "The ferry" panel:offline-3 ends:10m')
        duel = "duel:2"
        for who, text in TEXTS.items():
            await stage.say(who, f'/duel enter "{text} Again." {duel}')
        assert await finish(stage) == "verdict"
        sizes = [row["rows"] for row in await stage.rows(select(batches.c.rows))]
        assert sizes == [8, 8, 8]


async def test_the_pace_now_asks_singly_and_ends_within_minutes(db_path: Path) -> None:
    async with open_stage(db_path.parent) as stage:
        await play(stage, pace="now")
        await stage.pass_time(15 * MINUTE, 10_000)
        rows = await stage.rows(select(duels.c.state))
        assert rows[0]["state"] == "verdict"
        assert await stage.count(batches) == 0
        await settled_clean(stage)


async def test_a_batch_is_looked_at_less_and_less_often(db_path: Path) -> None:
    async with open_stage(db_path.parent) as stage:
        await play(stage)
        most = 0
        for _ in range(60):
            await stage.pass_time(30_000, 5_000)
            rows = await stage.rows(select(batches.c.polls).where(batches.c.state == "submitted"))
            most = max([most, *(row["polls"] for row in rows)])
        assert 2 < most < 10  # every 10 seconds it would be up to 48


async def test_a_cancelled_duel_pays_nothing_for_rows_that_are_still_out(db_path: Path) -> None:
    async with open_stage(db_path.parent) as stage:
        await play(stage)
        await stage.pass_time(11 * MINUTE)
        await stage.say("host", "/duel cancel")
        await stage.pass_time(2 * HOUR, 5 * MINUTE)
        pool = stage.text(await stage.say("host", "/credits pool"))
        assert "500.00" in pool
        await settled_clean(stage)
