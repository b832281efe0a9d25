"""Reading one typed value of a parameter, with the bounds that every platform shares.

Raises ``Problem`` with a sentence for the member; ``Discord`` hands over typed values, which pass
through the same bounds in :func:`checked`.
"""

from __future__ import annotations

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

_UNITS: Final = {"m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY, "s": 7 * DAY}
_DURATION = re.compile(r"(?:\d{1,6}\s*(?:min|[mhdws])\s*)+", re.IGNORECASE)
_STEP = re.compile(r"(\d+)\s*(min|[mhdws])", re.IGNORECASE)
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
        case AttachmentParam(), str() if len(value.encode("utf-8", "replace")) > FILE_LIMIT:
            raise Problem("arg-long", name=param.name, limit=FILE_LIMIT, length=len(value))
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


def read_when(name: str, text: str) -> When:
    """Read ``90m``, ``3d 12h`` or an ISO date with an optional time."""
    stripped = text.strip()
    if _DURATION.fullmatch(stripped):
        total = sum(int(count) * _UNITS[unit.lower()] for count, unit in _STEP.findall(stripped))
        return When(after=total)
    try:
        moment = datetime.fromisoformat(stripped)
    except ValueError:
        raise Problem("arg-when", name=name) from None
    return When(local=moment.isoformat())


def _integer(param: IntegerParam, text: str) -> Value:
    try:
        number = int(text.strip()[:20])
    except ValueError:
        raise Problem("arg-integer", name=param.name) from None
    return checked(param, number)


def _flag(param: FlagParam, text: str) -> Value:
    folded = text.strip().lower()
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise Problem("arg-flag", name=param.name)
