"""Streaming a file of results, a row at a time, however it may be damaged."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Protocol

import structlog

from plumas_core.providers.calling import Caller, Errors
from plumas_core.providers.errors import BadAnswer
from plumas_core.providers.interface import RowResult
from plumas_core.providers.wire import read_lines

log = structlog.get_logger(__name__)


class Download(Protocol):
    """What both SDKs return for a response whose body is still to come."""

    def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]: ...

    async def close(self) -> None: ...


async def read_rows(
    download: Download,
    caller: Caller,
    errors: Errors,
    read: Callable[[bytes], RowResult | None],
) -> AsyncGenerator[RowResult, None]:
    """Yield what ``read`` makes of each line, and close the download.

    A whole line that cannot be read is counted and passed over: its row counts as unanswered.

    Raises:
        ProviderError: the file broke off, so that it is worth reading again later; every row
            before that was yielded.
    """
    damaged = 0
    cut = False
    try:
        async for lines, ended in read_lines(download.iter_bytes()):
            for line in lines:
                row = read(line)
                if row is not None:
                    yield row
                elif ended:
                    damaged += 1
                else:
                    cut = True
    except errors as error:
        raise caller.fail(error, "read").error from None
    finally:
        await download.close()
    if damaged:
        log.warning("damaged_rows", provider=caller.who, rows=damaged)
    if cut:
        raise BadAnswer(f"{caller.who}: the results broke off within a row")
