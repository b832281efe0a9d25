"""Chat Completions: what comes back, as one answer and as a row of a batch's files."""

from __future__ import annotations

from typing import Final

from plumas_core.catalog.load import Catalog
from plumas_core.catalog.models import Model
from plumas_core.catalog.usage import Usage
from plumas_core.providers.errors import BadAnswer
from plumas_core.providers.interface import Completion, RowOutcome, RowResult, StopReason
from plumas_core.providers.wire import Json, code_of, items, part, read_object, row_id, text, tokens

_OUTCOMES: Final[dict[str, RowOutcome]] = {
    "batch_expired": "expired",
    "batch_cancelled": "cancelled",
}

OK: Final = 200

_MOST_NAMES: Final = 64
"""Names of models that are remembered; a batch has one."""


def read_usage(body: Json, model: Model | None) -> Usage:
    """Return the usage that a completion names, in the parts that are billed apart.

    ``prompt_tokens`` counts cached and cache-writing tokens too. Where no price is known for
    one of these, the model has no such discount or surcharge: they are ordinary input.

    Raises:
        BadAnswer: there is none, or it cannot be right.
    """
    usage = body.get("usage")
    if not isinstance(usage, dict):
        raise BadAnswer("the answer does not say what it used")
    details = part(usage, "prompt_tokens_details")
    prompt = tokens(usage, "prompt_tokens")
    output = tokens(usage, "completion_tokens")
    reads, writes = _sold_apart(model)
    cached = tokens(details, "cached_tokens") if reads else 0
    written = tokens(details, "cache_write_tokens") if writes else 0
    reasoning = tokens(part(usage, "completion_tokens_details"), "reasoning_tokens")
    if cached + written > prompt:
        raise BadAnswer("the answer counts more cached tokens than it had")
    return Usage(
        input=prompt - cached - written,
        output=output,
        cached=cached,
        cache_write_5m=written,
        reasoning=min(reasoning, output),
    )


def _sold_apart(model: Model | None) -> tuple[bool, bool]:
    if model is None or not model.prices:
        return True, True
    rates = model.prices[0].base.single
    return rates.cached_input is not None, rates.cache_write_5m is not None


def stop_reason(finish: str, refusal: str) -> StopReason:
    """Return why the answer ended."""
    if refusal or finish == "content_filter":
        return "refusal"
    return "length" if finish == "length" else "end"


def read_completion(body: Json, model: Model | None, dropped: tuple[str, ...] = ()) -> Completion:
    """Return the answer in a completion.

    Raises:
        BadAnswer: it does not say what it used. One without a text is an empty answer: it is
            billed all the same.
    """
    usage = read_usage(body, model)
    choices = items(body, "choices")
    choice: Json = choices[0] if choices else {}
    message = part(choice, "message")
    refusal = text(message, "refusal")
    stop = stop_reason(text(choice, "finish_reason"), refusal)
    return Completion(text(message, "content") or refusal, usage, stop, dropped)


class RowReader:
    """Reads the lines of a batch's output and error files."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._models: dict[str, Model | None] = {}

    def read(self, line: bytes) -> RowResult | None:
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
        response = part(row, "response")
        error = row.get("error")
        body = part(response, "body")
        if response.get("status_code") == OK and not error:
            try:
                answer = read_completion(body, self._model(text(body, "model")))
            except BadAnswer as reason:
                return RowResult(custom_id, "failed", error=str(reason))
            return RowResult(custom_id, "succeeded", answer.text, answer.usage, answer.stop)
        code = code_of(error) or code_of(body.get("error"))
        status = response.get("status_code")
        told = code or (f"HTTP {status}" if type(status) is int else "the row failed")
        return RowResult(custom_id, _OUTCOMES.get(code, "failed"), error=told)

    def _model(self, name: str) -> Model | None:
        """Return the model that an answer names, which may be a dated snapshot of ours."""
        if name not in self._models:
            found = [one for one in self._catalog if f"{name}-".startswith(f"{one.id}-")]
            if len(self._models) >= _MOST_NAMES:
                self._models.clear()
            self._models[name] = max(found, key=lambda one: len(one.id), default=None)
        return self._models[name]
