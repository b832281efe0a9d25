"""A row of a batch as one line of JSON, and back."""

from __future__ import annotations

import json
from typing import Any

from plumas_core.providers.interface import AnswerSchema, BatchRow, CompletionRequest


def encode_row(row: BatchRow) -> bytes:
    """Return the row as one line, without the line's end; plain ASCII, so any text survives."""
    request = row.request
    answer = request.answer
    body: dict[str, object] = {
        "model_id": request.model_id,
        "prompt": request.prompt,
        "system": request.system,
        "temperature": request.temperature,
        "max_output_tokens": request.max_output_tokens,
        "answer": {"name": answer.name, "schema": dict(answer.schema)} if answer else None,
        "reasoning_effort": request.reasoning_effort,
        "cache_key": request.cache_key,
        "seed": request.seed,
    }
    return json.dumps({"custom_id": row.custom_id, "request": body}).encode()


def decode_row(line: bytes) -> BatchRow:
    """Return the row that :func:`encode_row` wrote."""
    content: dict[str, Any] = json.loads(line)
    body: dict[str, Any] = content["request"]
    answer = body.pop("answer")
    schema = AnswerSchema(answer["name"], answer["schema"]) if answer else None
    return BatchRow(content["custom_id"], CompletionRequest(**body, answer=schema))
