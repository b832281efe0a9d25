"""How Telegram reads a text: its HTML, its cleaning, and what it makes of names and commands.

Written from the Bot API's documentation and from what its server is known to answer, not from our
code. Offsets and lengths are in UTF-16 units, positions in complaints in bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

MOST_RAW_BYTES = 35_000
_SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_TAGS = frozenset({*_SIMPLE, "a", "span", "tg-emoji", "tg-time"})
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ENTITY = re.compile(r"&(?:#(\d{1,8})|#[xX]([0-9a-fA-F]{1,8})|([a-z]+));?")
_NAME = re.compile(r"[^\s/>]*")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/]+)\s*(?:=\s*("[^"]*"|'[^']*'|[A-Za-z0-9.\-]+))?""")
_DROPPED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
_BLANKED = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f]")
_USER_LINK = re.compile(r"tg://user\?id=(\d+)$")
_MENTION = re.compile(r"(?<![\w@])@([A-Za-z][A-Za-z0-9_]{3,31})(?![A-Za-z0-9_])")
_COMMAND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w@])")
_BOXED = frozenset({"code", "pre"})


class Unparsable(Exception):
    """Why Telegram refuses a text."""


@dataclass(frozen=True)
class Formatted:
    """A text as members see it, and what is marked in it."""

    text: str
    entities: tuple[Json, ...]


@dataclass
class _Open:
    tag: str
    start: int
    attributes: dict[str, str]


@dataclass
class _Reading:
    source: str
    knows: Callable[[int], bool]
    at: int = 0
    parts: list[str] = field(default_factory=list)
    length: int = 0
    opened: list[_Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def offset(self, at: int | None = None) -> int:
        return len(self.source[: self.at if at is None else at].encode("utf-8", "replace"))

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += units(text)


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def everyone(_user: int) -> bool:
    """Tell that a user is known, for texts that are read without a server."""
    return True


def parse_html(source: str, knows: Callable[[int], bool] = everyone) -> Formatted:
    """Return what ``parse_mode=HTML`` makes of a text; ``knows`` tells which users can be named.

    Raises:
        Unparsable: as the server complains.
    """
    reading = _Reading(source, knows)
    while reading.at < len(source):
        letter = source[reading.at]
        if letter == "<":
            if source.startswith("</", reading.at):
                _close(reading)
            else:
                _open(reading)
        elif letter == "&":
            _decode(reading)
        else:
            end = min((e for e in map(_finder(reading), "<&") if e >= 0), default=len(source))
            reading.add(source[reading.at : end])
            reading.at = end
    if reading.opened:
        tag = reading.opened[-1].tag
        raise Unparsable(f'Can\'t find end tag corresponding to start tag "{tag}"')
    return Formatted("".join(reading.parts), _sorted(reading.entities))


def _finder(reading: _Reading) -> Callable[[str], int]:
    return lambda mark: reading.source.find(mark, reading.at)


def _sorted(entities: list[Json]) -> tuple[Json, ...]:
    return tuple(sorted(entities, key=lambda one: (one["offset"], -one["length"])))


def _decode(reading: _Reading) -> None:
    found = _ENTITY.match(reading.source, reading.at)
    letter = None
    if found is not None:
        decimal, hexadecimal, name = found.groups()
        number = int(decimal) if decimal else int(hexadecimal, 16) if hexadecimal else 0
        if name:
            letter = _NAMED.get(name)
        elif 0 < number < 0x110000 and not 0xD800 <= number < 0xE000:
            letter = chr(number)
    if found is None or letter is None:
        reading.add("&")
        reading.at += 1
    else:
        reading.add(letter)
        reading.at = found.end()


def _open(reading: _Reading) -> None:
    source, begin = reading.source, reading.at
    found = _NAME.match(source, begin + 1)
    assert found is not None
    tag, at = found.group().lower(), found.end()
    if tag not in _TAGS:
        raise Unparsable(f'Unsupported start tag "{tag}" at byte offset {reading.offset(begin)}')
    attributes: dict[str, str] = {}
    while at < len(source) and source[at] != ">":
        if source[at].isspace():
            at += 1
            continue
        given = _ATTRIBUTE.match(source, at)
        if given is None:
            where = reading.offset(begin)
            raise Unparsable(f'Empty attribute name in the tag "{tag}" at byte offset {where}')
        attributes[given.group(1).lower()] = (given.group(2) or "").strip("\"'")
        at = given.end()
    if at >= len(source):
        raise Unparsable(f"Unclosed start tag at byte offset {reading.offset(begin)}")
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        where = reading.offset(begin)
        raise Unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {where}')
    reading.opened.append(_Open(tag, reading.length, attributes))
    reading.at = at + 1


def _close(reading: _Reading) -> None:
    source, begin = reading.source, reading.at
    where = reading.offset(begin)
    if not reading.opened:
        raise Unparsable(f"Unexpected end tag at byte offset {where}")
    end = source.find(">", begin)
    if end < 0:
        raise Unparsable(f"Unclosed end tag at byte offset {where}")
    name = source[begin + 2 : end].strip().lower()
    opened = reading.opened.pop()
    if name and name != opened.tag:
        raise Unparsable(
            f'Unmatched end tag at byte offset {where}, expected "</{opened.tag}>",'
            f' found "</{name}>"'
        )
    reading.at = end + 1
    length = reading.length - opened.start
    if length:
        entity = _entity(reading, opened)
        if entity is not None:
            reading.entities.append({**entity, "offset": opened.start, "length": length})


def _entity(reading: _Reading, opened: _Open) -> Json | None:
    """Return what a closed tag marks, ``None`` where Telegram lets it fall."""
    match opened.tag:
        case "a":
            href = opened.attributes.get("href", "")
            person = _USER_LINK.match(href)
            if person is not None:
                number = int(person.group(1))
                return {"type": "text_mention", "user": number} if reading.knows(number) else None
            return (
                {"type": "text_link", "url": href} if re.match(r"https?://|tg://", href) else None
            )
        case "span":
            return {"type": "spoiler"}
        case "tg-emoji":
            return {"type": "custom_emoji", "custom_emoji_id": opened.attributes.get("emoji-id")}
        case "tg-time":
            return {"type": "date_time"}
        case "blockquote" if "expandable" in opened.attributes:
            return {"type": "expandable_blockquote"}
        case tag:
            return {"type": _SIMPLE[tag]}


def cleaned(text: str) -> str:
    """Return a text without the characters that Telegram takes out or blanks."""
    return _BLANKED.sub(" ", _DROPPED.sub("", text))


def trimmed(given: Formatted) -> Formatted:
    """Return a text without the blanks at its ends; a marked part keeps those at its start."""
    encoded = given.text.encode("utf-16-le", "surrogatepass")
    first = min((one["offset"] for one in given.entities), default=len(encoded) // 2)
    head = encoded[: first * 2].decode("utf-16-le", "surrogatepass")
    cut = head[: len(head) - len(head.lstrip())]
    text = given.text[len(cut) :].rstrip()
    lost, length = units(cut), units(text)
    kept = []
    for one in given.entities:
        start = one["offset"] - lost
        end = min(start + one["length"], length)
        if end > start:
            kept.append({**one, "offset": start, "length": end - start})
    return Formatted(text, tuple(kept))


def with_mentions(given: Formatted) -> Formatted:
    """Return a text with the names and commands marked that clients find in it by themselves."""
    boxed = [
        (one["offset"], one["offset"] + one["length"])
        for one in given.entities
        if one["type"] in _BOXED or one["type"] in ("text_link", "text_mention")
    ]
    found = [
        one
        for one in (
            *_found(given.text, _MENTION, "mention"),
            *_found(given.text, _COMMAND, "bot_command"),
        )
        if not any(start <= one["offset"] < end for start, end in boxed)
    ]
    return Formatted(given.text, _sorted([*given.entities, *found]))


def _found(text: str, pattern: re.Pattern[str], kind: str) -> Iterator[Json]:
    for match in pattern.finditer(text):
        yield {
            "type": kind,
            "offset": units(text[: match.start()]),
            "length": units(match.group()),
        }


def entity_text(text: str, entity: Json) -> str:
    """Return the marked part of a text."""
    raw = text.encode("utf-16-le", "surrogatepass")
    start = entity["offset"] * 2
    return raw[start : start + entity["length"] * 2].decode("utf-16-le", "surrogatepass")
