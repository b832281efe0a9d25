"""What both stand-in servers share: they listen on loopback, keep a log, and fail on demand."""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from aiohttp import web

Json = dict[str, Any]

Mode = Literal["single", "batch"]
"""How an answer was bought, beside the usage that is remembered of it."""

LARGEST_BODY = 300 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Status:
    """Answer with an error status instead of doing the work."""

    status: int
    error: Json = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


Loss = Literal["lost_request", "lost_answer", "garbage", "cut"]
"""``lost_request``: the connection ends before the work; ``lost_answer``: after it;
``garbage``: the work is done and the answer is not JSON; ``cut``: the answer's body breaks off."""

Fault = Status | Loss


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


class StandIn(ABC):
    """A server on loopback; a subclass adds the routes and the error's form."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.usages: list[Json] = []
        self.left = asyncio.Event()
        self.unknown_models: dict[str, int] = {}
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._serve], client_max_size=LARGEST_BODY)
        self.add_routes(app.router)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def fail(self, route: str, *faults: Fault) -> None:
        """Let the next requests to ``route`` (``POST /v1/batches``) go wrong, one fault each."""
        self._faults[route].extend(faults)

    def knows(self, model: str) -> bool:
        """Tell whether a model can be asked: a retired one gives a number of answers more."""
        left = self.unknown_models.get(model)
        if left:
            self.unknown_models[model] = left - 1
        return left is None or left > 0

    def count(self, method: str, path: str) -> int:
        """Return how many requests came to a path."""
        return sum(one.method == method and one.path == path for one in self.asked)

    @abstractmethod
    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add what the API offers."""

    @abstractmethod
    def error_body(self, status: int, error: Json) -> Json:
        """Return an error as the API words it."""

    def refuse(self, status: int, error: Json | None = None, **headers: str) -> web.Response:
        return web.json_response(
            self.error_body(status, error or {}), status=status, headers=headers
        )

    @web.middleware
    async def _serve(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        resource = request.match_info.route.resource
        path = resource.canonical if resource is not None else request.path
        await self._log(request)
        faults = self._faults[f"{request.method} {path}"]
        fault = faults.popleft() if faults else None
        if isinstance(fault, Status):
            body = self.error_body(fault.status, dict(fault.error))
            return web.json_response(body, status=fault.status, headers=fault.headers)
        if fault == "lost_request":
            return _drop(request)
        try:
            answer = await handler(request)
        except ConnectionError:  # the client went away within a streamed answer
            self.left.set()
            raise
        if fault == "lost_answer":
            return _drop(request)
        if fault == "garbage":
            return web.Response(text="<html>a proxy's page</html>", content_type="text/html")
        if fault == "cut" and isinstance(answer, web.Response):
            return await _cut(request, bytes(answer.body or b""))  # type: ignore[arg-type]
        return answer

    async def _log(self, request: web.Request) -> None:
        body: Any = None
        if request.content_type == "application/json":
            body = json.loads(await request.text() or "null")
        self.asked.append(
            Asked(
                request.method,
                request.path,
                dict(request.query),
                {name.lower(): value for name, value in request.headers.items()},
                body,
            )
        )


def _drop(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _cut(request: web.Request, body: bytes) -> web.StreamResponse:
    """Promise the whole body and send a part, so that the connection ends within a row."""
    response = web.StreamResponse(headers={"Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) * 2 // 3])
    assert request.transport is not None
    request.transport.close()
    return response


def lines(rows: list[Json]) -> bytes:
    """Return rows as JSON lines, letters beyond ASCII as they are."""
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def words(text: str) -> int:
    """Return the tokens that a stand-in counts for a text: its words."""
    return len(text.split())
