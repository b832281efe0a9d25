"""The grammar of typed lines."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumas_core.app import App
from plumas_core.clock import DAY, HOUR, MINUTE
from plumas_core.commands.line import find_command, parse_line, quoted, unclosed
from plumas_core.commands.reply import Reply
from plumas_core.commands.spec import (
    AttachmentParam,
    ChoiceParam,
    CommandSpec,
    FlagParam,
    IntegerParam,
    RefParam,
    Request,
    TextParam,
    WhenParam,
)
from plumas_core.commands.spec import When as Moment
from plumas_core.problems import Problem


@dataclass(frozen=True, slots=True)
class Anything:
    text: str = ""


async def answer(app: App, request: Request[Anything]) -> Reply:
    return Reply()


def command(*path: str, params: tuple[object, ...] = ()) -> CommandSpec[Anything]:
    return CommandSpec(path=path, args=Anything, handler=answer, params=params)  # type: ignore[arg-type]


WRITE = command(
    "write",
    params=(
        TextParam(name="prompt", required=True, limit=100_000, rest=True),
        TextParam(name="title", limit=200),
        RefParam(name="model", of="model"),
        FlagParam(name="private"),
    ),
)
NEW = command(
    "duel",
    "new",
    params=(
        TextParam(name="theme", required=True, limit=200),
        TextParam(name="title", limit=200),
        WhenParam(name="ends"),
        RefParam(name="panel", of="panel"),
        ChoiceParam(name="pace", choices=("batch", "now")),
        IntegerParam(name="max_words", least=20, most=3000),
        AttachmentParam(name="file"),
    ),
)


def test_a_command_is_found_by_its_words_and_the_rest_is_left_as_typed() -> None:
    assert find_command("/duel new  El faro ", [WRITE, NEW]) == (NEW, "  El faro ")


@pytest.mark.parametrize(
    "line",
    ["/duel_new x", "/duel_new@plumas_bot x", "/DUEL New x", "/duel   new x"],
)
def test_a_command_may_be_written_as_each_platform_writes_it(line: str) -> None:
    assert find_command(line, [NEW]) == (NEW, " x")


@pytest.mark.parametrize("line", ["", "duel new", "/duel newer x", "/due", "say /duel new"])
def test_what_is_not_the_command_is_not_taken_for_it(line: str) -> None:
    assert find_command(line, [NEW]) is None


def test_the_longest_path_wins() -> None:
    duel = command("duel")
    found = find_command("/duel new x", [duel, NEW])
    assert found is not None
    assert found[0] is NEW


def test_a_whole_line_is_read_with_values_by_position_and_by_name() -> None:
    values = parse_line(NEW, ' "El faro apagado" panel:offline-3 pace:batch ends:10m')
    assert values == {
        "theme": "El faro apagado",
        "panel": "offline-3",
        "pace": "batch",
        "ends": Moment(after=10 * MINUTE),
    }


def test_values_by_position_go_in_the_order_of_the_parameters() -> None:
    values = parse_line(NEW, ' Faro "Otro título" "3d 12h"')
    assert values == {
        "theme": "Faro",
        "title": "Otro título",
        "ends": Moment(after=3 * DAY + 12 * HOUR),
    }


def test_a_blank_may_follow_the_colon_where_no_text_can_be_meant() -> None:
    assert parse_line(NEW, " Faro panel: offline-3") == {"theme": "Faro", "panel": "offline-3"}
    assert parse_line(WRITE, " title: a word that I like") == {
        "prompt": "title: a word that I like"
    }


def test_a_file_is_never_taken_by_position() -> None:
    with pytest.raises(Problem) as refused:
        parse_line(NEW, ' a b 1d offline-3 now 200 "poem.txt"')
    assert refused.value.key == "arg-unexpected"
    assert parse_line(NEW, " a file:poem.txt") == {"theme": "a", "file": "poem.txt"}


def test_a_poem_keeps_its_spaces_and_lines() -> None:
    poem = "    La luz\n  se  apaga:\n\n\tnadie   mira\n        el mar"
    assert parse_line(WRITE, f" title:Mar\n{poem}\n") == {"title": "Mar", "prompt": poem}


def test_a_trailing_named_value_is_read() -> None:
    values = parse_line(WRITE, ' a poem\nabout the sea title:"At sea" private:yes')
    assert values == {"prompt": "a poem\nabout the sea", "title": "At sea", "private": True}


def test_named_values_may_end_a_text_on_lines_of_their_own() -> None:
    values = parse_line(WRITE, ' uno\ndos\ntitle:"Dos\nlíneas"\nmodel:offline-pluma\n')
    assert values == {"prompt": "uno\ndos", "title": "Dos\nlíneas", "model": "offline-pluma"}


@pytest.mark.parametrize(
    "text",
    [
        "she said: no",
        "title: as in a heading",
        "a title:like this one stays",
        "time:12 is unknown",
        "ends with a colon title:",
        "el título:X no es nuestro",
        'title:"open and never closed, said he',
    ],
)
def test_a_colon_in_a_text_stays_in_it(text: str) -> None:
    prompt = f"A text: {text} at all"
    assert parse_line(WRITE, f" {prompt}") == {"prompt": prompt}


@pytest.mark.parametrize(
    "text",
    [
        '"Hola", dijo el farero.',
        '"Hola" dijo el farero.',
        '"Hola", dijo, "adiós"',
        "«Hola» dijo el farero",
        "“Hola,” she said",
        '"one"\n"two"',
        '"never closed',
        '"',
    ],
)
def test_a_text_that_begins_with_words_that_are_spoken_stays_a_text(text: str) -> None:
    assert parse_line(WRITE, f" {text}") == {"prompt": text}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ('"a b"', "a b"),
        ("“a b”", "a b"),
        ("«a b»", "a b"),
        ("«dijo «hola» y calló»", "dijo «hola» y calló"),
        ('"He said ""no"" twice"', 'He said "no" twice'),
        ('"He said "no""', 'He said "no"'),
        ('""', ""),
        ('"a\n  b"', "a\n  b"),
        ('"half', '"half'),
    ],
)
def test_quotation_marks_keep_what_is_between_them(typed: str, meant: str) -> None:
    assert parse_line(NEW, f" x title:{typed}") == {"theme": "x", "title": meant}


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("", "arg-missing"),
        (' ""', "arg-empty"),
        (" x title:a title:b", "arg-twice"),
        (" x pace:slow", "arg-choice"),
        (" x max_words:5", "arg-range"),
        (" x max_words:many", "arg-integer"),
        (" x max_words:1" + "0" * 30, "arg-integer"),
        (" x ends:soon", "arg-when"),
        (" x " + "t" * 201, "arg-long"),
        (' a b 1d offline-3 now 200 "one more"', "arg-unexpected"),
    ],
)
def test_what_does_not_fit_is_named(line: str, key: str) -> None:
    with pytest.raises(Problem) as refused:
        parse_line(NEW, line)
    assert refused.value.key == key


def test_a_parameter_may_be_called_by_its_name_in_another_language() -> None:
    values = parse_line(WRITE, " mar título:Sal", {"Título": "title"})
    assert values == {"prompt": "mar", "title": "Sal"}


@pytest.mark.parametrize(
    "text", ['/x "a', '/x title:"a', "/x «a «b» c", '/x "he said ""no""', '/x "a" b "c\nd']
)
def test_an_open_quotation_asks_for_more_lines(text: str) -> None:
    assert unclosed(text)


@pytest.mark.parametrize(
    "text", ["/x a", '/x "a"', '/x 5" tall', '/x "He said "no""', '/x "a" «b» title:“c”', '"a']
)
def test_a_line_without_an_open_quotation_is_whole(text: str) -> None:
    assert not unclosed(text)


WORDS = st.sampled_from(
    ["mar", "La", "noche:", "—¿Quién", "va?", "dijo:", "a:b", "ὕδωρ", "🪶", "x", "(sí)", "it's"]
)
LINE = st.builds(
    lambda indent, words, gaps: (
        " " * indent + "".join(w + " " * g for w, g in zip(words, gaps, strict=False))
    ),
    st.integers(0, 12),
    st.lists(WORDS, min_size=1, max_size=8),
    st.lists(st.integers(1, 5), min_size=8, max_size=8),
)
POEM = st.lists(st.one_of(LINE, st.just("")), min_size=1, max_size=12).map("\n".join)


@given(POEM)
def test_every_poem_below_a_command_keeps_its_spaces_and_lines(poem: str) -> None:
    lines = poem.rstrip().split("\n")
    while lines and not lines[0]:
        del lines[0]
    expected = "\n".join(lines)
    if not expected:
        return
    assert parse_line(WRITE, f"\n{poem}") == {"prompt": expected}


@given(POEM.filter(str.strip), st.sampled_from(["Mar", '"El mar"', "«a\nb»"]))
def test_every_poem_may_be_followed_by_a_named_value(poem: str, title: str) -> None:
    alone = parse_line(WRITE, f"\n{poem}")
    assert parse_line(WRITE, f"\n{poem} title:{title}") == {**alone, "title": title.strip('"«»')}


@given(st.text().filter(str.strip), st.text(max_size=200))
def test_every_quoted_text_is_read_back_to_the_letter(prompt: str, title: str) -> None:
    typed = f" {quoted(prompt)} title:{quoted(title)}"
    assert parse_line(WRITE, typed) == {"prompt": prompt, "title": title}
    assert not unclosed("/write" + typed)


@given(st.text(st.sampled_from(' \n"«»“”:atile1titleprompt'), max_size=60) | st.text())
def test_any_line_is_read_or_refused_with_a_reason(text: str) -> None:
    for spec in (WRITE, NEW):
        try:
            values = parse_line(spec, text)
        except Problem:
            continue
        assert set(values) <= {param.name for param in spec.params}


@pytest.mark.parametrize(
    "piece", ["title:«a ", 'title:"a ', "title:«a»x ", " “a”x", '"a"b ', "   "]
)
def test_a_huge_line_of_half_open_quotations_is_read_in_time(piece: str) -> None:
    text = "x " + piece * 8_000 + " x"
    assert parse_line(WRITE, " " + text) == {"prompt": text}
    unclosed("/write " + text)
