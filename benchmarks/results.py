"""A provider's results file of made-up answers, and rows read from one.

The form is that of OpenAI's batch output: one JSON object a line, the answer in it as a string
that is JSON again.
"""

from __future__ import annotations

import json
import random

from benchmarks.prose import Prose

BROKEN = 0.01
"""Share of answers that are cut off and cannot be read (our guess; models with a schema do better).
"""
FAILED = 0.005
"""Share of rows that the provider could not answer."""
REWORDED = 0.05
"""Share of quotations in other quotation marks, dashes or spaces than the text has."""
INVENTED = 0.01
"""Share of quotations that do not stand in the text."""


def answer(prose: Prose, rng: random.Random, criteria: tuple[str, ...], text: str) -> str:
    """Return what one judge writes about ``text``."""
    quote = prose.quote(text)
    chance = rng.random()
    if chance < INVENTED:
        quote = f"zz {quote}"
    elif chance < INVENTED + REWORDED:
        quote = f"«{quote.replace(' ', '  ', 1)}»"
    whole = json.dumps(
        {
            "steering": rng.random() < 0.01,
            "quote": quote,
            "comment": prose.comment(),
            "scores": {name: rng.randint(3, 9) for name in criteria},
        },
        ensure_ascii=False,
    )
    return whole[: len(whole) // 2] if rng.random() < BROKEN else whole


def line(rng: random.Random, custom_id: str, content: str) -> str:
    """Return one line of the results file."""
    failed = rng.random() < FAILED
    return json.dumps(
        {
            "id": f"batch_req_{rng.getrandbits(128):032x}",
            "custom_id": custom_id,
            "response": {
                "status_code": 500 if failed else 200,
                "request_id": f"{rng.getrandbits(128):032x}",
                "body": _failure() if failed else _body(rng, content),
            },
            "error": None,
        }
    )


def _failure() -> dict[str, object]:
    return {"error": {"message": "The server had an error", "type": "server_error", "code": None}}


def _body(rng: random.Random, content: str) -> dict[str, object]:
    prompt, reasoning = rng.randint(1_900, 2_100), rng.choice((0, 64, 128, 192))
    output = 260 + reasoning + rng.randint(-40, 40)
    return {
        "id": f"chatcmpl-{rng.getrandbits(120):030x}",
        "object": "chat.completion",
        "created": 1_793_000_000,
        "model": "gpt-6-luna-2026-09-01",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": content,
                    "refusal": None,
                    "annotations": [],
                },
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": output,
            "total_tokens": prompt + output,
            "prompt_tokens_details": {"cached_tokens": rng.choice((0, 1_024)), "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": reasoning,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "service_tier": "default",
        "system_fingerprint": "fp_50cad350e4",
    }
