"""A stand-in for Discord's gateway beside its REST interface: sessions, events, cuts, resuming."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from tests.standins.discord_people import GUILD
from tests.standins.discord_rest import APPLICATION, BOT, DiscordServer

Json = dict[str, Any]

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _HELLO, _HEARD = 0, 1, 2, 6, 10, 11
HEARTBEAT_MS = 41_250


class GatewayServer(DiscordServer):
    """Sends events to whoever is connected, and again to a session that resumes.

    ``identified`` and ``resumed`` count sessions begun and taken up again.
    """

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        super().__init__(*([clock] if clock else []))
        self.identified: list[Json] = []
        self.resumed = 0
        self.guilds: list[Json] = []
        self.ready = asyncio.Event()
        self._events: list[Json] = []
        self._socket: web.WebSocketResponse | None = None
        self._squeeze: Any = None

    def add_routes(self, app: web.Application) -> None:
        super().add_routes(app)
        app.router.add_get("/gateway", self._connected)
        app.router.add_get("/gateway/", self._connected)

    def add_guild(self, number: str = GUILD, name: str = "La Tertulia") -> Json:
        """Make a server with the channels that there are."""
        channels = [one for one in self.channels.values() if one["type"] == 0]
        guild = guild_data(number, name, channels)
        self.guilds.append(guild)
        return guild

    async def send(self, name: str, data: Json) -> None:
        """Dispatch an event; one that finds nobody connected is kept for the resuming."""
        event = {"op": _DISPATCH, "s": len(self._events) + 1, "t": name, "d": data}
        self._events.append(event)
        if self._socket is not None and not self._socket.closed:
            await self._write(event)

    async def interact(self, payload: Json) -> None:
        """Bring a member's interaction."""
        await self.send("INTERACTION_CREATE", payload)

    async def cut(self) -> None:
        """Break the connection, as networks do."""
        socket, self._socket = self._socket, None
        self.ready.clear()
        if socket is not None:
            await socket.close(code=4000)

    async def _connected(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._socket = socket
        squeezed = request.query.get("compress") == "zlib-stream"
        self._squeeze = zlib.compressobj() if squeezed else None
        await self._write({"op": _HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._heard(json.loads(message.data))
        return socket

    async def _heard(self, message: Json) -> None:
        match message["op"]:
            case 1:
                await self._write({"op": _HEARD, "d": None})
            case 2:
                await self._begin(message["d"])
            case 6:
                self.resumed += 1
                for event in self._events[message["d"]["seq"] :]:
                    await self._write(event)
                await self.send("RESUMED", {})
                self.ready.set()

    async def _begin(self, identify: Json) -> None:
        self.identified.append(identify)
        self._events.clear()
        away = [{"id": guild["id"], "unavailable": True} for guild in self.guilds]
        await self.send(
            "READY",
            {
                "v": 10,
                "user": BOT,
                "guilds": away,
                "session_id": "session",
                "resume_gateway_url": self.gateway_url,
                "application": {"id": str(APPLICATION), "flags": 0},
                "shard": identify.get("shard", [0, 1]),
            },
        )
        for guild in self.guilds:
            await self.send("GUILD_CREATE", guild)
        self.ready.set()

    async def _write(self, message: Json) -> None:
        socket = self._socket
        if socket is None:
            return
        text = json.dumps(message)
        if self._squeeze is None:
            await socket.send_str(text)
        else:
            data = self._squeeze.compress(text.encode()) + self._squeeze.flush(zlib.Z_SYNC_FLUSH)
            await socket.send_bytes(data)


def guild_data(number: str, name: str, channels: list[Json]) -> Json:
    """Return a server as Discord describes it to a bot that may write everywhere in it."""
    me = {
        "user": BOT,
        "roles": [],
        "joined_at": "2026-11-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
    }
    everyone = {
        "id": number,
        "name": "@everyone",
        "permissions": str(1 << 10 | 1 << 11 | 1 << 14 | 1 << 15 | 1 << 16),
        "position": 0,
        "color": 0,
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    return {
        "id": number,
        "name": name,
        "owner_id": "1",
        "unavailable": False,
        "member_count": 2,
        "members": [me],
        "roles": [everyone],
        "emojis": [],
        "stickers": [],
        "channels": [{**one, "permission_overwrites": []} for one in channels],
        "threads": [],
        "voice_states": [],
        "presences": [],
        "features": [],
        "preferred_locale": "es-ES",
        "premium_tier": 0,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "system_channel_flags": 0,
        "afk_timeout": 60,
        "premium_progress_bar_enabled": False,
    }
