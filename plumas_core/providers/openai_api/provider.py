"""OpenAI, and every server that speaks its protocol: Chat Completions, Files and Batches."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Final

from plumas_core.catalog.load import Catalog
from plumas_core.clock import SECOND, Clock, Sleep
from plumas_core.providers.calling import Caller
from plumas_core.providers.connection import Connection, patience
from plumas_core.providers.errors import OutcomeUnknown
from plumas_core.providers.interface import (
    AIProviderInterface,
    BatchIntent,
    BatchLimits,
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
from plumas_core.providers.openai_api.answers import read_completion, read_usage, stop_reason
from plumas_core.providers.openai_api.batches import BUDGET, LIMITS, READ_SILENCE, Batches
from plumas_core.providers.openai_api.requests import completion_body
from plumas_core.providers.queue_room import UNKNOWN_ROOM, QueueRoom
from plumas_core.providers.shaping import Shaped, shape
from plumas_core.providers.streaming import SILENCE, read_events
from plumas_core.providers.wire import items, part, read_object, text, well_formed

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

ANSWER_BUDGET: Final = 600.0
"""Seconds for one answer, attempts and pauses included; as long as the SDK waits for one."""


class OpenAIProvider(AIProviderInterface):
    """OpenAI itself. ``http_client`` replaces the SDK's own, for proxies and for tests."""

    name: ClassVar[str] = "openai"
    limits = LIMITS
    ours: ClassVar[bool] = True
    """Whether the server is OpenAI, which knows every parameter that it documents."""

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
        queue_room: QueueRoom = UNKNOWN_ROOM,
    ) -> None:
        self.sleep = sleep
        self._queue_room = queue_room
        self._catalog = catalog
        self._budget = budget
        self._caller = Caller(self.name, clock, sleep, rng or random.SystemRandom())
        self._connection = Connection(lambda: _client(api_key, base_url, http_client))
        self._batches = Batches(self._connection, self._caller, catalog, self.ours)

    async def complete(self, request: CompletionRequest) -> Completion:
        """Ask once and return the whole answer.

        Raises:
            OutcomeUnknown: the question was sent and no answer came.
            ProviderError: there is no answer.
        """
        shaped = shape(request, self._catalog)
        arguments = self._arguments(shaped)
        client, errors = await self._connection.open()

        async def attempt() -> bytes:
            raw = await client.chat.completions.with_raw_response.create(
                **arguments, timeout=patience(self._budget)
            )
            content: bytes = raw.http_response.content
            return content

        answer = await self._caller.run(attempt, "ask", self._budget, errors)
        return read_completion(read_object(answer), shaped.model, shaped.dropped)

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
        arguments = self._arguments(shaped)
        client, errors = await self._connection.open()
        deadline = self._caller.clock() + self._budget * SECOND

        async def attempt() -> Any:
            return await client.chat.completions.create(
                **arguments,
                stream=True,
                stream_options={"include_usage": True},
                timeout=patience(min(SILENCE, self._budget)),
            )

        stream = await self._caller.run(attempt, "ask", self._budget, errors)
        pieces: list[str] = []
        refusal = finish = ""
        usage = None
        async with aclosing(read_events(stream, self._caller, deadline, errors)) as events:
            async for event in events:
                if isinstance(event.get("usage"), dict):
                    usage = read_usage(event, shaped.model)
                for choice in items(event, "choices")[:1]:
                    delta = part(choice, "delta")
                    refusal += well_formed(text(delta, "refusal"))
                    finish = text(choice, "finish_reason") or finish
                    if piece := well_formed(text(delta, "content")):
                        pieces.append(piece)
                        yield TextDelta(piece)
        if usage is None:
            raise OutcomeUnknown(f"{self.name}: the answer ended without its usage")
        stop = stop_reason(finish, refusal)
        yield Completion("".join(pieces) or refusal, usage, stop, shaped.dropped)

    async def upload_batch(self, intent_id: str, rows: AsyncIterable[BatchRow]) -> UploadId | None:
        """Bring the rows up as a file, which may be repeated.

        Raises:
            BatchUnsupported: the server keeps no files.
            ProviderError: they did not get there.
        """
        return await self._batches.upload(intent_id, rows)

    async def submit_batch(
        self, intent_id: str, rows: AsyncIterable[BatchRow], upload: UploadId | None
    ) -> ProviderBatchId:
        """Create the batch from the file that was brought up; its metadata names the intent."""
        file = upload or await self._batches.upload(intent_id, rows)
        return await self._batches.create(intent_id, file)

    async def find_batch(self, intent: BatchIntent) -> list[Candidate]:
        """List the batches whose metadata names the intent: each is certain."""
        return await self._batches.find(intent)

    async def poll_batch(self, batch: ProviderBatchId) -> BatchState:
        """Ask how far a batch is, in one request."""
        return await self._batches.poll(batch)

    def collect_batch(self, batch: ProviderBatchId) -> AsyncIterator[RowResult]:
        """Stream the output file, then the error file."""
        return self._batches.collect(batch)

    async def cancel_batch(self, batch: ProviderBatchId) -> None:
        """Ask the provider to stop."""
        await self._batches.cancel(batch)

    async def discard_batch(self, batch: ProviderBatchId) -> None:
        """Delete the files of a settled batch."""
        await self._batches.discard(batch)

    def limits_for(self, model_id: str) -> BatchLimits:
        """Return OpenAI's limits, and what the account's tier lets wait in the model's queue."""
        return replace(self.limits, queued_tokens=self._queue_room.of(model_id))

    def encoded_size(self, row: BatchRow) -> int:
        """Bytes of the row's line."""
        return len(self._batches.encoder.encode(row))

    async def models(self) -> list[ProviderModel]:
        """List the models that the key may use; a day of retirement where the server tells one."""
        client, errors = await self._connection.open()

        async def attempt() -> bytes:
            raw = await client.models.with_raw_response.list(timeout=patience(READ_SILENCE))
            return raw.http_response.content

        answer = read_object(await self._caller.run(attempt, "read", BUDGET, errors))
        return [
            ProviderModel(text(one, "id"), _day(text(one, "shutdown_date")))
            for one in items(answer, "data")
            if text(one, "id")
        ]

    async def check(self) -> None:
        """Ask for the models, which costs nothing.

        Raises:
            ProviderError: the server is out of reach, or does not take the key.
        """
        await self.models()

    async def close(self) -> None:
        """Release the connections."""
        await self._connection.close()

    def _arguments(self, shaped: Shaped) -> dict[str, Any]:
        """Return the SDK's arguments: the body goes as it is, in place of what they make.

        What the SDK takes by name it compares with its types, part by part, which costs more than
        what we do ourselves; and it does not know, or no longer, all that models take.
        """
        body = completion_body(shaped, caching=self.ours)
        if self.ours:
            body["service_tier"] = "default"  # a project's own setting could cost more
        return {"model": shaped.model.id, "messages": [], "extra_body": body}


class OpenAICompatibleProvider(OpenAIProvider):
    """Any other server with OpenAI's protocol: Ollama, vLLM, llama.cpp, a router."""

    name: ClassVar[str] = "compatible"
    ours: ClassVar[bool] = False


def _client(
    api_key: str, base_url: str | None, http_client: httpx2.AsyncClient | None
) -> tuple[AsyncOpenAI, type[Exception]]:
    from openai import AsyncOpenAI, OpenAIError

    # Retries are ours: the SDK's own would repeat a create, and really sleep.
    client = AsyncOpenAI(api_key=api_key, base_url=base_url, max_retries=0, http_client=http_client)
    return client, OpenAIError


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
