"""Reading one typed value of a parameter, with the bounds that every platform shares.

What does not fit raises ``Problem``, with a sentence for the member. A platform that hands over
typed values passes them through the same bounds, in :func:`checked`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from plumas_core.clock import DAY, HOUR, MINUTE
from plumas_core.commands.spec import (
    AnyCommand,
    AttachmentParam,
    ChoiceParam,
    CreditsParam,
    FlagParam,
    IntegerParam,
    Param,
    RefParam,
    TextParam,
    Value,
    When,
    WhenParam,
)
from plumas_core.credits.money import parse_credits
from plumas_core.problems import Problem

REF_LIMIT = 200

FILE_LIMIT = 64_000
"""Bytes of a text file; the longest text that a duel may allow is a third of it."""

_UNITS: Final = {
    **dict.fromkeys(("m", "min", "minute", "minutes", "minuto", "minutos"), MINUTE),
    **dict.fromkeys(("h", "hour", "hours", "hora", "horas"), HOUR),
    **dict.fromkeys(("d", "day", "days", "día", "días", "dia", "dias"), DAY),
    **dict.fromkeys(("w", "week", "weeks", "sem", "semana", "semanas"), 7 * DAY),
}
"""What a unit of time may be called, in either language; a lone ``s`` could be two of them."""

_STEP = re.compile(r"([0-9]{1,6})\s*([^\W\d_]{1,8})\s*")
_MOST_STEPS = 8
_LONGEST_INTEGER = 18
_YES = {"yes", "y", "true", "on", "1", "sí", "si", "s"}
_NO = {"no", "n", "false", "off", "0"}


def read_value(param: Param, text: str) -> Value:
    """Return the value that ``text`` stands for, as ``param`` wants it.

    Raises:
        Problem: the text does not fit; the sentence names the parameter and what it takes.
    """
    match param:
        case IntegerParam():
            return _integer(param, text)
        case FlagParam():
            return _flag(param, text)
        case WhenParam():
            return read_when(param.name, text)
        case CreditsParam():
            return parse_credits(text)
        case _:
            return checked(param, text)


def checked(param: Param, value: Value) -> Value:
    """Return ``value`` if it keeps the bounds of ``param``.

    Raises:
        Problem: it does not.
    """
    match param, value:
        case IntegerParam(), int() if not param.least <= value <= param.most:
            raise Problem("arg-range", name=param.name, least=param.least, most=param.most)
        case ChoiceParam(), str():
            if value.lower() not in param.choices:
                raise Problem("arg-choice", name=param.name, choices=", ".join(param.choices))
            return value.lower()
        case TextParam(), str() if len(value) > param.limit:
            raise Problem("arg-long", name=param.name, limit=param.limit, length=len(value))
        case TextParam(), str() if param.required and not value.strip():
            raise Problem("arg-empty", name=param.name)
        case RefParam(), str() if not value.strip():
            raise Problem("arg-empty", name=param.name)
        case RefParam(), str() if len(value) > REF_LIMIT:
            raise Problem("arg-long", name=param.name, limit=REF_LIMIT, length=len(value))
        case AttachmentParam(), str() if (
            size := len(value.encode("utf-8", "replace"))
        ) > FILE_LIMIT:
            raise Problem("arg-long", name=param.name, limit=FILE_LIMIT, length=size)
    return value


def complete(spec: AnyCommand, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return ``values`` if every required parameter is among them.

    Raises:
        Problem: one is missing; the sentence names it.
    """
    for param in spec.params:
        if param.required and param.name not in values:
            raise Problem("arg-missing", name=param.name, command=" ".join(spec.path))
    return dict(values)


def read_file(name: str, data: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 with its mark, or what old Windows editors write.

    Its line breaks become line feeds; ``name`` is the parameter's.

    Raises:
        Problem: it is too large, or not text.
    """
    if len(data) > FILE_LIMIT:
        raise Problem("arg-file-large", name=name, limit=FILE_LIMIT, length=len(data))
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Problem("arg-file-kind", name=name)


def read_when(name: str, text: str) -> When:
    """Read ``90m``, ``3d 12h`` or an ISO date with an optional time.

    Raises:
        Problem: it is none of these.
    """
    stripped = text.strip()
    after = _duration(stripped)
    if after is not None:
        return When(after=after)
    try:
        moment = datetime.fromisoformat(stripped)
    except ValueError:
        raise Problem("arg-when", name=name) from None
    if moment.tzinfo is not None:
        raise Problem("arg-when", name=name)
    return When(local=moment.isoformat())


def _duration(text: str) -> int | None:
    """Return the milliseconds of ``3d 12h``, or ``None`` where that is not what it is."""
    total = at = 0
    for _ in range(_MOST_STEPS):
        found = _STEP.match(text, at)
        unit = _UNITS.get(found.group(2).lower()) if found else None
        if found is None or unit is None:
            return None
        total += int(found.group(1)) * unit
        at = found.end()
        if at == len(text):
            return total
    return None


def _integer(param: IntegerParam, text: str) -> Value:
    stripped = text.strip()
    if not re.fullmatch(rf"[+-]?[0-9]{{1,{_LONGEST_INTEGER}}}", stripped):
        raise Problem("arg-integer", name=param.name)
    return checked(param, int(stripped))


def _flag(param: FlagParam, text: str) -> Value:
    folded = text.strip().lower()
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise Problem("arg-flag", name=param.name)
