"""A reply as plain text: moments and persons in words, blocks one below the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta

from plumas_core.commands.reply import (
    Block,
    Fields,
    Form,
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

MILLISECONDS = 1_000

_TODAY, _THIS_YEAR, _LATER = "HH:mm", "EEE d MMM, HH:mm", "EEE d MMM y, HH:mm"


@dataclass(frozen=True, slots=True)
class Reading:
    """For whom words are put: language, time zone, and the present in UTC milliseconds."""

    locale: str
    time_zone: str
    now: int


def parts_text(parts: Parts, reading: Reading) -> str:
    """Return the parts as one string."""
    return "".join(part_text(part, reading) for part in parts)


def part_text(part: Part, reading: Reading) -> str:
    """Return one part: a moment as ``in 3 hours (18:40)``, a person as their name."""
    match part:
        case str():
            return part
        case Person():
            return part.name
        case Moment():
            return _moment_text(part, reading)


def _moment_text(moment: Moment, reading: Reading) -> str:
    zone = ZoneInfo(reading.time_zone)
    at, now = (
        datetime.fromtimestamp(time / MILLISECONDS, UTC).astimezone(zone)
        for time in (moment.at, reading.now)
    )
    form = _TODAY if at.date() == now.date() else _THIS_YEAR if at.year == now.year else _LATER
    clock = format_datetime(at, form, locale=reading.locale)
    if not moment.relative:
        return clock
    span = timedelta(milliseconds=moment.at - reading.now)
    return f"{format_timedelta(span, add_direction=True, locale=reading.locale)} ({clock})"


def duration_text(milliseconds: int, locale: str) -> str:
    """Return a span of time in its largest unit, as the language says it."""
    span = timedelta(milliseconds=milliseconds)
    return str(format_timedelta(span, threshold=2, locale=locale))


def plain_text(reply: Reply, reading: Reading) -> str:
    """Return all of a reply's blocks, and its files, as text; literary texts to the letter."""
    pieces = [block_text(block, reading) for block in reply.blocks]
    if reply.form is not None:
        pieces.append(_form_text(reply.form))
    pieces += [f"[{file.name}]\n{file.content}" for file in reply.files]
    return "\n\n".join(pieces)


def block_text(block: Block, reading: Reading) -> str:
    """Return one block as text."""
    match block:
        case Title() | Note():
            return block.text
        case Text():
            return parts_text(block.parts, reading)
        case Verse():
            below = f"— {block.byline}" if block.byline else None
            return "\n".join(piece for piece in (block.title, block.text, below) if piece)
        case Quote():
            return f"“{block.text}”" + (f" — {block.by}" if block.by else "")
        case Fields():
            return "\n".join(f"{f.name}: {parts_text(f.value, reading)}" for f in block.items)
        case Table():
            return "\n".join(_table_lines(block))
        case Progress():
            return f"{block.label}: {block.done}/{block.total}"


def _table_lines(table: Table) -> Iterator[str]:
    for row in (table.columns, *table.rows):
        yield " | ".join(" ".join(cell.split()) for cell in row)


def _form_text(form: Form) -> str:
    lines = [form.title]
    for field in form.fields:
        lines.append(f"= {field.name}: {field.label}")
        lines += [f"    {option.value}: {option.label}" for option in field.options]
    return "\n".join(lines)
