"""Everything that the provider can be told to do wrong."""

from __future__ import annotations

import json

import pytest

from plumas_core.clock import DAY, MINUTE, SECOND
from plumas_core.providers.errors import (
    BatchUnsupported,
    OutcomeUnknown,
    ProviderError,
    RateLimited,
)
from plumas_core.providers.interface import BatchRow, CompletionRequest, TextDelta
from tests.hostile_texts import each_hostile_text
from tests.plumas_core.providers.offline.conftest import (
    MODEL,
    MakeProvider,
    Rows,
    collect,
    intent_of,
    submit,
)
from tests.support.time import ManualClock


async def test_a_share_of_rows_fails_unbilled_and_the_others_do_not(
    make: MakeProvider, clock: ManualClock
) -> None:
    batch = await submit(make("rows=0.3"), 200)
    clock.advance(4 * MINUTE)
    results = await collect(make(), batch)
    failed = [result for result in results if result.outcome == "failed"]
    assert 40 <= len(failed) <= 80
    assert all(result.error and not result.usage.prompt for result in failed)
    assert all(result.text for result in results if result.outcome == "succeeded")


async def test_another_attempt_at_a_failed_row_has_a_chance_of_its_own(
    make: MakeProvider, clock: ManualClock
) -> None:
    provider = make("rows=0.5")
    first = await submit(provider, 40, "one")
    second = await submit(provider, 40, "two")
    clock.advance(4 * MINUTE)
    outcomes = []
    for batch in (first, second):
        found = await collect(provider, batch)
        outcomes.append({r.custom_id.split("-")[1] for r in found if r.outcome == "failed"})
    assert outcomes[0] != outcomes[1]


async def test_a_share_of_answers_is_broken_but_billed(
    make: MakeProvider, clock: ManualClock
) -> None:
    whole = await submit(make(), 60)
    broken = await submit(make("broken=0.5"), 60)
    clock.advance(4 * MINUTE)
    lengths = {r.custom_id: len(r.text) for r in await collect(make(), whole)}
    cut = [
        result
        for result in await collect(make(), broken)
        if len(result.text) < lengths[result.custom_id]
    ]
    assert 15 <= len(cut) <= 45
    assert all(result.outcome == "succeeded" and result.usage.output for result in cut)


async def test_a_batch_expires_with_part_of_its_rows_finished(
    make: MakeProvider, clock: ManualClock
) -> None:
    batch = await submit(make("expire=0.5"), 10)
    clock.advance(DAY)
    state = await make().poll_batch(batch)
    assert (state.phase, state.total, state.finished) == ("ended", 10, 5)
    results = await collect(make(), batch)
    expired = [result for result in results if result.outcome == "expired"]
    assert len(expired) == 5
    assert all(not r.text and not r.usage.prompt for r in expired)
    assert sum(r.outcome == "succeeded" for r in results) == 5


async def test_only_the_first_batches_expire_where_that_is_asked(
    make: MakeProvider, clock: ManualClock
) -> None:
    faults = "expire=0,expire_first=1"
    first, second = await submit(make(faults), 3), await submit(make(faults), 3)
    clock.advance(4 * MINUTE)
    assert (await make().poll_batch(first)).finished == 0
    assert (await make().poll_batch(second)).finished == 3


async def test_a_vanished_batch_runs_and_then_is_not_known(
    make: MakeProvider, clock: ManualClock
) -> None:
    batch = await submit(make("vanish=1"), 4)
    assert (await make().poll_batch(batch)).phase == "running"
    clock.advance(2 * MINUTE)
    assert (await make().poll_batch(batch)).phase == "missing"
    clock.advance(DAY)
    assert (await make().poll_batch(batch)).phase == "missing"
    assert await make().find_batch(intent_of(clock, 4)) == []
    with pytest.raises(ProviderError, match="missing"):
        await collect(make(), batch)


async def test_an_answer_lost_after_the_work_leaves_a_batch_to_be_found(
    make: MakeProvider, clock: ManualClock
) -> None:
    with pytest.raises(OutcomeUnknown):
        await submit(make("lost_answer=1"), 4)
    (found,) = await make().find_batch(intent_of(clock, 4))
    clock.advance(4 * MINUTE)
    assert len(await collect(make(), found.id)) == 4


async def test_a_request_lost_before_the_work_leaves_nothing(
    make: MakeProvider, clock: ManualClock
) -> None:
    with pytest.raises(OutcomeUnknown):
        await submit(make("lost_request=1"), 4)
    assert await make().find_batch(intent_of(clock, 4)) == []


async def test_a_batch_api_can_refuse_outright(make: MakeProvider, clock: ManualClock) -> None:
    with pytest.raises(BatchUnsupported):
        await submit(make("refuse=1"), 4)
    assert await make().find_batch(intent_of(clock, 4)) == []


async def test_a_create_can_be_told_to_wait(make: MakeProvider, clock: ManualClock) -> None:
    with pytest.raises(RateLimited) as refused:
        await submit(make("rate_limit=1"), 4)
    assert refused.value.retry_after is not None
    assert refused.value.retry_after > 0
    assert await make().find_batch(intent_of(clock, 4)) == []


async def test_a_full_queue_fails_the_batch_after_it_was_made(
    make: MakeProvider, clock: ManualClock
) -> None:
    batch = await submit(make("queue_full=1"), 4)
    assert (await make().poll_batch(batch)).phase == "running"
    clock.advance(2 * SECOND)
    state = await make().poll_batch(batch)
    assert (state.phase, state.queue_full, state.finished) == ("failed", True, 0)
    assert state.error
    with pytest.raises(ProviderError, match="failed"):
        await collect(make(), batch)


async def test_a_new_batch_can_be_missing_for_a_while(
    make: MakeProvider, clock: ManualClock
) -> None:
    batch = await submit(make("late=5"), 4)
    assert (await make().poll_batch(batch)).phase == "missing"
    assert len(await make().find_batch(intent_of(clock, 4))) == 1
    clock.advance(5 * SECOND)
    assert (await make().poll_batch(batch)).phase == "running"


async def test_counted_faults_are_counted_across_processes(
    make: MakeProvider, clock: ManualClock
) -> None:
    faults = "rate_limit=1,lost_answer=1"
    with pytest.raises(RateLimited):
        await submit(make(faults), 1)
    with pytest.raises(OutcomeUnknown):
        await submit(make(faults), 1)
    batch = await submit(make(faults), 1)
    clock.advance(4 * MINUTE)
    assert len(await collect(make(faults), batch)) == 1


async def test_an_anonymous_list_goes_by_time_and_size(
    make: MakeProvider, clock: ManualClock
) -> None:
    provider = make("anonymous=1")
    await submit(provider, 4, "older")
    clock.advance(2 * MINUTE)
    await submit(provider, 3, "smaller")
    batch = await submit(provider, 4, "mine")
    (found,) = await provider.find_batch(intent_of(clock, 4, "mine"))
    assert (found.id, found.certain) == (batch, False)


async def test_an_anonymous_list_is_certain_once_the_row_ids_can_be_read(
    make: MakeProvider, clock: ManualClock
) -> None:
    provider = make("anonymous=1")
    await submit(provider, 4, "other")
    mine = await submit(provider, 4, "mine")
    asked = intent_of(clock, 4, "mine")
    assert {one.certain for one in await provider.find_batch(asked)} == {False}
    clock.advance(4 * MINUTE)
    (found,) = await provider.find_batch(asked)
    assert (found.id, found.certain) == (mine, True)


async def test_a_batch_keeps_its_faults_when_the_setting_changes(
    make: MakeProvider, clock: ManualClock
) -> None:
    batch = await submit(make("rows=1"), 5)
    clock.advance(4 * MINUTE)
    assert {r.outcome for r in await collect(make("rows=0"), batch)} == {"failed"}


async def test_single_answers_can_be_broken_too(make: MakeProvider) -> None:
    request = CompletionRequest(MODEL, "The winter of 3")
    whole = await make().complete(request)
    broken = await make("broken=1").complete(request)
    assert broken.text == whole.text[: len(whole.text) // 2]
    *_, last = [piece async for piece in make("broken=1").stream(request)]
    assert last == broken


async def test_a_stream_gives_the_answer_in_pieces_with_pauses_between(
    make: MakeProvider, clock: ManualClock
) -> None:
    provider = make()
    request = CompletionRequest(MODEL, "Un poema sobre el puerto")
    start = clock()
    *pieces, last = [piece async for piece in provider.stream(request)]
    assert last == await provider.complete(request)
    assert "".join(p.text for p in pieces if isinstance(p, TextDelta)) == last.text
    assert len(pieces) > 50
    assert clock() - start >= 40 * len(pieces)


@each_hostile_text
async def test_texts_of_any_kind_survive_the_way_through_a_batch(
    make: MakeProvider, clock: ManualClock, hostile: str
) -> None:
    row = BatchRow("i-0-1", CompletionRequest(MODEL, hostile, hostile))
    alone = await make().complete(row.request)
    batch = await make().submit_batch("i", Rows([row]), None)
    clock.advance(4 * MINUTE)
    (result,) = await collect(make(), batch)
    assert result.text == alone.text
    assert json.dumps(result.text)
