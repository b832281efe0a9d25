"""Damaged data files are named, with the field."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from plumas_core.data_files import DataFileError, read_toml


@dataclass(frozen=True)
class Shape:
    name: str
    inner: dict[str, int]


def test_a_file_is_read_as_its_type(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('name = "x"\ninner = { y = 1 }\n')
    assert read_toml(tmp_path / "a.toml", Shape) == Shape("x", {"y": 1})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'name = "x"\ninner = { y = "no" }\n', r"a\.toml: inner\.y: .*integer"),
        (b"inner = {}\n", r"a\.toml: name: "),
        (b"name = \n", r"a\.toml: .*line 1"),
        (b'name = "\xff"\n', r"a\.toml: not UTF-8 at byte 8"),
    ],
)
def test_a_damaged_file_is_named_with_its_field(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(DataFileError, match=message):
        read_toml(tmp_path / "a.toml", Shape)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"b\.toml: there is no such file"):
        read_toml(tmp_path / "b.toml", Shape)
