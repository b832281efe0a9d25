"""A stand-in for Discord's REST interface, on loopback.

It keeps servers, channels, messages, commands and interactions, and refuses what Discord refuses:
payloads above its limits, answers that come too late or twice, places that are gone or closed.
``refused`` lists every refusal of a payload, so that a test can tell that there was none.
"""

from __future__ import annotations

import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.standins.discord_rates import Rates
from tests.standins.discord_rules import commands_faults, message_faults, modal_faults

Json = dict[str, Any]

APPLICATION = 9_000_000_000_000_001
BOT: Json = {
    "id": str(APPLICATION),
    "username": "plumas",
    "discriminator": "0000",
    "global_name": None,
    "avatar": None,
    "bot": True,
}
TOKEN = "a-token"
PREFIX = "/api/v10"
EPOCH_MS = 1_420_070_400_000
FIRST_SIGN_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0


@dataclass
class Asked:
    """One interaction, and what became of it."""

    id: str
    token: str
    kind: int
    channel_id: str
    began: float
    answered: int | None = None
    answered_after: float = 0.0
    ephemeral: bool = False
    modal: Json | None = None
    choices: list[Json] | None = None
    original: Json | None = None
    deleted: bool = False
    followups: list[Json] = field(default_factory=list)
    edits: list[float] = field(default_factory=list)

    @property
    def shown(self) -> list[Json]:
        """What the member sees in the end: the answer, unless it was taken back, and the rest."""
        first = [self.original] if self.original is not None and not self.deleted else []
        return [*first, *self.followups]


class Refusal(Exception):
    """What Discord answers instead of doing it."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.more = status, more
        self.headers: dict[str, str] = {}
        self.body: Json = {"code": code, "message": message, **more}


_PASS = Refusal(0, 0, "let it pass")


class DiscordServer:
    """Listens on a free port; ``clock`` is in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.requests: list[tuple[str, str]] = []
        self.refused: list[str] = []
        self.registered: list[list[Json]] = []
        self.channels: dict[str, Json] = {}
        self.messages: dict[str, list[Json]] = defaultdict(list)
        self.asked: dict[str, Asked] = {}
        self.members: dict[str, Json] = {}
        self.files: dict[str, bytes] = {}
        self.closed_dms: set[str] = set()
        self.broken: dict[str, deque[Refusal | None]] = defaultdict(deque)
        self.nonces: dict[tuple[str, str], Json] = {}
        self.rates: Rates | None = None
        self.url = ""
        self._numbers = itertools.count(1)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        self.add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api(self) -> str:
        return self.url + PREFIX

    def snowflake(self) -> str:
        """Return an id that carries the present, as Discord's do."""
        now = int(time.time() * 1_000) - EPOCH_MS
        return str((now << 22) | (next(self._numbers) & 0x3FFFFF))

    def add_channel(self, kind: int = 0, **more: Any) -> str:
        """Make a channel of a kind (0: text, 1: private, 11: thread); return its id."""
        number = self.snowflake()
        self.channels[number] = {
            "id": number,
            "type": kind,
            "name": f"c{number}",
            "position": 0,
            **more,
        }
        return number

    def fail(self, route: str, *refusals: Refusal | None) -> None:
        """Let the next requests to a route (``POST /channels``) be refused; ``None``: 500."""
        self.broken[route].extend(refusals)

    def pass_then_fail(self, route: str, passing: int, refusal: Refusal) -> None:
        """Let so many requests to a route pass, and the one after them be refused."""
        self.broken[route].extend([*[_PASS] * passing, refusal])

    def add_routes(self, app: web.Application) -> None:
        """Add every route that the bot uses."""
        for method, path, handler in (
            ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/gateway/bot", self._gateway),
            ("PUT", "/applications/{app}/commands", self._register),
            ("POST", "/users/@me/channels", self._open_dm),
            ("GET", "/guilds/{guild}/members/{user}", self._member),
            ("PATCH", "/channels/{channel}", self._edit_channel),
            ("POST", "/channels/{channel}/messages", self._post),
            ("POST", "/channels/{channel}/messages/{message}/threads", self._begin_thread),
            ("GET", "/channels/{channel}/messages", self._history),
            ("PATCH", "/channels/{channel}/messages/{message}", self._edit),
            ("POST", "/interactions/{id}/{token}/callback", self._callback),
            ("PATCH", "/webhooks/{app}/{token}/messages/@original", self._edit_original),
            ("DELETE", "/webhooks/{app}/{token}/messages/@original", self._delete_original),
            ("POST", "/webhooks/{app}/{token}", self._follow_up),
        ):
            app.router.add_route(method, PREFIX + path, self._served(method, path, handler))
        app.router.add_get("/cdn/{name}", self._file)

    def _served(self, method: str, path: str, handler: Any) -> Any:
        key = f"{method} /{path.split('/')[1]}"

        async def serve(request: web.Request) -> web.StreamResponse:
            self.requests.append((method, request.path.removeprefix(PREFIX)))
            told: dict[str, str] = {}
            try:
                broken = self.broken[key].popleft() if self.broken[key] else _PASS
                if broken is not _PASS:
                    raise broken or Refusal(500, 0, "broken")
                self._authorise(request, path)
                told = self._rated(request, method, path)
                return _answer(await handler(request), told)
            except Refusal as refusal:
                headers = {**told, **refusal.headers}
                if refusal.status == 429:
                    headers["Via"] = "1.1 google"
                if "retry_after" in refusal.more:
                    headers["Retry-After"] = str(refusal.more["retry_after"])
                return _json(refusal.body, refusal.status, headers)

        return serve

    def _rated(self, request: web.Request, method: str, path: str) -> dict[str, str]:
        """Count a request against its bucket; return what is told of what is left."""
        if self.rates is None:
            return {}
        parts = request.match_info
        major = ":".join(parts.get(name, "") for name in ("channel", "guild", "token"))
        told, wait = self.rates.take(method, path, major)
        if wait is not None:
            everywhere = "X-RateLimit-Global" in told
            refusal = Refusal(429, 0, "You are being rate limited.", retry_after=wait)
            refusal.body["global"] = everywhere
            refusal.headers = told
            raise refusal
        return told

    def _authorise(self, request: web.Request, path: str) -> None:
        free = path.startswith(("/interactions", "/webhooks"))
        if not free and request.headers.get("Authorization") != f"Bot {TOKEN}":
            raise Refusal(401, 0, "401: Unauthorized")

    async def _me(self, request: web.Request) -> Json:
        return BOT

    async def _application(self, request: web.Request) -> Json:
        owner = {**BOT, "id": "77", "username": "owner", "bot": False}
        return {
            "id": str(APPLICATION),
            "name": "plumas",
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "x",
            "flags": 0,
            "owner": owner,
            "team": None,
            "summary": "",
        }

    async def _gateway(self, request: web.Request) -> Json:
        limit = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
        return {"url": self.gateway_url, "shards": 1, "session_start_limit": limit}

    @property
    def gateway_url(self) -> str:
        return self.url.replace("http", "ws") + "/gateway"

    async def _register(self, request: web.Request) -> list[Json]:
        commands = await request.json()
        faults = commands_faults(commands)
        if faults:
            self._refuse(faults)
        self.registered.append(commands)
        return [
            {
                **command,
                "id": self.snowflake(),
                "application_id": str(APPLICATION),
                "version": self.snowflake(),
            }
            for command in commands
        ]

    async def _open_dm(self, request: web.Request) -> Json:
        user = str((await request.json())["recipient_id"])
        found = [c for c in self.channels.values() if c.get("recipient") == user]
        number = found[0]["id"] if found else self.add_channel(1, recipient=user)
        person = {**BOT, "id": user, "username": f"u{user}", "bot": False}
        return {"id": number, "type": 1, "last_message_id": None, "recipients": [person]}

    async def _member(self, request: web.Request) -> Json:
        found = self.members.get(request.match_info["user"])
        if found is None:
            raise Refusal(404, 10007, "Unknown Member")
        return found

    async def _edit_channel(self, request: web.Request) -> Json:
        channel = self._channel(request, writing=False)
        changes = await request.json()
        if "archived" in changes:
            channel["archived"] = changes["archived"]
        return channel

    async def _post(self, request: web.Request) -> Json:
        channel = self._channel(request)
        payload, sizes = await _read(request)
        key = (channel["id"], str(payload.get("nonce")))
        if payload.get("enforce_nonce") and key in self.nonces:
            return self.nonces[key]
        self._check(message_faults(payload, sizes))
        channel["archived"] = False
        message = self._message(payload, channel["id"], sizes)
        message["nonce"] = payload.get("nonce")
        self.messages[channel["id"]].append(message)
        if payload.get("enforce_nonce"):
            self.nonces[key] = message
        return message

    async def _begin_thread(self, request: web.Request) -> Json:
        """Begin a thread from a message: it gets the message's id, and can be begun but once."""
        channel = self._channel(request)
        number = request.match_info["message"]
        name = str((await request.json()).get("name") or "")
        if channel["type"] not in (0, 5):
            raise Refusal(400, 50024, "Cannot execute action on this channel type")
        if channel.get("threadless"):
            raise Refusal(403, 50013, "Missing Permissions")
        if not any(one["id"] == number for one in self.messages[channel["id"]]):
            raise Refusal(404, 10008, "Unknown Message")
        if number in self.channels:
            raise Refusal(400, 160004, "A thread has already been created for this message")
        self._check([] if 1 <= len(name) <= 100 else ["thread name"])
        thread = {"id": number, "type": 11, "name": name, "parent_id": channel["id"]}
        self.channels[number] = thread
        opening = self._message({}, number, [])
        self.messages[number].append({**opening, "type": 21})
        metadata = {"archived": False, "auto_archive_duration": 1440, "locked": False}
        owned = {"owner_id": BOT["id"], "guild_id": None, "thread_metadata": metadata}
        return {**thread, **owned, "message_count": 0, "member_count": 1}

    async def _history(self, request: web.Request) -> list[Json]:
        channel = self._channel(request, writing=False)
        if channel.get("unreadable"):
            raise Refusal(403, 50001, "Missing Access")
        found = self.messages[channel["id"]]
        if after := request.query.get("after"):
            found = [one for one in found if int(one["id"]) > int(after)]
        if before := request.query.get("before"):
            found = [one for one in found if int(one["id"]) < int(before)]
        most = int(request.query.get("limit", "50"))
        return list(reversed(found[:most] if after else found[-most:]))

    async def _edit(self, request: web.Request) -> Json:
        channel = self._channel(request)
        if channel.get("archived"):
            raise Refusal(400, 50083, "Thread is archived")
        number = request.match_info["message"]
        found = [one for one in self.messages[channel["id"]] if one["id"] == number]
        if not found:
            raise Refusal(404, 10008, "Unknown Message")
        payload, sizes = await _read(request)
        self._check(message_faults({**found[0], **payload}, sizes))
        self._change(found[0], payload, sizes)
        return found[0]

    async def _callback(self, request: web.Request) -> Json:
        asked = self.asked.get(request.match_info["token"])
        if asked is None or self.clock() - asked.began > FIRST_SIGN_SECONDS:
            raise Refusal(404, 10062, "Unknown interaction")
        if asked.answered is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        body, sizes = await _read(request)
        kind, data = body["type"], body.get("data") or {}
        if kind == 4:
            self._check(message_faults(data, sizes))
            asked.original = self._message(data, asked.channel_id, sizes)
        elif kind == 8:
            asked.choices = data["choices"]
            self._check(_choice_faults(asked.choices))
        elif kind == 9:
            if asked.kind == 5:
                raise Refusal(400, 50035, "a modal cannot answer a modal")
            self._check(modal_faults(data))
            asked.modal = data
        elif kind == 5:
            asked.original = self._message({}, asked.channel_id, [])
        asked.answered, asked.answered_after = kind, self.clock() - asked.began
        asked.ephemeral = bool(int(data.get("flags") or 0) & 64)
        resource = {"type": kind}
        if asked.original is not None:
            resource["message"] = asked.original
        told = {"id": asked.id, "type": asked.kind, "activity_instance_id": None}
        return {"interaction": told, "resource": resource}

    async def _edit_original(self, request: web.Request) -> Json:
        asked = self._living(request)
        if asked.original is None or asked.deleted:
            raise Refusal(404, 10008, "Unknown Message")
        payload, sizes = await _read(request)
        self._check(message_faults({**asked.original, **payload}, sizes))
        asked.edits.append(self.clock())
        self._change(asked.original, payload, sizes)
        return asked.original

    async def _delete_original(self, request: web.Request) -> None:
        self._living(request).deleted = True

    async def _follow_up(self, request: web.Request) -> Json:
        asked = self._living(request)
        payload, sizes = await _read(request)
        self._check(message_faults(payload, sizes))
        message = self._message(payload, asked.channel_id, sizes)
        asked.followups.append(message)
        return message

    async def _file(self, request: web.Request) -> web.Response:
        data = self.files.get(request.match_info["name"])
        return web.Response(status=404) if data is None else web.Response(body=data)

    def _living(self, request: web.Request) -> Asked:
        asked = self.asked.get(request.match_info["token"])
        if asked is None or asked.answered is None:
            raise Refusal(404, 10015, "Unknown Webhook")
        if self.clock() - asked.began > TOKEN_SECONDS:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return asked

    def _channel(self, request: web.Request, *, writing: bool = True) -> Json:
        channel = self.channels.get(request.match_info["channel"])
        if channel is None:
            raise Refusal(404, 10003, "Unknown Channel")
        if writing and channel.get("forbidden"):
            raise Refusal(403, 50013, "Missing Permissions")
        if writing and channel.get("recipient") in self.closed_dms:
            raise Refusal(403, 50007, "Cannot send messages to this user")
        return channel

    def _check(self, faults: list[str]) -> None:
        if faults:
            self._refuse(faults)

    def _refuse(self, faults: list[str]) -> None:
        self.refused.extend(faults)
        raise Refusal(400, 50035, f"Invalid Form Body: {'; '.join(faults)}", errors={})

    def _message(self, payload: Json, channel: str, sizes: list[tuple[str, int]]) -> Json:
        message: Json = {
            "id": self.snowflake(),
            "channel_id": channel,
            "author": BOT,
            "content": "",
            "timestamp": "2026-11-22T12:00:00+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "type": 0,
            "flags": int(payload.get("flags") or 0),
            "notified": _notified(payload),
        }
        self._change(message, payload, sizes)
        return message

    def _change(self, message: Json, payload: Json, sizes: list[tuple[str, int]]) -> None:
        for name in ("content", "embeds", "components"):
            if name in payload:
                message[name] = payload[name] or ("" if name == "content" else [])
        if "attachments" in payload:
            message["attachments"] = [
                {"id": self.snowflake(), "filename": name, "size": size, "url": "", "proxy_url": ""}
                for name, size in sizes
            ]


def _answer(body: Any, headers: Mapping[str, str]) -> web.Response:
    if body is None:
        return web.Response(status=204, headers=headers)
    return _json(body, 200, headers)


def _json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return JSON under the bare type that Discord gives it."""
    more = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=more)


async def _read(request: web.Request) -> tuple[Json, list[tuple[str, int]]]:
    """Return a request's payload, and names and sizes of its files."""
    if not request.content_type.startswith("multipart/"):
        body: Json = await request.json()
        return body, []
    payload: Json = {}
    sizes = []
    async for part in await request.multipart():
        data = await part.read()  # type: ignore[union-attr]  # parts are not nested
        if part.name == "payload_json":  # type: ignore[union-attr]  # parts are not nested
            payload = json.loads(data)
        else:
            sizes.append((part.filename or "", len(data)))  # type: ignore[union-attr]  # as above
    return payload, sizes


def _notified(payload: Json) -> list[str]:
    """Return whom a new message notifies: those mentioned in its content and allowed."""
    allowed = payload.get("allowed_mentions")
    content = payload.get("content") or ""
    if allowed is None:
        return ["everyone"] if "@everyone" in content else []
    return [user for user in map(str, allowed.get("users", [])) if f"<@{user}>" in content]


def _choice_faults(choices: list[Json]) -> list[str]:
    faults = [] if len(choices) <= 25 else ["more than 25 choices"]
    for choice in choices:
        if not 1 <= len(choice["name"]) <= 100 or not 1 <= len(str(choice["value"])) <= 100:
            faults.append("choice")
    return faults
