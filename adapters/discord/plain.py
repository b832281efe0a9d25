"""A reply as a text file, for what does not fit into a message."""

from __future__ import annotations

from datetime import UTC, datetime

from adapters.discord.tables import whole_table
from plumas_core.clock import SECOND
from plumas_core.commands.reply import Moment, Reply
from plumas_core.commands.reply_text import Wording, blocks_text


def plain_text(reply: Reply) -> str:
    """Return all blocks, one below the other; whoever opens the file reads moments in UTC."""
    return blocks_text(reply.blocks, Wording(_moment_text, whole_table))


def _moment_text(moment: Moment) -> str:
    return f"{datetime.fromtimestamp(moment.at / SECOND, UTC):%Y-%m-%d %H:%M} UTC"
