"""A reply as the terminal shows it.

Every string from outside becomes a ``rich`` ``Text`` of harmless characters: no markup in it is
read, and no escape sequence in it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.style import Style
from rich.table import Table as RichTable
from rich.text import Text as RichText

from adapters.console.plain import part_text
from adapters.console.safe import shown
from adapters.console.tables import FittedTable
from plumas_core.commands.reply import (
    Block,
    Button,
    Fields,
    Form,
    Note,
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
from plumas_core.commands.reply_text import Reading

_BAR_WIDTH = 24
_TAB_STOPS = 4
_WORDS_AND_BLANKS = re.compile(r"\s+|\S+")
_INDENT = (0, 0, 0, 2)

_TONES: dict[Tone, tuple[str, str]] = {
    "info": ("·", "cyan"),
    "simulated": ("◌", "magenta"),
    "late": ("⌛", "yellow"),
    "warning": ("!", "yellow"),
    "error": ("✗", "red"),
}
_BUTTON_STYLES = {"primary": "bold green", "secondary": "cyan", "danger": "red"}


@dataclass(frozen=True, slots=True)
class Barred:
    """What stands behind a bar in the margin; lines wider than the terminal are not cut."""

    content: RenderableType
    style: str
    bar: str = "▌ "

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        inner = options.update(width=max(options.max_width - len(self.bar), 1))
        bar = Segment(self.bar, console.get_style(self.style))
        for line in Segment.split_lines(console.render(self.content, inner)):
            yield bar
            yield from line
            yield Segment.line()


@dataclass(frozen=True, slots=True)
class Lines:
    """A literary text, to the letter: on a terminal long lines are folded, never re-flowed."""

    text: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in shown(self.text).split("\n"):
            pieces = _folded(line, options.max_width) if console.is_terminal else [line]
            for piece in pieces:
                yield Segment(piece, Style.null())
                yield Segment.line()


def _folded(line: str, width: int) -> list[str]:
    """Break a line at its blanks into pieces that fit; the blanks at a break are not shown."""
    line = line.expandtabs(_TAB_STOPS)
    if cell_len(line) <= width:
        return [line]
    pieces, room = [""], width
    for word in _WORDS_AND_BLANKS.findall(line):
        for part in [word] if cell_len(word) <= width else chop_cells(word, width):
            size = cell_len(part)
            if size > room:
                pieces.append("")
                room = width
                if part.isspace():
                    break
            pieces[-1] += part
            room -= size
    return pieces


def blocks(items: Iterable[Block], reading: Reading) -> list[RenderableType]:
    """Return what the terminal shows of the blocks, a blank line where a new subject begins."""
    rendered: list[RenderableType] = []
    before: Block | None = None
    for item in items:
        if before is not None and _begins_anew(item, before):
            rendered.append(RichText(""))
        rendered.append(_block(item, reading))
        before = item
    return rendered


def _begins_anew(block: Block, before: Block) -> bool:
    if isinstance(before, Quote):
        return not isinstance(block, Verse | Quote)
    return isinstance(before, Table | Verse) or isinstance(block, Title | Verse | Table)


def _block(block: Block, reading: Reading) -> RenderableType:
    match block:
        case Title():
            return RichText(shown(block.text), style="bold")
        case Text():
            return _parts(block.parts, reading)
        case Verse():
            return _verse(block)
        case Quote():
            return _quote(block)
        case Fields():
            return _fields(block, reading)
        case Table():
            return FittedTable(block)
        case Progress():
            return _progress(block)
        case Note():
            return _note(block)


def _parts(parts: Parts, reading: Reading) -> RichText:
    text = RichText()
    for part in parts:
        style = "bold" if isinstance(part, Person) else "" if isinstance(part, str) else "cyan"
        text.append(shown(part_text(part, reading)), style=style)
    return text


def _verse(verse: Verse) -> RenderableType:
    content: list[RenderableType] = []
    if verse.title:
        content.append(RichText(shown(verse.title), style="bold italic"))
    content.append(Lines(verse.text))
    if verse.byline:
        content.append(RichText(f"— {shown(verse.byline)}", style="dim"))
    return Barred(Group(*content), "dim", "│ ")


def _quote(quote: Quote) -> RenderableType:
    text = RichText(f"“{shown(quote.text)}”", style="italic")
    if quote.by:
        text.append(f" — {shown(quote.by)}", style="not italic dim")
    return Padding(text, _INDENT)


def _fields(block: Fields, reading: Reading) -> RenderableType:
    grid = RichTable.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim")
    grid.add_column(ratio=1)
    for field in block.items:
        grid.add_row(RichText(shown(field.name)), _parts(field.value, reading))
    return grid


def _progress(progress: Progress) -> RenderableType:
    return RichText(f"{shown(progress.label)} ").append(bar(progress.done, progress.total))


def bar(done: int, total: int) -> RichText:
    """Return ``██████░░░░ 3/5``."""
    filled = _BAR_WIDTH * min(max(done, 0), total) // max(total, 1)
    text = RichText("█" * filled, style="green")
    text.append("░" * (_BAR_WIDTH - filled), style="dim")
    return text.append(f" {done}/{total}", style="default")


def _note(note: Note) -> RenderableType:
    sign, style = _TONES[note.tone]
    return RichText(f"{sign} {shown(note.text)}", style=style)


@dataclass(frozen=True, slots=True)
class Buttons:
    """Buttons as ``[1] Enter   [2] Close``, each kept whole where a line ends."""

    numbered: Sequence[tuple[int, Button]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        line = RichText(no_wrap=True, overflow="ignore")
        for number, button in self.numbered:
            piece = RichText(f"[{number}]", style=_BUTTON_STYLES[button.style])
            piece.append(f" {shown(button.label)}", style="default")
            gap = 3 if line else 0
            if line and line.cell_len + gap + piece.cell_len > options.max_width:
                yield line
                line, gap = RichText(no_wrap=True, overflow="ignore"), 0
            line.append(" " * gap).append(piece)
        yield line


def form(asked: Form, help_line: str) -> list[RenderableType]:
    """Return a form's questions, and how a script answers them."""
    grid = RichTable.grid(padding=(0, 2, 0, 0))
    for field in asked.fields:
        label = shown(field.label) + ("" if field.required else " ?")
        hint = RichText(shown(field.hint), style="dim")
        grid.add_row(RichText(f"= {shown(field.name)}:", style="cyan"), RichText(label), hint)
        for option in field.options:
            value = RichText(f"    {shown(option.value)}", style="dim")
            grid.add_row(value, RichText(shown(option.label)), RichText())
    title = RichText(shown(asked.title), style="bold")
    return [title, grid, RichText(help_line, style="dim")]
