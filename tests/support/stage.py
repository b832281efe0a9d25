"""A whole program on a manual clock: members speak, time passes, and what was said is kept."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import RowMapping

from adapters.console.deliverer import ConsoleDeliverer, Posted
from adapters.console.plain import plain_text
from bot.settings import Settings
from bot.wiring import open_app
from jobs.catalogue import JOBS
from jobs.once import run_due
from plumas_core.app import App, no_crash
from plumas_core.clock import MINUTE
from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from plumas_core.commands.dispatch import explain, run_action, run_command
from plumas_core.commands.identity import Event
from plumas_core.commands.line import find_command, parse_line
from plumas_core.commands.reply import Button, Reply
from plumas_core.commands.reply_text import Reading
from plumas_core.commands.spec import Press
from plumas_core.credits.audit import AuditReport, audit
from plumas_core.delivery.outbox import Deliverer
from plumas_core.problems import Problem
from tests.support.time import ManualClock
from tests.support.translations import translations

OPERATOR = "op"
ADMIN = "admin"


@dataclass
class Stage:
    """Members of one community on the console platform, addressed by name."""

    app: App
    clock: ManualClock
    posted: list[Posted]
    locale: str = "en"
    languages: dict[str, str] = field(default_factory=dict)
    _lines: int = 0
    _ran_at: dict[str, int] = field(default_factory=dict)

    async def say(self, who: str, line: str, *, key: str | None = None) -> Reply:
        """Let a member type a line; return the last reply."""
        self._lines += 1
        event = self.event(who, key or f"line:{self._lines}")
        found = find_command(line, COMMANDS)
        assert found is not None, f"no command in {line!r}"
        spec, rest = found
        try:
            values = parse_line(spec, rest)
        except Problem as problem:
            return explain(self.app, event.locale, problem, line)
        replies = [reply async for reply in run_command(self.app, spec, event, values)]
        return replies[-1]

    async def press(
        self,
        who: str,
        button: Button | str,
        answers: Mapping[str, str] | None = None,
        *,
        key: str | None = None,
    ) -> Reply:
        """Let a member press a button, or submit a form by its code."""
        self._lines += 1
        code = button.code if isinstance(button, Button) else button
        action, _, ref = code.partition(":")
        press = Press(ref, dict(answers or {}))
        event = self.event(who, key or f"press:{self._lines}")
        replies = [reply async for reply in run_action(self.app, ACTIONS[action], event, press)]
        return replies[-1]

    def event(self, who: str, key: str) -> Event:
        """Return an event of a member's in the main channel."""
        return Event(
            platform="console",
            account_id=who,
            account_name=who,
            home="console",
            home_name="La Tertulia",
            address="main",
            key=f"console:{key}",
            locale=self.languages.get(who),
            home_locale=self.locale,
            admin=who in (ADMIN, OPERATOR),
            trusted=True,
        )

    async def work(self, most: int = 20) -> None:
        """Run the jobs until none of them does anything at this moment."""
        for _ in range(most):
            if not await run_due(self.app):
                return

    async def pass_time(self, milliseconds: int, step: int = MINUTE) -> None:
        """Let time pass in steps, with the jobs at work in between."""
        end = self.clock.now + milliseconds
        while self.clock.now < end:
            await self._tick()
            self.clock.advance(min(step, end - self.clock.now))
        await self._tick()

    async def _tick(self) -> None:
        """Run the jobs whose interval has passed, as the scheduler would."""
        for job in JOBS:
            last = self._ran_at.get(job.name)
            if last is None or self.clock.now - last >= job.every:
                self._ran_at[job.name] = self.clock.now
                await job.run(self.app)

    async def until(self, done: Callable[[], bool], most: int, step: int = MINUTE) -> None:
        """Let time pass until ``done``, for at most ``most`` milliseconds."""
        end = self.clock.now + most
        while not done():
            assert self.clock.now < end, "it did not happen in time"
            await self.pass_time(step, step)

    async def rows(self, query: Any) -> list[RowMapping]:
        """Return what a query finds."""
        return await self.app.db.read(lambda c: list(c.execute(query).mappings().all()))

    async def count(self, table: Any, *where: Any) -> int:
        """Return how many rows of a table fulfil ``where``."""
        return len(await self.rows(select(table).where(*where)))

    async def audit(self) -> AuditReport:
        """Prove the ledger."""
        return await self.app.db.read(lambda c: audit(c, self.clock()))

    def messages(self, containing: str) -> list[Posted]:
        """Return the posted contents whose text has ``containing`` in it."""
        return [one for one in self.posted if containing in self.text(one.reply)]

    def text(self, reply: Reply) -> str:
        """Return all that a reply says."""
        reading = Reading(self.locale, "UTC", self.clock())
        return plain_text(reply, reading)


@asynccontextmanager
async def open_stage(
    folder: Path,
    *,
    clock: ManualClock | None = None,
    crash_point: Callable[[str], None] = no_crash,
    seed: int = 7,
    locale: str = "en",
    deliverers: Mapping[str, Deliverer] | None = None,
    **settings: Any,
) -> AsyncIterator[Stage]:
    """Open the program in a folder of its own; what is there already goes on.

    ``deliverers`` are those of platforms beside the console.
    """
    time = clock or ManualClock()
    posted: list[Posted] = []
    values: dict[str, Any] = {
        "database_url": f"sqlite:///{folder / 'plumas.db'}",
        "operators": f"console:{OPERATOR}",
        **settings,
    }
    deliverer = ConsoleDeliverer(folder / "transcript.jsonl", posted.append)
    async with open_app(
        Settings(**values),
        clock=time,
        sleep=time.sleep,
        rng=random.Random(seed),
        deliverers={"console": deliverer, **(deliverers or {})},
        worker=f"test-{seed}",
        crash_point=crash_point,
        texts=translations(),
    ) as app:
        yield Stage(app, time, posted, locale)
