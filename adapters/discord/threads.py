"""Threads that begin from a message of ours, so that each message has one at most.

Discord gives such a thread the id of its message: after a death it is found again without having
been written down.
"""

from __future__ import annotations

from typing import Final

import discord
import structlog
from discord import MessageType

from adapters.discord import limits
from adapters.discord.safe import clean, visible
from plumas_core.lengths import clipped

log = structlog.get_logger(__name__)

ALREADY_BEGUN: Final = 160004
"""The message has a thread."""
_NOT_HERE: Final = (400, 403, 404)
"""No thread can begin there: the kind of the place, rights, or too many threads forbid it."""

_DAY_IN_MINUTES: Final = 1_440
_LOOKED_AT: Final = 20
"""Messages at a thread's beginning among which our own stands; others may have been quicker."""


async def begin_thread(
    client: discord.Client, channel_id: int, message_id: int, name: str
) -> discord.PartialMessageable | None:
    """Return the thread that begins from a message of ours, ``None`` where there can be none.

    Raises:
        discord.HTTPException: Discord cannot do it now.
    """
    try:
        await client.http.start_thread_with_message(
            channel_id,
            message_id,
            name=visible(clipped(clean(name), limits.THREAD_NAME)),
            auto_archive_duration=_DAY_IN_MINUTES,
        )
    except discord.HTTPException as reason:
        if reason.code != ALREADY_BEGUN:
            if reason.status not in _NOT_HERE:
                raise
            log.info("thread_not_begun", code=reason.code, status=reason.status)
            return None
    return client.get_partial_messageable(message_id)


async def first_own(
    client: discord.Client, thread: discord.PartialMessageable
) -> discord.Message | None:
    """Return the message that we put into a thread after we began it, if we did.

    Answers to commands that were used there, and the line that opens the thread, are of other
    types.
    """
    me = client.user
    try:
        async for message in thread.history(limit=_LOOKED_AT, oldest_first=True):
            ours = me is not None and message.author.id == me.id
            if ours and message.type is MessageType.default and message.webhook_id is None:
                return message
    except discord.Forbidden:
        # Without leave to read the history there is only the nonce to go by.
        return None
    return None
