"""One grammar for typed lines, on the console and in Telegram.

``/duel new "El faro apagado" panel:offline-3 ends:10m``: the command's words, then parameters by
position or as ``name:value``; quotation marks keep what is between them whole, line breaks
included. A parameter that takes the rest of the line gets it exactly as typed, a poem with its
spaces and lines; ``name:value`` pairs are then read only before it and at the very end of its
last line, so that a text that happens to hold a colon stays a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from plumas_core.commands.spec import AnyCommand, FlagParam, Param, Value
from plumas_core.commands.values import complete, read_value
from plumas_core.problems import Problem

_OPEN_CLOSE = {'"': '"', "“": "”", "«": "»"}
_NAMED = re.compile(r"([^\W\d][\w-]*):(?=\S)", re.UNICODE)
_WORD = re.compile(r"\S+")


def find_command(
    text: str, commands: Iterable[AnyCommand], aliases: Mapping[str, str] | None = None
) -> tuple[AnyCommand, str] | None:
    """Return the command that a line begins with, and what follows it, or ``None``.

    ``/duel new …`` and ``/duel_new …`` are the same; the longest path wins.
    """
    if not text.startswith("/"):
        return None
    best: tuple[AnyCommand, str] | None = None
    for command in commands:
        pattern = r"/" + r"[ _]".join(map(re.escape, command.path)) + r"(?:@\w+)?(?=\s|$)"
        found = re.match(pattern, text, re.IGNORECASE)
        if found and (best is None or len(command.path) > len(best[0].path)):
            best = command, text[found.end() :]
    return best


def parse_line(
    spec: AnyCommand, text: str, names: Mapping[str, str] | None = None
) -> dict[str, Value]:
    """Return the values typed after a command.

    ``names`` maps other names of the parameters (localised ones) to their own.

    Raises:
        Problem: something is missing, doubled, unknown or does not fit.
    """
    reader = _Reader(spec, text, names or {})
    reader.read()
    return complete(spec, reader.values)


class _Reader:
    def __init__(self, spec: AnyCommand, text: str, names: Mapping[str, str]) -> None:
        self._text = text
        self._at = 0
        self._params = {param.name: param for param in spec.params}
        self._aliases = {name.lower(): own for name, own in names.items()}
        self._order = [param for param in spec.params if not isinstance(param, FlagParam)]
        self.values: dict[str, Value] = {}

    def read(self) -> None:
        while self._skip_blanks():
            param, at = self._named_here(self._at)
            if param is not None:
                self._at = at
                self._set(param, self._one_value())
                continue
            param = self._next_positional()
            if param is None:
                raise Problem("arg-unexpected", text=self._text[self._at : self._at + 40])
            if param.rest and not self._quoted_here():
                self._set(param, self._rest())
            else:
                self._set(param, self._one_value())

    def _skip_blanks(self) -> bool:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._at < len(self._text)

    def _named_here(self, at: int) -> tuple[Param | None, int]:
        found = _NAMED.match(self._text, at)
        if not found:
            return None, at
        name = found.group(1).lower()
        param = self._params.get(self._aliases.get(name, name))
        return (param, found.end()) if param else (None, at)

    def _next_positional(self) -> Param | None:
        return next((param for param in self._order if param.name not in self.values), None)

    def _quoted_here(self) -> bool:
        return self._closing(self._at) is not None

    def _closing(self, at: int) -> int | None:
        """Return where the quotation that opens here closes, if it does before a blank or end."""
        mark = _OPEN_CLOSE.get(self._text[at])
        if mark is None:
            return None
        end = self._text.find(mark, at + 1)
        while end != -1:
            if end + 1 == len(self._text) or self._text[end + 1].isspace():
                return end
            end = self._text.find(mark, end + 1)
        return None

    def _one_value(self) -> str:
        end = self._closing(self._at)
        if end is not None:
            value = self._text[self._at + 1 : end]
            self._at = end + 1
            return value
        found = _WORD.match(self._text, self._at)
        word = found.group() if found else ""
        self._at += len(word)
        return word

    def _rest(self) -> str:
        """Take all that is left, but for the named values that end its last line."""
        end = len(self._text.rstrip())
        line = self._text.rfind("\n", self._at, end) + 1 or self._at
        tail: list[tuple[Param, str]] = []
        while (cut := self._last_word(line, end)) > max(line, self._at):
            param, at = self._named_here(cut)
            if param is None or param.rest:
                break
            tail.append((param, _unquoted(self._text[at:end])))
            end = len(self._text[:cut].rstrip())
        rest = self._text[self._at : end]
        self._at = len(self._text)
        for param, value in reversed(tail):
            self._set(param, value)
        return rest

    def _last_word(self, start: int, end: int) -> int:
        """Return where the last word before ``end`` begins, a quoted value taken as one."""
        if self._text[end - 1] in '"”»':
            for opener in _OPEN_CLOSE:
                cut = self._text.rfind(f":{opener}", start, end - 1)
                if cut != -1:
                    blank = re.search(r"\s\S*$", self._text[start:cut])
                    return start + blank.start() + 1 if blank else start
        blank = re.search(r"\s\S*$", self._text[start:end])
        return start + blank.start() + 1 if blank else start

    def _set(self, param: Param, text: str) -> None:
        if param.name in self.values:
            raise Problem("arg-twice", name=param.name)
        self.values[param.name] = read_value(param, text)


def _unquoted(text: str) -> str:
    closing = _OPEN_CLOSE.get(text[:1])
    return text[1:-1] if closing and len(text) > 1 and text.endswith(closing) else text
