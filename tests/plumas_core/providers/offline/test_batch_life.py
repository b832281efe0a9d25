"""A batch without faults: it takes its time, and survives whoever made it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plumas_core.clock import DAY, MINUTE, SECOND
from plumas_core.providers.errors import ProviderError, ResultsGone, Unavailable
from plumas_core.providers.interface import BatchRow, CompletionRequest, ProviderBatchId
from plumas_core.providers.offline.provider import Pace
from tests.plumas_core.providers.offline.conftest import (
    MODEL,
    MakeProvider,
    Rows,
    collect,
    files_in,
    intent_of,
    rows,
    submit,
)
from tests.support.time import ManualClock


async def test_a_batch_takes_minutes_and_counts_what_is_finished(
    make: MakeProvider, clock: ManualClock
) -> None:
    provider = make()
    batch = await submit(provider, 10)
    seen = []
    for _ in range(5):
        state = await provider.poll_batch(batch)
        seen.append((state.phase, state.total, state.finished))
        clock.advance(MINUTE)
    assert seen == [
        ("running", 10, 0),
        ("running", 10, 1),
        ("running", 10, 4),
        ("running", 10, 7),
        ("ended", 10, 10),
    ]


async def test_how_long_a_batch_takes_is_drawn_within_two_to_eight_minutes(
    make: MakeProvider, clock: ManualClock
) -> None:
    provider = make(pace=Pace())
    taken = set()
    for n in range(12):
        batch = await submit(provider, 1, f"intent{n}")
        start = clock()
        while (await provider.poll_batch(batch)).phase == "running":
            clock.advance(10 * SECOND)
        taken.add(clock() - start)
    assert min(taken) >= 2 * MINUTE
    assert max(taken) <= 8 * MINUTE + 10 * SECOND
    assert len(taken) > 6


async def test_another_process_finds_polls_and_collects_the_batch(
    make: MakeProvider, clock: ManualClock
) -> None:
    batch = await submit(make(), 7)
    clock.advance(4 * MINUTE)
    (candidate,) = await make().find_batch(intent_of(clock, 7))
    assert (candidate.id, candidate.certain) == (batch, True)
    results = await collect(make(), batch)
    assert {result.custom_id for result in results} == {f"intent-{n}-1" for n in range(7)}
    assert all(result.outcome == "succeeded" and result.text for result in results)


async def test_results_come_shuffled_and_always_in_the_same_order(
    make: MakeProvider, clock: ManualClock
) -> None:
    batch = await submit(make(), 50)
    clock.advance(4 * MINUTE)
    first = [result.custom_id for result in await collect(make(), batch)]
    again = [result.custom_id for result in await collect(make(), batch)]
    assert first == again
    assert first != [f"intent-{n}-1" for n in range(50)]
    assert len(set(first)) == 50


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 31, 32, 33, 64, 97])
async def test_every_row_of_a_batch_of_any_size_comes_once(
    make: MakeProvider, clock: ManualClock, count: int
) -> None:
    batch = await submit(make(), count)
    clock.advance(4 * MINUTE)
    found = sorted(result.custom_id for result in await collect(make(), batch))
    assert found == sorted(f"intent-{n}-1" for n in range(count))


async def test_usage_counts_a_token_for_every_four_characters(
    make: MakeProvider, clock: ManualClock
) -> None:
    provider = make()
    request = CompletionRequest(MODEL, "p" * 9, "s" * 4)
    batch = await provider.submit_batch("i", Rows([BatchRow("i-0-1", request)]), None)
    clock.advance(4 * MINUTE)
    (result,) = await collect(provider, batch)
    assert result.usage.input == 4
    assert result.usage.output == -(-len(result.text) // 4)


async def test_a_batch_that_has_not_ended_gives_no_results(make: MakeProvider) -> None:
    provider = make()
    batch = await submit(provider, 2)
    with pytest.raises(Unavailable, match="running"):
        await collect(provider, batch)


async def test_a_cancelled_batch_keeps_what_was_finished(
    make: MakeProvider, clock: ManualClock
) -> None:
    batch = await submit(make(), 10)
    clock.advance(2 * MINUTE)
    await make().cancel_batch(batch)
    await make().cancel_batch(batch)
    assert (await make().poll_batch(batch)).phase == "running"
    clock.advance(DAY)
    state = await make().poll_batch(batch)
    assert (state.phase, state.finished) == ("ended", 4)
    outcomes = [result.outcome for result in await collect(make(), batch)]
    assert (outcomes.count("succeeded"), outcomes.count("cancelled")) == (4, 6)


async def test_cancelled_rows_are_not_billed(make: MakeProvider, clock: ManualClock) -> None:
    batch = await submit(make(), 4)
    await make().cancel_batch(batch)
    clock.advance(MINUTE)
    for result in await collect(make(), batch):
        assert (result.outcome, result.usage.prompt, result.usage.output) == ("cancelled", 0, 0)


async def test_cancelling_what_has_ended_or_is_unknown_changes_nothing(
    make: MakeProvider, clock: ManualClock
) -> None:
    batch = await submit(make(), 3)
    clock.advance(4 * MINUTE)
    await make().cancel_batch(batch)
    await make().cancel_batch(ProviderBatchId("offline-0000000000000000"))
    await make().cancel_batch(ProviderBatchId("../../elsewhere"))
    assert [result.outcome for result in await collect(make(), batch)] == ["succeeded"] * 3


async def test_a_discarded_batch_is_gone_and_discarding_is_safe_to_repeat(
    make: MakeProvider, clock: ManualClock, world: Path
) -> None:
    batch = await submit(make(), 3)
    for _ in range(2):
        await make().discard_batch(batch)
    assert (await make().poll_batch(batch)).phase == "missing"
    assert await make().find_batch(intent_of(clock, 3)) == []
    assert files_in(world) == []
    with pytest.raises(ResultsGone):
        await collect(make(), batch)


async def test_an_id_that_no_batch_can_have_is_missing(make: MakeProvider) -> None:
    for strange in ("", "..", "../batches", "offline-", "x" * 300, "\x00"):
        assert (await make().poll_batch(ProviderBatchId(strange))).phase == "missing"
        await make().discard_batch(ProviderBatchId(strange))


async def test_the_same_intent_sent_twice_is_two_batches(
    make: MakeProvider, clock: ManualClock
) -> None:
    first, second = await submit(make(), 2), await submit(make(), 2)
    assert first != second
    found = await make().find_batch(intent_of(clock, 2))
    assert {one.id for one in found} == {first, second}


async def test_a_discarded_batch_leaves_its_id_to_no_other(
    make: MakeProvider, clock: ManualClock
) -> None:
    first = await submit(make(), 1)
    await make().discard_batch(first)
    clock.advance(SECOND)
    assert await submit(make(), 1) != first


async def test_only_batches_of_the_intent_are_found(make: MakeProvider, clock: ManualClock) -> None:
    await submit(make(), 2, "mine")
    await submit(make(), 2, "other")
    (found,) = await make().find_batch(intent_of(clock, 2, "mine"))
    clock.advance(4 * MINUTE)
    ids = [result.custom_id for result in await collect(make(), found.id)]
    assert all(custom_id.startswith("mine-") for custom_id in ids)


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ([], "without rows"),
        ([("a", MODEL), ("a", MODEL)], "duplicate_custom_id"),
        ([("a", MODEL), ("b", "offline-papel")], "model_mismatch"),
        ([("a b", MODEL)], "custom_id"),
        ([("", MODEL)], "custom_id"),
        ([("x" * 65, MODEL)], "custom_id"),
    ],
)
async def test_rows_that_a_server_would_refuse_make_no_batch(
    make: MakeProvider,
    clock: ManualClock,
    world: Path,
    bad: list[tuple[str, str]],
    named: str,
) -> None:
    source = Rows(BatchRow(name, CompletionRequest(model, "x")) for name, model in bad)
    with pytest.raises(ProviderError, match=named):
        await make().submit_batch("intent", source, None)
    assert await make().find_batch(intent_of(clock, len(bad))) == []
    assert files_in(world) == []


async def test_a_row_takes_as_many_bytes_as_it_says(make: MakeProvider, world: Path) -> None:
    provider = make()
    source = [row async for row in rows(5)]
    await provider.submit_batch("intent", Rows(source), None)
    (file,) = (one for one in files_in(world) if one.name == "rows.jsonl")
    assert file.stat().st_size == sum(provider.encoded_size(row) for row in source)


async def test_a_batch_that_was_never_finished_writing_is_not_there(
    make: MakeProvider, clock: ManualClock, world: Path
) -> None:
    await submit(make(), 1)
    (whole,) = (world / "batches").iterdir()
    terms = json.loads((whole / "batch.json").read_text())
    half = world / "staging" / "draft-killed"
    half.mkdir()
    (half / "batch.json").write_text(json.dumps(terms))
    empty = world / "batches" / "offline-ffffffffffffffff"
    empty.mkdir()
    (found,) = await make().find_batch(intent_of(clock, 1))
    assert found.id == whole.name
    assert (await make().poll_batch(ProviderBatchId(empty.name))).phase == "missing"


async def test_a_batch_keeps_its_seed_when_the_setting_changes(
    make: MakeProvider, clock: ManualClock
) -> None:
    batch = await submit(make(seed=1), 4)
    clock.advance(4 * MINUTE)
    told = [result.text for result in await collect(make(seed=1), batch)]
    assert [result.text for result in await collect(make(seed=2), batch)] == told
