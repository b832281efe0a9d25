"""A reply in plain words: moments as dates, names as names, blocks one below the other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta

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
from plumas_core.commands.spec import AnyCommand

_MILLISECONDS = 1_000
_THIS_YEAR, _LATER = "EEE d MMM, HH:mm z", "EEE d MMM y, HH:mm z"


@dataclass(frozen=True, slots=True)
class Reading:
    """For whom words are put: language, time zone, and the present in UTC milliseconds.

    ``lasting``: what is put so stays for long, so that "in 3 hours" would soon be wrong.
    ``commands`` finds commands of several words, which Telegram links in one.
    """

    locale: str
    time_zone: str
    now: int
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
    return "".join(_part(part, reading) for part in parts)


def _part(part: Part, reading: Reading) -> str:
    match part:
        case str():
            return part
        case Person():
            return part.name
        case Moment():
            return _moment(part, reading)


def _moment(moment: Moment, reading: Reading) -> str:
    zone = ZoneInfo(reading.time_zone)
    at = datetime.fromtimestamp(moment.at / _MILLISECONDS, UTC).astimezone(zone)
    year = datetime.fromtimestamp(reading.now / _MILLISECONDS, UTC).astimezone(zone).year
    date = format_datetime(
        at, _THIS_YEAR if at.year == year else _LATER, locale=reading.locale, tzinfo=zone
    )
    if reading.lasting or not moment.relative:
        return str(date)
    span = timedelta(milliseconds=moment.at - reading.now)
    return f"{format_timedelta(span, add_direction=True, locale=reading.locale)} ({date})"


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
    return "\n\n".join(filter(None, (_block_text(block, reading) for block in reply.blocks)))


def _block_text(block: Block, reading: Reading) -> str:
    match block:
        case Title() | Note():
            return block.text
        case Text():
            return parts_text(block.parts, reading)
        case Verse():
            below = f"— {block.byline}" if block.byline else None
            return "\n\n".join(piece for piece in (block.title, block.text, below) if piece)
        case Quote():
            return f"“{block.text}”" + (f" — {block.by}" if block.by else "")
        case Fields():
            return "\n".join(f"{one.name}: {parts_text(one.value, reading)}" for one in block.items)
        case Table():
            return "\n".join(" | ".join(row) for row in (block.columns, *block.rows))
        case Progress():
            return f"{block.label}: {block.done}/{block.total}"
