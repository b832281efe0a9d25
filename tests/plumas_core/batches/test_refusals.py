"""What a provider refuses to run says nothing about the reading, which waits and is asked again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from plumas_core.batches.packing import pack
from plumas_core.clock import DAY, HOUR, MINUTE
from plumas_core.judging.singles import ask_singles
from plumas_core.providers.errors import (
    NotAuthorised,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    Unavailable,
)
from plumas_core.providers.interface import Completion, CompletionRequest
from plumas_core.providers.offline.provider import OfflineProvider
from plumas_core.storage.tables.duels import duels, evaluations
from plumas_core.storage.tables.work import batches, calls
from tests.support.stage import Stage, open_stage

TEXTS = {
    "ana": "The lamp went out before the boat came in.\nNobody went down to ask.",
    "bruno": "He counted waves\n  until there were none to count.",
    "carla": "A gull knows the name\nof every broken bulb on the stair.",
}


async def play(stage: Stage, pace: str = "batch") -> None:
    await stage.say("host", f'/duel new "The lighthouse" panel:offline-3 ends:10m pace:{pace}')
    for who, text in TEXTS.items():
        await stage.say(who, f"/duel enter {text}")


async def close(stage: Stage) -> None:
    """Let the deadline pass, with no job at work but the one that closes."""
    await stage.pass_time(10 * MINUTE, 10 * MINUTE)


async def state(stage: Stage) -> str:
    return str((await stage.rows(select(duels.c.state)))[0]["state"])


async def settled_clean(stage: Stage) -> None:
    report = await stage.audit()
    assert report.ok, report.findings


class Moody:
    """Lets the offline provider's single calls fail, for as long as it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, reason: ProviderError) -> None:
        self.reason: ProviderError | None = reason
        self.asked = 0
        self.most = 1_000_000
        """After so many calls it answers again."""
        answer = OfflineProvider.complete

        async def complete(one: OfflineProvider, request: CompletionRequest) -> Completion:
            self.asked += 1
            if self.reason is not None and self.asked <= self.most:
                raise self.reason
            return await answer(one, request)

        monkeypatch.setattr(OfflineProvider, "complete", complete)


@pytest.mark.parametrize(
    "reason",
    [
        Unavailable("overloaded"),
        RateLimited("slow down"),
        QuotaExhausted("empty"),
        NotAuthorised("no"),
    ],
    ids=lambda reason: type(reason).__name__,
)
async def test_an_outage_of_an_hour_costs_a_quick_duel_no_reading(
    db_path: Path, monkeypatch: pytest.MonkeyPatch, reason: ProviderError
) -> None:
    moody = Moody(monkeypatch, reason)
    async with open_stage(db_path.parent) as stage:
        await play(stage, pace="now")
        await stage.pass_time(70 * MINUTE, 5 * MINUTE)
        assert await state(stage) == "judging"
        moody.reason = None
        await stage.pass_time(15 * MINUTE, 5 * MINUTE)
        assert await state(stage) == "verdict"
        assert await stage.count(evaluations, evaluations.c.state == "read") == 9
        await settled_clean(stage)


async def test_a_failure_after_many_refusals_is_the_first_that_counts(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moody = Moody(monkeypatch, Unavailable("overloaded"))
    async with open_stage(db_path.parent) as stage:
        await play(stage, pace="now")
        await stage.pass_time(70 * MINUTE, 5 * MINUTE)
        refused = await stage.rows(select(evaluations.c.refused))
        assert min(row["refused"] for row in refused) > stage.app.policy.unbilled_tries
        moody.reason = ProviderError("this one cannot be answered")
        asked = moody.asked
        while moody.asked < asked + 9:
            stage.clock.advance(MINUTE)
            moody.most = asked + 9
            await ask_singles(stage.app)
        assert await stage.count(evaluations, evaluations.c.state == "missing") == 0


async def test_a_provider_that_is_down_is_asked_less_and_less_often(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moody = Moody(monkeypatch, Unavailable("overloaded"))
    async with open_stage(db_path.parent) as stage:
        await play(stage, pace="now")
        await stage.pass_time(70 * MINUTE, 2 * MINUTE)
        assert 9 * 5 < moody.asked < 9 * 12  # without a pause, 9 every other minute


async def test_a_refused_reading_waits_as_long_as_the_provider_says(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moody = Moody(monkeypatch, RateLimited("slow down", retry_after=3_000.0))
    async with open_stage(db_path.parent) as stage:
        await play(stage, pace="now")
        await stage.pass_time(55 * MINUTE, 5 * MINUTE)
        assert moody.asked == 9
        await stage.pass_time(15 * MINUTE, 5 * MINUTE)
        assert moody.asked > 9


async def test_a_provider_that_never_comes_back_ends_the_duel_by_the_rules_for_lateness(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Moody(monkeypatch, Unavailable("overloaded"))
    async with open_stage(db_path.parent) as stage:
        await play(stage, pace="now")
        await stage.pass_time(3 * HOUR, 20 * MINUTE)
        assert await state(stage) == "judging"
        stage.clock.advance(28 * HOUR)
        await stage.pass_time(MINUTE)
        assert await state(stage) == "cancelled"
        await settled_clean(stage)


@pytest.mark.parametrize("fault", ["queue_full", "vanish"])
async def test_batches_that_never_ran_are_not_counted(db_path: Path, fault: str) -> None:
    """The batches of the three models fail five times in a row; four would be too often."""
    async with open_stage(db_path.parent, offline_faults=f"{fault}=15") as stage:
        await play(stage)
        await stage.pass_time(5 * HOUR, 6 * MINUTE)
        assert await state(stage) == "verdict"
        assert await stage.count(evaluations, evaluations.c.state == "read") == 9
        assert await stage.count(batches, batches.c.state == "failed") == 15
        await settled_clean(stage)


async def test_rows_that_fail_in_a_batch_that_ran_are_still_counted(db_path: Path) -> None:
    async with open_stage(db_path.parent, offline_faults="rows=1.0") as stage:
        await play(stage)
        await stage.pass_time(2 * HOUR, 5 * MINUTE)
        assert await state(stage) == "cancelled"
        tries = await stage.rows(select(evaluations.c.tries).distinct())
        assert [row["tries"] for row in tries] == [stage.app.policy.unbilled_tries]


async def test_after_a_full_queue_half_as_much_is_sent(db_path: Path) -> None:
    async with open_stage(db_path.parent, offline_faults="queue_full=3") as stage:
        await play(stage)
        await stage.pass_time(2 * HOUR, 5 * MINUTE)
        assert await state(stage) == "verdict"
        rows = await stage.rows(
            select(batches.c.model_id, batches.c.rows, batches.c.state).order_by(batches.c.id)
        )
        first = [row["rows"] for row in rows if row["state"] == "failed"]
        later = [row["rows"] for row in rows if row["state"] == "settled"]
        assert first == [3, 3, 3]
        assert max(later) < 3
        assert sum(later) == 9


async def test_a_paused_reading_is_neither_packed_nor_asked(db_path: Path) -> None:
    async with open_stage(db_path.parent) as stage:
        await play(stage)
        await close(stage)
        ever = stage.clock.now + DAY
        await stage.app.db.write(
            lambda c: c.execute(
                update(evaluations).values(state="waiting", mode="batch", next_at=ever)
            )
        )
        assert await pack(stage.app) == 0
        await stage.app.db.write(lambda c: c.execute(update(evaluations).values(mode="single")))
        assert await ask_singles(stage.app) == 0


async def test_the_next_reading_is_asked_as_soon_as_one_has_ended(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One call that takes for ever does not keep the others of its round waiting."""
    others = asyncio.Event()
    answer = OfflineProvider.complete
    asked = 0

    async def complete(one: OfflineProvider, request: CompletionRequest) -> Completion:
        nonlocal asked
        asked += 1
        if asked == 1:
            await asyncio.wait_for(others.wait(), 20)
        if asked == 9:
            others.set()
        return await answer(one, request)

    monkeypatch.setattr(OfflineProvider, "complete", complete)
    async with open_stage(db_path.parent, single_concurrency=2) as stage:
        await play(stage, pace="now")
        await close(stage)
        await stage.pass_time(MINUTE, MINUTE)
        most = await stage.rows(
            select(func.count()).select_from(calls).where(calls.c.state == "settled")
        )
        assert asked == 9
        assert most[0]["count_1"] == 9
