"""A reply as Telegram messages: HTML pages, files and buttons, within all of Telegram's limits.

A fresh answer may take several messages; what the outbox delivers is one, which is edited as a
whole, so that what finds no room in it goes into a file under its beginning.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from adapters.telegram import limits
from adapters.telegram.pages import Piece, Run, paged, piece
from adapters.telegram.safe import clean, needs_fence, shown, visible
from adapters.telegram.words import Reading, parts_text, plain_text
from plumas_core.commands.reply import (
    Block,
    Button,
    Fields,
    Note,
    Progress,
    Quote,
    Reply,
    Table,
    Text,
    Title,
    Verse,
    distinct,
)
from plumas_core.commands.reply_text import SIGNS, bar_text
from plumas_core.lengths import cell_width, clipped, size

MOST_PAGES: Final = 4
"""Messages that one answer takes; a longer one goes on in a file."""

_TABLE_WIDTH: Final = 36
"""Letters of one width in a line, on a telephone of usual size."""
_LONGEST_NAME: Final = 300
_NAME_LENGTH: Final = 60
_CUT: Final = "…"
_BELOW: Final = "\n\n"
_GAP: Final = "  "
_NOT_IN_NAMES = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file of a message."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer: HTML pages, then files; ``buttons`` belong to the last page.

    ``photo`` is a PNG, shown under the first page.
    """

    pages: tuple[str, ...]
    files: tuple[Attachment, ...] = ()
    photo: bytes | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class OneMessage:
    """A message that is edited as a whole; ``html`` is a caption where there is a file."""

    html: str
    file: Attachment | None = None
    photo: bytes | None = None
    buttons: tuple[Button, ...] = ()


def render(reply: Reply, reading: Reading) -> Rendered:
    """Return the messages that show ``reply``; a form is not part of it."""
    pages = paged(_pieces(reply, reading), limits.TEXT)
    files = [_file(one.name, one.content) for one in reply.files]
    if len(pages) > MOST_PAGES:
        pages = _cut_short(reply, reading, limits.TEXT)
        files.insert(0, _whole(reply, reading))
    return Rendered(tuple(pages), tuple(files), _photo(reply), _buttons(reply))


def render_one(
    reply: Reply, reading: Reading, opening: str = "", *, filed: bool = False
) -> OneMessage:
    """Return the one message that shows ``reply``, below ``opening``, which is one line of HTML.

    ``opening`` must show at most a fourth of a caption's units. ``filed``: the message has a file,
    which can be replaced but not taken away; where the reply has none, its words are one.
    """
    buttons, photo = _buttons(reply), _photo(reply)
    above = f"{opening}{_BELOW}" if opening else ""
    taken = limits.CAPTION // 4 + len(_BELOW) if opening else 0
    room, marks = limits.CAPTION - taken, limits.ENTITIES - opening.count("</a>")
    files = [_file(one.name, one.content) for one in reply.files]
    bare_words = not files and photo is None
    if bare_words and not filed:
        pages = paged(_pieces(reply, reading), limits.TEXT - taken, marks)
        if len(pages) == 1:
            return OneMessage(above + pages[0], buttons=buttons)
    captions = paged(_pieces(reply, reading), room, marks)
    cut = len(captions) > 1
    if cut:
        captions = _cut_short(reply, reading, room, marks)
    if cut or (bare_words and filed):
        files.insert(0, _whole(reply, reading))
    if not files:
        return OneMessage(above + captions[0], photo=photo, buttons=buttons)
    return OneMessage(above + captions[0], _joined(files), None, buttons)


def render_words(reply: Reply, reading: Reading, opening: str = "") -> OneMessage:
    """Return ``render_one`` without any file: as much of the words as one message takes."""
    above = f"{opening}{_BELOW}" if opening else ""
    room = limits.TEXT - (limits.CAPTION // 4 + len(_BELOW) if opening else 0)
    marks = limits.ENTITIES - opening.count("</a>")
    pages = paged(_pieces(reply, reading), room, marks)
    if len(pages) > 1:
        pages = _cut_short(reply, reading, room, marks)
    return OneMessage(above + pages[0], buttons=_buttons(reply))


def bare(reply: Reply, reading: Reading) -> str:
    """Return a reply's words without any markup, as much as one message takes."""
    return visible(clipped(shown(plain_text(reply, reading)), limits.TEXT))


def short_note(reply: Reply) -> str | None:
    """Return the words of a reply that is one small remark and nothing else."""
    if len(reply.blocks) != 1 or reply.buttons or reply.files or reply.form or reply.image:
        return None
    only = reply.blocks[0]
    if not isinstance(only, Note):
        return None
    text = shown(SIGNS[only.tone] + only.text)
    return visible(text) if size(text) <= limits.ALERT else None


def label(button: Button) -> str:
    """Return what stands on a button."""
    return visible(clipped(clean(button.label).replace("\n", " "), limits.BUTTON_LABEL))


def _cut_short(
    reply: Reply, reading: Reading, limit: int, marks: int = limits.ENTITIES
) -> list[str]:
    first = paged(_pieces(reply, reading), limit - len(_CUT) - 1, marks)[0]
    return [f"{first}\n{_CUT}"]


def _whole(reply: Reply, reading: Reading) -> Attachment:
    verses = [one for one in reply.blocks if isinstance(one, Verse)]
    name = (verses[0].title if len(verses) == 1 else None) or "duelo"
    return _file(name, plain_text(reply, reading))


def _pieces(reply: Reply, reading: Reading) -> Iterator[Piece]:
    for block in reply.blocks:
        yield from _block(block, reading)


def _block(block: Block, reading: Reading) -> Iterator[Piece]:
    match block:
        case Title():
            yield piece(reading.linked(shown(block.text)), "b")
        case Text():
            yield piece(reading.linked(shown(parts_text(block.parts, reading))))
        case Verse():
            yield from _verse(block)
        case Quote():
            by = f"\n— {block.by}" if block.by else ""
            yield piece(shown(block.text + by), "blockquote")
        case Fields():
            yield from _fields(block, reading)
        case Table():
            yield from _table(block)
        case Progress():
            yield piece(shown(f"{block.label} {bar_text(block.done, block.total)}"))
        case Note():
            yield piece(reading.linked(shown(SIGNS[block.tone] + block.text)))


def _verse(verse: Verse) -> Iterator[Piece]:
    title = shown(clipped(verse.title, _LONGEST_NAME)).strip() if verse.title else ""
    if title:
        yield piece(title, "b")
    text = shown(verse.text)
    yield piece(text, "pre" if needs_fence(text) else "")
    if verse.byline:
        yield piece(f"— {shown(clipped(verse.byline, _LONGEST_NAME))}", "i")


def _fields(block: Fields, reading: Reading) -> Iterator[Piece]:
    gap = "\n\n"
    for item in block.items:
        name = Run(f"{reading.linked(shown(clipped(item.name, _LONGEST_NAME)))}:", "b")
        yield Piece((name, Run(f" {shown(parts_text(item.value, reading))}")), gap)
        gap = "\n"


def _table(table: Table) -> Iterator[Piece]:
    """Yield a table as such where it is narrow enough for a telephone, else its rows in words."""
    rows = [[_cell(cell) for cell in row] for row in (table.columns, *table.rows)]
    count = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (count - len(row)) for row in rows]
    widths = [max(cell_width(row[column]) for row in rows) for column in range(count)]
    if sum(widths) + len(_GAP) * (count - 1) <= _TABLE_WIDTH:
        lines = (_row(row, widths, table.numeric) for row in rows)
        yield piece("\n".join(lines), "pre")
        return
    gap = "\n\n"
    for row in rows[1:]:
        named = [
            f"{name}: {cell}" if name else cell
            for name, cell in zip(rows[0][1:], row[1:], strict=True)
            if cell
        ]
        first = Run(row[0], "b")
        yield Piece((first, Run(f" · {' · '.join(named)}")) if named else (first,), gap)
        gap = "\n"


def _cell(cell: str) -> str:
    return " ".join(shown(cell).split())


def _row(row: list[str], widths: list[int], numeric: tuple[int, ...]) -> str:
    cells = (
        (" " * (widths[column] - cell_width(cell)) + cell)
        if column in numeric
        else (cell + " " * (widths[column] - cell_width(cell)))
        for column, cell in enumerate(row)
    )
    return _GAP.join(cells).rstrip()


def _buttons(reply: Reply) -> tuple[Button, ...]:
    return distinct(reply.buttons)[: limits.BUTTONS]


def _photo(reply: Reply) -> bytes | None:
    return base64.b64decode(reply.image.content) if reply.image is not None else None


def _file(name: str, content: str) -> Attachment:
    stem, _, ending = name.rpartition(".")
    if not stem or ending not in ("txt", "md", "json", "csv"):
        stem, ending = name, "txt"
    stem = _NOT_IN_NAMES.sub("_", clean(stem[:_NAME_LENGTH])).strip("_") or "duelo"
    data = content.encode("utf-8", "replace")[: limits.FILE_BYTES]
    return Attachment(f"{stem}.{ending}", data or b"-")


def _joined(files: list[Attachment]) -> Attachment:
    """Return one file of all: a message holds no more."""
    if len(files) == 1:
        return files[0]
    data = b"\n\n".join(file.data for file in files)
    return Attachment(files[0].name, data[: limits.FILE_BYTES])
