"""The console's script of two duels, as it is played on any platform and compared in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlalchemy import Connection, select

from adapters.console.script import Answer, Said, Send, Settle, Step, Wait, read_steps
from jobs.once import run_due
from plumas_core.app import App
from plumas_core.clock import MINUTE
from plumas_core.commands.values import read_when
from plumas_core.credits.audit import audit
from plumas_core.duels.standings import latest_standings
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.ledger import transfers
from tests.support.console import lines_of
from tests.support.stage import open_stage
from tests.support.time import ManualClock

SCRIPT = Path(__file__).parents[1] / "adapters" / "console" / "two_duels.txt"

Speak: TypeAlias = Callable[[str, str], Awaitable[None]]
Press: TypeAlias = Callable[[str, str, Mapping[str, str]], Awaitable[None]]


@dataclass(frozen=True)
class End:
    """What a play leaves: verdicts by byline, movements, and whether the ledger adds up."""

    verdicts: list[Any]
    movements: list[tuple[str, int]]
    proven: bool
    owed: set[str]


async def _steps() -> list[Step]:
    return [one async for one in read_steps(lines_of(SCRIPT.read_text("utf-8")))]


def languages() -> dict[str, str]:
    """Return which language each member speaks."""
    steps = asyncio.run(_steps())
    return {one.speaker or "": one.locale for one in steps if isinstance(one, Said) and one.locale}


async def play(app: App, clock: ManualClock, speak: Speak, press: Press) -> End:
    """Play the script; a pressed button takes the answers that follow it."""
    waiting: tuple[str, str] | None = None
    answers: dict[str, str] = {}
    for step in [*await _steps(), Send()]:
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


async def pass_time(app: App, clock: ManualClock, milliseconds: int) -> None:
    """Let time pass with the jobs at work."""
    end = clock.now + milliseconds
    while clock.now < end:
        await run_due(app)
        clock.advance(max(min(5 * MINUTE, end - clock.now), 0))
    await run_due(app)


async def settle(app: App, clock: ManualClock) -> None:
    """Let time pass until every duel has ended."""
    for _ in range(200):
        states = await app.db.read(lambda c: set(c.execute(select(duels.c.state)).scalars()))
        if states <= {"verdict", "cancelled"}:
            return
        await pass_time(app, clock, 10 * MINUTE)
    raise AssertionError("the duels do not end")


def ending(c: Connection, now: int) -> End:
    """Return what a play has left."""
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


async def play_on_the_console(folder: Path, spoken: Mapping[str, str]) -> End:
    """Play the script with its members on the console, in a folder with a database."""
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


@contextmanager
def like_draws() -> Iterator[None]:
    """Let all askings of a simulated writer draw alike.

    What one draws hangs on the id that a platform gave to the asking; without that, plays on
    different platforms can be compared.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "plumas_core.writing.studio.blake2b",
            lambda _, digest_size: blake2b(b"1", digest_size=digest_size),
        )
        yield
