"""Servers that keep to the documented protocols, each in its own way, are all understood."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from plumas_core.catalog.load import Catalog
from plumas_core.catalog.usage import Usage
from plumas_core.clock import SECOND, Sleep
from plumas_core.providers.anthropic_api.provider import AnthropicProvider
from plumas_core.providers.errors import BadAnswer, ProviderError, ResultsGone
from plumas_core.providers.interface import BatchIntent, BatchState, CompletionRequest
from plumas_core.providers.interface import ProviderBatchId as Id
from plumas_core.providers.openai_api.provider import OpenAICompatibleProvider, OpenAIProvider
from tests.standins.asking import Rows, collected, questions, until_it_breaks
from tests.support.time import ManualClock

Json = dict[str, Any]
Answer = Callable[[httpx2.Request], httpx2.Response | Json]
NOW = 1_800_000_000


class Server:
    """Answers by path; keeps what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | Json] = {}
        self.asked: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.answers.get(request.url.path)
        if answer is None:
            return httpx2.Response(404, json={"error": {"message": "not found"}})
        found = answer(request) if callable(answer) else answer
        return found if isinstance(found, httpx2.Response) else httpx2.Response(200, json=found)


@pytest.fixture
def server() -> Server:
    return Server()


def arguments(server: Server, catalog: Catalog, clock: ManualClock, sleep: Sleep) -> dict[str, Any]:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(server), follow_redirects=True)
    return {
        "api_key": "sk-secret",
        "catalog": catalog,
        "clock": clock,
        "sleep": sleep,
        "http_client": client,
    }


@pytest.fixture
def openai(server: Server, catalog: Catalog, clock: ManualClock, sleep: Sleep) -> OpenAIProvider:
    base = "https://api.example/v1"
    return OpenAIProvider(base_url=base, **arguments(server, catalog, clock, sleep))


@pytest.fixture
def anthropic(
    server: Server, catalog: Catalog, clock: ManualClock, sleep: Sleep
) -> AnthropicProvider:
    base = "https://api.example/claude"
    return AnthropicProvider(base_url=base, **arguments(server, catalog, clock, sleep))


def message(**usage: Any) -> Json:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": "sí"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 7, "output_tokens": 2, **usage},
    }


def completion(**usage: Any) -> Json:
    return {
        "id": "c",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "sí"}}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 2, **usage},
    }


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"prompt_tokens_details": None, "completion_tokens_details": None},
        {"prompt_tokens_details": {}, "completion_tokens_details": {"audio_tokens": 0}},
        {"prompt_tokens_details": {"cached_tokens": None}, "total_tokens": 9},
    ],
)
async def test_an_answer_without_details_of_its_usage_is_read(
    openai: OpenAIProvider, server: Server, details: Json
) -> None:
    server.answers["/v1/chat/completions"] = completion(**details)
    answer = await openai.complete(CompletionRequest("gpt-6-luna", "¿?"))
    assert (answer.text, answer.stop, answer.usage) == ("sí", "end", Usage(7, 2))


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"cache_creation": None, "cache_read_input_tokens": None},
        {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "service_tier": None},
    ],
)
async def test_a_message_without_details_of_its_usage_is_read(
    anthropic: AnthropicProvider, server: Server, details: Json
) -> None:
    server.answers["/claude/v1/messages"] = message(**details)
    answer = await anthropic.complete(CompletionRequest("claude-haiku-5-5", "¿?"))
    assert (answer.text, answer.usage) == ("sí", Usage(7, 2))


def batch(**fields: Any) -> Json:
    return {"id": "b", "object": "batch", "status": "completed", "created_at": NOW, **fields}


@pytest.mark.parametrize(
    ("counts", "total", "done"),
    [
        (None, 0, 0),
        ({}, 0, 0),
        ({"total": 3, "completed": None}, 3, 0),
        ({"total": "3", "completed": 1.0, "failed": 1}, 0, 1),
    ],
)
async def test_a_batch_may_leave_its_counts_out(
    openai: OpenAIProvider, server: Server, counts: Json | None, total: int, done: int
) -> None:
    server.answers["/v1/batches/b"] = batch(status="in_progress", request_counts=counts)
    assert await openai.poll_batch(Id("b")) == BatchState("running", total, done)


async def test_a_batch_without_files_has_no_rows_unless_it_completed_some(
    openai: OpenAIProvider, server: Server
) -> None:
    server.answers["/v1/batches/b"] = batch(request_counts={"total": 2, "failed": 2})
    assert await collected(openai, Id("b")) == {}
    server.answers["/v1/batches/b"] = batch(request_counts={"total": 2, "completed": 2})
    with pytest.raises(BadAnswer):
        await collected(openai, Id("b"))


async def test_a_file_that_is_gone_is_told_after_the_rows_of_the_other(
    openai: OpenAIProvider, server: Server
) -> None:
    server.answers["/v1/batches/b"] = batch(output_file_id="out", error_file_id="err")
    error = {"custom_id": "1-0-1", "response": None, "error": {"code": "batch_expired"}}
    line = json.dumps(error).encode() + b"\n"
    server.answers["/v1/files/err/content"] = lambda _: httpx2.Response(200, content=line)
    seen, reason = await until_it_breaks(openai, Id("b"))
    assert [row.outcome for row in seen] == ["expired"]
    assert isinstance(reason, ResultsGone)
    server.answers.clear()
    with pytest.raises(ResultsGone):
        await collected(openai, Id("b"))


async def test_rows_go_up_as_a_form_with_a_file_and_a_purpose(
    openai: OpenAIProvider, server: Server, catalog: Catalog, clock: ManualClock, sleep: Sleep
) -> None:
    server.answers["/v1/files"] = {"id": "file-1"}
    rows = Rows(*questions("gpt-6-luna", 2))
    assert await openai.upload_batch("1a2b", rows) == "file-1"
    form = server.asked[-1].content
    for part in (b'name="file"; filename="1a2b.jsonl"', b'name="purpose"', b"expires_after"):
        assert part in form
    base = "https://api.example/v1"
    other = OpenAICompatibleProvider(base_url=base, **arguments(server, catalog, clock, sleep))
    await other.upload_batch("1a2b", rows)
    assert b"expires_after" not in server.asked[-1].content


def pages(rows: list[Json], cursor: str, **edges: Any) -> Answer:
    """Return a list that is read 100 at a time, whose pages do not say whether more follow."""

    def page(request: httpx2.Request) -> Json:
        after = request.url.params.get(cursor)
        names = [row["id"] for row in rows]
        start = names.index(after) + 1 if after else 0
        return {"data": rows[start : start + 100], **edges}

    return page


def intent(rows: int = 2) -> BatchIntent:
    return BatchIntent("1a2b", "m", rows, NOW * SECOND - 5_000, NOW * SECOND)


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("created_at", [NOW, float(NOW) + 0.25])
async def test_a_batch_of_openai_s_is_found_in_a_list_of_any_order_without_has_more(
    openai: OpenAIProvider, server: Server, oldest_first: bool, created_at: float
) -> None:
    others = [batch(id=f"x{n}", created_at=NOW - 90_000 - n) for n in range(150)]
    mine = batch(id="mine", created_at=created_at, metadata={"plumas_intent": "1a2b"})
    rows = [*reversed(others), mine] if oldest_first else [mine, *others]
    server.answers["/v1/batches"] = pages(rows, "after")
    (found,) = await openai.find_batch(intent())
    assert (found.id, found.certain) == ("mine", True)


def claude_batch(name: str, second: int, **fields: Any) -> Json:
    return {
        "id": name,
        "type": "message_batch",
        "processing_status": "in_progress",
        "created_at": f"2027-01-15T08:00:{second:02}.123456789Z",
        **fields,
    }


@pytest.mark.parametrize("counts", [None, {}, {"processing": 2}])
async def test_a_batch_of_anthropic_s_is_found_without_edges_and_counts(
    anthropic: AnthropicProvider, server: Server, counts: Json | None
) -> None:
    others = [claude_batch(f"x{n}", n % 60, request_counts={"processing": 9}) for n in range(150)]
    mine = claude_batch("mine", 1, request_counts=counts)
    server.answers["/claude/v1/messages/batches"] = pages([*others, mine], "after_id")
    (found,) = await anthropic.find_batch(intent())
    assert (found.id, found.certain) == ("mine", False)


@pytest.mark.parametrize("hour", ["Mon, 15 Jan 2029 08:00:09 GMT", "Sat, 15 Jan 2022 08:00:09 GMT"])
async def test_a_batch_is_found_by_the_server_s_clock_where_ours_is_wrong(
    anthropic: AnthropicProvider, server: Server, clock: ManualClock, hour: str
) -> None:
    clock.now = NOW * SECOND
    mine = claude_batch("mine", 0) | {"created_at": hour[12:16] + "-01-15T08:00:06Z"}
    old = claude_batch("old", 0) | {"created_at": hour[12:16] + "-01-14T08:00:06Z"}
    listed = {"data": [mine, old], "has_more": False}
    server.answers["/claude/v1/messages/batches"] = lambda _: httpx2.Response(
        200, json=listed, headers={"Date": hour}
    )
    assert [one.id for one in await anthropic.find_batch(intent(0))] == ["mine"]
    server.answers["/claude/v1/messages/batches"] = lambda _: httpx2.Response(
        200, json=listed, headers={"Date": "some time"}
    )
    assert await anthropic.find_batch(intent(0)) == []


RESULTS = "/claude/v1/messages/batches/mine/results"


@pytest.mark.parametrize(
    ("told", "path"),
    [
        (None, RESULTS),
        ("https://api.anthropic.example/v1/messages/batches/mine/results", RESULTS),
        ("https://api.example/claude/kept/mine.jsonl", "/claude/kept/mine.jsonl"),
        ("/claude/kept/mine.jsonl?part=1", "/claude/kept/mine.jsonl"),
    ],
)
async def test_results_are_read_from_the_server_that_we_ask_and_no_other(
    anthropic: AnthropicProvider, server: Server, told: str | None, path: str
) -> None:
    ended = claude_batch("mine", 1, processing_status="ended", results_url=told)
    row = {"custom_id": "1-0-1", "result": {"type": "succeeded", "message": message()}}
    server.answers["/claude/v1/messages/batches/mine"] = ended
    line = json.dumps(row).encode() + b"\n"
    server.answers[path] = lambda _: httpx2.Response(200, content=line)
    assert (await collected(anthropic, Id("mine")))["1-0-1"].text == "sí"
    assert {request.url.host for request in server.asked} == {"api.example"}


async def test_results_that_are_not_kept_are_told_apart_from_a_failure(
    anthropic: AnthropicProvider, server: Server
) -> None:
    server.answers["/claude/v1/messages/batches/mine"] = claude_batch(
        "mine", 1, processing_status="ended", results_url=None
    )
    with pytest.raises(ResultsGone):
        await collected(anthropic, Id("mine"))
    server.answers[RESULTS] = lambda _: httpx2.Response(503)
    with pytest.raises(ProviderError) as caught:
        await collected(anthropic, Id("mine"))
    assert not isinstance(caught.value, ResultsGone)
