"""Replies of every form, with the texts that people send by accident or on purpose in them."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator

from hypothesis import strategies as st

from plumas_core.commands.reply import (
    Button,
    Field,
    Fields,
    File,
    Image,
    Moment,
    Note,
    Person,
    Progress,
    Quote,
    Reply,
    Table,
    Text,
    Title,
    Verse,
    plain,
)
from tests.hostile_texts import HOSTILE_TEXTS

LONG, LONG_EMOJI = 40_000, 8_000


def png(width: int = 8, height: int = 8) -> bytes:
    """Return a small picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * (width + 1) * height)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


PICTURE = base64.b64encode(png()).decode()

_hostile = st.sampled_from(
    [text for text in HOSTILE_TEXTS.values() if len(text) < 20_000]
    + [HOSTILE_TEXTS["huge"][:LONG], HOSTILE_TEXTS["huge-emoji"][:LONG_EMOJI]]
)
_texts = st.one_of(st.text(max_size=60), _hostile)
_lines = st.one_of(st.text(max_size=40), _hostile)
_moments = st.builds(Moment, st.integers(min_value=0, max_value=4_000_000_000_000), st.booleans())
_parts = st.lists(
    st.one_of(_texts, _moments, st.builds(Person, st.just(1), _lines)), min_size=1, max_size=3
).map(tuple)
_tones = st.sampled_from(["info", "simulated", "late", "warning", "error"])
_tables = st.integers(min_value=1, max_value=6).flatmap(
    lambda width: st.builds(
        Table,
        st.tuples(*[_lines] * width),
        st.lists(st.tuples(*[_lines] * width), max_size=4).map(tuple),
        st.sets(st.integers(min_value=0, max_value=width - 1)).map(lambda n: tuple(sorted(n))),
    )
)
_blocks = st.one_of(
    st.builds(Title, _lines),
    st.builds(Text, _parts),
    st.builds(Verse, _texts, st.none() | _lines, st.none() | _lines),
    st.builds(Quote, _texts, st.none() | _lines),
    st.builds(Fields, st.lists(st.builds(Field, _lines, _parts), max_size=30).map(tuple)),
    _tables,
    st.builds(Progress, _lines, st.integers(0, 99), st.integers(0, 99)),
    st.builds(Note, _texts, _tones),
)
_buttons = st.builds(
    Button,
    st.sampled_from(["enter", "again", "guest"]),
    st.text("abc0123", min_size=1, max_size=24),
    _lines,
    st.sampled_from(["primary", "secondary", "danger"]),
)

replies = st.builds(
    Reply,
    blocks=st.lists(_blocks, max_size=8).map(tuple),
    image=st.none() | st.builds(Image, _lines, _lines, st.just(PICTURE)),
    files=st.lists(st.builds(File, _lines, _texts), max_size=12).map(tuple),
    buttons=st.lists(_buttons, max_size=60).map(tuple),
)
"""Any reply."""


def replies_with(text: str) -> Iterator[Reply]:
    """Yield replies in which a text stands wherever a text can stand."""
    yield Reply((Title(text), plain(text), Note(text, "error")))
    yield Reply((Verse(text, text, text), Quote(text, text)))
    yield Reply((Fields(tuple(Field(text, (text, Person(1, text))) for _ in range(27))),))
    yield Reply((Table((text, text), ((text, text),) * 3, (1,)),))
    yield Reply((Progress(text, 1, 2),), buttons=(Button("a", "b", text),))
    yield Reply(files=(File(text, text),), image=Image(text, text, PICTURE))
