"""The few ways in which a provider can fail us, named once for every provider.

Each error carries three things: ``member_key``, the id of the sentence that a member reads
(``plumas_core.locales``); its own text, which the operator reads in the log and which may name
the provider's code but never a key or a member's text; and ``can_retry``, whether asking again
later can help.
"""

from __future__ import annotations

from typing import ClassVar


class ProviderError(Exception):
    """A provider did not do what was asked."""

    member_key: ClassVar[str] = "provider-unavailable"
    can_retry: ClassVar[bool] = False


class Unavailable(ProviderError):
    """The provider is down, overloaded or out of reach, and surely did not do the work."""

    can_retry: ClassVar[bool] = True


class RateLimited(ProviderError):
    """Too many requests, or a full queue; ``retry_after`` is in seconds where it was told."""

    member_key: ClassVar[str] = "provider-rate-limited"
    can_retry: ClassVar[bool] = True

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class QuotaExhausted(ProviderError):
    """The operator's account at the provider is empty: only the operator can help."""

    member_key: ClassVar[str] = "provider-quota-exhausted"


class NotAuthorised(ProviderError):
    """The key is wrong, or may not use this model or endpoint."""

    member_key: ClassVar[str] = "provider-not-authorised"


class ModelRetired(ProviderError):
    """The provider does not know this model any more; the text always ends with ``mark``."""

    member_key: ClassVar[str] = "provider-model-retired"
    mark: ClassVar[str] = "(no such model)"

    def __init__(self, message: str) -> None:
        super().__init__(f"{message} {self.mark}")


class Refused(ProviderError):
    """The model, or the provider's own filter, declined the request."""

    member_key: ClassVar[str] = "provider-refused"


class TooLong(ProviderError):
    """The request does not fit the model's context."""

    member_key: ClassVar[str] = "provider-too-long"


class BadAnswer(ProviderError):
    """An answer came that cannot be read."""

    member_key: ClassVar[str] = "provider-bad-answer"
    can_retry: ClassVar[bool] = True


class ResultsGone(ProviderError):
    """The provider keeps no results of a batch that has ended: deleted, or kept too long."""


class OutcomeUnknown(ProviderError):
    """The request was sent and no answer came: the work may or may not have been done.

    Never to be answered by sending it again; a batch is looked for at the provider first.
    """


class BatchUnsupported(ProviderError):
    """The provider's batch API refuses outright (not found, not allowed): rows go singly."""
