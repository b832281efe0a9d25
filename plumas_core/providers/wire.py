"""Reading what a provider's server sends: JSON from outside, which may be anything.

Nothing here trusts a type, a sign or a size. What cannot be read is a ``BadAnswer``.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from io import BytesIO
from typing import Final, TypeAlias

from pydantic_core import from_json

from plumas_core.providers.errors import BadAnswer

Json: TypeAlias = Mapping[str, object]

NOTHING: Final[Json] = {}

MOST_TOKENS: Final = (1 << 31) - 1
"""No call uses more; a greater count is damage, and at the dearest rates its cost would not fit
into 64 bits, nor the count itself into its column."""

LONGEST_LINE: Final = 64 * 1024 * 1024
"""Bytes of one line of results: many times the longest answer that any model gives."""

LONGEST_ID: Final = 64
"""Characters of a row's id, at both providers."""

_CODE = re.compile(r"[a-z][a-z0-9_]{1,63}")
"""What providers name errors by; nothing of this form can hold a key or a member's words."""


def read_object(data: bytes | str) -> Json:
    """Return the JSON object that ``data`` is.

    Its texts are well-formed Unicode, however they were sent.

    Raises:
        BadAnswer: it is not one.
    """
    try:
        value = _parsed(data)
    except (ValueError, RecursionError):
        raise BadAnswer("the answer is not JSON") from None
    if not isinstance(value, dict):
        raise BadAnswer("the answer is not a JSON object")
    return value


def _parsed(data: bytes | str) -> object:
    """Return the value that ``data`` is, by the quick parser; what that refuses, the other reads.

    The quick one takes half the time, but no lone surrogate, which a model may well send: such
    halves become question marks, so that every text in what is returned can be written as UTF-8.
    """
    try:
        return from_json(data)
    except ValueError:
        value = json.loads(data)
        return json.loads(well_formed(json.dumps(value, ensure_ascii=False)))


def part(value: Json, name: str) -> Json:
    """Return the object at ``name``, an empty one where there is none."""
    found = value.get(name)
    return found if isinstance(found, dict) else NOTHING


def items(value: Json, name: str) -> list[Json]:
    """Return the objects in the list at ``name``; whatever else stands in it is left out."""
    found = value.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text(value: Json, name: str) -> str:
    """Return the text at ``name``, ``""`` where there is none."""
    found = value.get(name)
    return found if isinstance(found, str) else ""


def identifier(value: Json, name: str = "id") -> str:
    """Return the provider's id at ``name``.

    Raises:
        BadAnswer: there is none that could be kept.
    """
    found = value.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= 256 or not found.isprintable():
        raise BadAnswer(f"the answer has no {name}")
    return found


def tokens(value: Json, name: str) -> int:
    """Return the count at ``name``; 0 where it is absent or null.

    Raises:
        BadAnswer: it is something else than a count.
    """
    found = value.get(name)
    if found is None:
        return 0
    if type(found) is not int or not 0 <= found <= MOST_TOKENS:
        raise BadAnswer(f"{name} is not a count of tokens")
    return found


def has_more(page: Json, found: int, limit: int) -> bool:
    """Tell whether a page of a list, of ``found`` rows, is followed by another.

    A server that does not say so is asked on while its pages are full.
    """
    told = page.get("has_more")
    return found > 0 and (told if isinstance(told, bool) else found >= limit)


def all_before(times: Sequence[int], oldest: int) -> bool:
    """Tell whether a page and all that follow it are older than ``oldest``.

    Lists are newest first. Of one that is not, or tells no times (0), nothing can be said.
    """
    newest_first = times == sorted(times, reverse=True) and times[:1] > times[-1:]
    return newest_first and times[-1] > 0 and times[0] < oldest


def count(value: Json, name: str) -> int:
    """Return the number of rows at ``name``, which is only shown; 0 where it is not a number."""
    found = value.get(name)
    return found if type(found) is int and 0 <= found <= MOST_TOKENS else 0


def well_formed(value: str) -> str:
    """Return ``value`` without lone surrogates, which JSON can carry and UTF-8 cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode("utf-8")
    return value


def row_id(row: Json) -> str | None:
    """Return the ``custom_id`` of a row of results, ``None`` where it has none of a right size."""
    found = row.get("custom_id")
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_ID:
        return None
    return found


def code_of(error: object) -> str:
    """Return an error's name, never its sentence, which can repeat what was sent."""
    if not isinstance(error, dict):
        return ""
    for name in ("code", "type"):
        code = error.get(name)
        if isinstance(code, str) and _CODE.fullmatch(code):
            return code
    return ""


async def read_lines(
    chunks: AsyncIterator[bytes],
) -> AsyncGenerator[tuple[list[bytes], bool], None]:
    """Yield the lines that are not blank, a chunk's at a time, and whether a line feed ended them.

    Only a line feed ends a line: a separator such as U+2028 may stand within JSON, so the HTTP
    library's own reader of lines would cut rows in two.

    Raises:
        BadAnswer: a line is longer than ``LONGEST_LINE``.
    """
    begun: list[bytes] = []
    size = 0
    async for chunk in chunks:
        head, *rest = BytesIO(chunk).readlines() or [b""]
        begun.append(head)
        size += len(head)
        if size > LONGEST_LINE:
            raise BadAnswer("a line of the results has no end")
        if not head.endswith(b"\n"):
            continue
        tail = rest.pop() if rest and not rest[-1].endswith(b"\n") else b""
        yield [line[:-1] for line in (b"".join(begun), *rest) if not line.isspace()], True
        begun = [tail]
        size = len(tail)
    last = b"".join(begun)
    if last.strip():
        yield [last], False
