"""While it is not known what became of a create, nothing is created that could be taken for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, update

from plumas_core.batches import submitting
from plumas_core.batches.packing import pack
from plumas_core.batches.submitting import submit
from plumas_core.clock import MINUTE
from plumas_core.duels.closing import close_due
from plumas_core.providers.interface import BatchIntent, Candidate, ProviderBatchId
from plumas_core.providers.offline.provider import OfflineProvider
from plumas_core.storage.tables.duels import evaluations
from plumas_core.storage.tables.work import batches
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


def unknown(stage: Stage, c: Connection, model_id: str) -> int:
    """Write down a batch of as many rows whose create had no answer."""
    batch_id = stage.app.ids.new()
    c.execute(
        insert(batches).values(
            id=batch_id,
            provider="offline",
            model_id=model_id,
            state="unknown",
            rows=3,
            tokens=1,
            created_at=stage.clock.now,
            sent_at=stage.clock.now,
            next_at=stage.clock.now + MINUTE,
        )
    )
    return batch_id


async def test_an_unknown_create_blocks_others_of_its_model_only(db_path: Path) -> None:
    async with open_stage(db_path.parent, offline_faults="anonymous=1") as stage:
        await packed(stage)
        model_id = (await stage.rows(select(batches.c.model_id)))[0]["model_id"]
        mine = await stage.app.db.write(lambda c: unknown(stage, c, model_id))
        assert await submit(stage.app) == 2
        left = await stage.rows(select(batches.c.model_id).where(batches.c.state == "intent"))
        assert [row["model_id"] for row in left] == [model_id]
        for _ in range(10):  # nothing was made of it: created again, once the list surely has none
            stage.clock.advance(MINUTE)
            await submit(stage.app)
        named = await stage.rows(select(batches.c.state).where(batches.c.id == mine))
        assert named[0]["state"] == "failed"  # it had no rows that anybody waits for
        assert await stage.count(batches, batches.c.state == "submitted") == 3


async def test_readings_wait_unpacked_while_a_create_of_their_model_is_unknown(
    db_path: Path,
) -> None:
    async with open_stage(db_path.parent) as stage:
        await packed(stage)
        model_id = (await stage.rows(select(batches.c.model_id)))[0]["model_id"]
        await stage.app.db.write(lambda c: unknown(stage, c, model_id))
        await stage.app.db.write(lambda c: c.execute(update(evaluations).values(state="waiting")))
        assert await pack(stage.app) == 2


async def test_a_batch_that_another_intent_claims_meanwhile_is_left_to_it(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_stage(db_path.parent) as stage:
        await packed(stage)
        assert await submit(stage.app) == 3
        owner = (await stage.rows(select(batches)))[0]
        mine = await stage.app.db.write(lambda c: unknown(stage, c, "offline-none"))
        await stage.app.db.write(
            lambda c: c.execute(
                update(batches)
                .where(batches.c.id == mine)
                .values(model_id=owner["model_id"], next_at=stage.clock.now)
            )
        )

        async def find(_one: OfflineProvider, _intent: BatchIntent) -> list[Candidate]:
            name = ProviderBatchId(owner["provider_batch_id"])
            return [Candidate(name, stage.clock.now, certain=False)]

        monkeypatch.setattr(OfflineProvider, "find_batch", find)
        monkeypatch.setattr(submitting, "_unclaimed", lambda _c, _batch, found: found)
        assert await submit(stage.app) == 0
        after = await stage.rows(select(batches.c.state).where(batches.c.id == mine))
        assert after[0]["state"] == "unknown"
