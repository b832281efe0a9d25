"""Telegram's stand-in without a network: python-telegram-bot's requests, handed straight over."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from telegram.error import TimedOut
from telegram.request import BaseRequest, RequestData

from tests.standins.telegram_server import TelegramServer


class DirectRequest(BaseRequest):
    """Hands calls to a stand-in in this process; a call of anything else fails."""

    def __init__(self, server: TelegramServer) -> None:
        self._server = server

    @property
    def read_timeout(self) -> float | None:
        """No time at all."""
        return None

    async def initialize(self) -> None:
        """Nothing has to be opened."""

    async def shutdown(self) -> None:
        """Nothing has to be closed."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        """Answer as the server would by HTTP."""
        name = urlsplit(url).path.rsplit("/", 1)[1]
        if method == "GET":
            return 200, self._server.world.files[name]
        params = dict(request_data.json_parameters) if request_data else {}
        files = {}
        for key, (file_name, content, *_) in (
            (request_data and request_data.multipart_data) or {}
        ).items():
            files[key] = (file_name, content if isinstance(content, bytes) else content.read())
        fault = self._server.broken(name)
        if fault == "lost request":
            raise TimedOut(fault)
        status, body = await self._server.call(name, params, files)
        if fault is not None:
            raise TimedOut(fault)
        return status, json.dumps(body).encode()
