"""A stand-in for Telegram's Bot API, on loopback.

It keeps chats, users, messages, menus and files, brings updates by ``getUpdates`` or to a webhook,
and refuses what Telegram refuses, in its words. ``refused`` lists every payload that broke a limit
or a format, so that a test can tell that there was none.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, Literal, Self, TypeAlias

from aiohttp import web

from tests.standins.telegram_methods import Files, Methods, Params, Pressed
from tests.standins.telegram_rules import Refusal
from tests.standins.telegram_updates import Updates
from tests.standins.telegram_world import TOKEN, Limits, World, now_ms

Json = dict[str, Any]
Break: TypeAlias = Literal["lost request", "lost answer", "no json"]
Fault: TypeAlias = Refusal | Break


class TelegramServer:
    """Listens on a free port; ``clock`` is in UTC milliseconds.

    ``limits``: how much may be said at once; none by default, so that only a test of limits
    meets them.
    """

    def __init__(
        self, clock: Callable[[], int] = now_ms, limits: Limits | None = None, port: int = 0
    ) -> None:
        self.world = World(clock, limits)
        self.methods = Methods(self.world)
        self.updates = Updates()
        self.asked: list[tuple[str, Params]] = []
        self.url = ""
        self._port = port
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._method)
        app.router.add_get("/file/bot{token}/documents/{name}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.updates.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.updates.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def refused(self) -> list[str]:
        """The payloads that were refused or shown other than they were sent."""
        return self.methods.refused + self.methods.quiet

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method go wrong, one fault each."""
        self._faults[method.lower()].extend(faults)

    def count(self, method: str) -> int:
        """Return how often a method was called."""
        return sum(name.lower() == method.lower() for name, _ in self.asked)

    def press(self, user: int) -> Pressed:
        """Write down that a user pressed a button."""
        number = f"{4_000_000 + len(self.methods.pressed)}"
        pressed = Pressed(number, user, self.world.clock())
        self.methods.pressed[number] = pressed
        return pressed

    async def call(self, method: str, params: Params, files: Files) -> tuple[int, Json]:
        """Return the status and the body of a method's answer, without a network between."""
        self.asked.append((method, params))
        try:
            return 200, {"ok": True, "result": await self._do(method, params, files)}
        except Refusal as refusal:
            return refusal.status, refusal.body

    async def _do(self, method: str, params: Params, files: Files) -> Any:
        faults = self._faults[method.lower()]
        if faults and isinstance(faults[0], Refusal):
            fault = faults.popleft()
            assert isinstance(fault, Refusal)
            raise fault
        match method.lower():
            case "getupdates":
                return await self.updates.get(params)
            case "setwebhook":
                return await self.updates.set_webhook(params)
            case "deletewebhook":
                return await self.updates.delete_webhook(params)
            case "getwebhookinfo":
                return self.updates.info()
            case _:
                return self.methods.do(method, params, files)

    def broken(self, method: str) -> Break | None:
        """Return how the connection fails at a call of a method that is made now."""
        faults = self._faults[method.lower()]
        if not faults or isinstance(faults[0], Refusal):
            return None
        fault = faults.popleft()
        assert not isinstance(fault, Refusal)
        return fault

    async def _method(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != TOKEN:
            return _json(401, Refusal(401, "Unauthorized").body)
        params, files = await _read(request)
        fault = self.broken(method)
        if fault == "lost request":
            return _drop(request)
        status, body = await self.call(method, params, files)
        if fault == "lost answer":
            return _drop(request)
        if fault == "no json":
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        return _json(status, body)

    async def _file(self, request: web.Request) -> web.Response:
        content = self.world.files.get(request.match_info["name"])
        if content is None or request.match_info["token"] != TOKEN:
            return _json(404, Refusal(404, "Not Found").body)
        return web.Response(body=content)


def _json(status: int, body: Json) -> web.Response:
    return web.json_response(body, status=status)


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:  # the client may have gone first
        request.transport.abort()
    return web.Response()


async def _read(request: web.Request) -> tuple[dict[str, str], dict[str, tuple[str, bytes]]]:
    """Return a call's parameters and its files, however they were sent."""
    params = dict(request.query)
    files: dict[str, tuple[str, bytes]] = {}
    if request.content_type == "application/json":
        for name, value in (await request.json()).items():
            params[name] = value if isinstance(value, str) else json.dumps(value)
        return params, files
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = (value.filename, value.file.read())
        elif isinstance(value, str):
            params[name] = value
    return params, files


async def forever(server: TelegramServer, ready: Callable[[], None]) -> None:
    """Serve until the process ends; ``ready`` is told when it does."""
    async with server:
        ready()
        await asyncio.Event().wait()
