"""Coming to a server and leaving it: a greeting, a word to the operator, places that are lost."""

from __future__ import annotations

import discord
import structlog
from sqlalchemy import Connection, select, update

from adapters.discord.events import PLATFORM
from plumas_core.app import App
from plumas_core.approval import is_approved
from plumas_core.commands.identity import Event, settle
from plumas_core.commands.reply import Button, Note, Reply, Text, Title
from plumas_core.credits.money import show
from plumas_core.delivery.operators import ask_operators
from plumas_core.ids import encode
from plumas_core.locales.translate import closest
from plumas_core.storage.tables.people import places

log = structlog.get_logger(__name__)


class Arrivals:
    """Greets servers that are new, also those that were joined while the bot was away."""

    def __init__(self, app: App, client: discord.Client) -> None:
        self._app = app
        self._client = client
        client.event(self.on_ready)
        client.event(self.on_guild_join)
        client.event(self.on_guild_remove)

    async def on_ready(self) -> None:
        """Greet the servers in which nothing has been said yet."""
        known = await self._app.db.read(_homes)
        log.info("discord_ready", servers=len(self._client.guilds))
        for guild in self._client.guilds:
            if str(guild.id) not in known:
                await self._greet(guild)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Greet a server, for the first time or again."""
        await self._greet(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note that nothing can be said there any more; what was said and paid is kept."""
        await self._app.db.write(lambda c: _lose(c, str(guild.id), self._app.clock()))

    async def _greet(self, guild: discord.Guild) -> None:
        channel = greeting_channel(guild)
        await self._app.db.write(lambda c: arrive(self._app, c, guild, channel))


def greeting_channel(guild: discord.Guild) -> discord.TextChannel | None:
    """Return where a greeting belongs and may be posted, if there is such a channel."""
    first = [guild.system_channel] if guild.system_channel is not None else []
    for channel in [*first, *guild.text_channels]:
        rights = channel.permissions_for(guild.me)
        if rights.view_channel and rights.send_messages and rights.embed_links:
            return channel
    return None


def arrive(
    app: App, c: Connection, guild: discord.Guild, channel: discord.TextChannel | None
) -> None:
    """Make a server's community, owe it a greeting, and ask the operators to fund its pool."""
    home = str(guild.id)
    _find_again(c, home)
    joined = guild.me.joined_at
    arrival = f"{PLATFORM}:arrival:{home}:{int(joined.timestamp()) if joined else 0}"
    locale = closest(guild.preferred_locale.value)
    community = None
    if channel is not None:
        event = Event(
            platform=PLATFORM,
            account_id="",
            account_name="",
            home=home,
            home_name=guild.name,
            address=str(channel.id),
            key=arrival,
            home_locale=guild.preferred_locale.value,
        )
        community, place = settle(app, c, event)
        empty = not is_approved(c, community)
        app.outbox.enqueue(c, key=arrival, place=place, reply=greeting(app, locale, empty=empty))
    if community is None or not is_approved(c, community):
        ask_operators(app, c, arrival, _question(app, guild.name, community))


def _question(app: App, name: str, community: int | None) -> Reply:
    """Return what the operators are asked of a server; a button approves it, if it is known."""
    t = app.texts
    locale = app.policy.default_locale
    amount = show(app.policy.opening_pool, locale)
    key = "discord-asks-operator" if community is not None else "discord-asks-operator-there"
    buttons: tuple[Button, ...] = ()
    if community is not None:
        buttons = (
            Button("approve", encode(community), t.text(locale, "button-approve"), "primary"),
        )
    return Reply((Note(t.text(locale, key, name=name, amount=amount)),), buttons=buttons)


def greeting(app: App, locale: str, *, empty: bool) -> Reply:
    """Return what a new server reads: what the bot is, and the first three things to do.

    ``empty``: nobody has approved the server yet, so that its pool is empty.
    """
    t = app.texts
    steps = (
        t.text(locale, "discord-first-help"),
        t.text(locale, "discord-first-write"),
        t.text(locale, "discord-first-duel"),
    )
    note = (Text((t.text(locale, "discord-pool-empty"),)),) if empty else ()
    simulated = (
        () if app.providers.real_keys else (Note(t.text(locale, "simulated-all"), "simulated"),)
    )
    return Reply(
        (
            Title(t.text(locale, "help-title")),
            Text((t.text(locale, "discord-greeting"),)),
            *(Text((f"{number}. {step}",)) for number, step in enumerate(steps, 1)),
            *note,
            *simulated,
        )
    )


def _homes(c: Connection) -> set[str]:
    query = select(places.c.home).where(places.c.platform == PLATFORM).distinct()
    return set(c.execute(query).scalars())


def _lose(c: Connection, home: str, now: int) -> None:
    where = (places.c.platform == PLATFORM, places.c.home == home)
    c.execute(update(places).where(*where).values(lost_at=now))


def _find_again(c: Connection, home: str) -> None:
    where = (places.c.platform == PLATFORM, places.c.home == home)
    c.execute(update(places).where(*where).values(lost_at=None))
