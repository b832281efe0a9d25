"""OpenAI's completions, over its own SDK, against a stand-in server."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from plumas_core.catalog.usage import Usage
from plumas_core.providers.errors import (
    BadAnswer,
    OutcomeUnknown,
    RateLimited,
)
from plumas_core.providers.interface import (
    Completion,
    CompletionRequest,
    TextDelta,
)
from plumas_core.providers.openai_api.provider import OpenAIProvider
from tests.standins.asking import (
    SCHEMA,
)
from tests.standins.base import Json, Status
from tests.standins.openai_server import OpenAIStandIn
from tests.support.time import ManualClock

LUNA = "gpt-6-luna"
MINI = "gpt-4o-mini"
COMPLETIONS = "POST /v1/chat/completions"


def ask(model_id: str = MINI, **fields: Any) -> CompletionRequest:
    return replace(CompletionRequest(model_id, "one two three", "be kind"), **fields)


def sent(server: OpenAIStandIn) -> Json:
    body: Json = server.asked[-1].body
    return body


async def test_an_answer_comes_with_what_it_used(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    openai_server.answer = lambda body: {"content": "a poem", "cached": 40, "reasoning": 7}
    answer = await openai.complete(ask())
    used = Usage(input=5, output=9, cached=40, reasoning=7)
    assert answer == Completion("a poem", used, "end")
    assert sent(openai_server)["messages"] == [
        {"role": "system", "content": "be kind"},
        {"role": "user", "content": "one two three"},
    ]


async def test_cache_writes_are_told_apart_where_the_model_sells_them(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    openai_server.answer = lambda body: {"content": "a", "cached": 10, "cache_write": 20}
    assert (await openai.complete(ask(LUNA))).usage == Usage(5, 1, 10, 20)
    assert (await openai.complete(ask(MINI))).usage == Usage(25, 1, 10)


async def test_a_model_is_sent_only_what_it_takes(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    request = ask(LUNA, temperature=0.5, reasoning_effort="low", answer=SCHEMA, cache_key="k")
    answer = await openai.complete(request)
    assert answer.dropped == ("temperature",)
    body = sent(openai_server)
    assert "temperature" not in body
    assert "max_tokens" not in body
    assert body["max_completion_tokens"] == 2000
    assert body["reasoning_effort"] == "low"
    assert body["prompt_cache_key"] == "k"
    assert body["service_tier"] == "default"
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "judgement", "schema": SCHEMA.schema, "strict": True},
    }


@pytest.mark.parametrize(
    ("model", "effort", "dropped"),
    [
        (LUNA, "none", ()),
        (LUNA, "low", ("temperature",)),
        (MINI, None, ()),
        (MINI, "low", ("reasoning_effort",)),
        ("gpt-6.1-sol", "none", ("reasoning_effort", "temperature")),
    ],
)
async def test_a_temperature_goes_only_where_it_is_taken(
    openai: OpenAIProvider,
    openai_server: OpenAIStandIn,
    model: str,
    effort: str | None,
    dropped: tuple[str, ...],
) -> None:
    answer = await openai.complete(ask(model, temperature=0.7, reasoning_effort=effort))
    assert answer.dropped == dropped
    assert ("temperature" in sent(openai_server)) == ("temperature" not in dropped)


@pytest.mark.parametrize(
    ("told", "stop", "text"),
    [
        ({"content": "half a", "finish_reason": "length"}, "length", "half a"),
        ({"content": None, "refusal": "I will not."}, "refusal", "I will not."),
        ({"content": None, "finish_reason": "content_filter"}, "refusal", ""),
    ],
)
async def test_why_an_answer_ended_is_told_and_what_it_used_is_kept(
    openai: OpenAIProvider, openai_server: OpenAIStandIn, told: Json, stop: str, text: str
) -> None:
    openai_server.answer = lambda body: told
    answer = await openai.complete(ask())
    assert (answer.stop, answer.text, answer.usage.input) == (stop, text, 5)
    streamed = [piece async for piece in openai.stream(ask())]
    assert streamed[-1] == answer


async def test_a_lone_surrogate_does_not_stop_a_request(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    await openai.complete(ask(prompt="a \ud800 b"))
    assert sent(openai_server)["messages"][1]["content"] == "a ? b"


async def test_a_streamed_answer_ends_with_the_whole_of_it(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    openai_server.answer = lambda body: {"content": "Un soneto breve, con mar.", "cached": 3}
    pieces = [piece async for piece in openai.stream(ask())]
    deltas = [piece.text for piece in pieces if isinstance(piece, TextDelta)]
    assert len(deltas) > 1
    assert pieces[-1] == Completion("".join(deltas), Usage(5, 5, 3))


async def test_closing_a_stream_ends_the_connection(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    openai_server.answer = lambda body: {"content": "word " * 200_000}
    async with aclosing(openai.stream(ask())) as pieces:
        first = await anext(pieces)
    assert isinstance(first, TextDelta)
    await asyncio.wait_for(openai_server.left.wait(), 10)


@pytest.mark.parametrize("fault", ["drop", "error", "no_usage"])
async def test_a_stream_that_breaks_off_has_an_unknown_outcome(
    openai: OpenAIProvider, openai_server: OpenAIStandIn, fault: str
) -> None:
    openai_server.stream_fault = fault  # type: ignore[assignment]
    with pytest.raises(OutcomeUnknown):
        async for _ in openai.stream(ask()):
            pass
    assert openai_server.count("POST", "/v1/chat/completions") == 1


async def test_a_failure_that_passes_is_asked_again_after_the_time_that_the_server_names(
    openai: OpenAIProvider, openai_server: OpenAIStandIn, clock: ManualClock
) -> None:
    openai_server.fail(COMPLETIONS, Status(429, headers={"Retry-After": "20"}), Status(503))
    began = clock()
    assert (await openai.complete(ask())).text
    assert openai_server.count("POST", "/v1/chat/completions") == 3
    assert 20_000 <= clock() - began <= 20_500 + 1_000


async def test_a_long_wait_is_left_to_the_scheduler(
    openai: OpenAIProvider, openai_server: OpenAIStandIn, clock: ManualClock
) -> None:
    began = clock()
    openai_server.fail(COMPLETIONS, Status(429, headers={"Retry-After": "90"}))
    with pytest.raises(RateLimited) as caught:
        await openai.complete(ask())
    assert caught.value.retry_after == 90
    assert clock() == began


async def test_an_answer_that_was_lost_is_not_asked_for_again(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    openai_server.fail(COMPLETIONS, "lost_answer")
    with pytest.raises(OutcomeUnknown):
        await openai.complete(ask())
    assert openai_server.count("POST", "/v1/chat/completions") == 1


async def test_a_page_in_place_of_an_answer_is_a_bad_answer(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    openai_server.fail(COMPLETIONS, "garbage")
    with pytest.raises(BadAnswer):
        await openai.complete(ask())


async def test_models_are_listed_with_the_day_of_their_end(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    openai_server.models[0]["shutdown_date"] = "2027-01-14"
    openai_server.models.append({"id": LUNA, "shutdown_date": None})
    found = {model.id: model.retires_on for model in await openai.models()}
    assert str(found[MINI]) == "2027-01-14"
    assert found[LUNA] is None
