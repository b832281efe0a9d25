"""Anthropic's Message Batches: rows go up in the create itself, results come down as one stream.

A batch carries no name of ours. One whose create got no answer is recognised by when it was
created and by how many rows it has, and, once it has ended, by the ids of its rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urljoin, urlsplit

from plumas_core.catalog.load import Catalog
from plumas_core.clock import MINUTE, SECOND
from plumas_core.providers.anthropic_api.answers import read_row
from plumas_core.providers.anthropic_api.requests import (
    batch_request,
    encoded_size,
    may_be_cached,
)
from plumas_core.providers.calling import Caller, Errors
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
    BatchRow,
    BatchState,
    Candidate,
    ProviderBatchId,
    RowResult,
)
from plumas_core.providers.results import Download, read_rows
from plumas_core.providers.shaping import Shaped, shape
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
    import httpx2
    from anthropic import AsyncAnthropic

ENVELOPE: Final = 1_000
"""Bytes of a create's body besides its rows, with room to spare."""

LIMITS: Final = BatchLimits(rows=100_000, bytes=32_000_000 - ENVELOPE)
"""The provider takes 256 MB; a create is one body in memory, so ours is smaller."""

BUDGET: Final = 60.0
"""Seconds for a request that carries little."""

CREATE_BUDGET: Final = 300.0
READ_SILENCE: Final = 60.0

SHARED_BY: Final = 4
"""Rows that must share their beginning before it is worth caching.

A write for one hour costs twice the input, a read a tenth of it or less: with four rows the
cache pays if two of the three others find it.
"""

PAGE: Final = 100
MOST_PAGES: Final = 100
GONE: Final = (404, 410)
"""Statuses by which a server says that it keeps something no longer."""

CLOCKS_APART: Final = 2 * MINUTE
"""How far the provider's clock may be from ours."""

UNTOLD: Final = 0
"""The rows of a batch that does not say how many it has."""

_COUNTS: Final = ("processing", "succeeded", "errored", "canceled", "expired")


@dataclass(frozen=True, slots=True)
class Batches:
    """The life of batches at Anthropic."""

    connection: Connection[AsyncAnthropic]
    caller: Caller
    catalog: Catalog

    def size(self, row: BatchRow) -> int:
        """Bytes of the row at most: as if its beginning were cached."""
        return encoded_size(batch_request(row, shape(row.request, self.catalog), cached=True))

    async def create(self, rows: AsyncIterable[BatchRow]) -> ProviderBatchId:
        """Create the batch by one request that carries the rows.

        Raises:
            OutcomeUnknown: no answer came, or none that can be read.
            BatchUnsupported, RateLimited, Unavailable: it surely was not created.
        """
        requests = await self._requests(rows)
        client, errors = await self.connection.open()

        async def attempt() -> bytes:
            once = client.with_options(max_retries=0)
            raw = await once.messages.batches.with_raw_response.create(
                requests=requests, timeout=patience(CREATE_BUDGET)
            )
            return raw.http_response.content

        answer = await self.caller.run(attempt, "create", CREATE_BUDGET, errors)
        try:
            return ProviderBatchId(identifier(read_object(answer)))
        except BadAnswer as reason:
            raise OutcomeUnknown(f"{self.caller.who}: {reason}") from None

    async def find(self, intent: BatchIntent) -> list[Candidate]:
        """Return the batches created in the intent's time with as many rows.

        One that has ended is read: it is ours for certain, or left out. That time is taken by our
        clock and by the provider's, where it tells the hour: ours may be wrong by more than a bit.
        """
        oldest = intent.sent_after - CLOCKS_APART
        newest = intent.sent_before + CLOCKS_APART
        found: list[Candidate] = []
        after: str | None = None
        for _ in range(MOST_PAGES):
            page, ahead = await self._page(after)
            batches = items(page, "data")
            times = [_created_at(batch) for batch in batches]
            for batch, at in zip(batches, times, strict=True):
                if oldest <= at <= newest or oldest <= at - ahead <= newest:
                    found += await self._resembling(batch, intent)
            before_both = all_before(times, oldest + min(ahead, 0))
            if before_both or not has_more(page, len(batches), PAGE):
                break
            after = text(page, "last_id") or identifier(batches[-1])
        return sorted(found, key=lambda one: (not one.certain, one.created_at, one.id))

    async def poll(self, batch: ProviderBatchId) -> BatchState:
        """Ask how far the batch is, in one request; nothing counts as finished until all has."""
        found = await self._retrieve(batch)
        if found is None:
            return BatchState("missing")
        counts = part(found, "request_counts")
        total = _rows(found)
        ended = text(found, "processing_status") == "ended"
        finished = total - count(counts, "processing")
        return BatchState("ended" if ended else "running", total, finished)

    async def collect(self, batch: ProviderBatchId) -> AsyncGenerator[RowResult, None]:
        """Yield the rows, in the order in which they come.

        Raises:
            ResultsGone: they are not kept any more.
            BadAnswer: they broke off.
            ProviderError: the server does not answer. What was whole came before.
        """
        who = self.caller.who
        found = await self._retrieve(batch)
        if found is None:
            raise ResultsGone(f"{who}: the batch is not known any more")
        if text(found, "processing_status") != "ended":
            raise Unavailable(f"{who}: the batch has not ended")
        client, errors = await self.connection.open()
        download = await self._download(client, errors, _results_path(client, batch, found))
        if download is None:
            raise ResultsGone(f"{who}: the results are not kept any more")
        async with aclosing(read_rows(download, self.caller, errors, read_row)) as results:
            async for result in results:
                yield result

    async def _download(self, client: AsyncAnthropic, errors: Errors, path: str) -> Download | None:
        """Begin to read results; ``None`` where the server has them no more."""
        import httpx2

        # What the SDK's own ``results`` sends, which would follow an address to any host.
        headers = {"X-Stainless-Raw-Response": "stream", "Accept": "application/binary"}

        async def attempt() -> Download:
            options: Any = {"headers": headers, "timeout": patience(READ_SILENCE)}
            return _Body(await client.get(path, cast_to=httpx2.Response, options=options))

        return await self.caller.find(attempt, BUDGET, errors, GONE)

    async def cancel(self, batch: ProviderBatchId) -> None:
        """Ask for an end; a batch that has ended, or is not known, stays as it is."""
        client, errors = await self.connection.open()

        async def attempt() -> None:
            await client.messages.batches.with_raw_response.cancel(
                batch, timeout=patience(READ_SILENCE)
            )

        await self.caller.find(attempt, BUDGET, errors, absent=(400, 404, 409))

    async def discard(self, batch: ProviderBatchId) -> None:
        """Delete the batch and its results."""
        client, errors = await self.connection.open()

        async def attempt() -> None:
            await client.messages.batches.with_raw_response.delete(
                batch, timeout=patience(READ_SILENCE)
            )

        await self.caller.find(attempt, BUDGET, errors)

    async def _requests(self, rows: AsyncIterable[BatchRow]) -> list[Any]:
        """Return the rows as the create takes them; a beginning that many share is cached."""
        shaped: list[tuple[BatchRow, Shaped]] = []
        shared: Counter[str] = Counter()
        async for row in rows:
            one = shape(row.request, self.catalog)
            shaped.append((row, one))
            if may_be_cached(one):
                shared[one.system] += 1
            if len(shaped) > LIMITS.rows:
                raise ProviderError(f"{self.caller.who}: more rows than a batch takes")
        if not shaped:
            raise ProviderError(f"{self.caller.who}: a batch without rows")
        return [
            batch_request(row, one, cached=shared[one.system] >= SHARED_BY) for row, one in shaped
        ]

    async def _resembling(self, batch: Json, intent: BatchIntent) -> list[Candidate]:
        if _rows(batch) not in (intent.rows, UNTOLD):
            return []
        found = ProviderBatchId(identifier(batch))
        created_at = _created_at(batch)
        if text(batch, "processing_status") != "ended":
            return [Candidate(found, created_at, certain=False)]
        try:
            async with aclosing(self.collect(found)) as results:
                async for result in results:
                    ours = result.custom_id.startswith(f"{intent.intent_id}-")
                    return [Candidate(found, created_at, certain=True)] if ours else []
        except ResultsGone:  # whosever it is, there is nothing in it for us
            return []
        return []

    async def _retrieve(self, batch: ProviderBatchId) -> Json | None:
        client, errors = await self.connection.open()

        async def attempt() -> bytes:
            raw = await client.messages.batches.with_raw_response.retrieve(
                batch, timeout=patience(READ_SILENCE)
            )
            return raw.http_response.content

        answer = await self.caller.find(attempt, BUDGET, errors)
        return None if answer is None else read_object(answer)

    async def _page(self, after: str | None) -> tuple[Json, int]:
        """Return a page of the list, and how far the server's clock is ahead of ours."""
        client, errors = await self.connection.open()
        cursor = {"after_id": after} if after else {}

        async def attempt() -> tuple[bytes, str]:
            raw = await client.messages.batches.with_raw_response.list(
                limit=PAGE, extra_query=cursor, timeout=patience(READ_SILENCE)
            )
            return raw.http_response.content, raw.headers.get("date", "")

        # A server without a list of batches has none of ours.
        answer = await self.caller.find(attempt, BUDGET, errors, absent=(404, 405, 501))
        if answer is None:
            return NOTHING, 0
        content, hour = answer
        return read_object(content), _ahead(hour, self.caller.clock())


def _ahead(hour: str, now: int) -> int:
    """Return how many milliseconds a server is ahead that tells ``hour``; 0 where it tells none."""
    try:
        return int(parsedate_to_datetime(hour).timestamp() * SECOND) - now
    except (ValueError, OverflowError):
        return 0


class _Body:
    """A response whose body is still to come, read as the SDKs' own are."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response

    def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        return self._response.aiter_bytes(chunk_size)

    async def close(self) -> None:
        await self._response.aclose()


def _results_path(client: AsyncAnthropic, batch: ProviderBatchId, found: Json) -> str:
    """Return where the results stand: at the address told, if it is of the server that we ask.

    Behind a proxy the address is often the provider's own: our key goes to nobody but the proxy,
    which has the results at the path that the API documents.
    """
    told = text(found, "results_url")
    ours = str(client.base_url)
    if told:
        address = urljoin(ours, told)
        if urlsplit(address)[:2] == urlsplit(ours)[:2]:
            return address
    return f"/v1/messages/batches/{quote(batch, safe='')}/results"


def _rows(batch: Json) -> int:
    counts = part(batch, "request_counts")
    return sum(count(counts, name) for name in _COUNTS)


def _created_at(batch: Json) -> int:
    """Return when the batch was created, in UTC milliseconds; 0 where that cannot be read."""
    try:
        moment = datetime.fromisoformat(text(batch, "created_at"))
    except ValueError:
        return 0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * SECOND)
