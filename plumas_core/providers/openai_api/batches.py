"""OpenAI's Batch API: rows go up as a file, results come down as one or two."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

from plumas_core.catalog.load import Catalog
from plumas_core.clock import MINUTE, SECOND
from plumas_core.providers.calling import Caller
from plumas_core.providers.connection import Connection, patience
from plumas_core.providers.errors import (
    BadAnswer,
    OutcomeUnknown,
    ProviderError,
    ResultsGone,
    Unavailable,
)
from plumas_core.providers.interface import (
    BatchIntent,
    BatchLimits,
    BatchPhase,
    BatchRow,
    BatchState,
    Candidate,
    ProviderBatchId,
    RowResult,
    UploadId,
)
from plumas_core.providers.openai_api.answers import RowReader
from plumas_core.providers.openai_api.requests import ENDPOINT, RowEncoder
from plumas_core.providers.results import Download, read_rows
from plumas_core.providers.wire import (
    NOTHING,
    Json,
    all_before,
    count,
    has_more,
    identifier,
    items,
    part,
    read_object,
    text,
)

if TYPE_CHECKING:
    from openai import AsyncOpenAI

LIMITS: Final = BatchLimits(rows=50_000, bytes=200_000_000)

QUEUE_FULL: Final = "token_limit_exceeded"

INTENT: Final = "plumas_intent"
"""The key in a batch's metadata under which our intent stands."""

BUDGET: Final = 60.0
"""Seconds for a request that carries little."""

UPLOAD_BUDGET: Final = 900.0
READ_SILENCE: Final = 60.0

KEEP_ROWS: Final = 7 * 24 * 3600
"""Seconds that the file of rows is kept if we never delete it: it is needed for one day."""

PIECE: Final = 256
"""Rows that are written to the spool at once."""

PAGE: Final = 100
MOST_PAGES: Final = 100
MOST_SECONDS: Final = 1 << 40
CLOCKS_APART: Final = 5 * MINUTE
"""How far the provider's clock may be from ours."""

GONE: Final = (404, 410)
"""Statuses by which a server says that it keeps something no longer."""

_PHASES: Final[dict[str, BatchPhase]] = {
    "validating": "running",
    "in_progress": "running",
    "finalizing": "running",
    "cancelling": "running",
    "completed": "ended",
    "expired": "ended",
    "cancelled": "ended",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True)
class Batches:
    """The life of batches at one server that speaks OpenAI's protocol.

    ``ours``: it is OpenAI itself, which knows every parameter.
    """

    connection: Connection[AsyncOpenAI]
    caller: Caller
    catalog: Catalog
    ours: bool
    encoder: RowEncoder = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "encoder", RowEncoder(self.catalog, caching=self.ours))

    async def upload(self, intent_id: str, rows: AsyncIterable[BatchRow]) -> UploadId:
        """Spool the rows to a temporary file and bring it up.

        Raises:
            BatchUnsupported: the server keeps no files.
            ProviderError: there are no rows, or the file did not get there.
        """
        client, errors = await self.connection.open()
        from openai import omit
        from openai.types import file_create_params

        age = file_create_params.ExpiresAfter(anchor="created_at", seconds=KEEP_ROWS)
        kept = age if self.ours else omit  # other servers need not know it
        with tempfile.TemporaryFile() as spool:
            await self._fill(spool, rows)

            async def attempt() -> bytes:
                raw = await client.files.with_raw_response.create(
                    file=(f"{intent_id}.jsonl", spool, "application/jsonl"),
                    purpose="batch",
                    expires_after=kept,
                    timeout=patience(UPLOAD_BUDGET),
                )
                return raw.http_response.content

            answer = await self.caller.run(attempt, "upload", UPLOAD_BUDGET, errors)
        return UploadId(identifier(read_object(answer)))

    async def create(self, intent_id: str, upload: UploadId) -> ProviderBatchId:
        """Create the batch by one request.

        Raises:
            OutcomeUnknown: no answer came, or none that can be read.
            BatchUnsupported, RateLimited, Unavailable: it surely was not created.
        """
        client, errors = await self.connection.open()

        async def attempt() -> bytes:
            once = client.with_options(max_retries=0)
            raw = await once.batches.with_raw_response.create(
                input_file_id=upload,
                endpoint=ENDPOINT,
                completion_window="24h",
                metadata={INTENT: intent_id},
                timeout=patience(READ_SILENCE),
            )
            return raw.http_response.content

        answer = await self.caller.run(attempt, "create", BUDGET, errors)
        try:
            return ProviderBatchId(identifier(read_object(answer)))
        except BadAnswer as reason:
            raise OutcomeUnknown(f"{self.caller.who}: {reason}") from None

    async def find(self, intent: BatchIntent) -> list[Candidate]:
        """Return the batches whose metadata names the intent."""
        oldest = intent.sent_after - CLOCKS_APART
        found: list[Candidate] = []
        after: str | None = None
        for _ in range(MOST_PAGES):
            page = await self._page(after)
            batches = items(page, "data")
            for batch in batches:
                if text(part(batch, "metadata"), INTENT) == intent.intent_id:
                    ours = ProviderBatchId(identifier(batch))
                    found.append(Candidate(ours, _created_at(batch), certain=True))
            times = [_created_at(batch) for batch in batches]
            if not has_more(page, len(batches), PAGE) or all_before(times, oldest):
                break
            after = identifier(batches[-1])
        return sorted(found, key=lambda one: (one.created_at, one.id))

    async def poll(self, batch: ProviderBatchId) -> BatchState:
        """Ask how far the batch is, in one request."""
        found = await self._retrieve(batch)
        if found is None:
            return BatchState("missing")
        counts = part(found, "request_counts")
        total = count(counts, "total")
        done = count(counts, "completed") + count(counts, "failed")
        phase = _PHASES.get(text(found, "status"), "running")
        if phase != "failed":
            return BatchState(phase, total, done)
        errors = items(part(found, "errors"), "data")
        codes = {text(one, "code") for one in errors}
        told = "; ".join(map(_told, errors[:3])) or "the batch failed its validation"
        return BatchState("failed", total, 0, told, QUEUE_FULL in codes)

    async def collect(self, batch: ProviderBatchId) -> AsyncGenerator[RowResult, None]:
        """Yield the rows of the output file, then those of the error file.

        Raises:
            ResultsGone: the batch or one of its files is not kept any more.
            BadAnswer: it names no file for what it completed, or a file broke off.
            ProviderError: the server does not answer. What was whole came before.
        """
        who = self.caller.who
        found = await self._retrieve(batch)
        if found is None:
            raise ResultsGone(f"{who}: the batch is not known any more")
        if _PHASES.get(text(found, "status")) != "ended":
            raise Unavailable(f"{who}: the batch has not ended")
        _, errors = await self.connection.open()
        reader = RowReader(self.catalog)
        gone = False
        for name in ("output_file_id", "error_file_id"):
            file = text(found, name)  # absent, null, or "", where there is none
            if not file:
                continue
            download = await self._download(file)
            if download is None:
                gone = True
                continue
            rows = read_rows(download, self.caller, errors, reader.read)
            async with aclosing(rows) as results:
                async for result in results:
                    yield result
        if gone:
            raise ResultsGone(f"{who}: a file of the batch is not kept any more")
        if count(part(found, "request_counts"), "completed") and not text(found, "output_file_id"):
            raise BadAnswer(f"{who}: the batch names no file for what it completed")

    async def cancel(self, batch: ProviderBatchId) -> None:
        """Ask for an end; a batch that has ended, or is not known, stays as it is."""
        client, errors = await self.connection.open()

        async def attempt() -> None:
            await client.batches.with_raw_response.cancel(batch, timeout=patience(READ_SILENCE))

        await self.caller.find(attempt, BUDGET, errors, absent=(400, 404, 409))

    async def discard(self, batch: ProviderBatchId) -> None:
        """Delete the batch's files."""
        found = await self._retrieve(batch)
        if found is None:
            return
        client, errors = await self.connection.open()
        for name in ("input_file_id", "output_file_id", "error_file_id"):
            file = text(found, name)
            if not file:
                continue

            async def attempt(file: str = file) -> None:
                await client.files.with_raw_response.delete(file, timeout=patience(READ_SILENCE))

            await self.caller.find(attempt, BUDGET, errors)

    async def _fill(self, spool: IO[bytes], rows: AsyncIterable[BatchRow]) -> None:
        count = size = 0
        piece: list[bytes] = []
        async for row in rows:
            line = self.encoder.encode(row)
            count += 1
            size += len(line)
            if count > LIMITS.rows or size > LIMITS.bytes:
                raise ProviderError(f"{self.caller.who}: more rows than a batch takes")
            piece.append(line)
            if len(piece) == PIECE:
                await asyncio.to_thread(spool.writelines, piece)
                piece = []
        await asyncio.to_thread(spool.writelines, piece)
        await asyncio.to_thread(spool.flush)  # the upload's length is that of the file on disk
        if not count:
            raise ProviderError(f"{self.caller.who}: a batch without rows")

    async def _download(self, file: str) -> Download | None:
        """Begin to read a file; ``None`` where the server has it no more."""
        client, errors = await self.connection.open()

        async def attempt() -> Download:
            response = client.files.with_streaming_response.content(
                file, timeout=patience(READ_SILENCE)
            )
            return await response.__aenter__()

        return await self.caller.find(attempt, BUDGET, errors, GONE)

    async def _retrieve(self, batch: ProviderBatchId) -> Json | None:
        client, errors = await self.connection.open()

        async def attempt() -> bytes:
            raw = await client.batches.with_raw_response.retrieve(
                batch, timeout=patience(READ_SILENCE)
            )
            return raw.http_response.content

        answer = await self.caller.find(attempt, BUDGET, errors)
        return None if answer is None else read_object(answer)

    async def _page(self, after: str | None) -> Json:
        client, errors = await self.connection.open()
        cursor = {"after": after} if after else {}

        async def attempt() -> bytes:
            raw = await client.batches.with_raw_response.list(
                limit=PAGE, extra_query=cursor, timeout=patience(READ_SILENCE)
            )
            return raw.http_response.content

        # A server without a list of batches has none of ours.
        answer = await self.caller.find(attempt, BUDGET, errors, absent=(404, 405, 501))
        return NOTHING if answer is None else read_object(answer)


def _created_at(batch: Json) -> int:
    """Return when the batch was created, in UTC milliseconds; 0 where that cannot be read."""
    found = batch.get("created_at")
    # Whole seconds, as documented; other servers tell fractions.
    if not isinstance(found, int | float) or not 0 <= found < MOST_SECONDS:
        return 0
    return int(found * SECOND)


def _told(error: Json) -> str:
    """Return a validation error for the operator, without its sentence."""
    code = text(error, "code")[:64]
    line = error.get("line")
    return f"{code} in line {line}" if type(line) is int else code
