"""A reply as a Discord message: embeds, files and buttons, within all of Discord's limits.

A reply is always one message, so that it can be edited as a whole. A literary text too long for
it is shown as far as there is room, and attached whole; so is a reply of which anything else
finds no room.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Any, Final

from adapters.discord import limits
from adapters.discord.page import Page
from adapters.discord.plain import plain_text
from adapters.discord.safe import clean, escaped, fenced, needs_fence, unfenced, visible
from adapters.discord.splitting import first_piece
from adapters.discord.tables import table_parts, whole_table
from plumas_core.commands.reply import (
    Block,
    Button,
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
    Tone,
    Verse,
    distinct,
)
from plumas_core.commands.reply_text import SIGNS, bar_text
from plumas_core.lengths import clipped, size

COLOUR: Final = 0x5B4B8A
_COLOURS: Final[dict[Tone, int]] = {
    "error": 0xC0392B,
    "warning": 0xD68910,
    "late": 0xD68910,
    "simulated": 0x7F8C8D,
}

_MARKER_ROOM: Final = 160
"""Units kept free for the names of the files that hold the rest."""
_SHORTEST_SHARE: Final = 200
_MOST_TABLE_PARTS: Final = 3
_MOST_TABLE_ROWS: Final = 30
_INLINE: Final = 24
_NAME_LENGTH: Final = 60
_MILLISECONDS: Final = 1_000
_NOT_IN_NAMES = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message; ``alt`` is for those who cannot see an image."""

    name: str
    data: bytes
    alt: str | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message without its content line. Embeds are as Discord's API takes them."""

    embeds: tuple[dict[str, Any], ...]
    files: tuple[Attachment, ...]
    buttons: tuple[Button, ...]


def render(reply: Reply) -> Rendered:
    """Return the message that shows ``reply``; a form is not part of it."""
    page = Page(limits.EMBEDS_TOTAL - _MARKER_ROOM)
    drawing = _Drawing(page, _verse_rooms(reply))
    for block in reply.blocks:
        drawing.draw(block)
        if page.full:
            drawing.attach("duelo", plain_text(reply))
            break
    files = _files(reply, drawing.files)
    if drawing.files:
        names = ", ".join(f"`{file.name}`" for file in drawing.files[:2])
        page.close(f"📎 {names}")
    embeds = page.embeds(_colour(reply))
    if reply.image is not None:
        image = Attachment(
            "image.png", base64.b64decode(reply.image.content), _alt(reply.image.alt)
        )
        files = (image, *files[: limits.FILES - 1])
        embeds = embeds or [{"color": COLOUR}]
        embeds[0]["image"] = {"url": f"attachment://{image.name}"}
    return Rendered(tuple(embeds), files, distinct(reply.buttons))


def bare_file(reply: Reply) -> Attachment:
    """Return all of a reply's words as one file."""
    return _text_file("duelo", plain_text(reply) or reply.ref or "", set())


def parts_text(parts: Parts) -> str:
    """Return the parts as Discord shows them: moments as its own timestamps, names as text."""
    if len(parts) == 1:
        return _part(parts[0])
    return "".join([_part(part) for part in parts])


def _part(part: Part) -> str:
    match part:
        case str():
            return escaped(part)
        case Person():
            return escaped(part.name)
        case Moment():
            seconds = part.at // _MILLISECONDS
            date = f"<t:{seconds}:f>"
            return f"<t:{seconds}:R> ({date})" if part.relative else date


class _Drawing:
    """Puts blocks on a page; what finds no room becomes a file."""

    def __init__(self, page: Page, rooms: dict[int, int]) -> None:
        self._page = page
        self._rooms = rooms
        self.files: list[Attachment] = []

    def draw(self, block: Block) -> None:
        match block:
            case Title():
                self._page.title(escaped(block.text))
            case Text():
                self._text(parts_text(block.parts))
            case Verse():
                self._verse(block)
            case Quote():
                self._text(_quotation(block))
            case Fields():
                self._fields(block)
            case Table():
                self._table(block)
            case Progress():
                self._text(f"{escaped(block.label)} {bar_text(block.done, block.total)}")
            case Note():
                self._text(SIGNS[block.tone] + escaped(block.text))

    def attach(self, name: str, text: str) -> None:
        """Add a text file, under a name that no other has."""
        self.files.append(_text_file(name, text, {file.name for file in self.files}))

    def _text(self, text: str) -> None:
        while text.strip() and not self._page.full:
            piece, text = first_piece(text, limits.EMBED_DESCRIPTION, str)
            self._page.text(piece)

    def _verse(self, verse: Verse) -> None:
        room = self._rooms.get(id(verse), limits.EMBEDS_TOTAL)
        title = escaped(clipped(verse.title, limits.EMBED_TITLE // 2)) if verse.title else ""
        self._text(f"**{title}**" if title.strip() else "")
        form = fenced if needs_fence(verse.text) else escaped
        rest = verse.text
        while rest.strip() and room > 0 and not self._page.full:
            piece, rest = first_piece(rest, min(room, limits.EMBED_DESCRIPTION), form)
            shown = form(piece)
            self._page.text(shown)
            room -= size(shown)
        if rest.strip():
            self._text("…")
            self.attach(verse.title or "duelo", verse.text)
        if verse.byline:
            self._text(f"— {escaped(clipped(verse.byline, limits.EMBED_TITLE // 2))}")

    def _fields(self, block: Fields) -> None:
        for field in block.items:
            name, value = visible(escaped(field.name)), visible(parts_text(field.value))
            of_name, of_value = size(name), size(value)
            if of_name > limits.FIELD_NAME or of_value > limits.FIELD_VALUE:
                self._text(f"**{name}**\n{value}")
            else:
                self._page.field(name, value, of_name + of_value, inline=of_value <= _INLINE)

    def _table(self, table: Table) -> None:
        parts = table_parts(table)
        drawn = [f"```\n{unfenced(part)}\n```" for part in parts]
        fits = all(size(part) <= limits.EMBED_DESCRIPTION for part in drawn)
        if fits and len(parts) <= _MOST_TABLE_PARTS and len(table.rows) <= _MOST_TABLE_ROWS:
            for part in drawn:
                self._page.text(part)
        else:
            self.attach("duelo", whole_table(table))


def _verse_rooms(reply: Reply) -> dict[int, int]:
    """Share what other blocks leave free among the literary texts, short ones whole first."""
    verses = [block for block in reply.blocks if isinstance(block, Verse)]
    if not verses:
        return {}
    measured = Page(limits.EMBEDS_TOTAL)
    others = _Drawing(measured, {})
    for block in reply.blocks:
        if not isinstance(block, Verse):
            others.draw(block)
    frames = sum(size(verse.title or "") + size(verse.byline or "") + 40 for verse in verses)
    free = limits.EMBEDS_TOTAL - _MARKER_ROOM - measured.used - frames
    rooms: dict[int, int] = {}
    # The form of a text far too long need not be made to know that it is.
    sizes = {id(verse): _form_size(verse.text[: limits.EMBEDS_TOTAL]) for verse in verses}
    verses.sort(key=lambda verse: sizes[id(verse)])
    for position, verse in enumerate(verses):
        share = max(free // (len(verses) - position), _SHORTEST_SHARE)
        rooms[id(verse)] = share
        free -= min(share, sizes[id(verse)])
    return rooms


def _form_size(text: str) -> int:
    return size(fenced(text) if needs_fence(text) else escaped(text))


def _quotation(quote: Quote) -> str:
    lines = [f"> {escaped(line)}" for line in quote.text.split("\n")]
    if quote.by:
        lines.append(f"> — {escaped(quote.by)}")
    return "\n".join(lines)


def _colour(reply: Reply) -> int:
    tones = [block.tone for block in reply.blocks if isinstance(block, Note)]
    return next((colour for tone, colour in _COLOURS.items() if tone in tones), COLOUR)


def _alt(text: str) -> str | None:
    return clipped(clean(text), limits.FILE_ALT).strip() or None


def _files(reply: Reply, own: list[Attachment]) -> tuple[Attachment, ...]:
    """Return the reply's files and those of what found no room; surplus ones in one file."""
    files = list(own)
    for file in reply.files:
        files.append(_text_file(file.name, file.content, {one.name for one in files}))
    if len(files) <= limits.FILES:
        return tuple(files)
    most = limits.FILES - 1
    rest = b"\n\n".join(file.data for file in files[most:])
    return (*files[:most], Attachment("duelo-etc.txt", rest[: limits.FILE_BYTES]))


def _text_file(name: str, text: str, taken: set[str]) -> Attachment:
    stem, _, ending = name.rpartition(".")
    if not stem or ending not in ("txt", "md", "json", "csv"):
        stem, ending = name, "txt"
    stem = _NOT_IN_NAMES.sub("_", clean(stem[:_NAME_LENGTH])).strip("_") or "duelo"
    unique, number = f"{stem}.{ending}", 2
    while unique in taken:
        unique, number = f"{stem}-{number}.{ending}", number + 1
    data = text.encode("utf-8", "replace")[: limits.FILE_BYTES]
    return Attachment(unique, data)
