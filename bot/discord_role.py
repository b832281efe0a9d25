"""Discord as a role of this process: what the settings say of it, and serving it."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from bot.env_file import SettingsError
from plumas_core.app import App
from plumas_core.commands.catalogue import ACTIONS, COMMANDS

if TYPE_CHECKING:
    from adapters.discord.service import DiscordService
    from bot.settings import Settings

RIGHTS: Final = 0x400 | 0x800 | 0x4000 | 0x8000 | 0x10000 | 0x800000000 | 0x4000000000
"""What the bot asks for in a server: see channels, send messages, embed links, attach files, read
the history (to find a message of its own after a crash), create public threads and send in them.
"""

INVITE: Final = (
    "https://discord.com/oauth2/authorize?client_id={id}"
    "&scope=bot+applications.commands&permissions={rights}"
)


def discord_service(settings: Settings) -> DiscordService | None:
    """Return the connection that the settings describe, ``None`` without a token."""
    if settings.discord_token is None:
        return None
    from adapters.discord.service import DiscordPlan, DiscordService

    return DiscordService(
        DiscordPlan(
            token=settings.discord_token.get_secret_value(),
            api_url=settings.discord_api_url,
            gateway_url=settings.discord_gateway_url,
            shard_ids=settings.discord_shard_ids,
            shard_count=settings.discord_shard_count,
            folder=settings.database_path.parent,
        )
    )


async def serve_discord(service: DiscordService, app: App, *, listen: bool) -> None:
    """Log in, so that messages can be delivered, and with ``listen`` answer members too.

    Raises:
        SettingsError: Discord does not accept the token.
    """
    from adapters.discord.service import TokenRefused

    try:
        await service.log_in()
        if listen:
            await service.serve(app, COMMANDS, ACTIONS)
    except TokenRefused as reason:
        raise SettingsError(f"{reason}; copy it again from the developer portal") from reason


def invite_link(token: str) -> str | None:
    """Return the address that invites the bot into a server, ``None`` if the token hides it.

    A bot's token begins with its id in base64.
    """
    first = token.partition(".")[0]
    try:
        number = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return INVITE.format(id=number, rights=RIGHTS) if number.isdigit() else None
