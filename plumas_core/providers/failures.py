"""What went wrong between us and a provider, told in the family of ``errors``.

What a failure means depends on what was asked: a reading may be repeated, a completion that got
no answer may have been done and billed, and a batch's create must never be sent twice. The text
of an error is for the operator: it is made of statuses, codes and names alone, never of the
provider's own sentences, which can repeat a key or a member's words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Final, Literal, TypeAlias

from plumas_core.clock import HOUR, SECOND
from plumas_core.providers.errors import (
    BatchUnsupported,
    ModelRetired,
    NotAuthorised,
    OutcomeUnknown,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    Refused,
    TooLong,
    Unavailable,
)

Effect: TypeAlias = Literal["read", "upload", "ask", "create"]
"""What a request does: nothing (or what may be done twice); brings up rows, which may be done
twice; asks for a completion, which is billed; creates a batch, which is never sent twice."""

LONGEST_RETRY_AFTER: Final = HOUR / SECOND
"""Seconds; a provider that asks for more is asked again after an hour."""

_QUOTA = frozenset(
    {
        "insufficient_quota",
        "billing_hard_limit_reached",
        "billing_not_active",
        "billing_error",
        "contract_spend_limit_reached",
        "enforced_spend_limit_reached",
        "linked_organization_billing_unavailable",
        "linked_organization_spend_limit_reached",
    }
)
_TOO_LONG = frozenset({"context_length_exceeded", "string_above_max_length", "request_too_large"})
_REFUSED = frozenset(
    {"content_filter", "content_policy_violation", "invalid_prompt", "moderation_blocked"}
)
_RATE = frozenset({"rate_limit_error", "rate_limit_exceeded", "token_limit_exceeded"})
_DOWN = frozenset({"api_error", "overloaded_error", "server_error", "timeout_error"})

# Anthropic has one type for every bad request, so its sentences are the only sign.
_QUOTA_SENTENCE = re.compile(r"credit balance is too low")
_LONG_SENTENCE = re.compile(r"prompt is too long|maximum context length|exceeds? context limit")
_REFUSED_SENTENCE = re.compile(r"content filtering policy|content management policy")
_MODEL_SENTENCE = re.compile(r"\bmodel\b")
_FILE_SENTENCE = re.compile(r"\bfile\b")

_CODE = re.compile(r"[a-z][a-z0-9_]{1,63}")
_PARAM = re.compile(r"[A-Za-z_][A-Za-z0-9_.\[\]]{0,63}")
_PATH = re.compile(r"([a-z_]+(?:\.[a-z0-9_]+)*): ")
_REQUEST = re.compile(r"req_[A-Za-z0-9]{1,48}|[0-9a-f-]{32,36}")

_NO_ENDPOINT = frozenset({403, 404, 405, 501})
_TRY_AGAIN = frozenset({408, 409, 425, 429})
_GATEWAY_GAVE_UP = frozenset({499, 504, 524})
OVERLOADED: Final = 529
"""Anthropic's own status for work that it did not take."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed request: the error to raise, and whether the same may be asked again at once.

    ``after``: seconds that the server asks us to wait. ``status``: of HTTP, if there was one.
    """

    error: ProviderError
    again: bool = False
    after: float | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a server's error says; ``sentence`` is only ever matched, never shown."""

    status: int | None
    code: str = ""
    kind: str = ""
    param: str = ""
    request: str = ""
    sentence: str = field(default="", repr=False)
    after: float | None = None

    @property
    def says(self) -> frozenset[str]:
        return frozenset({self.code, self.kind})

    def told(self, who: str) -> str:
        """Return the operator's sentence."""
        words = [f"HTTP {self.status}" if self.status else "an error within the answer"]
        words += [word for word in (self.code or self.kind, self.param) if word]
        if self.request:
            words.append(f"({self.request})")
        return f"{who}: {' '.join(words)}"


def understand(error: Exception, who: str, effect: Effect, now: int) -> Failure:
    """Return what ``error``, of an SDK or of the HTTP library, means for a request of ``effect``.

    ``now`` is in UTC milliseconds, for servers that name a time to come back at.
    """
    trouble = _trouble(error, now)
    if trouble is not None:
        return _from_server(trouble, who, effect)
    return _from_transport(error, who, effect)


def _trouble(error: Exception, now: int) -> Trouble | None:
    response = getattr(error, "response", None)
    body = getattr(error, "body", None)
    if response is None and not isinstance(body, dict):
        return None
    inner = body.get("error", body) if isinstance(body, dict) else {}
    if not isinstance(inner, dict):
        inner = {"message": inner}
    details = inner.get("details")
    code = inner.get("code") or (details.get("error_code") if isinstance(details, dict) else None)
    sentence = str(inner.get("message") or "")[:2000]
    path = _PATH.match(sentence)
    status = getattr(response, "status_code", None)
    headers: Mapping[str, str] = getattr(response, "headers", None) or {}
    request = headers.get("x-request-id") or headers.get("request-id")
    return Trouble(
        status=status if isinstance(status, int) and status >= 400 else None,
        code=_matching(_CODE, code),
        kind=_matching(_CODE, inner.get("type")),
        param=_matching(_PARAM, inner.get("param")) or (path.group(1)[:64] if path else ""),
        request=_matching(_REQUEST, request),
        sentence=sentence.lower(),
        after=retry_after(headers, now),
    )


def _matching(form: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and form.fullmatch(value) else ""


def retry_after(headers: Mapping[str, str], now: int) -> float | None:
    """Return the seconds that a server asks to be left alone for, in any form that it may say."""
    for name, scale in (("retry-after-ms", 1 / SECOND), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * scale
        except (KeyError, ValueError):
            continue
        if math.isfinite(seconds):
            return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(headers["retry-after"]).timestamp()
    except (KeyError, ValueError, OverflowError):
        return None
    return min(max(moment - now / SECOND, 0.0), LONGEST_RETRY_AFTER)


def _from_server(trouble: Trouble, who: str, effect: Effect) -> Failure:
    error = _named(trouble, who) or _by_effect(trouble, who, effect) or _by_status(trouble, who)
    may_repeat = effect != "create" and isinstance(error, (RateLimited, Unavailable))
    return Failure(error, may_repeat, trouble.after, trouble.status)


def _named(trouble: Trouble, who: str) -> ProviderError | None:
    """Return the error that the server itself names, whatever the status."""
    told = trouble.told(who)
    if trouble.says & _QUOTA or trouble.status == 402 or _QUOTA_SENTENCE.search(trouble.sentence):
        return QuotaExhausted(told)
    if _names_no_model(trouble):
        return ModelRetired(told)
    if trouble.says & _TOO_LONG or trouble.status == 413:
        return TooLong(told)
    if trouble.says & _REFUSED:
        return Refused(told)
    if trouble.status == 400 and _LONG_SENTENCE.search(trouble.sentence):
        return TooLong(told)
    if trouble.status == 400 and _REFUSED_SENTENCE.search(trouble.sentence):
        return Refused(told)
    if trouble.says & _RATE and trouble.status in (None, 400):
        return RateLimited(told, trouble.after)
    if trouble.status is None and trouble.says & _DOWN:
        return Unavailable(told)
    return None


def _names_no_model(trouble: Trouble) -> bool:
    if trouble.code == "model_not_found":
        return trouble.status != 403  # known, but not for this key
    return trouble.status == 404 and _MODEL_SENTENCE.search(trouble.sentence) is not None


def _by_effect(trouble: Trouble, who: str, effect: Effect) -> ProviderError | None:
    status = trouble.status or 0
    told = trouble.told(who)
    if effect in ("create", "upload") and status in _NO_ENDPOINT:
        if effect == "create" and status == 404 and _FILE_SENTENCE.search(trouble.sentence):
            return Unavailable(told)  # the rows that were brought up are gone: bring them again
        return BatchUnsupported(told)
    unsure = status == 408 or (status >= 500 and status != OVERLOADED)
    if effect == "create" and unsure:
        return OutcomeUnknown(told)
    if effect == "ask" and status in _GATEWAY_GAVE_UP:
        return OutcomeUnknown(told)
    return None


def _by_status(trouble: Trouble, who: str) -> ProviderError:
    status = trouble.status or 0
    told = trouble.told(who)
    if status in (401, 403):
        return NotAuthorised(told)
    if status == 429:
        return RateLimited(told, trouble.after)
    if status in _TRY_AGAIN or status >= 500:
        return Unavailable(told)
    return ProviderError(told)


def _from_transport(error: Exception, who: str, effect: Effect) -> Failure:
    """No status came. Only what failed before anything was sent is surely not done."""
    import httpx2

    unsent = (
        httpx2.ConnectError,
        httpx2.ConnectTimeout,
        httpx2.PoolTimeout,
        httpx2.ProxyError,
        httpx2.UnsupportedProtocol,
        httpx2.LocalProtocolError,
    )
    cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
    told = f"{who}: {type(cause).__name__}"
    if isinstance(cause, unsent):
        return Failure(Unavailable(told), again=effect != "create")
    if type(cause).__module__.partition(".")[0] in ("openai", "anthropic"):
        return Failure(ProviderError(told))  # the SDK itself declined, before or after
    if effect in ("ask", "create"):
        return Failure(OutcomeUnknown(f"{told}, no answer came"))
    return Failure(Unavailable(told), again=True)
