"""Requests and rows as the tests of the providers send them."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

from plumas_core.providers.errors import ProviderError
from plumas_core.providers.interface import (
    AIProviderInterface,
    AnswerSchema,
    BatchIntent,
    BatchRow,
    CompletionRequest,
    ProviderBatchId,
    RowResult,
)

SCHEMA = AnswerSchema(
    "judgement",
    {
        "type": "object",
        "properties": {"comment": {"type": "string"}},
        "required": ["comment"],
        "additionalProperties": False,
    },
)


class Rows(AsyncIterable[BatchRow]):
    """Rows that can be read more than once."""

    def __init__(self, *requests: CompletionRequest, intent: str = "1a2b") -> None:
        self.ids = [f"{intent}-{number}-1" for number in range(len(requests))]
        self._requests = requests

    async def __aiter__(self) -> AsyncIterator[BatchRow]:
        for name, request in zip(self.ids, self._requests, strict=True):
            yield BatchRow(name, request)


def questions(
    model_id: str, count: int, system: str = "You judge.", cache_key: str | None = None
) -> list[CompletionRequest]:
    """Return ``count`` different questions to one model."""
    return [
        CompletionRequest(model_id, f"¿Qué dice el texto {number}?", system, cache_key=cache_key)
        for number in range(count)
    ]


async def submit(
    provider: AIProviderInterface, rows: Rows, intent: str = "1a2b"
) -> ProviderBatchId:
    """Bring a batch up and create it, as the program does."""
    upload = await provider.upload_batch(intent, rows)
    return await provider.submit_batch(intent, rows, upload)


async def collected(provider: AIProviderInterface, batch: ProviderBatchId) -> dict[str, RowResult]:
    """Return a batch's results by row."""
    return {result.custom_id: result async for result in provider.collect_batch(batch)}


def intent_at(now: int, rows: int, model_id: str, intent: str = "1a2b") -> BatchIntent:
    """Return an intent that was sent just before ``now``."""
    return BatchIntent(intent, model_id, rows, now - 1_000, now)


async def until_it_breaks(
    provider: AIProviderInterface, batch: ProviderBatchId
) -> tuple[list[RowResult], ProviderError]:
    """Return the results that came before the error, and the error."""
    got: list[RowResult] = []
    try:
        async for result in provider.collect_batch(batch):
            got.append(result)
    except ProviderError as error:
        return got, error
    raise AssertionError("the results did not break off")
