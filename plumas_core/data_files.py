"""Reading the data files that come with the program: TOML, checked against a type."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from plumas_core.shapes import shape

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

T = TypeVar("T")


class DataFileError(ValueError):
    """A data file is damaged; the message names the file, the field and what is wrong."""

    def __init__(self, file: str, field: str, problem: str) -> None:
        super().__init__(f"{file}: {field}: {problem}" if field else f"{file}: {problem}")
        self.file = file
        self.field = field
        self.problem = problem


def read_text_file(file: Traversable) -> str:
    """Return the file's text.

    Raises:
        DataFileError: it is not there, or it is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataFileError(file.name, "", "there is no such file") from None
    except UnicodeDecodeError as reason:
        raise DataFileError(file.name, "", f"not UTF-8 at byte {reason.start}") from None


def read_toml(file: Traversable, kind: type[T]) -> T:
    """Return the file's content as a ``kind``.

    Raises:
        DataFileError: the file is not there, is not TOML, or does not fit.
    """
    try:
        content = tomllib.loads(read_text_file(file))
    except tomllib.TOMLDecodeError as reason:
        raise DataFileError(file.name, "", str(reason)) from None
    try:
        return shape(kind).validate_python(content)
    except ValidationError as reason:
        first = reason.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise DataFileError(file.name, field, first["msg"]) from None
