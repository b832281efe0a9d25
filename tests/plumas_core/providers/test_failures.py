"""What each failure of a provider becomes, and that it is told without keys or members' words."""

from __future__ import annotations

import json
import random
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from plumas_core.catalog.load import Catalog
from plumas_core.providers import errors as family
from plumas_core.providers.anthropic_api.provider import AnthropicProvider
from plumas_core.providers.calling import Caller
from plumas_core.providers.failures import retry_after
from plumas_core.providers.interface import AIProviderInterface, CompletionRequest
from plumas_core.providers.openai_api.provider import OpenAICompatibleProvider, OpenAIProvider
from tests.standins.asking import Rows, questions, submit
from tests.support.time import START, ManualClock

KEY = "sk-secret-of-the-operator"
WORDS = "the-words-of-a-member"
MODELS = {"openai": "gpt-4o-mini", "anthropic": "claude-haiku-5-5", "compatible": "gpt-4o-mini"}
KINDS: dict[str, type[OpenAIProvider] | type[AnthropicProvider]] = {
    "openai": OpenAIProvider,
    "anthropic": AnthropicProvider,
    "compatible": OpenAICompatibleProvider,
}
BOTH = ("openai", "anthropic")

Handler = Callable[[httpx2.Request], httpx2.Response | Awaitable[httpx2.Response]]
Make = Callable[..., AIProviderInterface]


@pytest.fixture
def make(catalog: Catalog, clock: ManualClock) -> Make:
    """Return a maker of providers whose server is a function."""

    def made(name: str, handler: Any, **options: Any) -> AIProviderInterface:
        return KINDS[name](
            api_key=KEY,
            base_url="http://provider.test/v1" if name != "anthropic" else "http://provider.test",
            catalog=catalog,
            clock=clock,
            sleep=clock.sleep,
            rng=random.Random(1),
            http_client=httpx2.AsyncClient(transport=httpx2.MockTransport(handler)),
            **options,
        )

    return made


def answering(status: int, name: str, error: dict[str, Any], seen: list[httpx2.Request]) -> Handler:
    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        told = {"message": f"{WORDS} {KEY} {error.get('message', '')}"} | {
            key: value for key, value in error.items() if key != "message"
        }
        body = {"error": told} if name != "anthropic" else {"type": "error", "error": told}
        return httpx2.Response(status, json=body, headers={"x-request-id": "req_9"})

    return handle


async def failure(provider: AIProviderInterface, model_id: str) -> family.ProviderError:
    with pytest.raises(family.ProviderError) as caught:
        await provider.complete(CompletionRequest(model_id, WORDS))
    await provider.close()
    return caught.value


OPENAI_ERRORS = [
    (400, {"code": "context_length_exceeded"}, family.TooLong, 1),
    (400, {"code": "content_policy_violation"}, family.Refused, 1),
    (400, {"code": "content_filter"}, family.Refused, 1),
    (400, {"code": "model_not_found"}, family.ModelRetired, 1),
    (400, {"code": "unsupported_value", "param": "temperature"}, family.ProviderError, 1),
    (400, {"code": "billing_hard_limit_reached"}, family.QuotaExhausted, 1),
    (401, {"code": "invalid_api_key"}, family.NotAuthorised, 1),
    (402, {}, family.QuotaExhausted, 1),
    (403, {"code": "unsupported_country_region_territory"}, family.NotAuthorised, 1),
    (403, {"code": "model_not_found"}, family.NotAuthorised, 1),
    (404, {"code": "model_not_found"}, family.ModelRetired, 1),
    (404, {"message": 'model "x" not found, try pulling it first'}, family.ModelRetired, 1),
    (404, {"message": "no such page"}, family.ProviderError, 1),
    (408, {}, family.Unavailable, 3),
    (409, {}, family.Unavailable, 3),
    (413, {}, family.TooLong, 1),
    (422, {}, family.ProviderError, 1),
    (429, {"code": "rate_limit_exceeded"}, family.RateLimited, 3),
    (429, {"code": "insufficient_quota"}, family.QuotaExhausted, 1),
    (500, {"type": "server_error"}, family.Unavailable, 3),
    (502, {}, family.Unavailable, 3),
    (503, {}, family.Unavailable, 3),
    (504, {}, family.OutcomeUnknown, 1),
    (524, {}, family.OutcomeUnknown, 1),
]
ANTHROPIC_ERRORS = [
    (400, {"type": "invalid_request_error"}, family.ProviderError, 1),
    (400, {"message": "prompt is too long: 9 tokens > 8 maximum"}, family.TooLong, 1),
    (400, {"message": "Your credit balance is too low"}, family.QuotaExhausted, 1),
    (400, {"message": "blocked by our content filtering policy"}, family.Refused, 1),
    (401, {"type": "authentication_error"}, family.NotAuthorised, 1),
    (402, {"type": "billing_error"}, family.QuotaExhausted, 1),
    (403, {"type": "permission_error"}, family.NotAuthorised, 1),
    (404, {"type": "not_found_error", "message": "model: claude-0"}, family.ModelRetired, 1),
    (413, {"type": "request_too_large"}, family.TooLong, 1),
    (429, {"type": "rate_limit_error"}, family.RateLimited, 3),
    (
        429,
        {"details": {"error_code": "enforced_spend_limit_reached"}},
        family.QuotaExhausted,
        1,
    ),
    (500, {"type": "api_error"}, family.Unavailable, 3),
    (504, {"type": "timeout_error"}, family.OutcomeUnknown, 1),
    (529, {"type": "overloaded_error"}, family.Unavailable, 3),
]
TABLE = [("openai", *row) for row in OPENAI_ERRORS] + [
    ("anthropic", *row) for row in ANTHROPIC_ERRORS
]


@pytest.mark.parametrize(("name", "status", "error", "kind", "requests"), TABLE)
async def test_each_error_is_told_in_the_family_and_without_secrets(
    make: Make,
    name: str,
    status: int,
    error: dict[str, Any],
    kind: type[family.ProviderError],
    requests: int,
) -> None:
    seen: list[httpx2.Request] = []
    raised = await failure(make(name, answering(status, name, error, seen)), MODELS[name])
    assert type(raised) is kind
    assert len(seen) == requests
    assert f"{name}: HTTP {status}" in str(raised)
    assert "req_9" in str(raised)
    for secret in (KEY, WORDS):
        assert secret not in str(raised)
        assert secret not in repr(raised.__cause__)


async def test_an_error_names_the_parameter_that_was_refused(make: Make) -> None:
    seen: list[httpx2.Request] = []
    handler = answering(400, "openai", {"code": "unsupported_value", "param": "top_p"}, seen)
    raised = await failure(make("openai", handler), MODELS["openai"])
    assert str(raised) == "openai: HTTP 400 unsupported_value top_p (req_9)"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"error": 7}', b'{"error": [{}]}'])
@pytest.mark.parametrize("name", BOTH)
async def test_an_error_of_any_form_is_told(make: Make, name: str, body: bytes) -> None:
    raised = await failure(
        make(name, lambda request: httpx2.Response(400, content=body)), MODELS[name]
    )
    assert type(raised) is family.ProviderError


UNSENT = [
    httpx2.ConnectError("refused"),
    httpx2.ConnectTimeout("slow"),
    httpx2.PoolTimeout("busy"),
    httpx2.ProxyError("no"),
]
SENT = [
    httpx2.ReadTimeout("slow"),
    httpx2.ReadError("reset"),
    httpx2.WriteError("reset"),
    httpx2.RemoteProtocolError("disconnected"),
    ssl.SSLError("broken"),
]


@pytest.mark.parametrize("error", UNSENT, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("name", BOTH)
async def test_what_was_never_sent_is_asked_again_and_then_unavailable(
    make: Make, name: str, error: Exception
) -> None:
    seen: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        raise error

    assert type(await failure(make(name, handle), MODELS[name])) is family.Unavailable
    assert len(seen) == 3


@pytest.mark.parametrize("error", SENT, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("name", BOTH)
async def test_what_was_sent_and_got_no_answer_has_an_unknown_outcome(
    make: Make, name: str, error: Exception
) -> None:
    seen: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        raise error

    assert type(await failure(make(name, handle), MODELS[name])) is family.OutcomeUnknown
    assert len(seen) == 1


@pytest.mark.parametrize("name", BOTH)
async def test_a_create_that_was_never_sent_is_unavailable(make: Make, name: str) -> None:
    seen: list[str] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.url.path)
        if request.url.path.endswith("/files"):
            return httpx2.Response(200, json={"id": "file-1"})
        raise httpx2.ConnectError("refused")

    with pytest.raises(family.Unavailable):
        await submit(make(name, handle), Rows(*questions(MODELS[name], 2)))
    assert sum(path.endswith("/batches") for path in seen) == 1


@pytest.mark.parametrize("name", BOTH)
async def test_a_port_where_nobody_listens_is_unavailable(
    catalog: Catalog, clock: ManualClock, name: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    provider = KINDS[name](
        api_key=KEY,
        base_url=f"http://127.0.0.1:{port}",
        catalog=catalog,
        clock=clock,
        sleep=clock.sleep,
        http_client=httpx2.AsyncClient(verify=False),
    )
    assert type(await failure(provider, MODELS[name])) is family.Unavailable


@pytest.mark.parametrize("name", BOTH)
async def test_attempts_and_pauses_stay_within_the_budget(
    make: Make, clock: ManualClock, name: str
) -> None:
    seen: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        clock.advance(40_000)
        return httpx2.Response(503)

    provider = make(name, handle, budget=60.0)
    assert type(await failure(provider, MODELS[name])) is family.Unavailable
    assert len(seen) == 2


async def test_an_answer_that_trickles_beyond_the_budget_is_given_up(
    clock: ManualClock,
) -> None:
    import asyncio

    caller = Caller("openai", clock, clock.sleep, random.Random(1))
    with pytest.raises(family.OutcomeUnknown):
        await caller.run(asyncio.Event().wait, "ask", 0.01, ())


async def test_pauses_grow_and_differ(make: Make, clock: ManualClock) -> None:
    at: list[int] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        at.append(clock())
        return httpx2.Response(500)

    await failure(make("openai", handle), MODELS["openai"])
    await failure(make("openai", handle), MODELS["openai"])
    first, second = at[1] - at[0], at[2] - at[1]
    assert 250 <= first <= 500 <= second <= 1_000


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Mon, 02 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Mon, 02 Nov 2026 11:00:30 GMT"}, 0.0),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "86400"}, 3_600.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 99 Nov 99999 12:00:30 GMT"}, None),
    ],
)
def test_retry_after_is_read_in_every_form_and_bounded(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers, START) == seconds


@pytest.mark.parametrize("name", BOTH)
async def test_a_wrong_key_is_found_without_spending_anything(make: Make, name: str) -> None:
    seen: list[httpx2.Request] = []
    provider = make(name, answering(401, name, {}, seen))
    with pytest.raises(family.NotAuthorised):
        await provider.check()
    assert [(request.method, request.url.path) for request in seen] == [("GET", "/v1/models")]
    assert seen[0].headers["authorization"] == f"Bearer {KEY}"


async def test_a_compatible_server_is_sent_nothing_that_only_openai_knows(make: Make) -> None:
    seen: list[dict[str, Any]] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(json.loads(request.content))
        answer = {"choices": [{"message": {"content": "hi"}}], "usage": {"prompt_tokens": 3}}
        return httpx2.Response(200, json=answer)

    provider = make("compatible", handle)
    request = CompletionRequest("gpt-4o-mini", "a", temperature=0.5, cache_key="k")
    assert (await provider.complete(request)).text == "hi"
    assert seen == [
        {
            "model": "gpt-4o-mini",
            "messages": [{"role": "user", "content": "a"}],
            "max_completion_tokens": 2000,
            "temperature": 0.5,
        }
    ]


@pytest.mark.parametrize("name", BOTH)
async def test_a_model_that_the_catalog_does_not_know_is_never_asked(make: Make, name: str) -> None:
    raised = await failure(make(name, lambda request: httpx2.Response(500)), "unheard-of")
    assert type(raised) is family.ModelRetired
