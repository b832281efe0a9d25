"""A conversation on the console, in virtual time, as a program reads it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from adapters.console.adapter import Room
from adapters.console.script import ReadLine
from bot.chat import Chat, converse
from bot.settings import Settings

Record: TypeAlias = Mapping[str, Any]

LONGEST = 120
"""Seconds after which a conversation that does not end fails its test."""


def lines_of(script: str) -> ReadLine:
    """Return a reader of a script's lines."""
    lines = iter(script.strip("\n").split("\n"))

    async def read_line() -> str | None:
        return next(lines, None)

    return read_line


async def talk(
    folder: Path,
    script: str,
    *,
    as_json: bool = True,
    virtual: bool = True,
    scale: float = 1.0,
    session: str = "test",
    admins: frozenset[str] = frozenset({"op"}),
    languages: Mapping[str, str] | None = None,
    settings: Settings | None = None,
    **room: Any,
) -> str:
    """Run a script to its end, with ``op`` as the operator; return all that was shown."""
    plan = Chat(
        folder=folder,
        room=Room(session=session, admins=admins, languages=languages or {}, **room),
        operators=frozenset({"op"}),
        virtual=virtual,
        scale=scale,
        as_json=as_json,
        script=lines_of(script),
    )
    out = io.StringIO()
    await converse(settings or Settings.model_construct(), plan, out)
    return out.getvalue()


async def heard(folder: Path, script: str, **options: Any) -> list[Record]:
    """Run a script to its end; return each reply as a program gets it."""
    return [json.loads(line) for line in (await talk(folder, script, **options)).splitlines()]
