"""The values that typed words stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumas_core.clock import DAY, HOUR, MINUTE
from plumas_core.commands.spec import FlagParam, IntegerParam, When
from plumas_core.commands.values import FILE_LIMIT, read_file, read_value, read_when
from plumas_core.problems import Problem


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("90m", 90 * MINUTE),
        ("3d 12h", 3 * DAY + 12 * HOUR),
        ("3d12h", 3 * DAY + 12 * HOUR),
        ("10 minutos", 10 * MINUTE),
        ("1 hour", HOUR),
        ("2 días", 2 * DAY),
        ("1 semana", 7 * DAY),
        ("1W", 7 * DAY),
    ],
)
def test_a_duration_is_read_in_either_language(text: str, after: int) -> None:
    assert read_when("ends", text) == When(after=after)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2026-03-01", "2026-03-01T00:00:00"),
        ("2026-03-01 18:30", "2026-03-01T18:30:00"),
        ("2026-03-01T18:30", "2026-03-01T18:30:00"),
    ],
)
def test_a_date_is_read_without_a_zone(text: str, local: str) -> None:
    assert read_when("ends", text) == When(local=local)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "10", "m", "5s", "-5m", "10m ago", "2026-13-01", "2026-03-01T10:00+02:00", "٣m"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Problem) as refused:
        read_when("ends", text)
    assert refused.value.key == "arg-when"


@given(st.text() | st.from_regex(r"([0-9]{1,7} ?[mhdw]?[a-z]? ?){0,12}", fullmatch=True))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    try:
        when = read_when("ends", text)
    except Problem:
        return
    assert (when.after is None) != (when.local is None)


@pytest.mark.parametrize("text", ["5", " 5 ", "+5", "05"])
def test_an_integer_is_read(text: str) -> None:
    assert read_value(IntegerParam(name="n", least=1, most=9), text) == 5


@pytest.mark.parametrize("text", ["", "5.0", "1_0", "٥", "5" + " " * 30 + "x", "0" * 40 + "5"])
def test_what_is_no_plain_integer_is_refused(text: str) -> None:
    with pytest.raises(Problem) as refused:
        read_value(IntegerParam(name="n", least=1, most=9), text)
    assert refused.value.key == "arg-integer"


@pytest.mark.parametrize(("text", "flag"), [("sí", True), ("YES", True), ("no", False)])
def test_yes_and_no_are_read_in_either_language(text: str, flag: bool) -> None:
    assert read_value(FlagParam(name="private"), text) is flag


POEM = "Ñandú —dijo—\n  «¿Quién?»\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_file_is_read_whatever_editor_wrote_it(encoding: str) -> None:
    assert read_file("file", POEM.encode(encoding)) == POEM


def test_line_breaks_of_every_system_become_the_same() -> None:
    assert read_file("file", b"a\r\nb\rc\n") == "a\nb\nc\n"


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xfea", b"\xfe\xff\0\0", b"\x81\x8d\x8f"]
)
def test_a_file_that_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(Problem) as refused:
        read_file("file", data)
    assert refused.value.key == "arg-file-kind"


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        read_file("file", b"a" * (FILE_LIMIT + 1))
    assert refused.value.key == "arg-file-large"
