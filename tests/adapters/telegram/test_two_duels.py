"""The console's script of two duels, with its members on Telegram: the same end to the letter."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from plumas_core.commands.catalogue import COMMANDS
from plumas_core.commands.line import find_command
from tests.standins.telegram_world import Message
from tests.support.telegram import TelegramStage, button, open_telegram, words
from tests.support.two_duels import End, languages, like_draws, play, play_on_the_console

STRANGER = "dan"
"""Who never presses Start of their own will."""


@dataclass(frozen=True)
class Played:
    console: End
    telegram: End
    group: list[Message]
    refused: list[str]
    heard: dict[str, list[str]]


async def on_telegram(
    folder: Path, spoken: Mapping[str, str]
) -> tuple[End, TelegramStage, dict[str, list[str]]]:
    heard: dict[str, list[str]] = {}
    async with open_telegram(folder) as stage:
        await stage.hear(stage.person("eva", language="es").add_bot())

        async def speak(who: str, line: str) -> None:
            person = stage.person(who, language=spoken.get(who, "en"))
            if who != STRANGER and not person.private.started:
                await stage.hear(person.start())
            found = find_command(line, COMMANDS)
            assert found is not None
            spec, rest = found
            typed = f"/{'_'.join(spec.path)}{'@plumas_bot' if who == 'ben' else ''} {rest}"
            new = await stage.say(who, typed)
            leads = [one["url"] for message in new for one in message.buttons if "url" in one]
            for url in leads:
                new += await stage.new(person.follow(url))
            heard.setdefault(f"{who} {' '.join(spec.path)}", []).append(words(new))

        async def press(who: str, action: str, answers: Mapping[str, str]) -> None:
            code = button(stage.group.posted, action)
            pressed, new = await stage.press(who, code)
            if answers:
                new = await fill_in(stage, who, new, answers)
            told = pressed.answer["text"] if pressed.answer else ""
            heard.setdefault(f"{who} {action}", []).append(told + words(new))

        end = await play(stage.app, stage.clock, speak, press)
        return end, stage, heard


async def fill_in(
    stage: TelegramStage, who: str, asked: list[Message], answers: Mapping[str, str]
) -> list[Message]:
    """Answer what a form asks in private: the text first, then what may be added; send it."""
    private = stage.person(who).private
    last = asked[-1]
    await stage.say(who, answers["text"], private)
    last = private.posted[-1]
    for name in set(answers) - {"text"}:
        adds = [one["callback_data"] for one in last.buttons if one["text"].startswith("✎")]
        assert len(adds) == len(answers) - 1, f"{name} cannot be added: {last.buttons}"
        await stage.press(who, adds[0])
        await stage.say(who, answers[name], private)
        last = private.posted[-1]
    _, new = await stage.press(who, button([last], "~ok"))
    return [last, *new]


@pytest.fixture(scope="module")
def played(template_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The script, played once on either platform."""
    spoken = languages()
    folders = [tmp_path_factory.mktemp(name) for name in ("console", "telegram")]
    for folder in folders:
        shutil.copy(template_db, folder / "plumas.db")
    with like_draws():
        console = asyncio.run(play_on_the_console(folders[0], spoken))
        telegram, stage, heard = asyncio.run(on_telegram(folders[1], spoken))
    return Played(console, telegram, stage.group.posted, stage.server.refused, heard)


def test_the_verdicts_are_those_of_the_console(played: Played) -> None:
    assert [state for _, state, _ in played.telegram.verdicts] == ["verdict", "verdict"]
    assert played.telegram.verdicts == played.console.verdicts


def test_the_movements_are_those_of_the_console(played: Played) -> None:
    assert played.telegram.movements == played.console.movements
    assert played.telegram.proven


def test_nothing_is_owed_and_telegram_refused_nothing(played: Played) -> None:
    assert played.telegram.owed == {"delivered"}
    assert played.refused == []


def test_each_verdict_is_posted_once_and_notifies_the_entrants(played: Played) -> None:
    verdicts = [one for one in played.group if "el veredicto" in words([one])]
    assert len(verdicts) == 2
    assert [len(one.notified) for one in verdicts] == [2, 3]


def test_nobody_is_notified_by_anything_else(played: Played) -> None:
    others = [one for one in played.group if "el veredicto" not in words([one])]
    assert [one.notified for one in others if one.notified] == []


def test_the_poems_come_back_as_they_were_typed(played: Played) -> None:
    poem = "    Se queda en el umbral,\n    blanca, de pie,\n        como quien ha llamado"
    assert poem in played.heard["carla enter"][0]


def test_each_member_reads_in_their_own_language(played: Played) -> None:
    assert "Duelos literarios" in played.heard["ana help"][0]
    assert "Literary duels" in played.heard["ben help"][0]
