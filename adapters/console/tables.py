"""A table that fits the terminal: columns that find no room go on below, after the first ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table as RichTable
from rich.text import Text

from adapters.console.safe import shown
from plumas_core.commands.reply import Table
from plumas_core.commands.reply_tables import column_groups

_GAP = 2
_WIDEST = 24
"""Cells of words are wrapped to this width before columns are moved below."""


@dataclass(frozen=True, slots=True)
class FittedTable:
    """Renders a table in as many parts as its columns need."""

    table: Table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        widths = [self._width(column) for column in range(len(self.table.columns))]
        parts = column_groups(widths, self.table.numeric, room=options.max_width, gap=_GAP)
        for number, columns in enumerate(parts):
            if number:
                yield Text("")
            yield self._part(columns)

    def _width(self, column: int) -> int:
        cells = [self.table.columns[column], *(row[column] for row in self.table.rows)]
        widest = max(cell_len(line) for cell in cells for line in shown(cell).split("\n"))
        return widest if column in self.table.numeric else min(widest, _WIDEST)

    def _part(self, columns: Sequence[int]) -> RichTable:
        part = RichTable(
            box=box.SIMPLE_HEAD,
            show_edge=False,
            pad_edge=False,
            padding=(0, _GAP - 1, 0, 0),
            header_style="bold",
        )
        for column in columns:
            part.add_column(
                Text(shown(self.table.columns[column])),
                justify="right" if column in self.table.numeric else "left",
                overflow="fold",
                max_width=self._width(column),
            )
        for row in self.table.rows:
            part.add_row(*(Text(shown(row[column])) for column in columns))
        return part
