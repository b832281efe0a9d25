"""Anthropic's messages and batches, over its own SDK, against a stand-in server."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from plumas_core.catalog.usage import Usage
from plumas_core.clock import HOUR
from plumas_core.providers.anthropic_api.provider import AnthropicProvider
from plumas_core.providers.errors import (
    BadAnswer,
    BatchUnsupported,
    ModelRetired,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
)
from plumas_core.providers.interface import (
    BatchState,
    Candidate,
    Completion,
    CompletionRequest,
    ProviderBatchId,
    TextDelta,
)
from tests.standins.anthropic_server import AnthropicStandIn
from tests.standins.asking import (
    SCHEMA,
    Rows,
    collected,
    intent_at,
    questions,
    submit,
    until_it_breaks,
)
from tests.standins.base import Json, Status
from tests.support.time import ManualClock

HAIKU = "claude-haiku-5-5"
MESSAGES = "POST /v1/messages"
CREATE = "POST /v1/messages/batches"

LONG_SYSTEM = "You judge verse by verse. " * 100


def ask(model_id: str = HAIKU, **fields: Any) -> CompletionRequest:
    return replace(CompletionRequest(model_id, "one two three", "be kind"), **fields)


def sent(server: AnthropicStandIn) -> Json:
    body: Json = server.asked[-1].body
    return body


async def test_an_answer_comes_with_what_it_used(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    anthropic_server.answer = lambda params: {
        "text": "a poem",
        "cached": 40,
        "write_5m": 3,
        "write_1h": 4,
        "thinking": 7,
    }
    answer = await anthropic.complete(ask())
    used = Usage(input=5, output=9, cached=40, cache_write_5m=3, cache_write_1h=4, reasoning=7)
    assert answer == Completion("a poem", used, "end")
    assert anthropic_server.asked[-1].headers["anthropic-version"]


async def test_a_model_is_sent_only_what_it_takes(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    request = ask(temperature=0.5, reasoning_effort="low", answer=SCHEMA, max_output_tokens=50_000)
    answer = await anthropic.complete(request)
    assert answer.dropped == ("temperature",)
    body = sent(anthropic_server)
    assert "temperature" not in body
    assert body["max_tokens"] == 50_000
    assert body["service_tier"] == "standard_only"
    assert body["output_config"] == {
        "effort": "low",
        "format": {"type": "json_schema", "schema": SCHEMA.schema},
    }
    answer = await anthropic.complete(ask("claude-haiku-4-5", reasoning_effort="low"))
    assert answer.dropped == ("reasoning_effort",)


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "refusal"),
        ("end_turn", "end"),
        ("stop_sequence", "end"),
    ],
)
async def test_why_an_answer_ended_is_told(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn, reason: str, stop: str
) -> None:
    anthropic_server.answer = lambda params: {"text": "", "stop_reason": reason, "thinking": 2}
    answer = await anthropic.complete(ask())
    assert (answer.stop, answer.text, answer.usage.output) == (stop, "", 2)
    streamed = [piece async for piece in anthropic.stream(ask())]
    assert streamed == [answer]


async def test_a_streamed_answer_ends_with_the_whole_of_it(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    anthropic_server.answer = lambda params: {
        "text": "Un soneto breve, con mar.",
        "cached": 3,
        "write_1h": 2,
    }
    pieces = [piece async for piece in anthropic.stream(ask())]
    deltas = [piece.text for piece in pieces if isinstance(piece, TextDelta)]
    assert len(deltas) > 1
    assert pieces[-1] == Completion("".join(deltas), Usage(5, 5, 3, 0, 2))


async def test_closing_a_stream_ends_the_connection(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    anthropic_server.answer = lambda params: {"text": "word " * 200_000}
    async with aclosing(anthropic.stream(ask())) as pieces:
        first = await anext(pieces)
    assert isinstance(first, TextDelta)
    await asyncio.wait_for(anthropic_server.left.wait(), 10)


@pytest.mark.parametrize("fault", ["drop", "error"])
async def test_a_stream_that_breaks_off_has_an_unknown_outcome(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn, fault: str
) -> None:
    anthropic_server.stream_fault = fault  # type: ignore[assignment]
    with pytest.raises(OutcomeUnknown):
        async for _ in anthropic.stream(ask()):
            pass
    assert anthropic_server.count("POST", "/v1/messages") == 1


async def test_an_overload_that_passes_is_asked_again(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn, clock: ManualClock
) -> None:
    anthropic_server.fail(MESSAGES, Status(529), Status(529, headers={"Retry-After": "7"}))
    began = clock()
    assert (await anthropic.complete(ask())).text
    assert anthropic_server.count("POST", "/v1/messages") == 3
    assert 7_250 <= clock() - began <= 8_000


async def test_a_wait_of_an_hour_is_left_to_the_scheduler(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn, clock: ManualClock
) -> None:
    began = clock()
    anthropic_server.fail(MESSAGES, Status(429, headers={"Retry-After": "9999"}))
    with pytest.raises(RateLimited) as caught:
        await anthropic.complete(ask())
    assert caught.value.retry_after == 3_600
    assert clock() == began


async def test_an_answer_that_was_lost_is_not_asked_for_again(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    anthropic_server.fail(MESSAGES, "lost_answer")
    with pytest.raises(OutcomeUnknown):
        await anthropic.complete(ask())
    assert anthropic_server.count("POST", "/v1/messages") == 1


async def test_a_page_in_place_of_an_answer_is_a_bad_answer(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    anthropic_server.fail(MESSAGES, "garbage")
    with pytest.raises(BadAnswer):
        await anthropic.complete(ask())


async def test_a_batch_is_created_and_answered(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    anthropic_server.answer = lambda params: {"text": "ok\u2028 sí", "cached": 2, "write_1h": 9}
    rows = Rows(*questions(HAIKU, 3))
    batch = await submit(anthropic, rows)
    assert await anthropic.poll_batch(batch) == BatchState("running", 3, 0)
    assert await anthropic.poll_batch(batch) == BatchState("ended", 3, 3)
    results = await collected(anthropic, batch)
    assert sorted(results) == sorted(rows.ids)
    for result in results.values():
        assert (result.outcome, result.text) == ("succeeded", "ok\u2028 sí")
        assert result.usage == Usage(input=7, output=2, cached=2, cache_write_1h=9)


async def test_a_create_is_no_longer_than_its_rows_were_reckoned(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    rows = Rows(*questions(HAIKU, 5, LONG_SYSTEM, cache_key="k"))
    await submit(anthropic, rows)
    reckoned = sum([anthropic.encoded_size(row) async for row in rows])
    length = int(anthropic_server.asked[-1].headers["content-length"])
    assert reckoned <= length <= reckoned + 1_000


@pytest.mark.parametrize(
    ("count", "system", "key", "cached"),
    [
        (4, LONG_SYSTEM, "k", True),
        (3, LONG_SYSTEM, "k", False),
        (4, "You judge.", "k", False),
        (4, LONG_SYSTEM, None, False),
    ],
)
async def test_a_long_beginning_that_many_rows_share_is_cached_for_an_hour(
    anthropic: AnthropicProvider,
    anthropic_server: AnthropicStandIn,
    count: int,
    system: str,
    key: str | None,
    cached: bool,
) -> None:
    await submit(anthropic, Rows(*questions(HAIKU, count, system, key)))
    for row in sent(anthropic_server)["requests"]:
        (block,) = row["params"]["system"]
        wanted = {"type": "ephemeral", "ttl": "1h"} if cached else None
        assert block.get("cache_control") == wanted


async def test_each_way_for_a_row_to_end_is_told_apart(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    rows = Rows(*questions(HAIKU, 3))
    gone = Status(404, {"message": "model: secret words of a member"})
    anthropic_server.row_faults = {rows.ids[1]: gone}
    batch = await submit(anthropic, rows)
    anthropic_server.end(batch, "expired", finished=2)
    results = await collected(anthropic, batch)
    told = [(results[row].outcome, results[row].error) for row in rows.ids]
    assert told == [
        ("succeeded", None),
        ("failed", "not_found_error"),
        ("expired", "expired"),
    ]
    assert [results[row].usage.prompt > 0 for row in rows.ids] == [True, False, False]


async def test_a_cancelled_batch_ends_with_cancelled_rows(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    batch = await submit(anthropic, Rows(*questions(HAIKU, 2)))
    await anthropic.cancel_batch(batch)
    await anthropic.cancel_batch(batch)
    await anthropic.cancel_batch(ProviderBatchId("msgbatch_unknown"))
    assert {one.outcome for one in (await collected(anthropic, batch)).values()} == {"cancelled"}


async def test_a_batch_that_the_server_does_not_show_yet_is_missing(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    batch = await submit(anthropic, Rows(*questions(HAIKU, 2)))
    anthropic_server.fail("GET /v1/messages/batches/{id}", Status(404))
    assert await anthropic.poll_batch(batch) == BatchState("missing")
    assert (await anthropic.poll_batch(batch)).phase == "running"


async def test_results_that_break_off_give_the_whole_rows_first(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    batch = await submit(anthropic, Rows(*questions(HAIKU, 30)))
    anthropic_server.end(batch)
    anthropic_server.fail("GET /v1/messages/batches/{id}/results", "cut")
    got, error = await until_it_breaks(anthropic, batch)
    assert error.can_retry
    assert 15 <= len(got) < 30
    assert len(await collected(anthropic, batch)) == 30


async def test_a_cut_row_is_told_and_damaged_ones_are_passed_over(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    rows = Rows(*questions(HAIKU, 2))
    batch = await submit(anthropic, rows)
    anthropic_server.end(batch)
    whole = [json.dumps(row).encode() for row in anthropic_server.batches[batch].results]
    odd = b'{"custom_id": "x", "result": {"type": "pondered"}}'
    anthropic_server.damaged_results = b"\n".join([b"[]", whole[0], b"\xff", odd, whole[1][:-9]])
    got, error = await until_it_breaks(anthropic, batch)
    assert isinstance(error, BadAnswer)
    assert len(got) == 1


async def test_a_create_whose_answer_was_lost_is_found_by_time_and_size(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn, clock: ManualClock
) -> None:
    clock.advance(3 * HOUR)
    other = await submit(anthropic, Rows(*questions(HAIKU, 2), intent="other"), "other")
    clock.advance(3 * HOUR)
    await submit(anthropic, Rows(*questions(HAIKU, 5), intent="other"), "other")
    anthropic_server.fail(CREATE, "lost_answer")
    with pytest.raises(OutcomeUnknown):
        await submit(anthropic, Rows(*questions(HAIKU, 2)))
    assert anthropic_server.count("POST", "/v1/messages/batches") == 3
    (found,) = await anthropic.find_batch(intent_at(clock(), 2, HAIKU))
    assert found.id != other
    assert found == Candidate(found.id, clock(), certain=False)
    anthropic_server.end(found.id)
    assert await anthropic.find_batch(intent_at(clock(), 2, HAIKU)) == [
        replace(found, certain=True)
    ]


async def test_an_ended_batch_of_others_rows_is_not_taken_for_ours(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn, clock: ManualClock
) -> None:
    batch = await submit(anthropic, Rows(*questions(HAIKU, 2), intent="1a2bc"), "1a2bc")
    assert len(await anthropic.find_batch(intent_at(clock(), 2, HAIKU))) == 1
    anthropic_server.end(batch)
    assert await anthropic.find_batch(intent_at(clock(), 2, HAIKU)) == []


async def test_a_batch_is_looked_for_on_every_page_of_its_time(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn, clock: ManualClock
) -> None:
    mine = await submit(anthropic, Rows(*questions(HAIKU, 2)))
    one = anthropic_server.batches[mine]
    for number in range(150):
        name = f"msgbatch_x{number}"
        anthropic_server.batches[name] = replace(one, id=name, rows=one.rows[:1])
    (found,) = await anthropic.find_batch(intent_at(clock(), 2, HAIKU))
    assert found.id == mine
    assert anthropic_server.count("GET", "/v1/messages/batches") == 2


@pytest.mark.parametrize("fault", ["lost_request", "garbage", Status(500), Status(504)])
async def test_a_create_without_a_clear_answer_is_unknown_and_sent_once(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn, fault: object
) -> None:
    anthropic_server.fail(CREATE, fault)  # type: ignore[arg-type]
    with pytest.raises(OutcomeUnknown):
        await submit(anthropic, Rows(*questions(HAIKU, 2)))
    assert anthropic_server.count("POST", "/v1/messages/batches") == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (Status(429, headers={"Retry-After": "5"}), RateLimited),
        (Status(529), Unavailable),
        (Status(403), BatchUnsupported),
        (Status(404), BatchUnsupported),
        (Status(404, {"message": "model: claude-0"}), ModelRetired),
    ],
)
async def test_a_refused_create_says_what_to_do_next(
    anthropic: AnthropicProvider,
    anthropic_server: AnthropicStandIn,
    status: Status,
    error: type[Exception],
) -> None:
    anthropic_server.fail(CREATE, status)
    with pytest.raises(error):
        await submit(anthropic, Rows(*questions(HAIKU, 2)))
    assert anthropic_server.count("POST", "/v1/messages/batches") == 1


async def test_a_settled_batch_is_deleted(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    batch = await submit(anthropic, Rows(*questions(HAIKU, 2)))
    anthropic_server.end(batch)
    await anthropic.discard_batch(batch)
    assert anthropic_server.batches[batch].deleted
    await anthropic.discard_batch(batch)


async def test_prompts_are_answered_in_their_order(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    anthropic_server.answer = lambda params: {"text": params["messages"][0]["content"].upper()}
    answers = await anthropic.generate_batch(HAIKU, ["uno", "dos", "tres"], "system", 0.2)
    assert answers == [("UNO", 2, 1), ("DOS", 2, 1), ("TRES", 2, 1)]


async def test_models_are_listed_with_the_day_of_their_end(
    anthropic: AnthropicProvider, anthropic_server: AnthropicStandIn
) -> None:
    anthropic_server.models = [
        {"id": f"m{number}", "lifecycle": "active"} for number in range(1500)
    ]
    anthropic_server.models[1200] = {
        "id": "old",
        "lifecycle": "retired",
        "retires_at": "2026-02-19T00:00:00Z",
    }
    models = await anthropic.models()
    assert len(models) == 1500
    (old,) = [model for model in models if model.retired]
    assert (old.id, str(old.retires_on)) == ("old", "2026-02-19")
