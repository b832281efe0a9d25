"""Delivery of the outbox's messages by Discord's REST interface; no gateway is needed for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import aiohttp
import discord
import structlog

from adapters.discord import limits, messages
from adapters.discord.render import Rendered, bare_file, render
from adapters.discord.threads import begin_thread, first_own
from plumas_core.commands.reply import Reply, Text, Thread
from plumas_core.delivery.outbox import (
    DeliveryFailed,
    ExternalId,
    Mention,
    OutboxRow,
    PlaceLost,
)
from plumas_core.delivery.places import PRIVATE
from plumas_core.lengths import size

log = structlog.get_logger(__name__)

LOCKED: Final = 160005
LOST: Final = frozenset({10003, 10004, 50001, 50007, 50013, 50278, LOCKED})
"""Unknown channel or server, no access, closed to private messages, no permission, no server in
common, locked thread: trying again cannot help."""

CLOSED: Final = (403, 404)
"""A thread that the bot may not write in, or that is gone."""
ARCHIVED: Final = 50083
BAD_REQUEST: Final = 400
UNKNOWN_MESSAGE: Final = 10008

TIMEOUT: Final = 60.0
"""Seconds for one message, within the lease that it is delivered under."""

_SEARCHED: Final = 500
"""Messages of a channel's history that are looked through for one of ours."""
_LEEWAY: Final = timedelta(minutes=2)
"""How far our clock may be from Discord's."""
_MOST_NOTIFIED: Final = 100
_MILLISECONDS: Final = 1_000


class DiscordDeliverer:
    """Brings messages to channels, threads and private chats; ``client`` must have logged in."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def place(self, row: OutboxRow) -> ExternalId:
        """Post the mentions and the reference; the same row again is the same message.

        Discord keeps the nonce for some minutes and answers with the message that it stands for.
        """
        content, people = _opening(row.mentions, row.ref)
        allowed = discord.AllowedMentions(
            everyone=False, roles=False, replied_user=False, users=people
        )
        async with self._refusals():
            channel = await self._channel(row)
            message = await channel.send(content, nonce=row.ref, allowed_mentions=allowed)
        return ExternalId(str(message.id))

    async def edit(self, external: ExternalId, row: OutboxRow) -> None:
        """Put the row's content into the message; its mentions stay, and notify nobody again.

        What wishes for a thread goes into one that begins from the message, where that can be.
        """
        content, _ = _opening(row.mentions, None)
        async with self._refusals():
            channel = await self._channel(row)
            number = int(external)
            thread = await self._thread(channel, number, row.reply.thread)
            if thread is None or row.reply.thread is None or not await self._filled(thread, row):
                await self._put(channel, number, row.ref, row.reply, content)
                return
            line = Reply((Text((row.reply.thread.line,)),))
            await self._put(channel, number, row.ref, line, f"{content} <#{thread.id}>".strip())

    async def _thread(
        self, channel: discord.abc.Messageable, message_id: int, wish: Thread | None
    ) -> discord.PartialMessageable | None:
        if wish is None or not isinstance(channel, discord.PartialMessageable):
            return None
        return await begin_thread(self._client, channel.id, message_id, wish.name)

    async def _filled(self, thread: discord.PartialMessageable, row: OutboxRow) -> bool:
        """Put the row's content into its thread, into the message that is there already if any.

        Return whether it stands there. To begin a thread and to write in it are two rights; and a
        thread that is locked or deleted says nothing of the channel that it is in.
        """
        try:
            message = await first_own(self._client, thread)
            if message is None:
                message = await thread.send(f"`{row.ref}`", nonce=f"{row.ref}t"[: limits.NONCE])
            await self._put(thread, message.id, row.ref, row.reply, "")
        except discord.HTTPException as reason:
            if reason.status not in CLOSED and reason.code != LOCKED:
                raise
            log.info("thread_not_filled", code=reason.code, status=reason.status)
            return False
        return True

    async def _put(
        self,
        channel: discord.abc.Messageable,
        message_id: int,
        ref: str,
        reply: Reply,
        content: str,
    ) -> None:
        """Let a message show a reply below ``content``.

        A message that somebody has deleted stays deleted. Content that Discord refuses is put in
        as a plain file, so that it is not lost and does not keep others waiting.
        """
        try:
            await self._edit(channel, message_id, messages.edited(render(reply), content or None))
        except discord.HTTPException as reason:
            if reason.code == UNKNOWN_MESSAGE:
                log.warning("message_was_deleted", ref=ref)
                return
            if reason.status != BAD_REQUEST or reason.code in LOST or reason.code == ARCHIVED:
                raise
            log.error("content_refused", ref=ref, code=reason.code, cause=reason.text[:500])
            plain = Rendered((), (bare_file(reply),), ())
            await self._edit(channel, message_id, messages.edited(plain, content or None))

    async def find_own(self, row: OutboxRow) -> ExternalId | None:
        """Look through the place's recent history for a message of ours with the row's ref."""
        me = self._client.user
        since = datetime.fromtimestamp(row.created_at / _MILLISECONDS, UTC) - _LEEWAY
        async with self._refusals():
            channel = await self._channel(row)
            try:
                async for message in channel.history(
                    limit=_SEARCHED, after=since, oldest_first=True
                ):
                    if me is not None and message.author.id == me.id and _has(message, row.ref):
                        return ExternalId(str(message.id))
            except discord.Forbidden:
                # Without leave to read the history there is only the nonce to go by.
                return None
        return None

    async def _channel(self, row: OutboxRow) -> discord.abc.Messageable:
        home, _, account = row.address.partition(":")
        if home == PRIVATE:
            return await self._client.create_dm(discord.Object(int(account)))
        return self._client.get_partial_messageable(int(row.address))

    async def _edit(
        self, channel: discord.abc.Messageable, message_id: int, arguments: dict[str, Any]
    ) -> None:
        if isinstance(channel, discord.DMChannel | discord.PartialMessageable):
            message = channel.get_partial_message(message_id)
            try:
                await message.edit(**arguments)
            except discord.HTTPException as reason:
                if reason.code != ARCHIVED:
                    raise
                await self._client.http.edit_channel(channel.id, archived=False)
                await message.edit(**arguments)

    @asynccontextmanager
    async def _refusals(self) -> AsyncIterator[None]:
        """Say what Discord's refusals mean for a message."""
        if self._client.user is None:
            raise DeliveryFailed("not logged in to Discord yet")
        try:
            async with asyncio.timeout(TIMEOUT):
                yield
        except discord.RateLimited as reason:
            raise DeliveryFailed("Discord asks to wait", reason.retry_after) from reason
        except discord.HTTPException as reason:
            raise _meaning(reason) from reason
        except (aiohttp.ClientError, OSError, TimeoutError) as reason:
            raise DeliveryFailed(f"Discord cannot be reached: {type(reason).__name__}") from reason


def _meaning(reason: discord.HTTPException) -> DeliveryFailed:
    text = f"Discord answered {reason.status} ({reason.code}): {reason.text[:200]}"
    if reason.code in LOST or (reason.status == 404 and reason.code != UNKNOWN_MESSAGE):
        return PlaceLost(text)
    if reason.status == 429:
        return DeliveryFailed(text, _retry_after(reason))
    return DeliveryFailed(text)


def _retry_after(reason: discord.HTTPException) -> float | None:
    try:
        return float(reason.response.headers.get("Retry-After", ""))
    except ValueError:
        return None


def _opening(mentions: Sequence[Mention], ref: str | None) -> tuple[str, list[discord.Object]]:
    """Return the first line of a message, and whom it notifies; as many as Discord allows."""
    tail = f"`{ref}`" if ref else ""
    text, people = "", []
    for mention in mentions[:_MOST_NOTIFIED]:
        grown = f"{text}<@{mention.external_id}> "
        if size(grown + tail) > limits.CONTENT:
            break
        text = grown
        people.append(discord.Object(int(mention.external_id)))
    return (text + tail).strip(), people


def _has(message: discord.Message, ref: str) -> bool:
    return message.content.endswith(f"`{ref}`")
