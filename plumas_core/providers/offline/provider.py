"""The offline provider: no key, no network, the same answers from the same seed, ever simulated.

It behaves like a batch API: a batch takes minutes of the clock that it is given, can be polled,
found again, cancelled and collected from another process, and can be told to go wrong.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from plumas_core.clock import MINUTE, Clock, Sleep
from plumas_core.providers.errors import (
    BatchUnsupported,
    OutcomeUnknown,
    ProviderError,
    RateLimited,
    ResultsGone,
    Unavailable,
)
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
    RowResult,
    TextDelta,
    UploadId,
)
from plumas_core.providers.offline import progress
from plumas_core.providers.offline.answer import Answerer
from plumas_core.providers.offline.codec import encode_row
from plumas_core.providers.offline.draws import digest, share
from plumas_core.providers.offline.faults import NO_FAULTS, Faults, parse_faults
from plumas_core.providers.offline.world import Draft, Kept, RowFile, Terms, World

PIECE: Final = 256
"""Rows that are written at once."""

ANSWERED_AT_ONCE: Final = 32
"""Rows that are read and answered at once: few, so that little stands in memory."""

RETRY_AFTER: Final = 20.0
"""Seconds that a create refused for its rate is told to wait."""

_CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_WORDS = re.compile(r"\S*\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things take: a batch in milliseconds, drawn between two; the rest in seconds."""

    shortest: int = 2 * MINUTE
    longest: int = 8 * MINUTE
    answer: float = 0.4
    piece: float = 0.04


class OfflineProvider(AIProviderInterface):
    """Answers by phrase grammars and plain statistics. ``world`` is its server's folder."""

    name: ClassVar[str] = "offline"
    simulated: ClassVar[bool] = True
    limits = BatchLimits(rows=100_000, bytes=256_000_000)

    def __init__(
        self,
        world: Path,
        clock: Clock,
        sleep: Sleep,
        seed: int = 0,
        faults: Faults = NO_FAULTS,
        pace: Pace = Pace(),
    ) -> None:
        self.sleep = sleep
        self._world = World(world)
        self._clock = clock
        self._seed = seed
        self._faults = faults
        self._pace = pace
        self._answerer = Answerer()

    async def complete(self, request: CompletionRequest) -> Completion:
        """Answer after a short wait; with ``broken``, some answers are cut off."""
        answer = self._answer(request, self._seed, self._faults, request)
        await self.sleep(self._pace.answer)
        return answer

    async def stream(self, request: CompletionRequest) -> AsyncIterator[TextDelta | Completion]:
        """Answer word by word."""
        answer = self._answer(request, self._seed, self._faults, request)
        for piece in _WORDS.findall(answer.text):
            if piece:
                await self.sleep(self._pace.piece)
                yield TextDelta(piece)
        yield answer

    async def submit_batch(
        self, intent_id: str, rows: AsyncIterable[BatchRow], upload: UploadId | None
    ) -> ProviderBatchId:
        """Create the batch, unless a fault has it otherwise.

        Raises:
            BatchUnsupported, RateLimited, OutcomeUnknown: the faults of those kinds.
            ProviderError: the rows are not such as a batch takes.
        """
        counted = self._faults.counts_creates
        number = await asyncio.to_thread(self._world.count_create) if counted else 0
        fault = self._faults.of_create(number) if counted else None
        if fault == "refuse":
            raise BatchUnsupported("no batch API for this key (simulated)")
        if fault == "rate_limit":
            raise RateLimited("too many requests (simulated)", RETRY_AFTER)
        if fault == "lost_request":
            raise OutcomeUnknown("no answer to the create (simulated)")
        draft = await asyncio.to_thread(self._world.draft)
        try:
            model_id, count = await self._fill(draft, rows)
            now = self._clock()
            terms = Terms(
                intent=intent_id,
                model_id=model_id,
                rows=count,
                created_at=now,
                takes=progress.takes(
                    self._pace.shortest, self._pace.longest, self._seed, intent_id, now
                ),
                seed=self._seed,
                faults=str(self._faults),
                fault=fault,
                finishes=self._faults.finished_share(number),
            )
            created = await asyncio.to_thread(draft.publish, terms)
        finally:
            await asyncio.to_thread(draft.abandon)
        if fault == "lost_answer":
            raise OutcomeUnknown("no answer to the create (simulated)")
        return created

    async def find_batch(self, intent: BatchIntent) -> list[Candidate]:
        """List the batches that name the intent; see ``Faults.anonymous`` for the other way."""
        return await asyncio.to_thread(self._candidates, intent)

    async def poll_batch(self, batch: ProviderBatchId) -> BatchState:
        """Say how far the batch is by the clock."""
        kept = await asyncio.to_thread(self._known, batch)
        return progress.state(kept, self._clock()) if kept else BatchState("missing")

    async def collect_batch(self, batch: ProviderBatchId) -> AsyncIterator[RowResult]:
        """Stream the results, each answered as it is reached.

        Raises:
            ResultsGone: the batch is not known.
            Unavailable: it has not ended.
        """
        kept = await asyncio.to_thread(self._known, batch)
        if kept is None:
            raise ResultsGone(f"batch {batch} is not known any more")
        phase = progress.state(kept, self._clock()).phase
        if phase != "ended":
            raise Unavailable(f"batch {batch} is {phase}, so there are no results")
        rows = await asyncio.to_thread(self._world.rows, batch)
        try:
            for start in range(0, kept.terms.rows, ANSWERED_AT_ONCE):
                for result in await asyncio.to_thread(self._results, kept, rows, start):
                    yield result
        finally:
            rows.close()

    async def cancel_batch(self, batch: ProviderBatchId) -> None:
        """Stop the batch; one that has ended, or is not known, stays as it is."""
        now = self._clock()
        kept = await asyncio.to_thread(self._known, batch)
        if kept is not None and progress.state(kept, now).phase == "running":
            await asyncio.to_thread(self._world.cancel, batch, now)

    async def discard_batch(self, batch: ProviderBatchId) -> None:
        """Forget the batch and its rows."""
        await asyncio.to_thread(self._world.discard, batch)

    def encoded_size(self, row: BatchRow) -> int:
        """Bytes of the row's line."""
        return len(encode_row(row)) + 1

    async def _fill(self, draft: Draft, rows: AsyncIterable[BatchRow]) -> tuple[str, int]:
        """Write the rows, checked as a server would; return their model and their number."""
        checked = _Checked(self.limits)
        piece: list[bytes] = []
        async for row in rows:
            line = encode_row(row)
            checked.take(row, len(line) + 1)
            piece.append(line)
            if len(piece) == PIECE:
                await asyncio.to_thread(draft.add, piece)
                piece = []
        await asyncio.to_thread(draft.add, piece)
        if checked.model_id is None:
            raise ProviderError("a batch without rows")
        return checked.model_id, len(checked.ids)

    def _known(self, batch: str) -> Kept | None:
        kept = self._world.batch(batch)
        if kept is None or self._clock() < kept.terms.created_at + _late(kept):
            return None
        return kept

    def _candidates(self, intent: BatchIntent) -> list[Candidate]:
        now = self._clock()
        listed = (kept for kept in self._world.batches() if not progress.is_gone(kept, now))
        if not self._faults.anonymous:
            found = [
                Candidate(kept.id, kept.terms.created_at, certain=True)
                for kept in listed
                if kept.terms.intent == intent.intent_id
            ]
        else:
            found = [one for kept in listed if (one := self._resembles(kept, intent, now))]
        return sorted(found, key=lambda one: (not one.certain, one.created_at, one.id))

    def _resembles(self, kept: Kept, intent: BatchIntent, now: int) -> Candidate | None:
        """Recognise a batch by its time and size, and, once it has ended, by its rows' ids."""
        created_at = kept.terms.created_at
        if not intent.sent_after <= created_at <= intent.sent_before:
            return None
        if kept.terms.rows != intent.rows:
            return None
        if progress.state(kept, now).phase != "ended":
            return Candidate(kept.id, created_at, certain=False)
        rows = self._world.rows(kept.id)
        try:
            ours = rows.row(0).custom_id.startswith(f"{intent.intent_id}-")
        finally:
            rows.close()
        return Candidate(kept.id, created_at, certain=True) if ours else None

    def _results(self, kept: Kept, rows: RowFile, start: int) -> list[RowResult]:
        terms = kept.terms
        order = progress.row_order(terms, kept.id)
        finished = progress.finished_at(kept, self._clock())
        faults = parse_faults(terms.faults)
        results: list[RowResult] = []
        for position in range(start, min(start + ANSWERED_AT_ONCE, terms.rows)):
            row = rows.row(order[position])
            if position < finished:
                results.append(self._result(row, terms.seed, faults))
            else:
                outcome = progress.unfinished(kept)
                error = f"batch_{outcome} (simulated)"
                results.append(RowResult(row.custom_id, outcome, error=error))
        return results

    def _result(self, row: BatchRow, seed: int, faults: Faults) -> RowResult:
        if share("row", seed, row.custom_id) < faults.rows:
            return RowResult(row.custom_id, "failed", error="server_error (simulated)")
        try:
            answer = self._answer(row.request, seed, faults, row.custom_id)
        except ProviderError as reason:
            return RowResult(row.custom_id, "failed", error=str(reason))
        return RowResult(row.custom_id, "succeeded", answer.text, answer.usage, answer.stop)

    def _answer(
        self, request: CompletionRequest, seed: int, faults: Faults, call: object
    ) -> Completion:
        broken = share("broken", seed, call) < faults.broken
        return self._answerer.answer(request, seed, broken=broken)


class _Checked:
    """What a server checks while it reads a batch's rows."""

    def __init__(self, limits: BatchLimits) -> None:
        self.model_id: str | None = None
        self.ids: set[int] = set()
        self._limits = limits
        self._bytes = 0

    def take(self, row: BatchRow, size: int) -> None:
        """Check the next row.

        Raises:
            ProviderError: it does not fit into the batch.
        """
        if not _CUSTOM_ID.fullmatch(row.custom_id):
            raise ProviderError("custom_id: 1 to 64 letters, digits, - and _")
        known_by = digest(row.custom_id)  # 8 bytes in place of up to 64
        if known_by in self.ids:
            raise ProviderError(f"duplicate_custom_id: {row.custom_id}")
        if self.model_id not in (None, row.request.model_id):
            raise ProviderError("model_mismatch: one model in a batch")
        self.ids.add(known_by)
        self.model_id = row.request.model_id
        self._bytes += size
        if len(self.ids) > self._limits.rows or self._bytes > self._limits.bytes:
            raise ProviderError(f"a batch has at most {self._limits.rows} rows")


def _late(kept: Kept) -> int:
    return parse_faults(kept.terms.faults).late * 1000
