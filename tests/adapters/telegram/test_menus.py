"""What Telegram lists as commands: by place and language, and told only when it changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from telegram.constants import BotCommandScopeType

from adapters.telegram import limits
from adapters.telegram.menus import listings, register
from plumas_core.commands.catalogue import COMMANDS
from plumas_core.commands.spec import Audience
from plumas_core.lengths import size
from plumas_core.locales.translate import LOCALES, Translations
from tests.support.telegram import TelegramStage

ADMINS = BotCommandScopeType.ALL_CHAT_ADMINISTRATORS


async def tell(stage: TelegramStage, folder: Path, commands: Any = COMMANDS) -> bool:
    return await register(stage.app.texts, commands, stage.service.application.bot, folder)


async def test_commands_are_told_only_when_they_changed(
    stage: TelegramStage, tmp_path: Path
) -> None:
    folder = tmp_path / "menus"
    assert await tell(stage, folder)
    told = stage.server.count("setMyCommands")
    assert told == 3 * len(LOCALES)
    assert not await tell(stage, folder)
    assert stage.server.count("setMyCommands") == told
    assert await tell(stage, folder, COMMANDS[:-1])


def test_every_command_of_members_is_listed_everywhere_in_every_language() -> None:
    made = listings(Translations(), COMMANDS)
    assert {one.language for one in made} == {"", *LOCALES} - {"en"}
    wanted = {"_".join(one.path) for one in COMMANDS if one.audience == Audience.MEMBER}
    for one in made:
        assert wanted <= {name for name, _ in one.commands}


def test_administrators_are_shown_what_only_they_may_do() -> None:
    wanted = {"_".join(one.path) for one in COMMANDS if one.audience == Audience.ADMIN}
    operators = {"_".join(one.path) for one in COMMANDS if one.audience == Audience.OPERATOR}
    for one in listings(Translations(), COMMANDS):
        names = {name for name, _ in one.commands}
        assert (wanted <= names) == (one.scope.type == ADMINS)
        assert not operators & names


def test_a_listing_keeps_the_limits_of_telegram() -> None:
    for one in listings(Translations(), COMMANDS):
        assert len(one.commands) <= limits.COMMANDS
        assert len({name for name, _ in one.commands}) == len(one.commands)
        for name, words in one.commands:
            assert 0 < len(name) <= 32
            assert name == name.lower()
            assert 0 < size(words) <= limits.COMMAND_WORDS


def test_descriptions_are_in_the_language_of_the_listing() -> None:
    spanish, other = (
        dict(
            next(one for one in listings(Translations(), COMMANDS) if one.language == tag).commands
        )
        for tag in ("es", "")
    )
    assert spanish.keys() == other.keys()
    assert all(spanish[name] != other[name] for name in spanish)
