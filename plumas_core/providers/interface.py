"""What every AI provider must be able to do, and the values that pass to and from it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, NamedTuple, NewType, TypeAlias

import structlog

from plumas_core.catalog.usage import Usage
from plumas_core.providers.errors import (
    BatchUnsupported,
    OutcomeUnknown,
    ProviderError,
    Unavailable,
)

log = structlog.get_logger(__name__)

ProviderBatchId = NewType("ProviderBatchId", str)
"""The provider's own name for a batch."""

UploadId = NewType("UploadId", str)
"""The provider's name for the file of rows that a batch is made from."""

StopReason: TypeAlias = Literal["end", "length", "refusal"]
RowOutcome: TypeAlias = Literal["succeeded", "failed", "expired", "cancelled"]
BatchPhase: TypeAlias = Literal["running", "ended", "failed", "missing"]

NO_USAGE = Usage(input=0, output=0)

FIRST_POLL_SECONDS = 5.0
LONGEST_POLL_SECONDS = 300.0
LONGEST_MISSING_SECONDS = 600.0
"""How long a batch may stay unknown to its provider before ``generate_batch`` gives it up."""
SINGLE_CONCURRENCY = 8


@dataclass(frozen=True, slots=True)
class AnswerSchema:
    """The JSON schema that an answer must follow, with the name a provider wants for it."""

    name: str
    schema: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """One question to one model.

    ``system`` is the part that many requests share, which comes first so that the provider can
    cache it; ``cache_key`` groups such requests. What a model cannot do (``temperature``, a
    schema, an effort) is dropped according to the catalog, and named in ``Completion.dropped``.
    ``max_output_tokens`` includes room for reasoning. ``seed`` is used by the offline provider.
    """

    model_id: str
    prompt: str
    system: str | None = None
    temperature: float | None = None
    max_output_tokens: int = 2000
    answer: AnswerSchema | None = None
    reasoning_effort: str | None = None
    cache_key: str | None = None
    seed: int = 0


class Completion(NamedTuple):
    """A whole answer, with what it used."""

    text: str
    usage: Usage
    stop: StopReason = "end"
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of a streamed answer."""

    text: str


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One request in a batch; ``custom_id`` is ``{intent}-{row}-{attempt}``."""

    custom_id: str
    request: CompletionRequest


@dataclass(frozen=True, slots=True)
class BatchIntent:
    """What we know of a batch whose create may or may not have reached the provider.

    Times are UTC milliseconds; the create was sent between ``sent_after`` and ``sent_before``.
    """

    intent_id: str
    model_id: str
    rows: int
    sent_after: int
    sent_before: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A batch found at the provider that is, or may be, the one looked for.

    ``certain`` is true where the provider itself names our intent (metadata, row ids).
    """

    id: ProviderBatchId
    created_at: int
    certain: bool


@dataclass(frozen=True, slots=True)
class BatchState:
    """How far a batch is. ``missing``: the provider does not know it (any more, or not yet).

    ``ended`` covers completed, expired and cancelled alike: what finished can be collected.
    ``failed``: it never ran; ``error`` says why and no row was billed.
    """

    phase: BatchPhase
    total: int = 0
    finished: int = 0
    error: str | None = None
    queue_full: bool = False


class RowResult(NamedTuple):
    """One row's answer. Usage is zero where nothing is billed."""

    custom_id: str
    outcome: RowOutcome
    text: str = ""
    usage: Usage = NO_USAGE
    stop: StopReason = "end"
    error: str | None = None


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """The most that one batch may hold; ``bytes`` of its encoded rows, tokens queued in all."""

    rows: int
    bytes: int
    queued_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderModel:
    """A model as its provider lists it, with the day of its retirement where that is announced.

    ``retired``: the provider says that it cannot be called any more.
    """

    id: str
    retires_on: date | None = None
    retired: bool = False


class BatchAnswer(NamedTuple):
    """What ``generate_batch`` gives for one prompt; a failed row is ``("", 0, 0)``.

    The reason of a failure is logged, and stands in ``BatchAnswers.errors`` by position.
    """

    text: str
    prompt_tokens: int
    completion_tokens: int


class BatchAnswers(list[BatchAnswer]):
    """The answers in the order of the prompts, with the reasons of the failed ones."""

    def __init__(self, answers: Sequence[BatchAnswer], errors: Mapping[int, str]) -> None:
        super().__init__(answers)
        self.errors: Mapping[int, str] = dict(errors)


class AIProviderInterface(ABC):
    """One AI provider. A new one is a subclass, a line in ``PROVIDER_MAP`` and catalog rows.

    Every method raises the family of ``plumas_core.providers.errors`` and nothing of an SDK's.
    """

    name: ClassVar[str]
    """The provider's name in the catalog: ``openai``, ``anthropic``, ``offline``."""

    limits: BatchLimits
    """What a batch of any model may hold."""

    simulated: ClassVar[bool] = False
    """True where no real model answers; every reply built on it says so."""

    sleep: Callable[[float], Awaitable[None]]
    """How this provider waits, in seconds; handed in by the constructor."""

    @abstractmethod
    async def complete(self, request: CompletionRequest) -> Completion:
        """Ask once and return the whole answer."""

    @abstractmethod
    def stream(self, request: CompletionRequest) -> AsyncIterator[TextDelta | Completion]:
        """Ask once; yield the text as it comes, and last the whole ``Completion``."""

    async def upload_batch(self, intent_id: str, rows: AsyncIterable[BatchRow]) -> UploadId | None:
        """Bring the rows to the provider, where it wants them before the create.

        Safe to repeat. ``None`` where the create itself carries the rows.
        """
        return None

    @abstractmethod
    async def submit_batch(
        self, intent_id: str, rows: AsyncIterable[BatchRow], upload: UploadId | None
    ) -> ProviderBatchId:
        """Create the batch with one request that is never retried here.

        Raises:
            OutcomeUnknown: no answer came; look with :meth:`find_batch` before anything else.
            BatchUnsupported: there is no batch API to be had for this model.
        """

    @abstractmethod
    async def find_batch(self, intent: BatchIntent) -> list[Candidate]:
        """List the provider's batches that may stem from ``intent``, surest first."""

    @abstractmethod
    async def poll_batch(self, batch: ProviderBatchId) -> BatchState:
        """Ask how far a batch is, in one call."""

    @abstractmethod
    def collect_batch(self, batch: ProviderBatchId) -> AsyncIterator[RowResult]:
        """Stream the results of an ended batch, in any order."""

    @abstractmethod
    async def cancel_batch(self, batch: ProviderBatchId) -> None:
        """Ask the provider to stop; what finished before stays billed and collectable."""

    async def discard_batch(self, batch: ProviderBatchId) -> None:
        """Delete what the provider still keeps of a settled batch; safe to repeat."""
        return None

    def limits_for(self, model_id: str) -> BatchLimits:
        """Return what a batch of this model may hold, and what its queue has room for."""
        return self.limits

    @abstractmethod
    def encoded_size(self, row: BatchRow) -> int:
        """Bytes that the row takes in a batch."""

    async def models(self) -> list[ProviderModel]:
        """List the models that the provider offers us; none where it keeps no such list."""
        return []

    async def check(self) -> None:
        """Find out, without spending anything, whether the provider can be called.

        Raises:
            ProviderError: it cannot; the error says why.
        """
        return None

    async def close(self) -> None:
        """Release connections."""
        return None

    async def generate_batch(
        self,
        model_id: str,
        prompts: Sequence[str],
        system_message: str | None = None,
        temperature: float = 0.7,
    ) -> BatchAnswers:
        """Answer many prompts through the batch API; singly where it cannot be had.

        Returns as many answers as prompts, in their order. It waits for the batch, so it is for
        programs that may wait; duels go through ``plumas_core.batches``, which survives a death.
        """
        requests = [
            CompletionRequest(model_id, prompt, system_message, temperature) for prompt in prompts
        ]
        rows = [BatchRow(f"direct-{n}-1", request) for n, request in enumerate(requests)]
        try:
            results = await self._through_batch(rows) if rows else {}
        except BatchUnsupported as reason:
            log.warning("batch_refused", provider=self.name, model=model_id, reason=str(reason))
            results = await self._one_by_one(rows)
        answers: list[BatchAnswer] = []
        errors: dict[int, str] = {}
        for n, row in enumerate(rows):
            result = results.get(row.custom_id)
            if result is not None and result.outcome == "succeeded":
                usage = result.usage
                answers.append(BatchAnswer(result.text, usage.prompt, usage.output))
                continue
            errors[n] = (result.error or result.outcome) if result else "no answer came"
            log.warning("batch_row_failed", provider=self.name, row=n, reason=errors[n])
            answers.append(BatchAnswer("", 0, 0))
        return BatchAnswers(answers, errors)

    async def _through_batch(self, rows: Sequence[BatchRow]) -> dict[str, RowResult]:
        source = _Rows(rows)
        upload = await self.upload_batch("direct", source)
        batch = await self.submit_batch("direct", source, upload)
        wait, missing = FIRST_POLL_SECONDS, 0.0
        while (state := await self.poll_batch(batch)).phase in ("running", "missing"):
            missing = missing + wait if state.phase == "missing" else 0.0
            if missing > LONGEST_MISSING_SECONDS:
                raise OutcomeUnknown(f"the provider does not know batch {batch} any more")
            await self.sleep(wait)
            wait = min(wait * 2, LONGEST_POLL_SECONDS)
        if state.phase == "failed":
            raise Unavailable(state.error or "the batch failed")
        return {result.custom_id: result async for result in self.collect_batch(batch)}

    async def _one_by_one(self, rows: Sequence[BatchRow]) -> dict[str, RowResult]:
        gate = asyncio.Semaphore(SINGLE_CONCURRENCY)

        async def ask(row: BatchRow) -> RowResult:
            async with gate:
                try:
                    answer = await self.complete(row.request)
                except ProviderError as reason:
                    return RowResult(row.custom_id, "failed", error=str(reason))
            return RowResult(row.custom_id, "succeeded", answer.text, answer.usage, answer.stop)

        return {result.custom_id: result for result in await asyncio.gather(*map(ask, rows))}


class _Rows(AsyncIterable[BatchRow]):
    """A list of rows that can be read through more than once."""

    def __init__(self, rows: Sequence[BatchRow]) -> None:
        self._rows = rows

    async def __aiter__(self) -> AsyncIterator[BatchRow]:
        for row in self._rows:
            yield row
