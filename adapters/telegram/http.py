"""Calls of the Bot API by aiohttp: python-telegram-bot's own way costs several times the CPU."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

READ_TIMEOUT: Final = 20.0
"""Seconds that a call's answer is waited for: after that nobody knows whether it was done."""
CONNECT_TIMEOUT: Final = 10.0
POOL_TIMEOUT: Final = 30.0

_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class HttpRequest(BaseRequest):
    """Posts forms, with at most ``connections`` calls at the same time."""

    def __init__(self, connections: int, read_timeout: float = READ_TIMEOUT) -> None:
        self._connections = connections
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[str, str | None] = {}

    @property
    def read_timeout(self) -> float | None:
        """Seconds that an answer is waited for."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Make the pool of connections."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections)
            self._session = aiohttp.ClientSession(
                connector=connector,
                headers={"User-Agent": self.USER_AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
            )

    async def shutdown(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Return the status and the body of an answer.

        Raises:
            TimedOut: no answer came; the call may have been done.
            NetworkError: the call failed; ``never_sent`` tells whether it can have been done.
        """
        if self._session is None:
            raise RuntimeError("the connections are closed")
        wait = _given(read_timeout, self._read_timeout)
        timeout = aiohttp.ClientTimeout(
            total=None,
            connect=_given(pool_timeout, POOL_TIMEOUT),
            sock_connect=_given(connect_timeout, CONNECT_TIMEOUT),
            sock_read=wait,
        )
        body, headers = _body(request_data)
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, proxy=self._proxy(url)
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError as reason:
            raise TimedOut(type(reason).__name__) from reason
        except aiohttp.ClientError as reason:
            raise NetworkError(type(reason).__name__) from reason

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return what an answer says; the library's own logs one that it cannot read, whole.

        Raises:
            TelegramError: it is no JSON object.
        """
        try:
            said = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError) as reason:
            raise TelegramError("Invalid server response") from reason
        if not isinstance(said, dict):
            raise TelegramError("Invalid server response")
        return said

    def _proxy(self, url: str) -> str | None:
        """Return the proxy that the environment names for an address, asked once for each host.

        aiohttp would look into the environment and ``.netrc`` at every call, in another thread.
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.hostname}"
        if origin not in self._proxies:
            bypassed = proxy_bypass(parts.hostname or "")
            self._proxies[origin] = None if bypassed else getproxies().get(parts.scheme)
        return self._proxies[origin]


def never_sent(fault: NetworkError) -> bool:
    """Tell whether a call failed before Telegram can have got it."""
    before = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
    return isinstance(fault.__cause__, before)


def _given(timeout: Any, default: float) -> float | None:
    """Return a call's own time-out, or the default where it gives none."""
    if timeout is BaseRequest.DEFAULT_NONE:
        return default
    return None if timeout is None else float(timeout)


def _body(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str]]:
    if data is None:
        return None, {}
    files = data.multipart_data
    if not files:
        return urlencode(data.json_parameters).encode(), _FORM
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, kind) in files.items():
        form.add_field(name, content, filename=file_name, content_type=kind)
    return form, {}
