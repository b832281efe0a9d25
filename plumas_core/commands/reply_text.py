"""A reply in plain words, where a platform shows no blocks: in files, captions, pipes and JSON.

A platform says how it puts moments and tables (``Wording``); all else is put alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from plumas_core.clock import SECOND
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
    Table,
    Text,
    Title,
    Tone,
    Verse,
)

SIGNS: Final[dict[Tone, str]] = {
    "info": "",
    "simulated": "🎭 ",
    "late": "⏰ ",
    "warning": "⚠️ ",
    "error": "❌ ",
}
"""What a chat shows before a note, for want of colours that every reader sees."""
_BAR: Final = 10

MomentText: TypeAlias = Callable[[Moment], str]


@dataclass(frozen=True, slots=True)
class Wording:
    """How a platform puts moments and tables; ``verse_gap`` is around a literary text."""

    moment: MomentText
    table: Callable[[Table], str]
    verse_gap: str = "\n\n"


@dataclass(frozen=True, slots=True)
class Reading:
    """For whom words are put: language, time zone, and the present in UTC milliseconds."""

    locale: str
    time_zone: str
    now: int


@dataclass(frozen=True, slots=True)
class Dates:
    """How a date is written, as Babel's patterns: one of today, of this year, of another."""

    today: str
    this_year: str
    another_year: str


def blocks_text(blocks: Iterable[Block], wording: Wording) -> str:
    """Return all blocks that say anything, one below the other; literary texts to the letter."""
    return "\n\n".join(filter(None, (block_text(block, wording) for block in blocks)))


def block_text(block: Block, wording: Wording) -> str:
    """Return one block as text."""
    match block:
        case Title() | Note():
            return block.text
        case Text():
            return parts_text(block.parts, wording.moment)
        case Verse():
            below = f"— {block.byline}" if block.byline else None
            return wording.verse_gap.join(filter(None, (block.title, block.text, below)))
        case Quote():
            return f"“{block.text}”" + (f" — {block.by}" if block.by else "")
        case Fields():
            return "\n".join(
                f"{field.name}: {parts_text(field.value, wording.moment)}" for field in block.items
            )
        case Table():
            return wording.table(block)
        case Progress():
            return f"{block.label}: {block.done}/{block.total}"


def bar_text(done: int, total: int) -> str:
    """Return progress as ``▰▰▰▱▱▱▱▱▱▱ 3/10``."""
    filled = _BAR * max(min(done, total), 0) // total if total > 0 else 0
    return f"{'▰' * filled}{'▱' * (_BAR - filled)} {done}/{total}"


def parts_text(parts: Parts, moment: MomentText) -> str:
    """Return the parts as one string."""
    return "".join(part_text(part, moment) for part in parts)


def part_text(part: Part, moment: MomentText) -> str:
    """Return one part: a person as their name, a moment as ``moment`` puts it."""
    match part:
        case str():
            return part
        case Person():
            return part.name
        case Moment():
            return moment(part)


def moment_text(moment: Moment, reading: Reading, dates: Dates, *, relative: bool = True) -> str:
    """Return a moment as ``in 3 hours (18:40)``; as a date alone if either says so."""
    from babel.dates import format_datetime, format_timedelta

    zone = ZoneInfo(reading.time_zone)
    at, now = (
        datetime.fromtimestamp(time / SECOND, UTC).astimezone(zone)
        for time in (moment.at, reading.now)
    )
    pattern = (
        dates.today
        if at.date() == now.date()
        else dates.this_year
        if at.year == now.year
        else dates.another_year
    )
    date = str(format_datetime(at, pattern, locale=reading.locale))
    if not (relative and moment.relative):
        return date
    span = timedelta(milliseconds=moment.at - reading.now)
    return f"{format_timedelta(span, add_direction=True, locale=reading.locale)} ({date})"
