"""A table in letters of one width, in parts that are narrow enough."""

from __future__ import annotations

from collections.abc import Sequence


def column_groups(
    widths: Sequence[int], numeric: Sequence[int], *, room: int, gap: int
) -> list[list[int]]:
    """Return which columns stand in each part; all parts begin with what names a row.

    ``widths``, ``room`` and the ``gap`` between two columns are in letters of one width. A part
    with a single column besides the names may be wider than the room.
    """
    everything = list(range(len(widths)))
    if sum(widths) + gap * (len(widths) - 1) <= room:
        return [everything]
    names = everything[: 2 if 0 in numeric else 1]
    start = sum(widths[column] + gap for column in names)
    parts, used = [list(names)], start
    for column in everything[len(names) :]:
        if used + widths[column] > room and len(parts[-1]) > len(names):
            parts.append(list(names))
            used = start
        parts[-1].append(column)
        used += widths[column] + gap
    return parts
