"""A server that speaks both providers' protocols and answers with constants, in its own process.

It does as little as it can, so that a client's own work is what is measured beside it: a completion
is one prepared answer, a file of rows is drained, and the results are prepared before anybody asks.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, Final

from aiohttp import web

from benchmarks import results
from benchmarks.prose import Prose

MODEL: Final = "gpt-6-luna"
CLAUDE: Final = "claude-haiku-5-5"
CRITERIA: Final = ("voice", "image", "form")
KINDS: Final = 64
"""Different answers in the results, which repeat."""

PIECE: Final = 1 << 20


@contextmanager
def serving(rows: int) -> Iterator[str]:
    """Run the server, whose batch has so many rows; yield its address."""
    near, far = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_main, args=(far, rows), daemon=True)
    process.start()
    try:
        yield near.recv()
    finally:
        process.terminate()
        process.join()


def row_id(number: int) -> str:
    """Return the id of one row of the batch."""
    return f"0d8kbm4n2v1e0-{number}-1"


def _main(heard: Connection, rows: int) -> None:
    asyncio.run(_serve(heard, rows))


async def _serve(heard: Connection, rows: int) -> None:
    app = web.Application(client_max_size=1 << 40)
    _Server(rows).add_routes(app.router)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=4_096).start()
    heard.send(f"http://127.0.0.1:{runner.addresses[0][1]}")
    await asyncio.Event().wait()


class _Server:
    def __init__(self, rows: int) -> None:
        rng = random.Random(3)
        prose = Prose(rng)
        text = prose.text()
        answers = [results.answer(prose, rng, CRITERIA, text) for _ in range(KINDS)]
        self._completion = _body(json.loads(results.line(random.Random(4), "x", answers[0])))
        self._message = json.dumps(_message(answers[0])).encode()
        self._rows = rows
        self._results = "\n".join(
            results.line(rng, row_id(number), answers[number % KINDS]) for number in range(rows)
        ).encode()

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/chat/completions", self._complete)
        router.add_post("/v1/messages", self._say)
        router.add_post("/v1/files", self._upload)
        router.add_get("/v1/files/{id}/content", self._content)
        router.add_post("/v1/batches", self._batch)
        router.add_get("/v1/batches/{id}", self._batch)

    async def _complete(self, request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=self._completion, content_type="application/json")

    async def _say(self, request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=self._message, content_type="application/json")

    async def _upload(self, request: web.Request) -> web.Response:
        size = 0
        while piece := await request.content.read(PIECE):
            size += len(piece)
        return web.json_response(
            {
                "id": "file-rows",
                "object": "file",
                "bytes": size,
                "created_at": 1,
                "filename": "rows.jsonl",
                "purpose": "batch",
                "status": "processed",
            }
        )

    async def _content(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=self._results, content_type="application/octet-stream")

    async def _batch(self, request: web.Request) -> web.Response:
        await request.read()
        counts = {"total": self._rows, "completed": self._rows, "failed": 0}
        return web.json_response(
            {
                "id": "batch_rows",
                "object": "batch",
                "endpoint": "/v1/chat/completions",
                "completion_window": "24h",
                "status": "completed",
                "created_at": 1,
                "input_file_id": "file-rows",
                "output_file_id": "file-results",
                "error_file_id": None,
                "request_counts": counts,
            }
        )


def _body(row: dict[str, Any]) -> bytes:
    return json.dumps(row["response"]["body"]).encode()


def _message(text: str) -> dict[str, Any]:
    return {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": CLAUDE,
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 1_900,
            "output_tokens": 300,
            "cache_read_input_tokens": 0,
            "cache_creation_input_tokens": 0,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
            "service_tier": "standard",
        },
    }
