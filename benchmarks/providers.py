"""Calling providers: our CPU beside the bare SDK's, and what a duel costs in batch.

*Completions*: 1,000 at the same moment, OpenAI's and Anthropic's. Ours is ``complete``: the request
shaped by the catalog, time budget, errors, the usage in the parts that are billed. The floor is the
vendor's SDK called as its own page says, reading the text and the two counts of tokens; plain HTTP
(``httpx2``, the library below both SDKs, and ``json``) is printed too, with no bound.

*A batch up and down*: 50,000 rows of 3.5 kB, near the 200 MB that OpenAI takes. Ours is
``upload_batch``, ``submit_batch``, ``poll_batch`` and ``collect_batch``; the floor writes the same
lines with ``json.dumps``, and reads each line of the results with ``json.loads``: all through the
SDK.

The server is a process of its own that answers with constants (``provider_server``). What counts
is the CPU time of this process, in all its threads; the sides take turns, and the least of each
counts.

*A duel*: ten entries before the house's panel of five, played through both providers' stand-ins
(``tests.standins``). What was charged is compared with what the catalog's list prices make of the
same tokens, asked one by one. The arithmetic is printed.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.duel_cost import duel_cost
from benchmarks.figures import Figure, at_most
from benchmarks.prose import Prose
from benchmarks.provider_server import CLAUDE, MODEL, row_id, serving
from bot.settings import CATALOG
from plumas_core.catalog.load import load_catalog
from plumas_core.clock import system_clock
from plumas_core.providers.anthropic_api.provider import AnthropicProvider
from plumas_core.providers.connection import patience
from plumas_core.providers.interface import (
    AIProviderInterface,
    AnswerSchema,
    BatchRow,
    CompletionRequest,
    ProviderBatchId,
)
from plumas_core.providers.openai_api.provider import OpenAIProvider

COMPLETIONS: Final = 1_000
ROWS: Final = 50_000
ROUNDS: Final = 5
BATCH_ROUNDS: Final = 2
BOUND: Final = 1.3
"""Times the bare SDK's CPU, at most."""

KEY: Final = "sk-bench"
LONG_SYSTEM: Final = 6_000
SHORT_SYSTEM: Final = 500
TEXT: Final = 2_300
"""Characters; with the short system part, 50,000 rows fit into a file of 200 MB."""

LIMIT: Final = 900
"""Tokens that each answer may have; a judge's."""

SCHEMA: Final[Mapping[str, object]] = {
    "type": "object",
    "properties": {"comment": {"type": "string"}},
    "required": ["comment"],
    "additionalProperties": False,
}

Side = Callable[[], Awaitable[int]]
"""Does the work of one side once; returns how many answers it read."""


@dataclass(frozen=True, slots=True)
class _Questions:
    """What is asked: a part that all share, and many texts."""

    system: str
    prompts: list[str]


def run() -> list[dict[str, object]]:
    """Measure all of it, as ``benchmarks/latest.json`` has it."""
    return [figure.as_json() for figure in (*asyncio.run(calls()), duel_cost())]


async def calls(
    completions: int = COMPLETIONS,
    rows: int = ROWS,
    rounds: int = ROUNDS,
    batch_rounds: int = BATCH_ROUNDS,
) -> list[Figure]:
    """Measure our CPU beside that of the SDKs."""
    figures: list[Figure] = []
    async with AsyncExitStack() as stack:
        sides = _Sides(stack.enter_context(serving(rows)), stack)
        asked = _questions(completions, LONG_SYSTEM)
        for name, three in sides.completions(asked).items():
            ours, bare, plain = await _turns(three, completions, rounds)
            title = f"{name}: CPU seconds for {completions:,} completions at once"
            print(f"{title}, by plain HTTP: {plain:.3f}", flush=True)
            figures.append(at_most(title, ours, bare, BOUND))
        two = sides.batch(_questions(rows, SHORT_SYSTEM))
        ours, bare = await _turns(two, rows, batch_rounds)
        title = f"openai: CPU seconds for a batch of {rows:,} rows, up and down"
        figures.append(at_most(title, ours, bare, BOUND))
    return figures


async def _turns(sides: tuple[Side, ...], answers: int, rounds: int) -> list[float]:
    """Return the least CPU seconds of each side; the first round warms them and is left out."""
    least = [float("inf")] * len(sides)
    for turn in range(rounds + 1):
        for number, side in enumerate(sides):
            gc.collect()
            began = time.process_time()
            read = await side()
            took = time.process_time() - began
            if read != answers:
                raise RuntimeError(f"{read} answers of {answers}")
            if turn:
                least[number] = min(least[number], took)
    return least


def _questions(count: int, system: int) -> _Questions:
    prose = Prose(random.Random(1))
    texts = [prose.text() for _ in range(16)]
    shared = (prose.text() * 3)[:system]
    return _Questions(shared, [f"{n}: {texts[n % 16]}"[:TEXT] for n in range(count)])


class _Sides:
    """The same work done by us, by an SDK as its page says, and by plain HTTP."""

    def __init__(self, address: str, stack: AsyncExitStack) -> None:
        import httpx2
        from anthropic import AsyncAnthropic
        from openai import AsyncOpenAI

        many = httpx2.Limits(max_connections=1_000, max_keepalive_connections=100)
        # All wait as long as ours: on a busy machine, 1,000 connections take their time to stand.
        wait = patience(600)
        self._openai = AsyncOpenAI(api_key=KEY, base_url=f"{address}/v1", timeout=wait)
        self._anthropic = AsyncAnthropic(api_key=KEY, base_url=address, timeout=wait)
        self._http = httpx2.AsyncClient(base_url=address, limits=many, timeout=wait)
        common: dict[str, Any] = {
            "api_key": KEY,
            "catalog": load_catalog(CATALOG),
            "clock": system_clock,
            "sleep": asyncio.sleep,
        }
        self._our_openai = OpenAIProvider(base_url=f"{address}/v1", **common)
        self._our_anthropic = AnthropicProvider(base_url=address, **common)
        for opened in (self._openai, self._anthropic, self._our_openai, self._our_anthropic):
            stack.push_async_callback(opened.close)
        stack.push_async_callback(self._http.aclose)

    def completions(self, asked: _Questions) -> dict[str, tuple[Side, Side, Side]]:
        """Return the sides by provider."""
        return {
            "openai": (
                lambda: _all(self._our_openai, MODEL, asked),
                lambda: _gather([self._ask_openai(asked, one) for one in asked.prompts]),
                lambda: _gather([self._post_openai(asked, one) for one in asked.prompts]),
            ),
            "anthropic": (
                lambda: _all(self._our_anthropic, CLAUDE, asked),
                lambda: _gather([self._ask_anthropic(asked, one) for one in asked.prompts]),
                lambda: _gather([self._post_anthropic(asked, one) for one in asked.prompts]),
            ),
        }

    def batch(self, asked: _Questions) -> tuple[Side, Side]:
        """Return the two sides of a batch."""
        return (lambda: self._our_batch(asked), lambda: self._bare_batch(asked))

    async def _ask_openai(self, asked: _Questions, prompt: str) -> tuple[str, int, int]:
        form: Any = _openai_body(asked, prompt)
        answer = await self._openai.chat.completions.create(**form)
        usage = answer.usage
        assert usage is not None
        return answer.choices[0].message.content, usage.prompt_tokens, usage.completion_tokens

    async def _post_openai(self, asked: _Questions, prompt: str) -> tuple[str, int, int]:
        answer = await self._http.post("/v1/chat/completions", json=_openai_body(asked, prompt))
        return _openai_answer(answer.json())

    async def _ask_anthropic(self, asked: _Questions, prompt: str) -> tuple[str, int, int]:
        form: Any = _anthropic_body(asked, prompt)
        answer = await self._anthropic.messages.create(**form)
        text = "".join(block.text for block in answer.content if block.type == "text")
        return text, answer.usage.input_tokens, answer.usage.output_tokens

    async def _post_anthropic(self, asked: _Questions, prompt: str) -> tuple[str, int, int]:
        answer = await self._http.post("/v1/messages", json=_anthropic_body(asked, prompt))
        body = answer.json()
        text = "".join(block["text"] for block in body["content"])
        return text, body["usage"]["input_tokens"], body["usage"]["output_tokens"]

    async def _our_batch(self, asked: _Questions) -> int:
        rows = _Rows(asked)
        upload = await self._our_openai.upload_batch("bench", rows)
        batch = await self._our_openai.submit_batch("bench", rows, upload)
        assert (await self._our_openai.poll_batch(batch)).phase == "ended"
        read = 0
        async for result in self._our_openai.collect_batch(ProviderBatchId(batch)):
            read += result.usage.output >= 0
        return read

    async def _bare_batch(self, asked: _Questions) -> int:
        with tempfile.TemporaryFile() as file:
            for number, prompt in enumerate(asked.prompts):
                row = {
                    "custom_id": row_id(number),
                    "method": "POST",
                    "url": "/v1/chat/completions",
                    "body": _openai_body(asked, prompt),
                }
                file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
            file.seek(0)
            uploaded = await self._openai.files.create(
                file=("rows.jsonl", file), purpose="batch", timeout=900
            )
        made = await self._openai.batches.create(
            input_file_id=uploaded.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        found = await self._openai.batches.retrieve(made.id)
        assert found.output_file_id
        answers: list[tuple[str, str, int, int]] = []
        content = self._openai.files.with_streaming_response.content(found.output_file_id)
        read = 0
        async with content as response:
            async for line in response.iter_lines():
                row = json.loads(line)
                if row["response"]["status_code"] == 200:
                    answers = [(row["custom_id"], *_openai_answer(row["response"]["body"]))]
                read += 1
        assert answers
        return read


class _Rows:
    """The rows as the program reads them from its database."""

    def __init__(self, asked: _Questions) -> None:
        self._asked = asked

    async def __aiter__(self) -> AsyncIterator[BatchRow]:
        for number, prompt in enumerate(self._asked.prompts):
            yield BatchRow(row_id(number), _request(MODEL, self._asked, prompt))


def _request(model: str, asked: _Questions, prompt: str) -> CompletionRequest:
    return CompletionRequest(
        model_id=model,
        prompt=prompt,
        system=asked.system,
        temperature=0.0,
        max_output_tokens=LIMIT,
        answer=AnswerSchema("judgement", SCHEMA),
        cache_key="k",
    )


async def _all(provider: AIProviderInterface, model: str, asked: _Questions) -> int:
    answers = await asyncio.gather(
        *(provider.complete(_request(model, asked, prompt)) for prompt in asked.prompts)
    )
    return sum(bool(answer.text and answer.usage.output) for answer in answers)


async def _gather(answers: list[Awaitable[tuple[str, int, int]]]) -> int:
    return sum(bool(text and output) for text, _, output in await asyncio.gather(*answers))


def _openai_body(asked: _Questions, prompt: str) -> dict[str, Any]:
    form = {"name": "judgement", "schema": SCHEMA, "strict": True}
    return {
        "model": MODEL,
        "messages": [
            {"role": "system", "content": asked.system},
            {"role": "user", "content": prompt},
        ],
        "max_completion_tokens": LIMIT,
        "response_format": {"type": "json_schema", "json_schema": form},
        "prompt_cache_key": "k",
    }


def _openai_answer(body: Mapping[str, Any]) -> tuple[str, int, int]:
    usage = body["usage"]
    text = body["choices"][0]["message"]["content"]
    return text, usage["prompt_tokens"], usage["completion_tokens"]


def _anthropic_body(asked: _Questions, prompt: str) -> dict[str, Any]:
    return {
        "model": CLAUDE,
        "max_tokens": LIMIT,
        "system": [{"type": "text", "text": asked.system}],
        "messages": [{"role": "user", "content": prompt}],
        "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
    }
