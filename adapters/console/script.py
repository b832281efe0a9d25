"""The lines of a script, or of a person who types: who speaks, and the few directives.

- ``m2> /help`` speaks as m2, and ``/help`` alone as whoever is the default; ``m2>`` alone makes
  m2 the default from there on. ``m2[es]>`` gives m2's language (heeded when m2 first speaks),
  ``m2@poems>`` speaks in another channel, ``m2@dm>`` in private, ``m2!k1>`` delivers the line
  under the key k1: twice the same key is twice the same delivery.
- ``= name: value`` answers a question of the form shown last; a line ``=`` sends the form, as any
  other line does that follows.
- ``wait 10m`` lets program time pass; ``settle`` lets it pass until nothing is under way.
- ``#`` begins a comment. A quotation may run over several lines.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from plumas_core.commands.line import unclosed

ReadLine: TypeAlias = Callable[[], Awaitable[str | None]]
"""Returns the next line without its end, or ``None`` when there is none."""

_SPEAKER = re.compile(
    r"(?P<name>\w[\w.-]{0,31})(?:@(?P<channel>[\w.-]{1,32}))?"
    r"(?:\[(?P<locale>[A-Za-z_-]{2,10})\])?(?:!(?P<key>[^\s>]{1,64}))?>(?:\s|$)"
)
_ANSWER = re.compile(r"=(?:\s*(?P<name>[\w-]+)\s*:\s?(?P<value>.*))?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something a member says. ``line`` counts from 1; ``key`` is set where the line has one."""

    text: str
    line: int
    speaker: str | None = None
    channel: str | None = None
    locale: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a form's question."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Send:
    """Sends the form with the answers given."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Lets time pass; ``span`` as typed."""

    span: str


@dataclass(frozen=True, slots=True)
class Settle:
    """Lets time pass until nothing is under way."""


Step: TypeAlias = Said | Answer | Send | Wait | Settle


async def read_steps(read_line: ReadLine) -> AsyncIterator[Step]:
    """Yield what the lines mean; a quotation that never ends is taken as its first line."""
    pushed: list[str] = []
    number = 0
    while True:
        line = pushed.pop(0) if pushed else await read_line()
        if line is None:
            return
        number += 1
        start = number
        more: list[str] = []
        if may_continue(line):
            whole = line
            while unclosed(whole):
                following = pushed.pop(0) if pushed else await read_line()
                if following is None:
                    pushed = [*more, *pushed]
                    whole, more = line, []
                    break
                more.append(following)
                whole += "\n" + following
            line = whole
        number += len(more)
        step = read_step(line, start)
        if step is not None:
            yield step


def may_continue(line: str) -> bool:
    """Tell whether a line is a command or an answer, whose quotations may run on."""
    spoken = _SPEAKER.match(line)
    text = line[spoken.end() :] if spoken else line
    return text.lstrip().startswith(("/", "="))


def read_step(line: str, number: int) -> Step | None:
    """Return what one line means, or ``None`` for a comment or nothing."""
    stripped = line.strip()
    if not stripped or stripped.startswith("#"):
        return None
    word, _, rest = stripped.partition(" ")
    if word == "wait":
        return Wait(rest.strip())
    if stripped == "settle":
        return Settle()
    answer = _ANSWER.fullmatch(stripped)
    if answer is not None:
        name, value = answer.group("name"), answer.group("value")
        return Answer(name, _unquoted(value)) if name else Send()
    spoken = _SPEAKER.match(line.lstrip())
    if spoken is None:
        return Said(text=stripped, line=number)
    return Said(
        text=line.lstrip()[spoken.end() :].strip(),
        line=number,
        speaker=spoken.group("name"),
        channel=spoken.group("channel"),
        locale=spoken.group("locale"),
        key=spoken.group("key"),
    )


def _unquoted(value: str) -> str:
    """Return an answer without the quotation marks that enclose it."""
    pairs = {'"': '"', "“": "”", "«": "»"}
    if len(value) > 1 and pairs.get(value[0]) == value[-1]:
        inner = value[1:-1]
        return inner.replace('""', '"') if value[0] == '"' else inner
    return value
