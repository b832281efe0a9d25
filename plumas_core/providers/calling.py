"""One request to a provider, asked again where that can help and can do no harm."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection
from typing import Final, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from plumas_core.clock import SECOND, Clock, Sleep
from plumas_core.providers.errors import OutcomeUnknown, Unavailable
from plumas_core.providers.failures import Effect, Failure, understand

T = TypeVar("T")

ATTEMPTS: Final = 3
"""As often as both SDKs would ask by themselves."""

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 8.0
"""Seconds between attempts where the server names none, as in both SDKs."""

PATIENCE: Final = 30.0
"""The longest wait, in seconds, that a server can ask of a request that somebody waits for.

A longer one is handed to the scheduler, which has the time.
"""


class Failed(Exception):
    """An attempt failed; stays within this package."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure.error))
        self.failure = failure


class Caller:
    """Sends requests for one provider. ``who`` is its name in errors."""

    def __init__(self, who: str, clock: Clock, sleep: Sleep, rng: random.Random) -> None:
        self.who = who
        self.clock = clock
        self._sleep = sleep
        self._rng = rng

    async def run(
        self, attempt: Callable[[], Awaitable[T]], effect: Effect, budget: float, errors: Errors
    ) -> T:
        """Return what ``attempt`` returns, asked at most ``ATTEMPTS`` times in ``budget`` seconds.

        ``errors`` are the exceptions that the attempt's libraries raise.

        Raises:
            ProviderError: of the kind that tells the caller what to do.
        """
        try:
            return await self._run(attempt, effect, budget, errors)
        except Failed as failed:
            raise failed.failure.error from None

    async def find(
        self,
        attempt: Callable[[], Awaitable[T]],
        budget: float,
        errors: Errors,
        absent: Collection[int] = (404,),
    ) -> T | None:
        """Do the same for a reading; ``None`` where the server answers with a status of ``absent``.

        Raises:
            ProviderError: as above.
        """
        try:
            return await self._run(attempt, "read", budget, errors)
        except Failed as failed:
            if failed.failure.status in absent:
                return None
            raise failed.failure.error from None

    def fail(self, error: Exception, effect: Effect) -> Failure:
        """Return what ``error`` means for a request of ``effect`` to this provider."""
        return understand(error, self.who, effect, self.clock())

    async def _run(
        self, attempt: Callable[[], Awaitable[T]], effect: Effect, budget: float, errors: Errors
    ) -> T:
        deadline = self.clock() + budget * SECOND

        async def once() -> T:
            left = (deadline - self.clock()) / SECOND
            try:
                async with asyncio.timeout(left):
                    return await attempt()
            except TimeoutError:
                raise Failed(self._late(effect)) from None
            except errors as error:
                raise Failed(self.fail(error, effect)) from error

        def is_over(state: RetryCallState) -> bool:
            pause = state.upcoming_sleep
            return pause > PATIENCE or self.clock() + pause * SECOND >= deadline

        retrying = AsyncRetrying(
            sleep=self._sleep,
            wait=self._pause,
            stop=lambda state: stop_after_attempt(ATTEMPTS)(state) or is_over(state),
            retry=retry_if_exception(_may_be_repeated),
            reraise=True,
        )
        return await retrying(once)

    def _late(self, effect: Effect) -> Failure:
        told = f"{self.who}: no answer in time"
        if effect in ("ask", "create"):
            return Failure(OutcomeUnknown(told))
        return Failure(Unavailable(told))

    def _pause(self, state: RetryCallState) -> float:
        """Return what the server asked for, or a growing, uneven pause."""
        outcome = state.outcome
        error = outcome.exception() if outcome is not None else None
        if isinstance(error, Failed) and error.failure.after is not None:
            return error.failure.after + self._rng.uniform(0, FIRST_PAUSE)
        longest = min(FIRST_PAUSE * 2.0 ** (state.attempt_number - 1), LONGEST_PAUSE)
        return self._rng.uniform(longest / 2, longest)


Errors = tuple[type[Exception], ...]


def _may_be_repeated(error: BaseException) -> bool:
    return isinstance(error, Failed) and error.failure.again
