"""Chat Completions: what is sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from plumas_core.catalog.load import Catalog
from plumas_core.providers.interface import AnswerSchema, BatchRow, CompletionRequest
from plumas_core.providers.shaping import Shaped, shape
from plumas_core.providers.wire import well_formed

ENDPOINT: Final = "/v1/chat/completions"

MOST_KINDS: Final = 64
"""Kinds of rows whose shared part is kept; a panel has as many as it has judges."""

_WRITTEN: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def completion_body(shaped: Shaped, *, caching: bool) -> dict[str, Any]:
    """Return the JSON body of one request.

    ``caching``: whether the server knows ``prompt_cache_key``, which keeps requests with the
    same beginning together.
    """
    messages = [*_system(shaped), {"role": "user", "content": shaped.prompt}]
    return {**_settings(shaped, caching=caching), "messages": messages}


def _settings(shaped: Shaped, *, caching: bool) -> dict[str, Any]:
    """Return all of a body but its messages."""
    body: dict[str, Any] = {"model": shaped.model.id}
    body[shaped.model.capabilities.output_limit] = shaped.output_tokens
    if shaped.temperature is not None:
        body["temperature"] = shaped.temperature
    if shaped.effort is not None:
        body["reasoning_effort"] = shaped.effort
    if shaped.answer is not None:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {
                "name": shaped.answer.name,
                "schema": dict(shaped.answer.schema),
                "strict": True,
            },
        }
    if caching and shaped.cache_key is not None:
        body["prompt_cache_key"] = shaped.cache_key
    return body


def _system(shaped: Shaped) -> list[dict[str, str]]:
    return [{"role": "system", "content": shaped.system}] if shaped.system else []


_Kind: TypeAlias = tuple[str, str | None, float | None, int, str | None, str | None]


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all rows of a kind have between their id and their prompt, and the schema in it."""

    answer: AnswerSchema | None
    written: bytes


class RowEncoder:
    """Writes the lines of a batch's input file; what many rows share is written out once."""

    def __init__(self, catalog: Catalog, *, caching: bool) -> None:
        self._catalog = catalog
        self._caching = caching
        self._shared: dict[_Kind, _Shared] = {}

    def encode(self, row: BatchRow) -> bytes:
        """Return the row's line, line feed included.

        Raises:
            ModelRetired: the catalog does not know the model.
        """
        middle = self._middle(row.request)
        return b'{"custom_id":%b%b%b}]}}\n' % (
            _bytes(row.custom_id),
            middle,
            _bytes(row.request.prompt),
        )

    def _middle(self, request: CompletionRequest) -> bytes:
        kind = (
            request.model_id,
            request.system,
            request.temperature,
            request.max_output_tokens,
            request.reasoning_effort,
            request.cache_key,
        )
        known = self._shared.get(kind)
        if known is None or known.answer != request.answer:
            if len(self._shared) >= MOST_KINDS:
                self._shared.clear()
            known = _Shared(request.answer, self._write(request))
            self._shared[kind] = known
        return known.written

    def _write(self, request: CompletionRequest) -> bytes:
        """Write out all but the id before it and the prompt after it: the last message's text."""
        shaped = shape(replace(request, prompt=""), self._catalog)
        settings = _WRITTEN(_settings(shaped, caching=self._caching))[:-1]
        before = "".join(f"{_WRITTEN(message)}," for message in _system(shaped))
        return (
            f',"method":"POST","url":"{ENDPOINT}","body":{settings},'
            f'"messages":[{before}{{"role":"user","content":'
        ).encode()


def _bytes(text: str) -> bytes:
    """Return a JSON string; a lone surrogate, which UTF-8 cannot carry, is replaced."""
    try:
        return _WRITTEN(text).encode()
    except UnicodeEncodeError:
        return _WRITTEN(well_formed(text)).encode()
