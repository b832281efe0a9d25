"""Messages: what comes back, as one answer and as a row of a batch's results."""

from __future__ import annotations

from typing import Final, Literal

from plumas_core.catalog.usage import Usage
from plumas_core.providers.errors import BadAnswer
from plumas_core.providers.interface import Completion, RowOutcome, RowResult, StopReason
from plumas_core.providers.wire import Json, code_of, items, part, read_object, row_id, text, tokens

_STOPS: Final[dict[str, StopReason]] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}

_OUTCOMES: Final[dict[str, RowOutcome]] = {
    "errored": "failed",
    "canceled": "cancelled",
    "expired": "expired",
}


def read_usage(usage: object, lifetime: Literal["5m", "1h"]) -> Usage:
    """Return the usage in the parts that are billed apart.

    ``input_tokens`` leaves cached tokens out; thinking is inside ``output_tokens``. ``lifetime``
    is what we asked caches to be kept for: it counts where the writes are not told apart.

    Raises:
        BadAnswer: there is none, or it cannot be right.
    """
    if not isinstance(usage, dict):
        raise BadAnswer("the answer does not say what it used")
    parts = part(usage, "cache_creation")
    brief = tokens(parts, "ephemeral_5m_input_tokens")
    long = tokens(parts, "ephemeral_1h_input_tokens")
    rest = max(tokens(usage, "cache_creation_input_tokens") - brief - long, 0)
    output = tokens(usage, "output_tokens")
    thinking = tokens(part(usage, "output_tokens_details"), "thinking_tokens")
    return Usage(
        input=tokens(usage, "input_tokens"),
        output=output,
        cached=tokens(usage, "cache_read_input_tokens"),
        cache_write_5m=brief + (rest if lifetime == "5m" else 0),
        cache_write_1h=long + (rest if lifetime == "1h" else 0),
        reasoning=min(thinking, output),
    )


def stop_reason(reason: str) -> StopReason:
    """Return why the answer ended."""
    return _STOPS.get(reason, "end")


def read_message(
    message: Json, lifetime: Literal["5m", "1h"], dropped: tuple[str, ...] = ()
) -> Completion:
    """Return the answer in a message.

    Raises:
        BadAnswer: it does not say what it used. One without a text is an empty answer: it is
            billed all the same.
    """
    usage = read_usage(message.get("usage"), lifetime)
    blocks = items(message, "content")
    answer = "".join(text(block, "text") for block in blocks if block.get("type") == "text")
    return Completion(answer, usage, stop_reason(text(message, "stop_reason")), dropped)


def read_row(line: bytes) -> RowResult | None:
    """Return the result in a line, ``None`` where there is none to be read.

    A row that was answered, but does not say what it used, is a failed one.
    """
    try:
        row = read_object(line)
    except BadAnswer:
        return None
    custom_id = row_id(row)
    if custom_id is None:
        return None
    result = part(row, "result")
    kind = text(result, "type")
    if kind == "succeeded":
        try:
            answer = read_message(part(result, "message"), "1h")
        except BadAnswer as reason:
            return RowResult(custom_id, "failed", error=str(reason))
        return RowResult(custom_id, "succeeded", answer.text, answer.usage, answer.stop)
    outcome = _OUTCOMES.get(kind)
    if outcome is None:
        return None
    error = part(result, "error")
    told = code_of(error.get("error")) or code_of(error)
    return RowResult(custom_id, outcome, error=told or kind)
