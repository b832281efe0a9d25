"""An SDK's client, made when it is first needed: importing one takes a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from plumas_core.providers.calling import Errors

if TYPE_CHECKING:
    import httpx2

CONNECT_SECONDS: Final = 10.0
"""For a connection to stand; both SDKs allow five, which a slow name server can take alone."""


class Client(Protocol):
    """What both SDKs' clients have in common."""

    async def close(self) -> None: ...


C = TypeVar("C", bound=Client)


class Connection(Generic[C]):
    """Makes the client once, away from the event loop; ``make`` imports the SDK.

    ``make`` returns the client and the base class of the SDK's exceptions.
    """

    def __init__(self, make: Callable[[], tuple[C, type[Exception]]]) -> None:
        self._make = make
        self._client: C | None = None
        self._errors: Errors = ()
        self._making = asyncio.Lock()

    async def open(self) -> tuple[C, Errors]:
        """Return the client and what its calls can raise."""
        if self._client is None:
            async with self._making:
                if self._client is None:
                    client, error = await asyncio.to_thread(self._make)
                    self._errors = (error, *_transport_errors())
                    self._client = client
        return self._client, self._errors

    async def close(self) -> None:
        """Close the client, if there is one."""
        if self._client is not None:
            await self._client.close()
            self._client = None


def _transport_errors() -> Errors:
    import anyio
    import httpx2

    return (
        httpx2.HTTPError,
        httpx2.StreamError,
        httpx2.InvalidURL,
        OSError,  # TLS errors are some of these
        anyio.EndOfStream,
        anyio.BrokenResourceError,
        anyio.ClosedResourceError,
    )


def patience(read: float) -> httpx2.Timeout:
    """Return time-outs for a request whose answer may be silent for ``read`` seconds."""
    import httpx2

    return httpx2.Timeout(read, connect=CONNECT_SECONDS)
