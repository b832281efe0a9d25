"""The console's script of two duels, with its members on Discord: the same end to the letter."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from plumas_core.clock import MINUTE
from plumas_core.commands.catalogue import COMMANDS
from plumas_core.commands.line import find_command, parse_line
from plumas_core.commands.spec import CreditsParam, Value, When
from plumas_core.policy import CREDIT
from tests.support.discord import DiscordStage, codes, open_discord, said, words
from tests.support.two_duels import End, languages, like_draws, play, play_on_the_console


@dataclass(frozen=True)
class Played:
    console: End
    discord: End
    channel: list[dict[str, Any]]
    refused: list[str]
    heard: dict[str, list[str]]


async def on_discord(folder: Path, spoken: Mapping[str, str]) -> tuple[End, DiscordStage, Any]:
    heard: dict[str, list[str]] = {}
    async with open_discord(folder) as stage:

        async def speak(who: str, line: str) -> None:
            person = stage.person(who, admin=who == "op")
            person.locale = {"es": "es-ES"}.get(spoken.get(who, ""), "en-US")
            person.guild_locale = "es-ES"
            found = find_command(line, COMMANDS)
            assert found is not None
            spec, rest = found
            kinds = {one.name: one for one in spec.params}
            options = {
                name: typed(kinds[name], value) for name, value in parse_line(spec, rest).items()
            }
            asked = await stage.ask(person.command(" ".join(spec.path), **options))
            heard.setdefault(f"{who} {' '.join(spec.path)}", []).append(said(asked))

        async def press(who: str, action: str, answers: Mapping[str, str]) -> None:
            shown = [code for message in reversed(stage.posted()) for code in codes(message)]
            code = next(one for one in shown if one.startswith(f"{action}:"))
            asked = await stage.press(who, code)
            if asked.modal is not None:
                asked = await stage.ask(stage.person(who).submit(asked.modal, **answers))
            heard.setdefault(f"{who} {action}", []).append(said(asked))

        return await play(stage.app, stage.clock, speak, press), stage, heard


def typed(param: Any, value: Value) -> Any:
    """Return a value as a member gives it to Discord."""
    if isinstance(value, When):
        return f"{(value.after or 0) // MINUTE}m"
    if isinstance(param, CreditsParam):
        return str(Decimal(int(value)) / CREDIT)
    return value


@pytest.fixture(scope="module")
def played(template_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The script, played once on either platform."""
    spoken = languages()
    folders = [tmp_path_factory.mktemp(name) for name in ("console", "discord")]
    for folder in folders:
        shutil.copy(template_db, folder / "plumas.db")
    with like_draws():
        console = asyncio.run(play_on_the_console(folders[0], spoken))
        discord, stage, heard = asyncio.run(on_discord(folders[1], spoken))
    return Played(console, discord, stage.posted(), stage.server.refused, heard)


def test_the_verdicts_are_those_of_the_console(played: Played) -> None:
    assert [state for _, state, _ in played.discord.verdicts] == ["verdict", "verdict"]
    assert played.discord.verdicts == played.console.verdicts


def test_the_movements_are_those_of_the_console(played: Played) -> None:
    assert played.discord.movements == played.console.movements
    assert played.discord.proven


def test_nothing_is_owed_and_discord_refused_nothing(played: Played) -> None:
    assert played.discord.owed == {"delivered"}
    assert played.refused == []


def test_each_verdict_is_posted_once_and_notifies_the_entrants(played: Played) -> None:
    verdicts = [one for one in played.channel if "el veredicto" in words(one)]
    assert len(verdicts) == 2
    assert [len(one["notified"]) for one in verdicts] == [2, 3]


def test_the_poems_come_back_as_they_were_typed(played: Played) -> None:
    poem = "    Se queda en el umbral,\n    blanca, de pie,\n        como quien ha llamado"
    assert poem in played.heard["carla enter"][0]


def test_each_member_reads_in_their_own_language(played: Played) -> None:
    assert "Duelos literarios" in played.heard["ana help"][0]
    assert "Literary duels" in played.heard["ben help"][0]
