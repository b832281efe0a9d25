"""How a reply looks in Telegram: its marks, its pages, its files."""

from __future__ import annotations

import html
import re

import pytest

from adapters.telegram import limits
from adapters.telegram.render import bare, render, render_one, short_note
from adapters.telegram.words import Reading, commands_pattern
from plumas_core.clock import HOUR
from plumas_core.commands.catalogue import COMMANDS
from plumas_core.commands.reply import (
    Button,
    File,
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
    note,
    plain,
)
from plumas_core.lengths import first_piece, size
from tests.support.time import START

READING = Reading("es", "Europe/Madrid", START)
POEM = "    la luz\n  se va\n\n\n        despacio"


def only_page(reply: Reply, reading: Reading = READING) -> str:
    (page,) = render(reply, reading).pages
    return page


def seen(page: str) -> str:
    """Return a page as members read it."""
    return html.unescape(re.sub(r"</?[a-z]+>", "", page))


def test_each_block_has_its_mark() -> None:
    reply = Reply(
        (
            Title("Duelo"),
            Quote("una luz", "El Oído"),
            fields([("Palabras", "10")]),
            Progress("Lecturas", 3, 10),
            Note("Simulado", "simulated"),
        )
    )
    assert only_page(reply) == (
        "<b>Duelo</b>\n\n<blockquote>una luz\n— El Oído</blockquote>\n\n<b>Palabras:</b> 10\n\n"
        "Lecturas ▰▰▰▱▱▱▱▱▱▱ 3/10\n\n🎭 Simulado"
    )


def test_a_poem_keeps_every_space() -> None:
    assert only_page(Reply((Verse(POEM, "Noche", "Ana"),))) == (
        f"<b>Noche</b>\n\n<pre>{POEM}</pre>\n\n<i>— Ana</i>"
    )


def test_prose_is_ordinary_text() -> None:
    assert only_page(Reply((Verse("Una casa.\n\nUn árbol."),))) == "Una casa.\n\nUn árbol."


def test_markup_and_names_in_a_text_do_nothing() -> None:
    page = only_page(Reply((plain("<b>uno</b> & @ana y a@b"),)))
    assert page == "&lt;b&gt;uno&lt;/b&gt; &amp; @\u2060ana y a@\u2060b"


def test_a_moment_is_told_in_the_readers_language_and_zone() -> None:
    reply = Reply((Text((Moment(START + 3 * HOUR), " ", Person(1, "Ana"))),))
    page = only_page(reply)
    assert page.startswith("dentro de 3 horas (")
    assert "CET" in page
    assert page.endswith("Ana")


def test_what_stays_for_long_names_the_date_alone() -> None:
    lasting = Reading("es", "Europe/Madrid", START, lasting=True)
    assert "dentro" not in only_page(Reply((Text((Moment(START + HOUR),)),)), lasting)


def test_commands_of_several_words_are_spelled_as_telegram_links_them() -> None:
    linked = Reading("en", "UTC", START, commands=commands_pattern(COMMANDS))
    page = only_page(Reply((plain("See /duel new and /help."), Verse("/duel new"))), linked)
    assert page == "See /duel_new and /help.\n\n/duel new"


def test_a_narrow_table_is_one_and_a_wide_one_is_told_in_words() -> None:
    narrow = Table(("Juez", "Nota"), (("Oído", "7"), ("Ojo", "10")), (1,))
    assert only_page(Reply((narrow,))) == "<pre>Juez  Nota\nOído     7\nOjo     10</pre>"
    wide = Table(("N.º", "Tema"), (("#1", "El faro apagado y lo que hubo después"),))
    assert only_page(Reply((wide,))) == "<b>#1</b> · Tema: El faro apagado y lo que hubo después"


def test_long_text_breaks_at_paragraphs_and_nothing_is_lost() -> None:
    paragraphs = [f"{number} " + "palabra " * 120 for number in range(12)]
    pages = render(Reply((Verse("\n\n".join(paragraphs)),)), READING).pages
    assert 1 < len(pages) <= 4
    assert all(size(seen(page)) <= limits.TEXT for page in pages)
    assert all(seen(page)[0].isdigit() for page in pages)
    assert " ".join(map(seen, pages)).split() == " ".join(paragraphs).split()


def test_a_very_long_text_begins_in_a_message_and_goes_on_in_a_file() -> None:
    rendered = render(Reply((Verse("verso\n" * 5_000, "Mar"),)), READING)
    assert len(rendered.pages) == 1
    assert rendered.pages[0].endswith("…")
    assert [file.name for file in rendered.files] == ["Mar.txt"]
    assert rendered.files[0].data.decode().count("verso") == 5_000


def test_more_marks_than_telegram_shows_go_to_the_next_page() -> None:
    many = fields([(f"n{number}", "x") for number in range(150)])
    pages = render(Reply((many,)), READING).pages
    assert [page.count("<b>") for page in pages] == [100, 50]


def test_one_message_holds_its_file_under_a_caption() -> None:
    one = render_one(Reply((plain("a" * 2_000),), files=(File("t.txt", "x"),)), READING)
    assert one.file is not None
    assert one.file.data.startswith(b"a" * 2_000)
    assert size(seen(one.html)) <= limits.CAPTION


def test_those_notified_stand_above_any_content_within_the_limits() -> None:
    opening = "x" * (limits.CAPTION // 4)
    for length in (10, 3_000, 3_800, 10_000):
        one = render_one(Reply((plain("a" * length),)), READING, opening)
        most = limits.TEXT if one.file is None else limits.CAPTION
        assert size(seen(one.html)) <= most
        assert one.html.startswith(opening)


@pytest.mark.parametrize("blank", ["", "   ", "\u200b\u200d", "\n\n"])
def test_a_reply_of_nothing_shows_a_dash(blank: str) -> None:
    assert only_page(Reply((Verse(blank),))) == "—"
    assert bare(Reply((Verse(blank),)), READING) == "—"


def test_only_a_small_remark_alone_fits_a_note() -> None:
    assert short_note(note("hecho")) == "hecho"
    assert short_note(note("x" * 201)) is None
    assert short_note(Reply((Note("hecho"),), buttons=(Button("a", "1", "A"),))) is None
    assert short_note(Reply((plain("hecho"),))) is None


def test_buttons_that_do_the_same_stand_once() -> None:
    reply = Reply(buttons=(Button("a", "1", "A"), Button("a", "1", "B"), Button("b", "1", "C")))
    assert [one.label for one in render(reply, READING).buttons] == ["A", "C"]


@pytest.mark.parametrize(
    ("text", "room", "first"),
    [
        ("uno dos\n\ntres cuatro", 14, "uno dos"),
        ("uno dos tres", 9, "uno dos"),
        ("unodostres", 4, "unod"),
        ("\U0001f525" * 4, 5, "\U0001f525" * 2),
    ],
)
def test_a_cut_is_where_a_reader_would_make_it(text: str, room: int, first: str) -> None:
    assert first_piece(text, room)[0] == first
