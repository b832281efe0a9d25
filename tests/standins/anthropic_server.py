"""A stand-in for Anthropic: Messages and Message Batches, as documented."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from aiohttp import web

from tests.standins.base import Json, Mode, StandIn, Status, lines, words

Answer = Callable[[Json], Json]
"""Makes an answer of a message's parameters: ``text``, and what of ``stop_reason``, ``cached``,
``write_5m``, ``write_1h`` and ``thinking`` there is."""

PIECE = 12
"""Characters of a streamed piece."""

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}

MOST_BYTES = 256 * 1024 * 1024


def no_model(model: str) -> Json:
    """Return what is said of a model that is not known."""
    return {"message": f"model: {model}"}


def plain_answer(params: Json) -> Json:
    """Answer with the last words of the question."""
    return {"text": "Answer to: " + params["messages"][-1]["content"][-60:]}


@dataclass
class Batch:
    """One batch at the server."""

    id: str
    created_at: float
    rows: list[Json]
    status: str = "in_progress"
    results: list[Json] = field(default_factory=list)
    deleted: bool = False


class AnthropicStandIn(StandIn):
    """``now`` is its clock in seconds; batches end when told to, or at the second look."""

    def __init__(self, answer: Answer = plain_answer, now: Callable[[], float] = lambda: 0) -> None:
        super().__init__()
        self.answer = answer
        self.now = now
        self.by_itself = True
        self.models: list[Json] = []
        self.batches: dict[str, Batch] = {}
        self.row_faults: dict[str, Status] = {}
        self.damaged_results: bytes | None = None
        self.stream_fault: Literal["drop", "error"] | None = None
        self._looks: dict[str, int] = {}
        self._numbers = itertools.count(1)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/messages", self._complete)
        router.add_get("/v1/models", self._models)
        router.add_post("/v1/messages/batches", self._create)
        router.add_get("/v1/messages/batches", self._list)
        router.add_get("/v1/messages/batches/{id}", self._retrieve)
        router.add_delete("/v1/messages/batches/{id}", self._delete)
        router.add_post("/v1/messages/batches/{id}/cancel", self._cancel)
        router.add_get("/v1/messages/batches/{id}/results", self._results)

    def error_body(self, status: int, error: Json) -> Json:
        kind = _TYPES.get(status, "api_error")
        return {
            "type": "error",
            "error": {"type": kind, "message": "no", **error},
            "request_id": "req_1",
        }

    def end(self, id: str, rest: str = "expired", finished: int | None = None) -> None:
        """End a batch; ``finished`` of its rows were answered, the others are ``rest``."""
        batch = self.batches[id]
        count = len(batch.rows) if finished is None else finished
        results = [self._row(row) for row in batch.rows[:count]]
        results += [
            {"custom_id": row["custom_id"], "result": {"type": rest}} for row in batch.rows[count:]
        ]
        random.Random(7).shuffle(results)
        batch.results, batch.status = results, "ended"

    def message(self, params: Json, mode: Mode = "single") -> Json:
        """Return a message, and remember the usage that it names."""
        answer = self.answer(params)
        system = params.get("system") or ""
        if not isinstance(system, str):
            system = " ".join(block["text"] for block in system)
        brief, long = answer.get("write_5m", 0), answer.get("write_1h", 0)
        thinking = answer.get("thinking", 0)
        usage = {
            "input_tokens": words(system) + sum(words(m["content"]) for m in params["messages"]),
            "output_tokens": words(answer["text"]) + thinking,
            "cache_read_input_tokens": answer.get("cached", 0),
            "cache_creation_input_tokens": brief + long,
            "cache_creation": {
                "ephemeral_5m_input_tokens": brief,
                "ephemeral_1h_input_tokens": long,
            },
            "output_tokens_details": {"thinking_tokens": thinking},
        }
        self.usages.append({"model": params["model"], "mode": mode, **usage})
        content: list[Json] = [{"type": "text", "text": answer["text"]}] if answer["text"] else []
        if thinking:
            content.insert(0, {"type": "thinking", "thinking": "", "signature": "s"})
        return {
            "id": f"msg_{next(self._numbers)}",
            "type": "message",
            "role": "assistant",
            "model": params["model"],
            "content": content,
            "stop_reason": answer.get("stop_reason", "end_turn"),
            "stop_sequence": None,
            "usage": usage,
        }

    def _row(self, row: Json) -> Json:
        fault = self.row_faults.get(row["custom_id"])
        if fault is None and not self.knows(row["params"]["model"]):
            fault = Status(404, no_model(row["params"]["model"]))
        if fault is None:
            result: Json = {"type": "succeeded", "message": self.message(row["params"], "batch")}
        else:
            error = self.error_body(fault.status, dict(fault.error))
            result = {"type": "errored", "error": error}
        return {"custom_id": row["custom_id"], "result": result}

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        params = await request.json()
        if not self.knows(params["model"]):
            return self.refuse(404, no_model(params["model"]))
        whole = self.message(params)
        if not params.get("stream"):
            return web.json_response(whole)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        usage = dict(whole["usage"])
        total = usage.pop("output_tokens")
        details = usage.pop("output_tokens_details")
        text = "".join(block.get("text", "") for block in whole["content"])
        begun = whole | {"content": [], "stop_reason": None, "usage": usage | {"output_tokens": 1}}
        await _event(response, {"type": "message_start", "message": begun})
        await _event(response, {"type": "ping"})
        block = {"type": "text", "text": ""}
        await _event(response, {"type": "content_block_start", "index": 0, "content_block": block})
        for start in range(0, len(text), PIECE):
            if start and self.stream_fault == "drop":
                assert request.transport is not None
                request.transport.abort()
                return response
            if start and self.stream_fault == "error":
                await _event(response, self.error_body(529, {}))
                return response
            delta = {"type": "text_delta", "text": text[start : start + PIECE]}
            await _event(response, {"type": "content_block_delta", "index": 0, "delta": delta})
            await asyncio.sleep(0)
        await _event(response, {"type": "content_block_stop", "index": 0})
        last = {
            "type": "message_delta",
            "delta": {"stop_reason": whole["stop_reason"], "stop_sequence": None},
            "usage": {"output_tokens": total, "output_tokens_details": details},
        }
        await _event(response, last)
        await _event(response, {"type": "message_stop"})
        return response

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response(_page(self.models, request))

    async def _create(self, request: web.Request) -> web.Response:
        if (request.content_length or 0) > MOST_BYTES:
            return self.refuse(413)
        asked = await request.json()
        ids = [row["custom_id"] for row in asked["requests"]]
        if not ids or len(set(ids)) < len(ids):
            return self.refuse(400, {"message": "requests: custom_id must be unique"})
        batch = Batch(f"msgbatch_{next(self._numbers)}", self.now(), asked["requests"])
        self.batches[batch.id] = batch
        return web.json_response(self._shown(batch))

    async def _list(self, request: web.Request) -> web.Response:
        newest = [self._shown(batch) for batch in reversed(self.batches.values())]
        return web.json_response(_page(newest, request))

    async def _retrieve(self, request: web.Request) -> web.Response:
        batch = self._known(request)
        if batch is None:
            return self.refuse(404, {"message": "Message batch not found"})
        self._looks[batch.id] = self._looks.get(batch.id, 0) + 1
        if self.by_itself and batch.status == "in_progress" and self._looks[batch.id] > 1:
            self.end(batch.id)
        return web.json_response(self._shown(batch))

    async def _delete(self, request: web.Request) -> web.Response:
        batch = self._known(request)
        if batch is None:
            return self.refuse(404, {"message": "Message batch not found"})
        if batch.status != "ended":
            return self.refuse(400, {"message": "cannot delete a batch in progress"})
        batch.deleted = True
        return web.json_response({"id": batch.id, "type": "message_batch_deleted"})

    async def _cancel(self, request: web.Request) -> web.Response:
        batch = self._known(request)
        if batch is None:
            return self.refuse(404, {"message": "Message batch not found"})
        if batch.status == "ended":
            return self.refuse(400, {"message": "batch has already ended"})
        batch.status = "canceling"
        shown = self._shown(batch)
        self.end(batch.id, "canceled", 0)
        return web.json_response(shown)

    async def _results(self, request: web.Request) -> web.Response:
        batch = self._known(request)
        if batch is None or batch.status != "ended":
            return self.refuse(404, {"message": "no results"})
        body = lines(batch.results) if self.damaged_results is None else self.damaged_results
        return web.Response(body=body, content_type="application/x-jsonl")

    def _known(self, request: web.Request) -> Batch | None:
        batch = self.batches.get(request.match_info["id"])
        return None if batch is None or batch.deleted else batch

    def _shown(self, batch: Batch) -> Json:
        kinds = ("succeeded", "errored", "canceled", "expired")
        ended = batch.status == "ended"
        types = [row["result"]["type"] for row in batch.results]
        counts = {kind: types.count(kind) if ended else 0 for kind in kinds}
        created = datetime.fromtimestamp(batch.created_at, UTC)
        return {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": batch.status,
            "request_counts": counts | {"processing": 0 if ended else len(batch.rows)},
            "created_at": created.isoformat().replace("+00:00", "Z"),
            "expires_at": (created + timedelta(days=1)).isoformat().replace("+00:00", "Z"),
            "ended_at": None,
            "archived_at": None,
            "cancel_initiated_at": None,
            "results_url": f"{self.url}/v1/messages/batches/{batch.id}/results" if ended else None,
        }


def _page(rows: list[Json], request: web.Request) -> Json:
    limit = int(request.query.get("limit", 20))
    ids = [row["id"] for row in rows]
    start = ids.index(request.query["after_id"]) + 1 if "after_id" in request.query else 0
    page = rows[start : start + limit]
    edges: dict[str, Any] = {
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
    }
    return {"data": page, "has_more": start + limit < len(rows)} | edges


async def _event(response: web.StreamResponse, event: Json) -> None:
    data = json.dumps(event)
    await response.write(f"event: {event['type']}\ndata: {data}\n\n".encode())
