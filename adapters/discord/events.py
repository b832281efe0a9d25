"""Who asks, and where, from what Discord tells with an interaction."""

from __future__ import annotations

from typing import Final

import discord

from plumas_core.commands.identity import Event
from plumas_core.delivery.places import PRIVATE

PLATFORM: Final = "discord"


def event_of(interaction: discord.Interaction) -> Event:
    """Return the interaction as an event; its own id is the event's key."""
    guild = interaction.guild
    private = interaction.guild_id is None
    rights = interaction.permissions
    return Event(
        platform=PLATFORM,
        account_id=str(interaction.user.id),
        account_name=account_name(interaction.user),
        home=PRIVATE if private else str(interaction.guild_id),
        home_name=(guild.name if guild is not None else "") or "Discord",
        address=f"{PRIVATE}:{interaction.user.id}" if private else str(interaction.channel_id),
        key=f"{PLATFORM}:{interaction.id}",
        locale=interaction.locale.value,
        home_locale=interaction.guild_locale.value if interaction.guild_locale else None,
        admin=not private and (rights.manage_guild or rights.administrator),
    )


def account_name(user: discord.User | discord.Member) -> str:
    """Return what a person is called everywhere: a server's own nickname changes with it."""
    return user.global_name or user.name
