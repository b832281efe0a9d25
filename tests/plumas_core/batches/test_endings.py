"""Every batch comes to an end: its rows are asked again, or count as missing, and holds go back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from plumas_core.clock import DAY, HOUR, MINUTE
from plumas_core.providers.errors import (
    NotAuthorised,
    OutcomeUnknown,
    ProviderError,
    ResultsGone,
    TooLong,
    Unavailable,
)
from plumas_core.providers.interface import (
    BatchIntent,
    BatchRow,
    BatchState,
    Candidate,
    ProviderBatchId,
    RowResult,
    UploadId,
)
from plumas_core.providers.offline.provider import OfflineProvider
from plumas_core.providers.registry import Providers
from plumas_core.storage.tables.duels import duels, evaluations
from plumas_core.storage.tables.ledger import holds
from plumas_core.storage.tables.work import batches, calls
from tests.support.stage import Stage, open_stage

TEXTS = {
    "ana": "The lamp went out before the boat came in.\nNobody went down to ask.",
    "bruno": "He counted waves\n  until there were none to count.",
    "carla": "A gull knows the name\nof every broken bulb on the stair.",
}


@pytest.fixture
async def stage(db_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(db_path.parent) as opened:
        yield opened


async def play(stage: Stage, pace: str = "batch") -> None:
    await stage.say("host", f'/duel new "The lighthouse" panel:offline-3 ends:10m pace:{pace}')
    for who, text in TEXTS.items():
        await stage.say(who, f"/duel enter {text}")


async def state(stage: Stage) -> str:
    return str((await stage.rows(select(duels.c.state)))[0]["state"])


async def modes(stage: Stage) -> set[str]:
    """Return how the answers that came were bought."""
    query = select(calls.c.mode).where(calls.c.state == "settled").distinct()
    return {row["mode"] for row in await stage.rows(query)}


async def nothing_is_left(stage: Stage) -> None:
    assert await stage.count(calls, calls.c.state == "in_flight") == 0
    assert await stage.count(holds, holds.c.state == "open") == 0
    unended = batches.c.state.not_in(("settled", "expired", "failed"))
    assert await stage.count(batches, unended) == 0
    report = await stage.audit()
    assert report.ok, report.findings


class Creates:
    """Lets creates of the offline provider fail, all or the first so many."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reason: ProviderError | None = None
        self.most_rows = 1_000
        self.asked = 0
        create = OfflineProvider.submit_batch

        async def submit(
            one: OfflineProvider, intent_id: str, rows: AsyncIterator[BatchRow], upload: UploadId
        ) -> ProviderBatchId:
            self.asked += 1
            if self.reason is not None:
                raise self.reason
            if len([row async for row in rows]) > self.most_rows:
                raise TooLong("HTTP 413")
            return await create(one, intent_id, rows, upload)

        monkeypatch.setattr(OfflineProvider, "submit_batch", submit)


@pytest.fixture
def creates(monkeypatch: pytest.MonkeyPatch) -> Creates:
    return Creates(monkeypatch)


async def test_rows_that_cannot_be_sent_in_time_are_asked_singly(
    stage: Stage, creates: Creates
) -> None:
    creates.reason = NotAuthorised("no batches for this key")
    await play(stage)
    await stage.pass_time(HOUR, 10 * MINUTE)
    assert await stage.count(evaluations, evaluations.c.state == "in_flight") == 9
    stage.clock.advance(25 * HOUR)
    await stage.pass_time(HOUR, 2 * MINUTE)
    assert await state(stage) == "verdict"
    assert await modes(stage) == {"single"}
    await nothing_is_left(stage)


async def test_members_are_told_once_that_it_goes_on_singly(stage: Stage, creates: Creates) -> None:
    creates.reason = ProviderError("HTTP 400 invalid_request_error")
    await play(stage)
    await stage.pass_time(2 * HOUR, 2 * MINUTE)
    (told,) = stage.messages("asked for one by one")
    assert told.address == "main"


async def test_a_batch_refused_again_and_again_for_what_it_is_goes_singly(
    stage: Stage, creates: Creates
) -> None:
    creates.reason = ProviderError("HTTP 400 invalid_request_error")
    await play(stage)
    await stage.pass_time(2 * HOUR, 2 * MINUTE)
    assert creates.asked == 9  # three batches, three times each
    assert await state(stage) == "verdict"
    assert await modes(stage) == {"single"}
    await nothing_is_left(stage)


async def test_a_batch_that_is_too_large_is_sent_in_halves(stage: Stage, creates: Creates) -> None:
    creates.most_rows = 2
    await play(stage)
    await stage.pass_time(4 * HOUR, 2 * MINUTE)
    assert await state(stage) == "verdict"
    assert await modes(stage) == {"batch"}
    sent = await stage.rows(select(batches.c.rows).where(batches.c.state == "settled"))
    assert max(row["rows"] for row in sent) <= 2
    await nothing_is_left(stage)


async def test_a_create_that_is_never_found_out_about_is_given_up(
    stage: Stage, creates: Creates, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(_one: OfflineProvider, _intent: BatchIntent) -> list[Candidate]:
        raise Unavailable("the list does not answer")

    monkeypatch.setattr(OfflineProvider, "find_batch", down)
    creates.reason = OutcomeUnknown("no answer came")
    await play(stage)
    await stage.pass_time(30 * MINUTE, 5 * MINUTE)
    assert await stage.count(batches, batches.c.state == "unknown") == 3
    assert creates.asked == 3
    stage.clock.advance(26 * HOUR)
    await stage.pass_time(HOUR, 2 * MINUTE)
    assert await state(stage) == "verdict"
    assert creates.asked == 3
    await nothing_is_left(stage)


async def test_rows_of_a_provider_that_has_lost_its_key_wait_unpacked(
    stage: Stage, creates: Creates, monkeypatch: pytest.MonkeyPatch
) -> None:
    creates.reason = Unavailable("down")
    await play(stage)
    await stage.pass_time(12 * MINUTE, 2 * MINUTE)
    assert await stage.count(batches, batches.c.state == "intent") == 3
    monkeypatch.setattr(Providers, "get", lambda _all, _name: None)
    await stage.pass_time(2 * MINUTE, 30_000)
    assert await stage.count(evaluations, evaluations.c.state == "waiting") == 9
    assert await stage.count(batches, batches.c.state == "failed") == 3
    monkeypatch.undo()
    await stage.pass_time(HOUR, 2 * MINUTE)
    assert await state(stage) == "verdict"
    await nothing_is_left(stage)


class Gone:
    """Lets the offline provider have no results of the batches that ended so far."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked = 0
        self.most = 1_000
        """After so many askings there are results again."""
        collect = OfflineProvider.collect_batch

        async def gone(one: OfflineProvider, batch: ProviderBatchId) -> AsyncIterator[RowResult]:
            self.asked += 1
            if self.asked <= self.most:
                raise ResultsGone("HTTP 404")
            async for result in collect(one, batch):
                yield result

        monkeypatch.setattr(OfflineProvider, "collect_batch", gone)


async def test_results_that_the_provider_has_deleted_are_asked_for_again_as_rows(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Gone(monkeypatch)
    gone.most = 21  # three batches, seven times each
    await play(stage)
    await stage.pass_time(2 * HOUR, 2 * MINUTE)
    assert await state(stage) == "verdict"
    assert gone.asked == 24
    lost = await stage.rows(select(calls.c.cost).where(calls.c.state == "failed"))
    assert [row["cost"] for row in lost] == [0] * 9
    await nothing_is_left(stage)


async def test_results_that_are_always_deleted_end_in_missing_readings(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    Gone(monkeypatch)
    await play(stage)
    await stage.pass_time(6 * HOUR, 4 * MINUTE)
    assert await state(stage) == "cancelled"
    tries = await stage.rows(select(evaluations.c.tries).distinct())
    assert [row["tries"] for row in tries] == [stage.app.policy.unbilled_tries]
    await nothing_is_left(stage)


async def test_results_that_no_provider_keeps_so_long_are_not_waited_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(_one: OfflineProvider, _batch: ProviderBatchId) -> BatchState:
        raise Unavailable("down")

    monkeypatch.setattr(OfflineProvider, "poll_batch", down)
    await play(stage)
    await stage.pass_time(20 * MINUTE, 2 * MINUTE)
    stage.clock.advance(31 * HOUR)
    await stage.pass_time(10 * MINUTE, 5 * MINUTE)
    assert await state(stage) == "cancelled"
    assert await stage.count(batches, batches.c.state == "submitted") == 3
    stage.clock.advance(28 * DAY)
    await stage.pass_time(10 * MINUTE, 5 * MINUTE)
    await nothing_is_left(stage)
