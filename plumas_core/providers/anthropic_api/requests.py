"""Messages: what is sent."""

from __future__ import annotations

import json
from typing import Any, Final

from plumas_core.catalog.estimate import likely_tokens
from plumas_core.providers.interface import BatchRow
from plumas_core.providers.shaping import Shaped

Json = dict[str, Any]

CACHE_FOR: Final = "1h"
"""How long a batch's shared beginnings are kept: rows of a batch may run far apart."""

CACHED: Final[Json] = {"type": "ephemeral", "ttl": CACHE_FOR}


def message_params(shaped: Shaped) -> Json:
    """Return the parameters of one request."""
    params: Json = {
        "model": shaped.model.id,
        shaped.model.capabilities.output_limit: shaped.output_tokens,
        "messages": [{"role": "user", "content": shaped.prompt}],
    }
    if shaped.system:
        params["system"] = [{"type": "text", "text": shaped.system}]
    if shaped.temperature is not None:
        params["temperature"] = shaped.temperature
    output: Json = {}
    if shaped.answer is not None:
        output["format"] = {"type": "json_schema", "schema": dict(shaped.answer.schema)}
    if shaped.effort is not None:
        output["effort"] = shaped.effort
    if output:
        params["output_config"] = output
    return params


def may_be_cached(shaped: Shaped) -> bool:
    """Tell whether the system part is shared, and long enough for the model to cache it.

    The length is an estimate; a part that is too short after all is not cached, and costs nothing
    more.
    """
    least = shaped.model.capabilities.cache_minimum
    if least is None or shaped.cache_key is None or not shaped.system:
        return False
    return likely_tokens(shaped.model, shaped.system) >= least


def batch_request(row: BatchRow, shaped: Shaped, *, cached: bool) -> Json:
    """Return the row as a batch's create takes it."""
    params = message_params(shaped)
    if cached and "system" in params:
        params["system"][0]["cache_control"] = CACHED
    return {"custom_id": row.custom_id, "params": params}


def encoded_size(request: Json) -> int:
    """Bytes that a row takes in the create's body, with the comma after it, as the SDK writes it.

    Its separators are the shortest, and it leaves letters beyond ASCII as they are.
    """
    return len(json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()) + 1
