"""A reply as a text file, for what does not fit into a message."""

from __future__ import annotations

from datetime import UTC, datetime

from adapters.discord.tables import whole_table
from plumas_core.commands.reply import (
    Block,
    Fields,
    Moment,
    Note,
    Part,
    Parts,
    Person,
    Progress,
    Quote,
    Reply,
    Table,
    Text,
    Title,
    Verse,
)

_MILLISECONDS = 1_000


def plain_text(reply: Reply) -> str:
    """Return all blocks, one below the other; literary texts to the letter."""
    return "\n\n".join(filter(None, (block_text(block) for block in reply.blocks)))


def block_text(block: Block) -> str:
    """Return one block as text."""
    match block:
        case Title() | Note():
            return block.text
        case Text():
            return _parts(block.parts)
        case Verse():
            below = f"— {block.byline}" if block.byline else None
            return "\n\n".join(piece for piece in (block.title, block.text, below) if piece)
        case Quote():
            return f"“{block.text}”" + (f" — {block.by}" if block.by else "")
        case Fields():
            return "\n".join(f"{one.name}: {_parts(one.value)}" for one in block.items)
        case Table():
            return whole_table(block)
        case Progress():
            return f"{block.label}: {block.done}/{block.total}"


def _parts(parts: Parts) -> str:
    return "".join(_part(part) for part in parts)


def _part(part: Part) -> str:
    match part:
        case str():
            return part
        case Person():
            return part.name
        case Moment():
            when = datetime.fromtimestamp(part.at / _MILLISECONDS, UTC)
            return f"{when:%Y-%m-%d %H:%M} UTC"
