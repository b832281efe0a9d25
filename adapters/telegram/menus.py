"""Commands as Telegram lists them: menus by scope and language, and buttons under a first word."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import structlog
from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.ext import ExtBot

from adapters.telegram import limits
from plumas_core.commands.reply import Button, Reply, Text, Title
from plumas_core.commands.spec import AnyCommand, Audience
from plumas_core.lengths import clipped
from plumas_core.locales.translate import FALLBACK, LOCALES, Translations

log = structlog.get_logger(__name__)

MENU: Final = "~cmd"
"""What a button does that stands for a command without its values."""

RECORD: Final = "telegram-commands.sha256"


@dataclass(frozen=True, slots=True)
class Listed:
    """The commands that a scope lists in one language; ``""`` is for all others."""

    scope: BotCommandScope
    language: str
    commands: tuple[tuple[str, str], ...]


def menu(
    texts: Translations,
    locale: str,
    head: str,
    commands: Sequence[AnyCommand],
    audience: Audience,
) -> Reply:
    """Return a first word's commands, with a button for each that ``audience`` may use."""
    found = [one for one in commands if one.path[0] == head and one.audience <= audience]
    lines = [f"/{command_name(one)}: {texts.text(locale, one.key)}" for one in found]
    buttons = tuple(
        Button(MENU, " ".join(one.path), texts.text(locale, f"{one.key}.word").capitalize())
        for one in found
    )
    return Reply((Title(f"/{head}"), Text(("\n".join(lines),))), buttons=buttons)


def command_name(spec: AnyCommand) -> str:
    """Return what a command is called in Telegram."""
    return "_".join(spec.path)


def listings(texts: Translations, commands: Sequence[AnyCommand]) -> list[Listed]:
    """Return what Telegram is to list: members' commands, and for administrators theirs too."""
    members = [one for one in commands if one.audience == Audience.MEMBER]
    admins = [one for one in commands if one.audience <= Audience.ADMIN]
    made: list[Listed] = []
    for locale in LOCALES:
        language = "" if locale == FALLBACK else locale
        cancel = (("cancel", texts.text(locale, "telegram-cancel")),)
        own = (("start", texts.text(locale, "telegram-start")), *cancel)
        for scope, listed, more in (
            (BotCommandScopeAllPrivateChats(), members, own),
            (BotCommandScopeAllGroupChats(), members, cancel),
            (BotCommandScopeAllChatAdministrators(), admins, cancel),
        ):
            made.append(Listed(scope, language, _entries(texts, locale, listed, more)))
    return made


def _entries(
    texts: Translations,
    locale: str,
    commands: Iterable[AnyCommand],
    more: tuple[tuple[str, str], ...],
) -> tuple[tuple[str, str], ...]:
    entries: list[tuple[str, str]] = []
    heads: set[str] = set()
    for spec in commands:
        if len(spec.path) > 1 and spec.path[0] not in heads:
            heads.add(spec.path[0])
            entries.append((spec.path[0], texts.text(locale, f"cmd-{spec.path[0]}")))
        entries.append((command_name(spec), texts.text(locale, spec.key)))
    return tuple(
        (name, clipped(words, limits.COMMAND_WORDS))
        for name, words in (*entries, *more)[: limits.COMMANDS]
    )


async def register(
    texts: Translations, commands: Sequence[AnyCommand], bot: ExtBot[Any], folder: Path
) -> bool:
    """Let Telegram list the commands if it does not list these already; tell if it did not.

    ``folder`` keeps the hash of what was listed last, by bot.

    Raises:
        telegram.error.TelegramError: Telegram did not take them.
    """
    wanted = listings(texts, commands)
    record = folder / RECORD
    digest = f"{bot.id} {_hash(wanted)}\n"
    if _read(record) == digest:
        return False
    for one in wanted:
        await bot.set_my_commands(
            [BotCommand(name, words) for name, words in one.commands],
            scope=one.scope,
            language_code=one.language or None,
        )
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(digest)
    log.info("commands_registered", menus=len(wanted))
    return True


def _hash(wanted: Sequence[Listed]) -> str:
    listed = [[one.scope.to_dict(), one.language, one.commands] for one in wanted]
    return sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()


def _read(record: Path) -> str | None:
    try:
        return record.read_text()
    except OSError:
        return None
