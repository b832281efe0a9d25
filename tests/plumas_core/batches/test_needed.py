"""What nobody waits for any more is neither sent nor left to run."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from plumas_core.batches.packing import pack
from plumas_core.batches.polling import poll
from plumas_core.batches.submitting import submit
from plumas_core.clock import MINUTE
from plumas_core.duels.closing import close_due
from plumas_core.providers.interface import ProviderBatchId
from plumas_core.providers.offline.provider import OfflineProvider
from plumas_core.storage.tables.duels import entries, evaluations
from plumas_core.storage.tables.work import batches, calls
from tests.support.stage import Stage, open_stage

TEXTS = {
    "ana": "The lamp went out before the boat came in.\nNobody went down to ask.",
    "bruno": "He counted waves\n  until there were none to count.",
    "carla": "A gull knows the name\nof every broken bulb on the stair.",
}


async def packed(stage: Stage) -> None:
    """Bring a duel as far as batches that are written down and not sent."""
    await stage.say("host", '/duel new "The lighthouse" panel:offline-3 ends:10m')
    for who, text in TEXTS.items():
        await stage.say(who, f"/duel enter {text}")
    stage.clock.advance(11 * MINUTE)
    await close_due(stage.app)
    assert await pack(stage.app) == 3


def sent(folder: Path) -> int:
    made = folder / "offline" / "batches"
    return len([one for one in made.iterdir() if one.is_dir()]) if made.exists() else 0


@pytest.fixture
def cancelled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The batches that the provider was asked to stop, which takes it longer than it takes them."""
    asked: list[str] = []

    async def count(_one: OfflineProvider, batch: ProviderBatchId) -> None:
        asked.append(batch)

    monkeypatch.setattr(OfflineProvider, "cancel_batch", count)
    return asked


async def test_the_rows_of_a_cancelled_duel_are_not_sent(db_path: Path) -> None:
    async with open_stage(db_path.parent) as stage:
        await packed(stage)
        await stage.say("host", "/duel cancel")
        assert await submit(stage.app) == 0
        assert sent(db_path.parent) == 0
        rows = await stage.rows(select(batches.c.state, batches.c.next_at))
        assert {row["state"] for row in rows} == {"failed"}
        assert all(row["next_at"] <= stage.clock.now for row in rows)  # holds no other back
        errors = await stage.rows(select(calls.c.state, calls.c.error).distinct())
        assert [(row["state"], row["error"]) for row in errors] == [("failed", "not needed")]
        assert (await stage.audit()).ok


async def test_rows_that_are_not_needed_are_left_out_of_a_batch_and_the_others_sent(
    db_path: Path,
) -> None:
    async with open_stage(db_path.parent) as stage:
        await packed(stage)
        first = (await stage.rows(select(entries.c.id).order_by(entries.c.id)))[0]["id"]
        await stage.app.db.write(
            lambda c: c.execute(
                update(evaluations).where(evaluations.c.entry_id == first).values(state="missing")
            )
        )
        assert await submit(stage.app) == 3
        assert [row["rows"] for row in await stage.rows(select(batches.c.rows))] == [2, 2, 2]
        await stage.pass_time(30 * MINUTE, 5 * MINUTE)
        assert await stage.count(calls, calls.c.state == "settled") == 6
        assert await stage.count(calls, calls.c.error == "not needed") == 3


async def test_a_batch_that_nobody_waits_for_is_stopped_at_the_provider_once(
    db_path: Path, cancelled: list[str]
) -> None:
    async with open_stage(db_path.parent) as stage:
        await packed(stage)
        await submit(stage.app)
        await stage.say("host", "/duel cancel")
        await stage.app.db.write(
            lambda c: c.execute(update(batches).values(next_at=stage.clock.now))
        )
        await poll(stage.app)
        assert len(cancelled) == len(set(cancelled)) == 3
        await stage.pass_time(10 * MINUTE, 10_000)
        assert len(cancelled) == 3
        assert await stage.count(batches, batches.c.state.in_(("settled", "expired"))) == 3
        assert (await stage.audit()).ok


async def test_a_batch_that_a_duel_waits_for_runs_on(db_path: Path, cancelled: list[str]) -> None:
    async with open_stage(db_path.parent) as stage:
        await packed(stage)
        await submit(stage.app)
        await stage.pass_time(30 * MINUTE, MINUTE)
        assert cancelled == []
