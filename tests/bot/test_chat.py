"""``plumas chat`` as it is called."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.chat import OPERATORS
from bot.cli import main
from plumas_core.locales.translate import LOCALES, Translations

Plumas = Callable[..., Result]


def typed(*words: str, text: str) -> Result:
    result = CliRunner().invoke(main, ["chat", *words], input=text)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_script_in_a_file_is_run(plumas: Plumas, folder: Path) -> None:
    script = folder / "one.txt"
    script.write_bytes("\ufeff# a comment\r\nm1> /help\r\n".encode())
    result = plumas("chat", "--script", str(script))
    assert result.exit_code == 0
    assert "\nm1> /help\n▌ only m1 sees this\n" in result.stdout
    assert (folder / "data" / "chat" / "plumas.db").exists()


def test_standard_input_is_a_script(folder: Path) -> None:
    result = typed("--json", "--data", str(folder / "x"), text="m1> /help\nm2> /credits\n")
    replies = [json.loads(line) for line in result.stdout.splitlines()]
    assert [reply["command"] for reply in replies] == ["/help", "/credits"]
    assert (folder / "x" / "plumas.db").exists()


def test_input_that_is_not_utf_8_is_still_read(folder: Path) -> None:
    result = CliRunner().invoke(main, ["chat", "--json"], input=b"m1> /help\nm1> \xff\xfe\n")
    assert len(result.stdout.splitlines()) == 2


def test_members_languages_and_the_communitys_are_told(folder: Path) -> None:
    words = ("--json", "--locale", "es", "--member", "m2=en", "--community", "Ateneo")
    result = typed(*words, text="m1> /help\nm2> /help\n")
    first, second = (json.loads(line)["text"] for line in result.stdout.splitlines())
    assert "Duelos literarios" in first
    assert "Literary duels" in second


def test_operators_and_admins_are_op_and_m1_unless_others_are_named(folder: Path) -> None:
    script = "\n".join(f"{name}> /grant 1 {name}" for name in (*OPERATORS, "m2"))
    usual = typed("--json", "--data", "a", text=script)
    named = typed("--json", "--data", "b", "--operator", "m2", text=script)
    granted = [
        [bool(json.loads(line)["fields"]) for line in result.stdout.splitlines()]
        for result in (usual, named)
    ]
    assert granted == [[True, True, False], [False, False, True]]


def test_what_is_still_open_is_said_where_time_is_real(folder: Path) -> None:
    text = 'm1> /duel new "Mar" panel:offline-3'
    result = typed(text=text)
    assert "still under way: 1 duels" in result.stderr
    result = typed("--virtual", "--session", "next", text="m1> /duel list")
    assert result.stderr == ""
    assert "cancelled" in result.stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--script", "nowhere.txt"), "nowhere.txt"),
        (("--script", "latin.txt"), "the script cannot be read"),
        (("--member", "m2"), "NAME=LOCALE"),
        (("--member", "m2=fr"), "NAME=LOCALE"),
        (("--time-scale", "0"), "time-scale"),
        (("--time-scale", "nan"), "time-scale: must be a number above 0"),
        (("--time-scale", "inf"), "time-scale: must be a number above 0"),
        (("--data", "latin.txt"), "latin.txt"),
    ],
)
def test_a_bad_word_on_the_command_line_is_named(
    folder: Path, words: tuple[str, ...], complaint: str
) -> None:
    (folder / "latin.txt").write_bytes("ñandú".encode("latin-1"))
    result = typed(*words, text="/help")
    assert result.exit_code == 2
    assert complaint in result.stderr


@pytest.mark.parametrize("locale", LOCALES)
def test_the_things_to_try_can_be_typed_as_they_stand(folder: Path, locale: str) -> None:
    texts = Translations()
    examples = ("console-try-help", "console-try-write", "console-try-duel")
    script = "\n".join(texts.text(locale, key) for key in examples)
    result = typed("--json", "--virtual", "--locale", locale, text=script)
    replies = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["command"] for one in replies if one["command"]] == [
        "/help",
        "/write",
        "/duel new",
    ]
    written = next(one for one in replies if one["command"] == "/write")
    assert written["buttons"]
