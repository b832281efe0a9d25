"""Anthropic: Messages and Message Batches."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import aclosing
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Final

from plumas_core.catalog.load import Catalog
from plumas_core.clock import SECOND, Clock, Sleep
from plumas_core.providers.anthropic_api.answers import read_message, read_usage, stop_reason
from plumas_core.providers.anthropic_api.batches import BUDGET, LIMITS, READ_SILENCE, Batches
from plumas_core.providers.anthropic_api.requests import message_params
from plumas_core.providers.calling import Caller
from plumas_core.providers.connection import Connection, patience
from plumas_core.providers.errors import OutcomeUnknown
from plumas_core.providers.interface import (
    AIProviderInterface,
    BatchIntent,
    BatchRow,
    BatchState,
    Candidate,
    Completion,
    CompletionRequest,
    ProviderBatchId,
    ProviderModel,
    RowResult,
    TextDelta,
    UploadId,
)
from plumas_core.providers.shaping import Shaped, shape
from plumas_core.providers.streaming import SILENCE, read_events
from plumas_core.providers.wire import Json, items, part, read_object, text, well_formed

if TYPE_CHECKING:
    import httpx2
    from anthropic import AsyncAnthropic

ANSWER_BUDGET: Final = 600.0
"""Seconds for one answer, attempts and pauses included; as long as the SDK waits for one."""

PAGE: Final = 1_000
"""Models that one request lists; the provider's most."""


class AnthropicProvider(AIProviderInterface):
    """Anthropic. ``http_client`` replaces the SDK's own, for proxies and for tests."""

    name: ClassVar[str] = "anthropic"
    limits = LIMITS

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str | None,
        catalog: Catalog,
        clock: Clock,
        sleep: Sleep,
        rng: random.Random | None = None,
        http_client: httpx2.AsyncClient | None = None,
        budget: float = ANSWER_BUDGET,
    ) -> None:
        self.sleep = sleep
        self._catalog = catalog
        self._budget = budget
        self._caller = Caller(self.name, clock, sleep, rng or random.SystemRandom())
        self._connection = Connection(lambda: _client(api_key, base_url, http_client))
        self._batches = Batches(self._connection, self._caller, catalog)

    async def complete(self, request: CompletionRequest) -> Completion:
        """Ask once and return the whole answer.

        Raises:
            OutcomeUnknown: the question was sent and no answer came.
            ProviderError: there is no answer.
        """
        shaped = shape(request, self._catalog)
        arguments = _arguments(shaped)
        client, errors = await self._connection.open()

        async def attempt() -> bytes:
            raw = await client.messages.with_raw_response.create(
                **arguments, timeout=patience(self._budget)
            )
            content: bytes = raw.http_response.content
            return content

        answer = await self._caller.run(attempt, "ask", self._budget, errors)
        return read_message(read_object(answer), "5m", shaped.dropped)

    async def stream(
        self, request: CompletionRequest
    ) -> AsyncGenerator[TextDelta | Completion, None]:
        """Ask once; yield the text as it comes, and last the whole answer.

        To close the iterator early closes the connection, which stops the model.

        Raises:
            OutcomeUnknown: the answer broke off.
            ProviderError: there is no answer.
        """
        shaped = shape(request, self._catalog)
        arguments = _arguments(shaped)
        client, errors = await self._connection.open()
        deadline = self._caller.clock() + self._budget * SECOND

        async def attempt() -> Any:
            return await client.messages.create(
                **arguments, stream=True, timeout=patience(min(SILENCE, self._budget))
            )

        stream = await self._caller.run(attempt, "ask", self._budget, errors)
        pieces: list[str] = []
        usage: dict[str, object] = {}
        stop = ""
        async with aclosing(read_events(stream, self._caller, deadline, errors)) as events:
            async for event in events:
                kind = text(event, "type")
                if kind == "content_block_delta":
                    if piece := well_formed(text(part(event, "delta"), "text")):
                        pieces.append(piece)
                        yield TextDelta(piece)
                elif kind in ("message_start", "message_delta"):
                    usage |= _told(event)
                    stop = text(part(event, "delta"), "stop_reason") or stop
                elif kind == "message_stop":
                    break
        if not stop:
            raise OutcomeUnknown(f"{self.name}: the answer broke off")
        yield Completion(
            "".join(pieces), read_usage(usage, "5m"), stop_reason(stop), shaped.dropped
        )

    async def submit_batch(
        self, intent_id: str, rows: AsyncIterable[BatchRow], upload: UploadId | None
    ) -> ProviderBatchId:
        """Create the batch with the rows in its body; their ids are all that names the intent."""
        return await self._batches.create(rows)

    async def find_batch(self, intent: BatchIntent) -> list[Candidate]:
        """List the batches that may be the intent's; certain only where they have ended."""
        return await self._batches.find(intent)

    async def poll_batch(self, batch: ProviderBatchId) -> BatchState:
        """Ask how far a batch is, in one request."""
        return await self._batches.poll(batch)

    def collect_batch(self, batch: ProviderBatchId) -> AsyncIterator[RowResult]:
        """Stream the results."""
        return self._batches.collect(batch)

    async def cancel_batch(self, batch: ProviderBatchId) -> None:
        """Ask the provider to stop."""
        await self._batches.cancel(batch)

    async def discard_batch(self, batch: ProviderBatchId) -> None:
        """Delete a settled batch and its results."""
        await self._batches.discard(batch)

    def encoded_size(self, row: BatchRow) -> int:
        """Bytes of the row in a create's body, at most."""
        return self._batches.size(row)

    async def models(self) -> list[ProviderModel]:
        """List the models that the key may use, with the days of their retirement."""
        found: list[ProviderModel] = []
        after: str | None = None
        while True:
            page = await self._models(after, PAGE)
            found += [_model(one) for one in items(page, "data") if text(one, "id")]
            after = text(page, "last_id")
            if page.get("has_more") is not True or not after:
                return found

    async def check(self) -> None:
        """Ask for one model's name, which costs nothing.

        Raises:
            ProviderError: the server is out of reach, or does not take the key.
        """
        await self._models(None, 1)

    async def close(self) -> None:
        """Release the connections."""
        await self._connection.close()

    async def _models(self, after: str | None, limit: int) -> Json:
        client, errors = await self._connection.open()
        cursor = {"after_id": after} if after else {}

        async def attempt() -> bytes:
            raw = await client.models.with_raw_response.list(
                limit=limit, extra_query=cursor, timeout=patience(READ_SILENCE)
            )
            return raw.http_response.content

        return read_object(await self._caller.run(attempt, "read", BUDGET, errors))


def _arguments(shaped: Shaped) -> dict[str, Any]:
    """Return the SDK's arguments: the body goes as it is, in place of what they make.

    The SDK does not know, or no longer, all that models take; and what it does it compares with its
    types, part by part.
    """
    body = message_params(shaped)
    body["service_tier"] = "standard_only"  # prices are those of the standard tier
    return {
        "model": shaped.model.id,
        "messages": [],
        "max_tokens": shaped.output_tokens,
        "extra_body": body,
    }


def _told(event: Json) -> dict[str, object]:
    """Return the counts that a stream's event tells; later ones are totals so far."""
    usage = part(event, "usage") or part(part(event, "message"), "usage")
    return {name: value for name, value in usage.items() if value is not None}


def _client(
    api_key: str, base_url: str | None, http_client: httpx2.AsyncClient | None
) -> tuple[AsyncAnthropic, type[Exception]]:
    from anthropic import AnthropicError, AsyncAnthropic

    # Retries are ours: the SDK's own would repeat a create, really sleep, and obey any Retry-After.
    client = AsyncAnthropic(
        api_key=api_key, base_url=base_url, max_retries=0, http_client=http_client
    )
    return client, AnthropicError


def _model(row: Json) -> ProviderModel:
    retired = text(row, "lifecycle") == "retired"
    return ProviderModel(text(row, "id"), _day(text(row, "retires_at")), retired)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
