"""One grammar for typed lines, on the console and in Telegram.

``/duel new "El faro apagado" panel:offline-3 ends:10m``: the command's words, then parameters by
position or as ``name:value``. Quotation marks (``"…"``, ``“…”``, ``«…»``) keep what is between
them whole, line breaks included; ``""`` inside ``"…"`` is one mark. A parameter that takes the
rest of the line gets it exactly as typed, a poem with its spaces and lines; ``name:value`` pairs
are then read only before it and at its very end, and quotation marks count only where they
enclose all of it, so that a text that happens to hold a colon or to begin with words that are
spoken stays a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from plumas_core.commands.spec import AnyCommand, AttachmentParam, FlagParam, Param, Value
from plumas_core.commands.values import complete, read_value
from plumas_core.problems import Problem

_CLOSERS = {'"': '"', "“": "”", "«": "»"}
_NAMED = re.compile(r"([^\W\d][\w-]*):")
_NAMED_WORD = re.compile(r"(?<=\s)([^\W\d][\w-]*):(?=\S)")
_WORD = re.compile(r"\S+")
_BLANKS = re.compile(r"\s*")
_VALUE_START = re.compile(r"(?<=\s)(?:[^\W\d][\w-]*:)?([\"“«])")

_MOST_ENDINGS = 32
"""How many ``name:value`` at the end of a text are tried, so that the effort stays bounded."""

_SHOWN = 40
"""Characters of an unexpected word that are repeated to the member."""


def find_command(text: str, commands: Iterable[AnyCommand]) -> tuple[AnyCommand, str] | None:
    """Return the command that a line begins with, and what follows it, or ``None``.

    ``/duel new …``, ``/duel_new …`` and ``/duel_new@thebot …`` are the same; the longest path
    wins.
    """
    stripped = text.lstrip()
    best: tuple[AnyCommand, str] | None = None
    for command in commands:
        words = r"(?:@\w+)?(?:_|[ \t]+)".join(map(re.escape, command.path))
        found = re.match(rf"/{words}(?:@\w+)?(?=\s|$)", stripped, re.IGNORECASE)
        if found and (best is None or len(command.path) > len(best[0].path)):
            best = command, stripped[found.end() :]
    return best


def parse_line(
    spec: AnyCommand, text: str, names: Mapping[str, str] | None = None
) -> dict[str, Value]:
    """Return the values typed after a command.

    ``names`` maps other names of the parameters (localised ones) to their own. A file's value is
    what was typed: the platform puts the file's content in its place.

    Raises:
        Problem: something is missing, doubled, unknown or does not fit.
    """
    return complete(spec, read_line(spec, text, names))


def read_line(
    spec: AnyCommand, text: str, names: Mapping[str, str] | None = None
) -> dict[str, Value]:
    """Return the values typed after a command as ``parse_line`` does; some may be missing.

    Raises:
        Problem: something is doubled, unknown or does not fit.
    """
    reader = _Reader(spec, text, names or {})
    reader.read()
    return reader.values


def quoted(text: str) -> str:
    """Return ``text`` so that :func:`parse_line` reads it back as one value, to the letter."""
    return '"' + text.replace('"', '""') + '"'


def unclosed(text: str) -> bool:
    """Tell whether a quotation begins a value in ``text`` and does not end: more is to come."""
    at = 0
    never_closed: set[str] = set()
    while (found := _VALUE_START.search(text, at)) is not None:
        at = found.end()
        if found.group(1) in never_closed:
            continue
        end = _loose_closing(text, found.start(1))
        if end is not None:
            at = end + 1
        elif _first_closing(text, found.start(1)) is None:
            return True
        else:
            never_closed.add(found.group(1))
    return False


class _Reader:
    """Reads one line from left to right; ``_at`` is where it is."""

    def __init__(self, spec: AnyCommand, text: str, names: Mapping[str, str]) -> None:
        self._text = text
        self._at = 0
        self._params = {param.name: param for param in spec.params}
        self._aliases = {name.lower(): own for name, own in names.items()}
        self._order = [
            param for param in spec.params if not isinstance(param, FlagParam | AttachmentParam)
        ]
        self.values: dict[str, Value] = {}

    def read(self) -> None:
        while True:
            before = self._at
            self._at = _skip(self._text, before)
            if self._at == len(self._text):
                return
            following = next((p for p in self._order if p.name not in self.values), None)
            spaced = following is None or not following.rest
            param, at = self._named_at(self._at, spaced=spaced)
            if param is None:
                param = following
            else:
                self._at = before = at
            if param is None:
                raise Problem("arg-unexpected", text=self._text[self._at :][:_SHOWN])
            self._set(param, self._rest(before) if param.rest else self._value())

    def _named_at(self, at: int, *, spaced: bool = False) -> tuple[Param | None, int]:
        """Return the parameter whose name and colon stand here, and where its value begins.

        ``spaced``: blanks may stand between the colon and the value.
        """
        found = _NAMED.match(self._text, at)
        name = found.group(1).lower() if found else ""
        param = self._params.get(self._aliases.get(name, name))
        if found is None or param is None:
            return None, at
        value = _skip(self._text, found.end())
        if value == len(self._text) or (value > found.end() and not spaced):
            return None, at
        return param, value

    def _value(self) -> str:
        """Take one value: a quotation, or a word."""
        end = _loose_closing(self._text, self._at)
        if end is None:
            value, self._at = _word(self._text, self._at)
            return value
        value = _inside(self._text, self._at, end)
        self._at = end + 1
        return value

    def _rest(self, before: int) -> str:
        """Take a whole quotation, or all that is left but for the named values at its end.

        Text that begins on a line of its own keeps that line's indentation: ``before`` is where
        the blanks in front of it begin.
        """
        end = _closing(self._text, self._at)
        if end is not None and self._only_values(end + 1):
            value = _inside(self._text, self._at, end)
            self._at = end + 1
            return value
        start = self._text.rfind("\n", before, self._at) + 1 or self._at
        self._at = self._ending(self._at)
        return self._text[start : self._at].rstrip()

    def _only_values(self, at: int) -> bool:
        """Tell whether nothing but values follows: quotations on this line, and named ones."""
        free = len([param for param in self._order if param.name not in self.values]) - 1
        same_line = True
        while True:
            start = _skip(self._text, at)
            same_line = same_line and "\n" not in self._text[at:start]
            if start == len(self._text):
                return True
            param, value = self._named_at(start)
            if param is not None:
                at = _value_end(self._text, value)
                continue
            end = _closing(self._text, start)
            free -= 1
            if end is None or not same_line or free < 0:
                return False
            at = end + 1

    def _ending(self, start: int) -> int:
        """Return where the named values that end the text begin, or the end where none do."""
        candidates = [
            found.start()
            for found in _NAMED_WORD.finditer(self._text, start)
            if self._ends_a_text(found.start())
        ]
        for candidate in candidates[-_MOST_ENDINGS:]:
            if self._named_to_the_end(candidate):
                return candidate
        return len(self._text)

    def _ends_a_text(self, at: int) -> bool:
        param, _ = self._named_at(at)
        return param is not None and not param.rest

    def _named_to_the_end(self, at: int) -> bool:
        while at < len(self._text):
            param, value = self._named_at(at)
            if param is None or param.rest:
                return False
            at = _skip(self._text, _value_end(self._text, value))
        return True

    def _set(self, param: Param, text: str) -> None:
        if param.name in self.values:
            raise Problem("arg-twice", name=param.name)
        self.values[param.name] = read_value(param, text)


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _word(text: str, at: int) -> tuple[str, int]:
    found = _WORD.match(text, at)
    word = found.group() if found else ""
    return word, at + len(word)


def _value_end(text: str, at: int) -> int:
    end = _closing(text, at)
    return _word(text, at)[1] if end is None else end + 1


def _inside(text: str, opening: int, closing: int) -> str:
    value = text[opening + 1 : closing]
    clean = text[opening] == '"' and _first_closing(text, opening) == closing
    return value.replace('""', '"') if clean else value


def _ends_value(text: str, mark: int) -> bool:
    return mark + 1 == len(text) or text[mark + 1].isspace()


def _closing(text: str, at: int) -> int | None:
    """Return where the quotation that opens here closes, with a blank or the end behind it."""
    end = _first_closing(text, at)
    return end if end is not None and _ends_value(text, end) else None


def _first_closing(text: str, at: int) -> int | None:
    """Return the mark that closes what opens here: ``""`` does not, ``«`` and ``“`` nest."""
    opener = text[at : at + 1]
    if opener == '"':
        end = text.find('"', at + 1)
        while end != -1 and text[end + 1 : end + 2] == '"':
            end = text.find('"', end + 2)
        return None if end == -1 else end
    if opener not in _CLOSERS:
        return None
    depth = 0
    for found in re.finditer(f"[{opener}{_CLOSERS[opener]}]", text[at:]):
        depth += 1 if found.group() == opener else -1
        if depth == 0:
            return at + found.start()
    return None


def _loose_closing(text: str, at: int) -> int | None:
    """Return where a quotation that holds unmarked ones closes: ``"He said "no""``."""
    end = _first_closing(text, at)
    while end is not None and not _ends_value(text, end):
        following = text.find(_CLOSERS[text[at]], end + 1)
        end = None if following == -1 else following
    return end
