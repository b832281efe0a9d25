"""A stand-in for OpenAI: Chat Completions, Files and Batches, as documented."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from tests.standins.base import Json, Mode, StandIn, Status, lines, words

Answer = Callable[[Json], Json]
"""Makes an answer of a request's body: ``content``, and what of ``refusal``, ``finish_reason``,
``cached``, ``cache_write`` and ``reasoning`` there is."""

OK = 200

NO_MODEL: Json = {"code": "model_not_found", "message": "The model does not exist"}

PIECE = 12
"""Characters of a streamed piece."""


def plain_answer(body: Json) -> Json:
    """Answer with the last words of the question."""
    return {"content": "Answer to: " + body["messages"][-1]["content"][-60:]}


@dataclass
class Batch:
    """One batch at the server."""

    id: str
    input_file_id: str
    metadata: Json
    created_at: int
    rows: list[Json]
    status: str = "validating"
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: list[Json] = field(default_factory=list)
    completed: int = 0
    failed: int = 0


class OpenAIStandIn(StandIn):
    """``now`` is its clock in seconds; batches end when told to, or at the second look."""

    def __init__(self, answer: Answer = plain_answer, now: Callable[[], float] = lambda: 0) -> None:
        super().__init__()
        self.answer = answer
        self.now = now
        self.by_itself = True
        self.clean_error_file: str | None = None
        self.models = [{"id": "gpt-4o-mini", "created": 1, "object": "model", "owned_by": "openai"}]
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, Batch] = {}
        self.row_faults: dict[str, Status] = {}
        self.stream_fault: Literal["drop", "error", "no_usage"] | None = None
        self._numbers = itertools.count(1)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/chat/completions", self._complete)
        router.add_get("/v1/models", self._models)
        router.add_post("/v1/files", self._upload)
        router.add_get("/v1/files/{id}/content", self._content)
        router.add_delete("/v1/files/{id}", self._delete)
        router.add_post("/v1/batches", self._create)
        router.add_get("/v1/batches", self._list)
        router.add_get("/v1/batches/{id}", self._retrieve)
        router.add_post("/v1/batches/{id}/cancel", self._cancel)

    def error_body(self, status: int, error: Json) -> Json:
        return {"error": {"message": "no", "type": "invalid_request_error", **error}}

    def end(self, id: str, status: str = "completed", finished: int | None = None) -> None:
        """End a batch; ``finished`` of its rows were answered, all of them unless told."""
        batch = self.batches[id]
        count = len(batch.rows) if finished is None else finished
        output: list[Json] = []
        errors: list[Json] = []
        for row in batch.rows[:count]:
            answered = self._row(row)
            failed = answered["response"]["status_code"] != OK
            (errors if failed else output).append(answered)
        for row in batch.rows[count:]:
            error = {"code": f"batch_{status}", "message": "not in time"}
            errors.append({"id": "b", "custom_id": row["custom_id"], "error": error})
        random.Random(7).shuffle(output)
        batch.status, batch.completed, batch.failed = status, len(output), len(errors)
        batch.output_file_id = self._file(lines(output)) if output else None
        batch.error_file_id = self._file(lines(errors)) if errors else self.clean_error_file

    def fail_validation(self, id: str, code: str, line: int | None = None) -> None:
        """Let a batch fail before it ran."""
        batch = self.batches[id]
        batch.status = "failed"
        batch.errors = [{"code": code, "line": line, "message": "a sentence of the provider's"}]

    def completion(self, body: Json, mode: Mode = "single") -> Json:
        """Return the body of a completion, and remember the usage that it names."""
        answer = self.answer(body)
        prompt = sum(words(message["content"]) for message in body["messages"])
        content = answer.get("content")
        output = words(content or "") + answer.get("reasoning", 0)
        usage = {
            "prompt_tokens": prompt + answer.get("cached", 0) + answer.get("cache_write", 0),
            "completion_tokens": output,
            "total_tokens": prompt + output,
            "prompt_tokens_details": {
                "cached_tokens": answer.get("cached", 0),
                "cache_write_tokens": answer.get("cache_write", 0),
            },
            "completion_tokens_details": {"reasoning_tokens": answer.get("reasoning", 0)},
        }
        self.usages.append({"model": body["model"], "mode": mode, **usage})
        message = {"role": "assistant", "content": content, "refusal": answer.get("refusal")}
        finish = answer.get("finish_reason", "stop")
        return {
            "id": f"chatcmpl-{next(self._numbers)}",
            "object": "chat.completion",
            "created": int(self.now()),
            "model": f"{body['model']}-2026-01-01",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": usage,
        }

    def _row(self, row: Json) -> Json:
        fault = self.row_faults.get(row["custom_id"])
        if fault is None and not self.knows(row["body"]["model"]):
            fault = Status(404, NO_MODEL)
        if fault is not None:
            body = self.error_body(fault.status, dict(fault.error))
        else:
            body = self.completion(row["body"], "batch")
        status = 200 if fault is None else fault.status
        response = {"status_code": status, "request_id": "req_1", "body": body}
        return {
            "id": f"batch_req_{next(self._numbers)}",
            "custom_id": row["custom_id"],
            "response": response,
            "error": None,
        }

    def _file(self, content: bytes) -> str:
        name = f"file-{next(self._numbers)}"
        self.files[name] = content
        return name

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if not self.knows(body["model"]):
            return self.refuse(404, NO_MODEL)
        whole = self.completion(body)
        if not body.get("stream"):
            return web.json_response(whole)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        head = {name: whole[name] for name in ("id", "created", "model")}
        head["object"] = "chat.completion.chunk"
        choice = whole["choices"][0]
        content = choice["message"]["content"] or ""
        for start in range(0, len(content), PIECE):
            if start and self.stream_fault == "drop":
                assert request.transport is not None
                request.transport.abort()
                return response
            if start and self.stream_fault == "error":
                await _event(response, {"error": {"message": "no", "type": "server_error"}})
                return response
            delta = {"content": content[start : start + PIECE]}
            await _event(response, head | {"choices": [{"index": 0, "delta": delta}]})
            await asyncio.sleep(0)
        delta = {"refusal": choice["message"]["refusal"]} if choice["message"]["refusal"] else {}
        last = {"index": 0, "delta": delta, "finish_reason": choice["finish_reason"]}
        await _event(response, head | {"choices": [last]})
        if body.get("stream_options", {}).get("include_usage") and not self.stream_fault:
            await _event(response, head | {"choices": [], "usage": whole["usage"]})
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": self.models})

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        assert form["purpose"] == "batch"
        content = file.file.read()
        name = self._file(content)
        return web.json_response({"id": name, "object": "file", "bytes": len(content)})

    async def _content(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["id"])
        if content is None:
            return self.refuse(404, {"message": "No such File object"})
        return web.Response(body=content, content_type="application/octet-stream")

    async def _delete(self, request: web.Request) -> web.Response:
        if self.files.pop(request.match_info["id"], None) is None:
            return self.refuse(404, {"message": "No such File object"})
        return web.json_response({"id": request.match_info["id"], "deleted": True})

    async def _create(self, request: web.Request) -> web.Response:
        asked = await request.json()
        content = self.files.get(asked["input_file_id"])
        if content is None:
            return self.refuse(404, {"message": "No such File object: " + asked["input_file_id"]})
        rows = [json.loads(line) for line in content.split(b"\n") if line]
        batch = Batch(
            f"batch_{next(self._numbers)}",
            asked["input_file_id"],
            asked.get("metadata") or {},
            int(self.now()),
            rows,
        )
        self.batches[batch.id] = batch
        ids = [row["custom_id"] for row in rows]
        if len(set(ids)) < len(ids):
            self.fail_validation(batch.id, "duplicate_custom_id")
        elif len({row["body"]["model"] for row in rows}) > 1:
            self.fail_validation(batch.id, "model_mismatch")
        return web.json_response(self._shown(batch))

    async def _list(self, request: web.Request) -> web.Response:
        limit = int(request.query.get("limit", 20))
        newest = list(reversed(self.batches.values()))
        ids = [batch.id for batch in newest]
        start = ids.index(request.query["after"]) + 1 if "after" in request.query else 0
        page = newest[start : start + limit]
        more = start + limit < len(newest)
        data = [self._shown(batch) for batch in page]
        return web.json_response({"object": "list", "data": data, "has_more": more})

    async def _retrieve(self, request: web.Request) -> web.Response:
        batch = self.batches.get(request.match_info["id"])
        if batch is None:
            return self.refuse(404, {"message": "No batch found with id"})
        if self.by_itself and batch.status == "in_progress":
            self.end(batch.id)
        elif self.by_itself and batch.status == "validating":
            batch.status = "in_progress"
        return web.json_response(self._shown(batch))

    async def _cancel(self, request: web.Request) -> web.Response:
        batch = self.batches.get(request.match_info["id"])
        if batch is None:
            return self.refuse(404, {"message": "No batch found with id"})
        if batch.status not in ("validating", "in_progress"):
            return self.refuse(409, {"message": "Cannot cancel a batch with status completed"})
        self.end(batch.id, "cancelled", 0)
        return web.json_response(self._shown(batch))

    def _shown(self, batch: Batch) -> Json:
        counts = {
            "total": len(batch.rows),
            "completed": batch.completed,
            "failed": batch.failed,
        }
        return {
            "id": batch.id,
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "status": batch.status,
            "created_at": batch.created_at,
            "input_file_id": batch.input_file_id,
            "output_file_id": batch.output_file_id,
            "error_file_id": batch.error_file_id,
            "errors": {"object": "list", "data": batch.errors} if batch.errors else None,
            "metadata": batch.metadata,
            "request_counts": counts,
        }


async def _event(response: web.StreamResponse, event: Json) -> None:
    await response.write(b"data: " + json.dumps(event).encode() + b"\n\n")
