"""Chat Completions: what is sent."""

from __future__ import annotations

import json
from typing import Any, Final

from plumas_core.providers.interface import BatchRow
from plumas_core.providers.shaping import Shaped

ENDPOINT: Final = "/v1/chat/completions"


def completion_body(shaped: Shaped, *, caching: bool) -> dict[str, Any]:
    """Return the JSON body of one request.

    ``caching``: whether the server knows ``prompt_cache_key``, which keeps requests with the
    same beginning together.
    """
    body: dict[str, Any] = {"model": shaped.model.id, "messages": _messages(shaped)}
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


def _messages(shaped: Shaped) -> list[dict[str, str]]:
    messages = [{"role": "user", "content": shaped.prompt}]
    if shaped.system:
        messages.insert(0, {"role": "system", "content": shaped.system})
    return messages


def encode_row(row: BatchRow, shaped: Shaped, *, caching: bool) -> bytes:
    """Return the row's line in a batch's input file, line feed included."""
    line = {
        "custom_id": row.custom_id,
        "method": "POST",
        "url": ENDPOINT,
        "body": completion_body(shaped, caching=caching),
    }
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
