"""Outside texts of every kind, through commands, forms and both screens."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from adapters.console.adapter import ConsoleAdapter, Room
from adapters.console.jsonlines import JsonScreen
from adapters.console.screen import Shown, TerminalScreen
from adapters.console.script import Said
from adapters.console.under_way import UnderWay
from plumas_core.app import App
from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from plumas_core.commands.line import quoted
from plumas_core.commands.reply import (
    Button,
    Field,
    Fields,
    File,
    Note,
    Quote,
    Reply,
    Table,
    Text,
    Title,
    Verse,
)
from plumas_core.commands.reply_text import Reading
from plumas_core.locales.translate import Translations
from tests.hostile_texts import HOSTILE_TEXTS, each_hostile_text
from tests.support.console import talk

RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
STYLE = re.compile(r"\x1b\[[0-9;]*m")
SHOWN = 2_000
"""Characters of the huge ones that are shown: what makes them hostile comes again and again."""


def reply_of(text: str) -> Reply:
    return Reply(
        (
            Title(text),
            Text((text,)),
            Verse(text, text, text),
            Quote(text, text),
            Fields((Field(text, (text,)),)),
            Table(("a", text), ((text, text),)),
            Note(text, "warning"),
        ),
        files=(File(text[:50], text),),
        buttons=(Button("enter", "1", text),),
    )


def shown_of(text: str) -> Shown:
    return Shown(
        reply=reply_of(text),
        reading=Reading("es", "UTC", 0),
        to=text,
        visibility="private",
        command="/x",
        buttons=((1, Button("enter", "1", text)),),
    )


@each_hostile_text
def test_no_text_moves_the_cursor_or_breaks_the_terminal(hostile: str) -> None:
    text = hostile[:SHOWN]
    out = io.StringIO()
    console = Console(file=out, width=70, force_terminal=True, color_system="standard")
    screen = TerminalScreen(console, Translations(), None, echo=True)
    screen.said(text, text)
    screen.show(shown_of(text))
    assert not RAW.search(STYLE.sub("", out.getvalue()))


@each_hostile_text
def test_every_text_is_one_harmless_line_of_json(hostile: str) -> None:
    out = io.StringIO()
    JsonScreen(out).show(shown_of(hostile))
    assert out.getvalue().count("\n") == 1
    assert not RAW.search(out.getvalue())
    assert json.loads(out.getvalue())["to"] == hostile


class StillTime:
    """Time that does not pass: nothing is done but what members type."""

    async def wait(self, milliseconds: int) -> None:
        return None

    async def catch_up(self) -> None:
        return None

    async def settle(self) -> UnderWay:
        return UnderWay(0, 0, 0, 0)

    async def idle(self, over: asyncio.Event) -> None:
        await over.wait()


def everywhere(text: str) -> Iterator[str]:
    """Yield a line for each place in which a member can put a text."""
    value = quoted(text[:SHOWN])
    yield f"/duel new {value} panel:offline-3 ends:20m"
    yield f"/duel enter {value} title:{value}"
    yield f"/write {value} model:{value}"
    yield f"/duel results {value}"
    yield f"/give 1 {value}"
    yield f"/agent show {value}"
    yield f"/help {value}"
    yield f"press {value}"
    yield f"press enter:{text[:SHOWN]}"
    yield f"/{value}"


async def test_every_text_is_taken_or_refused_in_words_wherever_it_can_be_put(app: App) -> None:
    out = io.StringIO()
    adapter = ConsoleAdapter(
        app,
        commands=COMMANDS,
        actions=ACTIONS,
        room=Room(session="hostile", languages={}),
        screen=JsonScreen(out),
        passing=StillTime(),
        posted=asyncio.Queue(),
    )
    lines = [line for text in HOSTILE_TEXTS.values() for line in everywhere(text)]
    for number, line in enumerate(['/duel new "x" panel:offline-3', *lines]):
        await adapter.take(Said(text=line, line=number, speaker="m1"))
    replies = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(replies) == len(lines) + 1
    fault = app.texts.text("en", "fault", reference="REFERENCE").split("REFERENCE")[0]
    assert [one for one in replies if one["text"].startswith(fault)] == []


async def test_hostile_names_and_channels_are_only_names(folder: Path) -> None:
    text = await talk(folder, "[bold]> /help\nm1@../../etc> /help\nm;1> /help", as_json=False)
    assert "[bold]>" in text
    assert "\x1b" not in text
