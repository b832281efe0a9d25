"""The guide's names and promises: ``generate_batch``, ``AIService``, a provider of one's own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, Callable, Iterable
from pathlib import Path

import pytest

from plumas_core.catalog.load import Catalog, load_catalog
from plumas_core.catalog.usage import Usage
from plumas_core.providers.errors import (
    BatchUnsupported,
    NotAuthorised,
    OutcomeUnknown,
    ProviderError,
    Unavailable,
)
from plumas_core.providers.interface import (
    BatchAnswers,
    BatchRow,
    Completion,
    CompletionRequest,
    ProviderBatchId,
    UploadId,
)
from plumas_core.providers.offline.provider import OfflineProvider
from plumas_core.providers.registry import (
    CATALOG,
    PROVIDER_MAP,
    ProviderKind,
    Providers,
    ProviderSettings,
    get_provider_for_model,
)
from plumas_core.providers.service import AIService
from tests.support.time import ManualClock

PROMPTS = [f"The winter of {year}" for year in range(1900, 1930)]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(CATALOG)


@pytest.fixture
def providers(catalog: Catalog, tmp_path: Path, clock: ManualClock) -> Callable[..., Providers]:
    def build(faults: str = "", catalog: Catalog = catalog, **more: ProviderKind) -> Providers:
        settings = ProviderSettings(offline_world=tmp_path / "world", offline_faults=faults)
        kinds = {"offline": PROVIDER_MAP["offline"], **more}
        return Providers(settings, catalog, clock=clock, sleep=clock.sleep, kinds=kinds)

    return build


async def ask(providers: Providers, prompts: Iterable[str] = PROMPTS) -> BatchAnswers:
    provider = get_provider_for_model("offline-pluma", providers)
    assert provider is not None
    return await provider.generate_batch("offline-pluma", list(prompts), "You write.", 0.7)


async def test_as_many_answers_as_prompts_come_in_their_order(
    providers: Callable[..., Providers],
) -> None:
    built = providers()
    answers = await ask(built)
    assert len(answers) == len(PROMPTS)
    assert answers.errors == {}
    provider = built.get("offline")
    assert provider is not None
    for prompt, (text, prompt_tokens, completion_tokens) in zip(PROMPTS, answers, strict=True):
        alone = await provider.complete(
            CompletionRequest("offline-pluma", prompt, "You write.", 0.7)
        )
        assert text == alone.text
        assert (prompt_tokens, completion_tokens) == (alone.usage.prompt, alone.usage.output)


async def test_the_same_prompt_twice_gets_two_answers(providers: Callable[..., Providers]) -> None:
    first, second = await ask(providers(), ["The sea", "The sea"])
    assert first == second
    assert first.text


async def test_no_prompts_need_no_batch(providers: Callable[..., Providers]) -> None:
    assert await ask(providers("lost_request=9"), []) == []


async def test_failed_rows_are_empty_and_their_reasons_are_told(
    providers: Callable[..., Providers],
) -> None:
    answers = await ask(providers("rows=0.4"))
    assert len(answers) == len(PROMPTS)
    failed = [n for n, answer in enumerate(answers) if answer == ("", 0, 0)]
    assert 0 < len(failed) < len(PROMPTS)
    assert sorted(answers.errors) == failed
    assert all("server_error" in reason for reason in answers.errors.values())


async def test_rows_that_expired_are_failed_rows(providers: Callable[..., Providers]) -> None:
    answers = await ask(providers("expire=0.5"))
    assert len(answers.errors) == 15
    assert all("expired" in reason for reason in answers.errors.values())


async def test_a_batch_api_that_refuses_is_gone_round_by_single_requests(
    providers: Callable[..., Providers],
) -> None:
    assert await ask(providers("refuse=1")) == await ask(providers())


async def test_a_batch_that_is_missing_at_first_is_waited_for(
    providers: Callable[..., Providers],
) -> None:
    assert len((await ask(providers("late=20"))).errors) == 0


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        ("queue_full=1", Unavailable),
        ("lost_answer=1", OutcomeUnknown),
        ("vanish=1", OutcomeUnknown),
    ],
)
async def test_a_batch_that_comes_to_nothing_is_an_error(
    providers: Callable[..., Providers], faults: str, error: type[ProviderError]
) -> None:
    with pytest.raises(error):
        await ask(providers(faults))


class Echo(OfflineProvider):
    """A new provider in a few lines: another answer behind the same batch life."""

    name = "echo"

    async def complete(self, request: CompletionRequest) -> Completion:
        return Completion(f"You said: {request.prompt}", Usage(input=2, output=3))

    async def submit_batch(
        self, intent_id: str, rows: AsyncIterable[BatchRow], upload: UploadId | None
    ) -> ProviderBatchId:
        raise BatchUnsupported("one by one")


async def test_a_new_provider_is_a_class_a_line_and_its_models(
    providers: Callable[..., Providers], catalog: Catalog, tmp_path: Path
) -> None:
    content = json.loads(CATALOG.read_text("utf-8"))
    row = next(model for model in content["models"] if model["id"] == "offline-pluma")
    content["models"] = [row | {"id": "echo-1", "provider": "echo"}]
    content["tokenisers"] = {}
    extra = tmp_path / "echo.json"
    extra.write_text(json.dumps(content), "utf-8")
    line = ProviderKind(
        lambda context: Echo(context.settings.offline_world, context.clock, context.sleep),
        lambda settings: True,
    )
    built = providers(catalog=load_catalog(CATALOG, extra), echo=line)
    provider = get_provider_for_model("echo-1", built)
    assert isinstance(provider, Echo)
    assert await provider.generate_batch("echo-1", ["one", "two"]) == [
        ("You said: one", 2, 3),
        ("You said: two", 2, 3),
    ]
    assert isinstance(get_provider_for_model("offline-pluma", built), OfflineProvider)


async def test_the_service_asks_by_the_model_alone(providers: Callable[..., Providers]) -> None:
    service = AIService(providers())
    text, prompt_tokens, completion_tokens = await service.generate(
        "offline-papel", "Un poema sobre el mar", "Escribes."
    )
    assert "mar" in text
    assert prompt_tokens == -(-len("Un poema sobre el mar" + "Escribes.") // 4)
    assert completion_tokens == -(-len(text) // 4)
    answers = await service.generate_batch("offline-papel", ["El mar", "El pan"])
    assert [bool(answer.text) for answer in answers] == [True, True]


@pytest.mark.parametrize(
    ("model", "error", "named"),
    [
        ("no-such-model", ProviderError, "no-such-model"),
        ("gpt-4o", NotAuthorised, "openai"),
        ("claude-haiku-5-5", NotAuthorised, "anthropic"),
    ],
)
async def test_the_service_says_why_a_model_cannot_be_called(
    providers: Callable[..., Providers], model: str, error: type[ProviderError], named: str
) -> None:
    service = AIService(providers())
    with pytest.raises(error, match=named):
        await service.generate(model, "x")
    with pytest.raises(error, match=named):
        await service.generate_batch(model, ["x"])
