"""Members of a Discord server: what Discord sends when they type, press, choose and fill in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plumas_core.commands.catalogue import COMMANDS
from plumas_core.commands.spec import (
    AnyCommand,
    AttachmentParam,
    FlagParam,
    IntegerParam,
)
from tests.standins.discord_rest import APPLICATION, Asked, DiscordServer

Json = dict[str, Any]

GUILD = "800000000000000001"
MANAGE_GUILD = 1 << 5
SEND_MESSAGES = 1 << 11
_KINDS = {IntegerParam: 4, FlagParam: 5, AttachmentParam: 11}


@dataclass
class Person:
    """A member of the server, in a channel of it."""

    server: DiscordServer
    id: str
    name: str
    channel: str
    locale: str = "en-US"
    guild_locale: str = "en-US"
    admin: bool = False
    guild: str | None = GUILD

    @property
    def user(self) -> Json:
        return {
            "id": self.id,
            "username": self.name,
            "discriminator": "0",
            "global_name": self.name,
            "avatar": None,
        }

    @property
    def member(self) -> Json:
        return {
            "user": self.user,
            "roles": [],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "permissions": str(SEND_MESSAGES | (MANAGE_GUILD if self.admin else 0)),
            "deaf": False,
            "mute": False,
            "flags": 0,
            "nick": f"{self.name} (aquí)",
        }

    def command(self, path: str, **options: Any) -> Json:
        """Return what comes when the member uses a command; a file is a path's name and bytes."""
        spec = next(one for one in COMMANDS if " ".join(one.path) == path)
        return self._asks(2, command_data(self.server, spec, options))

    def typing(self, path: str, focused: str, typed: str) -> Json:
        """Return what comes while the member types a value."""
        spec = next(one for one in COMMANDS if " ".join(one.path) == path)
        data = command_data(self.server, spec, {focused: typed})
        option = data
        while "options" in option:
            option = option["options"][0]
        option["focused"] = True
        return self._asks(4, data)

    def press(self, code: str, message: Json | None = None) -> Json:
        """Return what comes when the member presses a button."""
        data = {"custom_id": code, "component_type": 2}
        return self._asks(3, data, message or self._somewhere())

    def choose(self, menu: str, code: str) -> Json:
        """Return what comes when the member chooses from a menu."""
        data = {"custom_id": menu, "component_type": 3, "values": [code]}
        return self._asks(3, data, self._somewhere())

    def submit(self, modal: Json, **answers: Any) -> Json:
        """Return what comes when the member sends a modal."""
        components: list[Json] = []
        files: dict[str, Json] = {}
        for number, label in enumerate(modal["components"], 1):
            part = label["component"]
            name = part["custom_id"]
            given = answers.get(name.replace(".", "_"))
            if part["type"] == 19:
                chosen = []
                if given is not None:
                    file = attach(self.server, *given)
                    files[file["id"]] = file
                    chosen = [file["id"]]
                sent: Json = {"values": chosen}
            elif part["type"] == 3:
                sent = {"values": given or []}
            else:
                sent = {"value": given if given is not None else part.get("value", "")}
            inner = {"type": part["type"], "custom_id": name, "id": number + 100, **sent}
            components.append({"type": 18, "id": number, "component": inner})
        data = {
            "custom_id": modal["custom_id"],
            "components": components,
            "resolved": {"attachments": files},
        }
        return self._asks(5, data, self._somewhere())

    def _somewhere(self) -> Json:
        return self.server._message({}, self.channel, [])

    def _asks(self, kind: int, data: Json, message: Json | None = None) -> Json:
        number, token = self.server.snowflake(), f"t{self.server.snowflake()}"
        asked = Asked(number, token, kind, self.channel, self.server.clock())
        self.server.asked[token] = asked
        payload: Json = {
            "id": number,
            "application_id": str(APPLICATION),
            "type": kind,
            "token": token,
            "version": 1,
            "data": data,
            "channel_id": self.channel,
            "channel": self.server.channels[self.channel],
            "locale": self.locale,
            "app_permissions": str(SEND_MESSAGES),
            "attachment_size_limit": 10 * 1024 * 1024,
            "authorizing_integration_owners": {},
            "entitlements": [],
        }
        if self.guild is None:
            payload["user"] = self.user
        else:
            payload |= {
                "guild_id": self.guild,
                "guild": {"id": self.guild, "locale": self.guild_locale, "features": []},
                "guild_locale": self.guild_locale,
                "member": self.member,
            }
        if message is not None:
            payload["message"] = message
        return payload


def command_data(server: DiscordServer, spec: AnyCommand, options: Json) -> Json:
    """Return a command and its options as Discord sends them."""
    files: dict[str, Json] = {}
    given = []
    for param in spec.params:
        if param.name not in options:
            continue
        value, kind = options[param.name], _KINDS.get(type(param), 3)
        if kind == 11:
            file = attach(server, *value)
            files[file["id"]] = file
            value = file["id"]
        given.append({"name": param.name, "type": kind, "value": value})
    data: Json = {
        "id": "1",
        "name": spec.path[0],
        "type": 1,
        "options": given,
        "resolved": {"attachments": files},
    }
    for word in reversed(spec.path[1:]):
        data["options"] = [{"name": word, "type": 1, "options": data["options"]}]
    return data


def attach(
    server: DiscordServer, name: str, content: bytes, kind: str | None = "text/plain"
) -> Json:
    """Return a file that a member uploaded."""
    number = server.snowflake()
    server.files[number] = content
    return {
        "id": number,
        "filename": name,
        "size": len(content),
        "url": f"{server.url}/cdn/{number}",
        "proxy_url": f"{server.url}/cdn/{number}",
        "content_type": kind,
    }
