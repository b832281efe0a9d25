"""What Telegram brings the bot: updates in a queue, asked for or sent to a webhook."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.standins.telegram_rules import BadPayload, Refusal, check_webhook

Json = dict[str, Any]
Params = Mapping[str, str]

FIRST_UPDATE = 700_000_001
MOST_UPDATES = 100
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
AGAIN_SECONDS = 0.02
"""How soon a webhook is called again that did not answer well; Telegram itself takes longer."""


@dataclass
class Webhook:
    """Where updates are sent, and what was answered there."""

    url: str
    secret: str | None
    connections: int
    statuses: list[int] = field(default_factory=list)


class Updates:
    """The bot's queue. ``again`` brings each update that many times, as a network does."""

    def __init__(self) -> None:
        self.queue: list[Json] = []
        self.webhook: Webhook | None = None
        self.doors: dict[str, str] = {}
        self.polls: list[Params] = []
        self.polled = asyncio.Event()
        self.again = 1
        self._next = FIRST_UPDATE
        self._allowed: frozenset[str] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._poller: asyncio.Future[str] | None = None
        self._pump: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Serve from this loop."""
        self._loop = asyncio.get_running_loop()

    async def stop(self) -> None:
        """Send nothing any more."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        if self._poller is not None and not self._poller.done():
            self._poller.set_result("the server is going down")

    def number(self) -> int:
        """Return the next update's id."""
        self._next += 1
        return self._next

    def add(self, update: Json) -> None:
        """Put an update into the queue, unless the bot does not want its kind."""
        kind = next(name for name in update if name != "update_id")
        allowed = self._allowed
        if kind not in allowed if allowed else kind in NOT_BY_DEFAULT:
            return
        self.queue += [update] * self.again
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._news.set)

    async def get(self, params: Params) -> list[Json]:
        """Answer ``getUpdates``: what is above the offset, which confirms what is below.

        Raises:
            Refusal: a webhook is set, or somebody else asks too.
        """
        if self.webhook is not None:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook"
                " to delete the webhook first",
            )
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(
                "Conflict: terminated by other getUpdates request; make sure that only one bot"
                " instance is running"
            )
        self.polls.append(dict(params))
        self.polled.set()
        self._set_allowed(params)
        self._confirm(int(params.get("offset") or 0))
        most = min(max(int(params.get("limit") or MOST_UPDATES), 1), MOST_UPDATES)
        if not self.queue:
            await self._wait(float(params.get("timeout") or 0))
        return self.queue[:most]

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self.queue = self.queue[offset:]
        elif offset:
            self.queue = [one for one in self.queue if one["update_id"] >= offset]

    async def _wait(self, seconds: float) -> None:
        poller: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._poller = poller
        self._news.clear()
        news: asyncio.Future[Any] = asyncio.ensure_future(self._news.wait())
        awaited: set[asyncio.Future[Any]] = {news, poller}
        try:
            await asyncio.wait(awaited, timeout=seconds, return_when="FIRST_COMPLETED")
        finally:
            news.cancel()
        if poller.done():
            raise Refusal(409, poller.result())

    def _set_allowed(self, params: Params) -> None:
        if "allowed_updates" in params:
            self._allowed = frozenset(json.loads(params["allowed_updates"])) or None

    async def set_webhook(self, params: Params) -> bool:
        """Answer ``setWebhook``; an empty address takes it away.

        Raises:
            BadPayload: it is no address that Telegram would call.
        """
        if not params.get("url"):
            return await self.delete_webhook(params)
        check_webhook(params)
        self._set_allowed(params)
        connections = int(params.get("max_connections") or 40)
        if not 1 <= connections <= 100:
            raise BadPayload("bad webhook: max_connections is out of bounds")
        if self._poller is not None and not self._poller.done():
            self._poller.set_result("Conflict: terminated by setWebhook request")
        await self._drop(params)
        self.webhook = Webhook(params["url"], params.get("secret_token"), connections)
        self._pump = asyncio.create_task(self._sending(self.webhook))
        return True

    async def delete_webhook(self, params: Params) -> bool:
        """Answer ``deleteWebhook``."""
        self.webhook = None
        await self._drop(params)
        return True

    async def _drop(self, params: Params) -> None:
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
            self._pump = None
        if params.get("drop_pending_updates") == "true":
            self.queue.clear()

    def info(self) -> Json:
        """Answer ``getWebhookInfo``."""
        hook = self.webhook
        info: Json = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.queue),
        }
        if hook is not None:
            info["max_connections"] = hook.connections
        return info

    async def _sending(self, hook: Webhook) -> None:
        """Send what is in the queue: in order within a chat, side by side between chats."""
        async with aiohttp.ClientSession() as session:
            while True:
                self._news.clear()
                by_chat: dict[int, list[Json]] = defaultdict(list)
                for update in self.queue:
                    by_chat[_chat_of(update)].append(update)
                async with asyncio.TaskGroup() as round_:
                    for updates in by_chat.values():
                        round_.create_task(self._send_all(session, hook, updates))
                if not self.queue:
                    await self._news.wait()

    async def _send_all(
        self, session: aiohttp.ClientSession, hook: Webhook, updates: list[Json]
    ) -> None:
        for update in updates:
            taken = await self.call(session, hook, update)
            while not taken:
                await asyncio.sleep(AGAIN_SECONDS)
                taken = await self.call(session, hook, update)
            self.queue.remove(update)

    async def call(self, session: aiohttp.ClientSession, hook: Webhook, update: Json) -> bool:
        """Send one update as Telegram does; tell whether it was taken."""
        headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
        try:
            async with session.post(self.door(hook.url), json=update, headers=headers) as answer:
                hook.statuses.append(answer.status)
                return answer.status // 100 == 2
        except aiohttp.ClientError:
            hook.statuses.append(0)
            return False

    def door(self, url: str) -> str:
        """Return where an address leads on this machine: ``doors`` stands for proxies and DNS."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        return self.doors.get(origin, origin) + url.removeprefix(origin)


def _chat_of(update: Json) -> int:
    for part in update.values():
        if isinstance(part, dict):
            message = part.get("message", part)
            return int(message.get("chat", part.get("from", {})).get("id", 0))
    return 0
