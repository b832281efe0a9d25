"""One reading without a price or without money stops no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, update

from jobs.missing_providers import PATIENCE, watch_providers
from plumas_core.batches.packing import pack
from plumas_core.batches.polling import poll
from plumas_core.batches.submitting import submit
from plumas_core.catalog.errors import MissingPrice
from plumas_core.clock import HOUR, MINUTE
from plumas_core.duels.closing import close_due
from plumas_core.judging import funding, settlement
from plumas_core.judging.asking import Evaluation
from plumas_core.judging.funding import fund
from plumas_core.linking.following import follow, merge_community
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels, evaluations
from plumas_core.storage.tables.ledger import accounts, hold_extensions, holds
from plumas_core.storage.tables.people import communities
from plumas_core.storage.tables.work import batches
from tests.support.speaker import Speaker
from tests.support.stage import Stage, open_stage

TEXTS = {
    "ana": "The lamp went out before the boat came in.\nNobody went down to ask.",
    "bruno": "He counted waves\n  until there were none to count.",
    "carla": "A gull knows the name\nof every broken bulb on the stair.",
}


async def judged(stage: Stage) -> list[int]:
    """Bring a duel into judging; return its entries in the order in which they are read."""
    await stage.say("host", '/duel new "The lighthouse" panel:offline-3 ends:10m')
    for who, text in TEXTS.items():
        await stage.say(who, f"/duel enter {text}")
    stage.clock.advance(11 * MINUTE)
    await close_due(stage.app)
    rows = await stage.rows(select(evaluations.c.entry_id).order_by(evaluations.c.id))
    return list(dict.fromkeys(row["entry_id"] for row in rows))


async def unfund(stage: Stage) -> None:
    await stage.app.db.write(
        lambda c: c.execute(update(evaluations).values(unfunded=True, mode="single"))
    )


async def unfunded(stage: Stage) -> set[int]:
    query = select(evaluations.c.entry_id).where(evaluations.c.unfunded.is_(True)).distinct()
    return {row["entry_id"] for row in await stage.rows(query)}


async def test_a_reading_without_a_price_stops_the_funding_of_no_other(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_stage(db_path.parent) as stage:
        first, *_ = await judged(stage)
        await unfund(stage)
        estimate = stage.app.desk.estimate

        def unpriced(model: object, one: Evaluation, mode: object) -> int:
            if one.entry_id == first:
                raise MissingPrice(one.model_id, "no price")
            return estimate(model, one, mode)  # type: ignore[arg-type]  # passed on as it came

        monkeypatch.setattr(stage.app.desk, "estimate", unpriced)
        assert await fund(stage.app) == 6
        assert await unfunded(stage) == {first}
        assert (await stage.audit()).ok


async def test_readings_that_nobody_can_pay_for_go_behind_the_others(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_stage(db_path.parent) as stage:
        first, _, third = await judged(stage)
        await unfund(stage)
        monkeypatch.setattr(funding, "FUND_LIMIT", 3)

        def dear(_model: object, one: Evaluation, _mode: object) -> int:
            return 10**15 if one.entry_id == first else 1

        monkeypatch.setattr(stage.app.desk, "estimate", dear)
        assert await fund(stage.app) == 0
        assert await fund(stage.app) == 3
        assert await unfunded(stage) == {first, third}
        assert await fund(stage.app) == 3
        assert await unfunded(stage) == {first}
        monkeypatch.undo()
        stage.clock.advance(funding.PAUSE)
        assert await fund(stage.app) == 3


async def test_the_same_sum_is_reserved_again_for_another_attempt(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_stage(db_path.parent) as stage:
        entry, *_ = await judged(stage)
        readings = select(evaluations.c.id).where(evaluations.c.entry_id == entry)
        one, two, _ = await stage.rows(readings.order_by(evaluations.c.id))

        async def extend(which: int) -> int:
            """Let one reading alone need another call; return how many extensions there are."""

            def work(c: Connection) -> None:
                mine = update(evaluations).where(evaluations.c.entry_id == entry)
                c.execute(mine.values(state="read"))
                c.execute(
                    mine.where(evaluations.c.id == which).values(
                        state="waiting", unfunded=True, tries=2
                    )
                )

            await stage.app.db.write(work)
            await fund(stage.app)
            return await stage.count(hold_extensions)

        hold = (await stage.rows(select(holds).where(holds.c.work == f"entry:{entry}")))[0]
        await stage.app.db.write(
            lambda c: stage.app.book.draw(c, hold["id"], hold["amount"], "all of it")
        )
        monkeypatch.setattr(stage.app.desk, "estimate", lambda *_: 1_000)
        assert await extend(one["id"]) == 1
        await stage.app.db.write(lambda c: stage.app.book.draw(c, hold["id"], 1_000, "once more"))
        assert await extend(two["id"]) == 2


async def test_a_hold_that_was_used_up_before_its_payer_was_joined_is_extended_by_the_joint_pool(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_stage(db_path.parent) as stage:
        entry, *_ = await judged(stage)
        hold = (await stage.rows(select(holds).where(holds.c.work == f"entry:{entry}")))[0]
        await Speaker(stage, "eva", home="Casino").say("/help")
        rows = await stage.rows(select(communities.c.id).order_by(communities.c.created_at))
        old, new = [row["id"] for row in rows]

        def join(c: Connection) -> None:
            stage.app.book.draw(c, hold["id"], hold["amount"], "all of it")
            merge_community(stage.app, c, old, new, "link:test")

        await stage.app.db.write(join)
        await unfund(stage)
        monkeypatch.setattr(stage.app.desk, "estimate", lambda *_: 1_000)
        assert await fund(stage.app) == 9
        query = select(accounts.c.balance).where(accounts.c.kind == "pool", accounts.c.owner == old)
        assert (await stage.rows(query))[0]["balance"] == 3_000
        await follow(stage.app)
        assert (await stage.rows(query))[0]["balance"] == 0


async def test_results_without_a_price_wait_and_the_operator_is_told_once(db_path: Path) -> None:
    async with open_stage(db_path.parent) as stage:
        await judged(stage)
        await pack(stage.app)
        await submit(stage.app)
        tried = 0

        def missing(*_args: object) -> int:
            nonlocal tried
            tried += 1
            raise MissingPrice("offline-pluma", "no price")

        patch = pytest.MonkeyPatch()
        patch.setattr(settlement, "price", missing)
        for _ in range(24):
            stage.clock.advance(10 * MINUTE)
            await poll(stage.app)
        assert 3 < tried < 3 * 12
        assert await stage.count(batches, batches.c.state == "collecting") == 3
        assert await stage.count(outbox, outbox.c.key.like("batch-unpriced:%")) == 3
        patch.undo()
        for _ in range(24):
            stage.clock.advance(10 * MINUTE)
            await poll(stage.app)
        assert await stage.count(evaluations, evaluations.c.state == "read") == 9
        assert (await stage.audit()).ok


async def test_results_that_never_get_a_price_end_the_duel_by_the_rules_for_lateness(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_args: object) -> int:
        raise MissingPrice("offline-pluma", "no price")

    monkeypatch.setattr(settlement, "price", missing)
    async with open_stage(db_path.parent) as stage:
        await judged(stage)
        await stage.pass_time(HOUR, 10 * MINUTE)
        stage.clock.advance(30 * HOUR)
        await stage.pass_time(2 * MINUTE)
        assert (await stage.rows(select(duels.c.state)))[0]["state"] == "cancelled"
        assert await stage.count(holds, holds.c.state == "open") == 0


async def test_the_operator_hears_once_of_a_provider_that_cannot_be_called(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_stage(db_path.parent) as stage:
        await judged(stage)
        told = func.count().label("told")
        query = select(told).select_from(outbox).where(outbox.c.key.like("no-provider:offline:%"))
        stage.clock.advance(PATIENCE)
        await watch_providers(stage.app)
        assert (await stage.rows(query))[0]["told"] == 0
        monkeypatch.setattr(type(stage.app.providers), "configured", lambda _one, _name: False)
        for _ in range(3):
            stage.clock.advance(MINUTE)
            await watch_providers(stage.app)
        assert (await stage.rows(query))[0]["told"] == 1
