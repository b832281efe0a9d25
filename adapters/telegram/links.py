"""Deep links into the bot's private chat, and what their parameter says."""

from __future__ import annotations

import re
from collections.abc import Mapping

from adapters.telegram import limits
from plumas_core.commands.spec import ActionSpec

_PARAMETER = re.compile(rf"[A-Za-z0-9_-]{{1,{limits.START}}}")


def start_link(username: str, parameter: str) -> str:
    """Return the address that opens the private chat and says ``/start`` with ``parameter``."""
    return f"https://t.me/{username}?start={parameter}"


def press_parameter(code: str) -> str | None:
    """Return a button's code as a link's parameter, ``None`` where it holds other characters."""
    parameter = code.replace(":", "_", 1)
    fits = _PARAMETER.fullmatch(parameter) and "_" not in code.partition(":")[0]
    return parameter if fits else None


def read_press(parameter: str, actions: Mapping[str, ActionSpec]) -> tuple[str, str] | None:
    """Return the form that a parameter opens and what it is about, ``None`` if it opens none.

    Anybody can make a link, and whoever follows it reads nothing of what it says: none may act.
    """
    name, _, ref = parameter.partition("_")
    action = actions.get(name)
    return (name, ref) if action is not None and action.opens == "form" and ref else None
