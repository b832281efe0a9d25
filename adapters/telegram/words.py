"""A reply in plain words: moments as dates, names as names, blocks one below the other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from plumas_core.commands import reply_text
from plumas_core.commands.reply import Fields, Moment, Parts, Reply, Table, Text
from plumas_core.commands.reply_text import (
    Dates,
    MomentText,
    Wording,
    blocks_text,
    moment_text,
)
from plumas_core.commands.spec import AnyCommand

_DATES = Dates("EEE d MMM, HH:mm z", "EEE d MMM, HH:mm z", "EEE d MMM y, HH:mm z")


@dataclass(frozen=True, slots=True)
class Reading(reply_text.Reading):
    """For whom words are put on Telegram.

    ``lasting``: what is put so stays for long, so that "in 3 hours" would soon be wrong.
    ``commands`` finds commands of several words, which Telegram links in one.
    """

    lasting: bool = False
    commands: re.Pattern[str] | None = None

    def linked(self, text: str) -> str:
        """Return words of ours with their commands as Telegram takes them: ``/duel_new``."""
        if self.commands is None or "/" not in text:
            return text
        return self.commands.sub(lambda found: found.group().replace(" ", "_"), text)


def commands_pattern(commands: Iterable[AnyCommand]) -> re.Pattern[str] | None:
    """Return what finds commands of several words in a sentence."""
    paths = sorted((" ".join(one.path) for one in commands if len(one.path) > 1), reverse=True)
    return re.compile(rf"/(?:{'|'.join(map(re.escape, paths))})\b") if paths else None


def parts_text(parts: Parts, reading: Reading) -> str:
    """Return the parts as one string."""
    return reply_text.parts_text(parts, _moments(reading))


def _moments(reading: Reading) -> MomentText:
    return partial(moment_text, reading=reading, dates=_DATES, relative=not reading.lasting)


def has_moment(reply: Reply) -> bool:
    """Tell whether the reader's time zone matters."""
    return any(
        isinstance(part, Moment)
        for block in reply.blocks
        for part in (
            block.parts
            if isinstance(block, Text)
            else [part for item in block.items for part in item.value]
            if isinstance(block, Fields)
            else ()
        )
    )


def plain_text(reply: Reply, reading: Reading) -> str:
    """Return all blocks, one below the other; literary texts to the letter."""
    return blocks_text(reply.blocks, Wording(_moments(reading), _table_text))


def _table_text(table: Table) -> str:
    return "\n".join(" | ".join(row) for row in (table.columns, *table.rows))
