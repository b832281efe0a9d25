"""The console's script of two duels, with its members on Discord: the same end to the letter."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from adapters.console.script import Answer, Said, Send, Settle, Step, Wait, read_steps
from jobs.once import run_due
from plumas_core.app import App
from plumas_core.clock import MINUTE
from plumas_core.commands.catalogue import COMMANDS
from plumas_core.commands.line import find_command, parse_line
from plumas_core.commands.spec import CreditsParam, Value, When
from plumas_core.commands.values import read_when
from plumas_core.credits.audit import audit
from plumas_core.duels.standings import latest_standings
from plumas_core.policy import CREDIT
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.ledger import transfers
from tests.support.console import lines_of
from tests.support.discord import DiscordStage, codes, open_discord, said, words
from tests.support.stage import open_stage
from tests.support.time import ManualClock

SCRIPT = Path(__file__).parents[1] / "console" / "two_duels.txt"


@dataclass(frozen=True)
class End:
    """What a play leaves: verdicts by byline, movements, and whether the ledger adds up."""

    verdicts: list[Any]
    movements: list[tuple[str, int]]
    proven: bool
    owed: set[str]


@dataclass(frozen=True)
class Played:
    console: End
    discord: End
    channel: list[dict[str, Any]]
    refused: list[str]
    heard: dict[str, list[str]]


async def steps() -> list[Step]:
    return [one async for one in read_steps(lines_of(SCRIPT.read_text("utf-8")))]


async def pass_time(app: App, clock: ManualClock, milliseconds: int) -> None:
    end = clock.now + milliseconds
    while clock.now < end:
        await run_due(app)
        clock.advance(min(5 * MINUTE, end - clock.now))
    await run_due(app)


async def settle(app: App, clock: ManualClock) -> None:
    for _ in range(200):
        states = await app.db.read(lambda c: set(c.execute(select(duels.c.state)).scalars()))
        if states <= {"verdict", "cancelled"}:
            return
        await pass_time(app, clock, 10 * MINUTE)
    raise AssertionError("the duels do not end")


Speak = Callable[[str, str], Awaitable[None]]
Press = Callable[[str, str, Mapping[str, str]], Awaitable[None]]


async def play(app: App, clock: ManualClock, speak: Speak, press: Press) -> End:
    """Play the script; a pressed button takes the answers that follow it."""
    waiting: tuple[str, str] | None = None
    answers: dict[str, str] = {}
    for step in [*await steps(), Send()]:
        if isinstance(step, Answer):
            answers[step.name] = step.value
            continue
        if waiting is not None:
            await press(*waiting, answers)
            waiting, answers = None, {}
        match step:
            case Said() if step.text.startswith("press "):
                waiting = (step.speaker or "", step.text.removeprefix("press "))
            case Said():
                await speak(step.speaker or "", step.text)
                await run_due(app)
                clock.advance(31_000)
            case Wait():
                await pass_time(app, clock, read_when("wait", step.span).after or 0)
            case Settle():
                await settle(app, clock)
    await pass_time(app, clock, 10 * MINUTE)
    return await app.db.read(lambda c: ending(c, clock.now))


def ending(c: Connection, now: int) -> End:
    names = dict(c.execute(select(entries.c.id, entries.c.byline)).all())
    verdicts = []
    for duel in c.execute(select(duels).order_by(duels.c.number)):
        standings = latest_standings(c, duel.id)
        placed = standings.placed if standings else ()
        ranking = [[names[one.entry_id], one.place, one.score, one.low, one.high] for one in placed]
        verdicts.append([duel.number, duel.state, ranking])
    moved = c.execute(select(transfers.c.purpose, transfers.c.amount)).all()
    owed = set(c.execute(select(outbox.c.state)).scalars())
    # The console's own pool is filled without the operator's word.
    movements = sorted((row.purpose, row.amount) for row in moved if row.purpose != "opening")
    return End(verdicts, movements, audit(c, now).ok, owed)


def languages() -> dict[str, str]:
    async def read() -> dict[str, str]:
        return {
            one.speaker or "": one.locale
            for one in await steps()
            if isinstance(one, Said) and one.locale
        }

    return asyncio.run(read())


async def on_the_console(folder: Path, spoken: Mapping[str, str]) -> End:
    async with open_stage(folder, locale="es") as stage:
        stage.languages.update(spoken)

        async def speak(who: str, line: str) -> None:
            await stage.say(who, line)

        async def press(who: str, action: str, answers: Mapping[str, str]) -> None:
            shown = [b for p in reversed(stage.posted) for b in p.reply.buttons]
            button = next(one for one in shown if one.action == action)
            reply = await stage.press(who, button)
            if reply.form is not None:
                await stage.press(who, f"{reply.form.action}:{reply.form.ref}", answers)

        return await play(stage.app, stage.clock, speak, press)


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
    """The script, played once on either platform.

    What a simulated writer draws hangs on the id that a platform gave to the asking; here all
    askings draw alike, so that the plays can be compared.
    """
    spoken = languages()
    folders = [tmp_path_factory.mktemp(name) for name in ("console", "discord")]
    for folder in folders:
        shutil.copy(template_db, folder / "plumas.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "plumas_core.writing.studio.blake2b",
            lambda _, digest_size: blake2b(b"1", digest_size=digest_size),
        )
        console = asyncio.run(on_the_console(folders[0], spoken))
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
