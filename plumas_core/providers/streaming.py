"""Reading a streamed answer, so that its end is always known: whole, failed, or unknown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final, Protocol

from plumas_core.clock import SECOND
from plumas_core.providers.calling import Caller, Errors
from plumas_core.providers.errors import BadAnswer, OutcomeUnknown, RateLimited, Unavailable
from plumas_core.providers.wire import Json

SILENCE: Final = 240.0
"""Seconds without a byte after which a stream is given up: a model may reason that long.

It is below the lease that a writing renews while text comes (``plumas_core.writing.running``).
"""


class EventStream(Protocol):
    """What both SDKs return for ``stream=True``."""

    def __aiter__(self) -> AsyncIterator[Any]: ...

    async def close(self) -> None: ...


async def read_events(
    stream: EventStream, caller: Caller, deadline: float, errors: Errors
) -> AsyncGenerator[Json, None]:
    """Yield the stream's events as plain JSON, and close it, which stops the provider's work.

    ``deadline`` is in UTC milliseconds.

    Raises:
        OutcomeUnknown: it broke off; what came before may be billed.
        ProviderError: an error came in place of the first event.
    """
    begun = False
    events = aiter(stream)
    try:
        while True:
            try:
                async with asyncio.timeout((deadline - caller.clock()) / SECOND):
                    event = await anext(events)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise OutcomeUnknown(f"{caller.who}: the answer took too long") from None
            except ValueError:
                raise BadAnswer(f"{caller.who}: an event is not JSON") from None
            except errors as error:
                reason = caller.fail(error, "ask").error
                if begun and isinstance(reason, (Unavailable, RateLimited)):
                    raise OutcomeUnknown(f"{reason}, within the answer") from None
                raise reason from None
            begun = True
            yield _as_json(event, caller.who)
    finally:
        await stream.close()


def _as_json(event: Any, who: str) -> Json:
    # An SDK hands on what is no object as it came, and does not check what an object holds.
    to_dict = getattr(event, "to_dict", None)
    if to_dict is None:
        raise BadAnswer(f"{who}: an event is not a JSON object")
    found: Json = to_dict(warnings=False)
    return found
