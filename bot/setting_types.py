"""How settings are written: durations, credits, lists, addresses, secrets.

Each reader takes the text of a setting and raises ``ValueError`` with a sentence that says how it
is written. What is not text passes through: a value that the program itself gives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Final, TypeAlias, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from plumas_core.clock import DAY, HOUR, MINUTE, SECOND
from plumas_core.locales.translate import LOCALES
from plumas_core.policy import CREDIT
from plumas_core.providers.offline.faults import BadFaults, parse_faults
from plumas_core.providers.queue_room import parse_queue_room

T = TypeVar("T")

SQLITE: Final = "sqlite:///"
"""What stands before the path of a database; a path from the root begins with a fourth slash."""

PLATFORMS: Final = ("discord", "telegram", "console")

_UNITS: Final[Mapping[str, int]] = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")
_CREDITS = re.compile(r"[0-9]{1,8}(\.[0-9]{1,10})?")
_NUMERIC_IDS: Final = ("discord", "telegram")


def read_duration(value: object) -> object:
    """Read ``30s``, ``10m``, ``72h`` or ``14d`` as milliseconds."""
    if not isinstance(value, str):
        return value
    found = _DURATION.fullmatch(value.strip())
    if found is None:
        raise ValueError("write a time as 30s, 10m, 72h or 14d")
    return int(found[1]) * _UNITS[found[2]]


def read_durations(value: object) -> object:
    """Read times between commas as milliseconds, the longest first."""
    if not isinstance(value, str):
        return value
    parts = [part for part in (part.strip() for part in value.split(",")) if part]
    return tuple(sorted((read_duration(part) for part in parts), reverse=True))  # type: ignore[type-var]  # integers, as the parts are text


def read_credits(value: object) -> object:
    """Read credits, ``100`` or ``0.25``, as picodollars."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if _CREDITS.fullmatch(text) is None:
        raise ValueError("write credits as 100 or 0.25")
    try:
        return int(Decimal(text) * CREDIT)
    except InvalidOperation:
        raise ValueError("write credits as 100 or 0.25") from None


def read_operators(value: object) -> object:
    """Read ``discord:123,console:op`` as pairs of platform and account id."""
    if not isinstance(value, str):
        return value
    pairs = set()
    for part in filter(None, (part.strip() for part in value.split(","))):
        platform, _, account = (piece.strip() for piece in part.partition(":"))
        if platform not in PLATFORMS or not account:
            raise ValueError(
                f"write each operator as {', '.join(f'{name}:id' for name in PLATFORMS)}"
            )
        if platform in _NUMERIC_IDS and not (account.isascii() and account.isdigit()):
            raise ValueError(f"an account's id on {platform} is a number, not a name")
        pairs.add((platform, account))
    return frozenset(pairs)


def read_paths(value: object) -> object:
    """Read paths between commas."""
    if not isinstance(value, str):
        return value
    return tuple(Path(part.strip()) for part in value.split(",") if part.strip())


def known_locale(value: str) -> str:
    """Accept a language that the program speaks."""
    if value not in LOCALES:
        raise ValueError(f"there is {' and '.join(LOCALES)}")
    return value


def known_zone(value: str) -> str:
    """Accept a time zone that is known by its name."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("write a time zone by its name, as UTC or Europe/Madrid") from None
    return value


def known_faults(value: str) -> str:
    """Accept faults that the offline provider understands."""
    try:
        parse_faults(value)
    except BadFaults as error:
        raise ValueError(str(error)) from None
    return value


def known_queue_room(value: str) -> str:
    """Accept tokens as a provider's queue has room for them."""
    parse_queue_room(value)
    return value


def database_url(value: str) -> str:
    """Accept the address of a database that this version can use: SQLite in a file."""
    text = value.strip()
    if text.startswith(("postgresql:", "postgresql+", "postgres:")):
        raise ValueError(
            "PostgreSQL is not supported by this version yet; write sqlite:///data/plumas.db"
        )
    file = text.removeprefix(SQLITE)
    if file == text or not file or file.startswith(":") or "?" in file:
        raise ValueError("write the path of a file, as sqlite:///data/plumas.db")
    return text


def plain_url(value: str) -> str:
    """Accept an http address, without a slash at its end."""
    try:
        parts = urlsplit(value.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        usable = usable and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or any(character.isspace() for character in value.strip()):
        raise ValueError("write an address as https://host or http://host:port/path")
    return value.strip().rstrip("/")


def socket_url(value: str) -> str:
    """Accept a WebSocket address, without a slash at its end."""
    text = value.strip()
    scheme, colon, rest = text.partition("://")
    if scheme not in ("ws", "wss") or not colon:
        raise ValueError("write an address as wss://host or ws://host:port/path")
    plain_url(f"http://{rest}")
    return text.rstrip("/")


def read_numbers(value: object) -> object:
    """Read whole numbers between commas, each once, in rising order."""
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        raise ValueError("write whole numbers with commas, as 0,1,2")
    return tuple(sorted({int(part) for part in parts}))


def plain_secret(value: SecretStr) -> SecretStr:
    """Accept a key or a token as it fits a request's header."""
    text = value.get_secret_value().strip()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("has characters that no key has; copy it again, whole and alone")
    return SecretStr(text)


Duration: TypeAlias = Annotated[int, BeforeValidator(read_duration), Field(ge=0)]
"""Milliseconds."""

Durations: TypeAlias = Annotated[tuple[int, ...], NoDecode, BeforeValidator(read_durations)]
"""Milliseconds, falling."""

Credits: TypeAlias = Annotated[int, BeforeValidator(read_credits), Field(ge=0)]
"""Picodollars."""

Operators: TypeAlias = Annotated[
    frozenset[tuple[str, str]], NoDecode, BeforeValidator(read_operators)
]
Paths: TypeAlias = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(read_paths)]
Locale: TypeAlias = Annotated[str, AfterValidator(known_locale)]
Zone: TypeAlias = Annotated[str, AfterValidator(known_zone)]
QueueRoomText: TypeAlias = Annotated[str, AfterValidator(known_queue_room)]
FaultList: TypeAlias = Annotated[str, AfterValidator(known_faults)]
DatabaseUrl: TypeAlias = Annotated[str, AfterValidator(database_url)]
Url: TypeAlias = Annotated[str, AfterValidator(plain_url)]
SocketUrl: TypeAlias = Annotated[str, AfterValidator(socket_url)]
Numbers: TypeAlias = Annotated[tuple[int, ...], NoDecode, BeforeValidator(read_numbers)]
Secret: TypeAlias = Annotated[SecretStr, AfterValidator(plain_secret)]
