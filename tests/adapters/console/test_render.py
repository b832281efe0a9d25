"""What the terminal and the programs that read along see of a reply."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from adapters.console.jsonlines import JsonScreen, json_line
from adapters.console.plain import plain_text
from adapters.console.screen import Shown, TerminalScreen
from plumas_core.clock import DAY, HOUR
from plumas_core.commands.reply import (
    Block,
    Button,
    File,
    Form,
    FormField,
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
    fields,
)
from plumas_core.commands.reply_text import Reading
from plumas_core.locales.translate import Translations

NOON = 1_793_620_800_000  # 2026-11-02T12:00:00Z
READING = Reading("es", "Europe/Madrid", NOON)
POEM = "    La luz\n  se  apaga:\n\n        [bold]nadie[/bold]   mira " + "muy " * 40 + "lejos"


def item(reply: Reply, **other: object) -> Shown:
    values: dict[str, object] = {
        "reply": reply,
        "reading": READING,
        "to": "main",
        "visibility": "public",
        "command": "/duel new",
        "buttons": tuple(enumerate(reply.buttons, 1)),
    }
    return Shown(**{**values, **other})  # type: ignore[arg-type]


def printed(tmp_path: Path, shown: Shown, *, width: int = 80, terminal: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, color_system=None)
    TerminalScreen(console, Translations(), tmp_path, echo=True).show(shown)
    return out.getvalue()


EVERYTHING = Reply(
    (
        Title("Duelo 1"),
        Text(("Abierto por ", Person(1, "Ana"), ", cierra ", Moment(NOON + 3 * HOUR))),
        Verse(POEM, title="El faro", byline="Ana"),
        Quote("nadie mira", "Juez"),
        fields([("Tema", "El faro apagado"), ("Cierra", Moment(NOON + DAY, relative=False))]),
        Table(("Puesto", "Título"), (("1", "El faro"), ("2", "La mar")), numeric=(0,)),
        Progress("Lecturas", 3, 12),
        Note("Nada de esto es real.", "simulated"),
    ),
    image=Image("bars.png", "barras", base64.b64encode(b"png").decode()),
    files=(File("../../textos.txt", "uno\n  dos"),),
    buttons=(Button("enter", "d1", "Entrar"), Button("close", "d1", "Cerrar", "danger")),
    ref="d1",
)


def test_a_verse_keeps_its_spaces_and_lines_when_piped(tmp_path: Path) -> None:
    text = printed(tmp_path, item(Reply((Verse(POEM),))))
    for line in POEM.split("\n"):
        assert f"▌ │ {line}\n" in text


def test_a_long_verse_is_folded_on_a_terminal_and_loses_nothing(tmp_path: Path) -> None:
    text = printed(tmp_path, item(Reply((Verse(POEM),))), width=40, terminal=True)
    lines = [line.removeprefix("▌ │ ") for line in text.strip("\n").split("\n")]
    assert max(map(len, lines)) <= 36
    assert "".join("".join(lines).split()) == "".join(POEM.split())
    assert lines[:2] == ["    La luz", "  se  apaga:"]
    assert not any(line.startswith(" ") for line in lines[4:])


@pytest.mark.parametrize(
    "words",
    [
        "Duelo 1",
        "Abierto por Ana, cierra dentro de 3 horas (16:00)",
        "— Ana",
        "“nadie mira” — Juez",
        "Tema    El faro apagado",
        "mar 3 nov, 13:00",
        "Lecturas ██████░░░░░░░░░░░░░░░░░░ 3/12",
        "◌ Nada de esto es real.",
        "[1] Entrar   [2] Cerrar",
        "barras",
        "  dos",
    ],
)
def test_every_part_of_a_reply_is_shown(tmp_path: Path, words: str) -> None:
    assert words in printed(tmp_path, item(EVERYTHING))


WIDE = Table(
    ("Puesto", "Texto", "Autora", *(f"Criterio {n}" for n in range(8))),
    (("1", "Un título que es más largo que la columna", "Ana", *"12345678"),),
    numeric=(0, *range(3, 11)),
)


def test_a_table_that_is_too_wide_goes_on_below_with_the_rows_named_again(tmp_path: Path) -> None:
    text = printed(tmp_path, item(Reply((WIDE,))), width=80, terminal=True)
    assert max(len(line.rstrip()) for line in text.split("\n")) <= 80
    assert "…" not in text
    for number in range(8):
        assert text.count(f"Criterio {number}") == 1
    assert text.count("Un título que es más") == 3


def test_a_table_that_fits_stays_one(tmp_path: Path) -> None:
    text = printed(tmp_path, item(Reply((WIDE,))), width=160)
    assert text.count("Un título que es más") == 1


def test_files_and_images_are_saved_under_harmless_names(tmp_path: Path) -> None:
    printed(tmp_path / "files", item(EVERYTHING))
    saved = {path.name: path.read_bytes() for path in (tmp_path / "files").iterdir()}
    assert saved == {"d1-.._.._textos.txt": b"uno\n  dos", "d1-bars.png": b"png"}


def test_a_private_reply_says_who_sees_it(tmp_path: Path) -> None:
    shown = item(Reply((Note("hola"),)), to="m2", visibility="private")
    assert "solo lo ve m2" in printed(tmp_path, shown)


def test_a_message_from_the_background_names_its_channel_and_who_is_called(
    tmp_path: Path,
) -> None:
    shown = item(Reply((Note("hola"),)), command=None, mentions=("m1", "m2"))
    assert "#main @m1 @m2" in printed(tmp_path, shown)


def test_an_edited_message_shows_in_one_line_what_changed(tmp_path: Path) -> None:
    before = Reply((Title("Duelo 1"), fields([("Textos", "2"), ("Tema", "Faro")])))
    after = Reply((Title("Duelo 1"), fields([("Textos", "3"), ("Tema", "Faro")])))
    text = printed(tmp_path, item(after, command=None, before=before))
    assert "✎ Duelo 1  Textos: 3" in text
    assert "Tema" not in text


def test_an_edit_that_changes_nothing_to_see_is_silent(tmp_path: Path) -> None:
    assert printed(tmp_path, item(EVERYTHING, before=EVERYTHING)) == ""


def test_a_form_shows_its_questions_and_how_to_answer(tmp_path: Path) -> None:
    asked = Form("submit", "d1", "Tu texto", (FormField("text", "Texto", 4000),))
    text = printed(tmp_path, item(Reply(form=asked)))
    assert "= text:  Texto" in text
    assert "Responde con" in text


def test_markup_in_a_text_is_shown_as_it_is(tmp_path: Path) -> None:
    reply = Reply((Note("[red]no[/red] :smile: \\[x]"), Title("[link=http://x]y[/link]")))
    text = printed(tmp_path, item(reply), terminal=True)
    assert "[red]no[/red] :smile: \\[x]" in text
    assert "[link=http://x]y[/link]" in text


def hostile(text: str) -> Reply:
    blocks: tuple[Block, ...] = (
        Title(text),
        Text((text, Person(1, text))),
        Verse(text, text, text),
        Quote(text, text),
        fields([(text, text)]),
        Table((text, text), ((text, text),)),
        Progress(text, 1, 2),
        Note(text, "error"),
    )
    return Reply(
        blocks,
        files=(File(text, text),),
        buttons=(Button("a", "b", text),),
        form=Form("a", "b", text, (FormField("n", text, 10, hint=text),)),
    )


RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@settings(max_examples=40)
@given(st.text(st.characters(codec=None), max_size=60))
def test_no_text_sends_a_control_character_to_the_terminal(text: str) -> None:
    out = io.StringIO()
    console = Console(file=out, width=60, force_terminal=True, color_system=None)
    screen = TerminalScreen(console, Translations(), Path("/nonexistent/x"), echo=True)
    screen.said(text, text)
    screen.show(item(hostile(text), to=text, mentions=(text,)))
    assert not RAW.search(re.sub("\x1b\\[[0-9;]*m", "", out.getvalue()).expandtabs())


@given(st.text(st.characters(codec=None), max_size=60))
def test_every_text_is_the_same_after_json_and_raw_nowhere(text: str) -> None:
    line = json_line(item(hostile(text), to=text))
    assert not RAW.search(line)
    assert "\n" not in line
    record = json.loads(line)
    assert record["to"] == text
    assert record["text"] == plain_text(hostile(text), READING)
    assert text in record["text"]


def test_a_json_line_has_its_keys_in_order_and_its_values_by_name() -> None:
    record = json.loads(json_line(item(EVERYTHING)))
    assert list(record) == [
        "to",
        "command",
        "visibility",
        "text",
        "fields",
        "table",
        "buttons",
        "image",
        "ref",
        "edited",
    ]
    assert POEM in record["text"]
    assert "[../../textos.txt]\nuno\n  dos" in record["text"]
    assert record["fields"] == {"Tema": "El faro apagado", "Cierra": "mar 3 nov, 13:00"}
    assert record["table"] == [
        {"Puesto": "1", "Título": "El faro"},
        {"Puesto": "2", "Título": "La mar"},
    ]
    assert record["buttons"][1] == {
        "label": "Cerrar",
        "action": "close",
        "ref": "d1",
        "code": "close:d1",
    }
    assert record["image"]["alt"] == "barras"
    assert (record["to"], record["command"], record["ref"]) == ("main", "/duel new", "d1")
    assert record["edited"] is False


def test_columns_of_one_name_are_told_apart() -> None:
    reply = Reply((Table(("a", "a"), (("1", "2"),)),))
    assert json.loads(json_line(item(reply)))["table"] == [{"a": "1", "a (2)": "2"}]


def test_a_streamed_reply_is_one_json_line() -> None:
    out = io.StringIO()
    screen = JsonScreen(out)
    screen.draft(item(Reply((Verse("a"),))))
    screen.draft(item(Reply((Verse("a b"),))))
    screen.show(item(Reply((Verse("a b c"),))))
    assert [json.loads(line)["text"] for line in out.getvalue().splitlines()] == ["a b c"]
