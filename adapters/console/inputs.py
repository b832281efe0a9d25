"""What a member hands in beside a line: answers to a form's questions, and files."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from plumas_core.commands.reply import Form
from plumas_core.commands.spec import AnyCommand, AttachmentParam, Value
from plumas_core.commands.values import FILE_LIMIT, read_file
from plumas_core.problems import Problem


def checked_answers(form: Form, answers: Mapping[str, str]) -> dict[str, str]:
    """Return the answers to a form's questions, by the questions' names.

    Raises:
        Problem: one is missing, too long or unknown.
    """
    names = {field.name for field in form.fields}
    for name in answers:
        if name not in names:
            raise Problem("console-no-question", name=name, names=", ".join(sorted(names)))
    given = {}
    for field in form.fields:
        answer = answers.get(field.name, field.value)
        if field.required and not answer.strip():
            raise Problem("arg-empty", name=field.name)
        if len(answer) > field.limit:
            raise Problem("arg-long", name=field.name, limit=field.limit, length=len(answer))
        given[field.name] = answer
    return given


async def with_files(spec: AnyCommand, values: Mapping[str, Value]) -> dict[str, Value]:
    """Put the content of files in the place of their paths.

    Raises:
        Problem: a file cannot be read, is too large or is not text.
    """
    filled = dict(values)
    for param in spec.params:
        if isinstance(param, AttachmentParam) and param.name in values:
            path = str(values[param.name])
            try:
                data = await asyncio.to_thread(_read_some, Path(path))
            except (OSError, ValueError) as reason:
                raise Problem("console-no-file", path=path[:200]) from reason
            filled[param.name] = read_file(param.name, data)
    return filled


def _read_some(path: Path) -> bytes:
    with path.expanduser().open("rb") as file:
        return file.read(FILE_LIMIT + 1)
