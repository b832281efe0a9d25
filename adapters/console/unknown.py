"""What a member may have meant by a command that does not exist."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from plumas_core.commands.spec import AnyCommand

_MOST = 12


def nearest_commands(text: str, commands: Sequence[AnyCommand]) -> str:
    """Return the commands that ``text`` is near to, by comma, or an empty string."""
    paths = [" ".join(command.path) for command in commands]
    words = text.removeprefix("/").split()
    head = words[0].lower() if words else ""
    group = [path for path in paths if path.split()[0] == head]
    typed = " ".join(words[:2]).lower()
    near = group or difflib.get_close_matches(typed, paths, 3) or _close_to(head, paths)
    return ", ".join(f"/{path}" for path in near[:_MOST])


def _close_to(word: str, paths: Sequence[str]) -> list[str]:
    heads = {path.split()[0] for path in paths}
    close = difflib.get_close_matches(word, sorted(heads), 1)
    return [path for path in paths if close and path.split()[0] == close[0]]
