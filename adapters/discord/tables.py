"""Tables in letters of one width, as wide as Discord shows them without breaking lines."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.discord.safe import clean
from plumas_core.commands.reply import Table
from plumas_core.commands.reply_tables import column_groups
from plumas_core.lengths import cell_width, letter_width

WIDTH = 56
"""Letters of one width in a line of an embed, on a desktop of usual size."""

_WIDEST = 24
_GAP = "  "


def table_parts(table: Table, width: int = WIDTH) -> list[str]:
    """Return the table in as many parts as its columns need; all begin with what names a row.

    Cells of words are cut to fit; numbers are whole.
    """
    cells = [[_line(cell) for cell in row] for row in (table.columns, *table.rows)]
    count = max((len(row) for row in cells), default=0)
    if not count:
        return []
    cells = [row + [""] * (count - len(row)) for row in cells]
    widths = [_width(cells, column, column in table.numeric) for column in range(count)]
    return [
        "\n".join(_row(row, columns, widths, table.numeric) for row in cells)
        for columns in column_groups(widths, table.numeric, room=width, gap=len(_GAP))
    ]


def whole_table(table: Table) -> str:
    """Return the table in one part, nothing cut, for a file."""
    cells = [[_line(cell) for cell in row] for row in (table.columns, *table.rows)]
    count = max((len(row) for row in cells), default=0)
    cells = [row + [""] * (count - len(row)) for row in cells]
    widths = [max(cell_width(row[column]) for row in cells) for column in range(count)]
    return "\n".join(_row(row, range(count), widths, table.numeric) for row in cells)


def _line(cell: str) -> str:
    return " ".join(clean(cell).split())


def _width(cells: Sequence[Sequence[str]], column: int, numeric: bool) -> int:
    widest = max(cell_width(row[column]) for row in cells)
    return widest if numeric and widest < WIDTH else min(widest, _WIDEST)


def _row(
    row: Sequence[str], columns: Sequence[int], widths: Sequence[int], numeric: Sequence[int]
) -> str:
    return _GAP.join(
        _padded(row[column], widths[column], right=column in numeric) for column in columns
    ).rstrip()


def _padded(text: str, width: int, *, right: bool) -> str:
    if cell_width(text) > width:
        kept = ""
        for letter in text:
            if cell_width(kept) + letter_width(letter) > width - 1:
                break
            kept += letter
        text = kept + "…"
    blanks = " " * (width - cell_width(text))
    return blanks + text if right else text + blanks
