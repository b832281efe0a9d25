"""A reply as plain text: blocks one below the other, its form and its files."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from babel.dates import format_timedelta

from plumas_core.commands import reply_text
from plumas_core.commands.reply import Block, Form, Part, Parts, Reply, Table
from plumas_core.commands.reply_text import Dates, MomentText, Reading, Wording, moment_text

_DATES = Dates("HH:mm", "EEE d MMM, HH:mm", "EEE d MMM y, HH:mm")


def parts_text(parts: Parts, reading: Reading) -> str:
    """Return the parts as one string."""
    return reply_text.parts_text(parts, _moments(reading))


def part_text(part: Part, reading: Reading) -> str:
    """Return one part: a moment as ``in 3 hours (18:40)``, a person as their name."""
    return reply_text.part_text(part, _moments(reading))


def _moments(reading: Reading) -> MomentText:
    return partial(moment_text, reading=reading, dates=_DATES)


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
    return reply_text.block_text(block, Wording(_moments(reading), _table_text, verse_gap="\n"))


def _table_text(table: Table) -> str:
    rows = (table.columns, *table.rows)
    return "\n".join(" | ".join(" ".join(cell.split()) for cell in row) for row in rows)


def _form_text(form: Form) -> str:
    lines = [form.title]
    for field in form.fields:
        lines.append(f"= {field.name}: {field.label}")
        lines += [f"    {option.value}: {option.label}" for option in field.options]
    return "\n".join(lines)
