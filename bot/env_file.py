"""Reading the file of settings strictly: what cannot be read is an error, never passed over."""

from __future__ import annotations

import io
from pathlib import Path

from dotenv.parser import Binding, parse_stream


class SettingsError(Exception):
    """A setting that cannot be used. Its text is one line: the name, what is wrong, what to do."""


def read_env_file(path: Path) -> dict[str, str]:
    """Return the names and values in the file at ``path``; none where there is no file.

    Values are taken as they stand: a ``$`` in a password is a ``$``.

    Raises:
        SettingsError: the file cannot be read, or a line in it; the text names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    values: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            raise SettingsError(
                f"{path}, line {_line(binding)}: cannot be read; write NAME=value, and close"
                " every quotation mark"
            )
        if binding.key is None:
            continue
        if binding.value is None:
            raise SettingsError(f"{path}, line {_line(binding)}: no value; write NAME=value")
        if binding.key in values:
            raise SettingsError(
                f"{path}, line {_line(binding)}: {_shown(binding.key)} stands there a second"
                " time; remove one of the two"
            )
        values[binding.key] = binding.value
    return values


def _line(binding: Binding) -> int:
    """Return the line on which a statement begins, after the blank lines before it."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _shown(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else ascii(name[:60])
