"""``plumas demo``: a whole duel before one's eyes, from ``/duel new`` to the ledger's proof.

Two people, with texts of ours, and two AI writers; a panel of three, through batches. Everything
is done by the same commands that members use, on a database of its own that is thrown away.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.rule import Rule
from rich.text import Text
from sqlalchemy import Connection, select

from adapters.console.adapter import ConsoleAdapter, Room
from adapters.console.deliverer import PLATFORM, Posted
from adapters.console.jsonlines import escaped
from adapters.console.passing import PATIENCE, Passing, while_idle
from adapters.console.screen import TerminalScreen
from adapters.console.script import Said
from adapters.console.under_way import under_way
from bot.chat import DATABASE, console_for
from bot.console_time import open_console
from bot.demo_report import amount, report
from bot.demo_show import Highlights, Progress, progress, proof, watch
from bot.env_file import SettingsError
from bot.logs import configure_logs
from bot.setting_types import SQLITE
from bot.settings import Settings
from bot.starting import begin
from plumas_core.app import App
from plumas_core.clock import HOUR
from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from plumas_core.commands.line import quoted
from plumas_core.credits.audit import audit
from plumas_core.duels.costs import estimate_duel
from plumas_core.duels.results import duel_cost
from plumas_core.duels.rows import duel_by_id
from plumas_core.locales.translate import LOCALES
from plumas_core.storage.tables.duels import duels

SCALE: Final = 90.0
"""So many times faster program time runs, where nothing is asked of a real provider."""

ALL_LINES: Final = 1_000
"""Lines of the file of texts that are shown: all."""

LOOK: Final = 0.1
"""Seconds between two looks at whether something is done."""

LONGEST: Final = 12 * HOUR
"""Program time after which a simulated demonstration that does not end is given up."""

OPERATOR: Final = "op"
PURSE: Final = 25
"""Credits that each of the two people is given for the guest that they invite."""

SIMULATED_PANEL: Final = "offline-3"
JUDGES: Final = ("judge-ear", "judge-editor", "judge-eye")
WRITERS: Final = ("writer-keeper", "writer-scalpel")
LIVE_MODELS: Final = (("openai", "gpt-6-luna"), ("anthropic", "claude-haiku-5-5"))
"""What the live demonstration uses of each provider whose key is set."""

FOLDER_PREFIX: Final = "plumas-demo-"
NO_KEYS: Final = "--live needs a key: set OPENAI_API_KEY or ANTHROPIC_API_KEY, or both"
NOT_DONE: Final = 1


CASTS: Final[Mapping[str, tuple[str, tuple[str, str]]]] = {
    "es": ("El faro apagado", ("Ana", "Bruno")),
    "en": ("The lighthouse that went out", ("Ada", "Ben")),
}
"""The theme and the two people, by language; their texts stand in ``demo_texts``."""


@dataclass(frozen=True, slots=True)
class Person:
    """One of the two people, with the text that they enter."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays, and on what theme; ``host`` opens the duel."""

    theme: str
    host: Person
    guest: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the demonstration is played: with which judges, writers' model, and how fast."""

    folder: Path
    locale: str
    panel: str
    model: str | None
    scale: float

    @property
    def live(self) -> bool:
        return self.model is not None


@click.command("demo")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one object: verdict, movements, audit."
)
@click.option(
    "--live", is_flag=True, help="Use the real providers whose keys are set. This costs money."
)
@click.option(
    "--locale",
    type=click.Choice(LOCALES),
    default="es",
    show_default=True,
    help="The language of the duel.",
)
def demo(as_json: bool, live: bool, locale: str) -> None:
    """A duel of two people and two AI writers, judged before your eyes."""
    with _folder(keep=live) as folder:
        if live:
            configured = begin()
            plan = live_plan(configured, folder, locale)
        else:
            configure_logs(level="error")
            configured = Settings.model_construct()
            plan = Plan(
                folder=folder, locale=locale, panel=SIMULATED_PANEL, model=None, scale=SCALE
            )
        done = asyncio.run(play(own_settings(configured, plan), plan, as_json=as_json))
    if not done:
        sys.exit(NOT_DONE)


def live_plan(settings: Settings, folder: Path, locale: str) -> Plan:
    """Return how to play with the providers whose keys are set.

    Raises:
        SettingsError: none is.
    """
    keys = {"openai": settings.openai_api_key, "anthropic": settings.anthropic_api_key}
    models = [model for provider, model in LIVE_MODELS if keys[provider] is not None]
    if not models:
        raise SettingsError(NO_KEYS)
    seats = [f"{judge}@{models[n % len(models)]}" for n, judge in enumerate(JUDGES)]
    return Plan(folder=folder, locale=locale, panel=",".join(seats), model=models[0], scale=1.0)


def load_cast(locale: str) -> Cast:
    """Return the two people and their texts, in a language."""
    theme, names = CASTS[locale]
    people = []
    for number, name in enumerate(names, 1):
        file = resources.files("bot") / "demo_texts" / f"{locale}-{number}.txt"
        title, _, text = file.read_text(encoding="utf-8").partition("\n\n")
        people.append(Person(name, title, text.rstrip("\n")))
    return Cast(theme, people[0], people[1])


async def play(settings: Settings, plan: Plan, *, as_json: bool) -> bool:
    """Play the whole duel; tell whether it came to a verdict and the ledger adds up."""
    posted: asyncio.Queue[Posted] = asyncio.Queue()
    console = Console(quiet=True) if as_json else console_for(sys.stdout)
    async with open_console(
        settings, plan.folder, posted, scale=plan.scale, virtual=False, patience=PATIENCE
    ) as (app, passing):
        stage = Stage(app, plan, console, passing, posted)
        async with stage.adapter:
            await stage.play()
        found = await app.db.read(lambda c: report(app, c, only_duel(c)))
        if as_json:
            click.echo(escaped(json.dumps(found, ensure_ascii=False, indent=2)))
        return found["verdict"] is not None and found["audit"]["ok"]


class Stage:
    """Where the duel is played, line by line."""

    def __init__(
        self,
        app: App,
        plan: Plan,
        console: Console,
        passing: Passing,
        posted: asyncio.Queue[Posted],
    ) -> None:
        folder = plan.folder / "files" if plan.live else None
        terminal = TerminalScreen(console, app.texts, folder, echo=True, shown_lines=ALL_LINES)
        self._screen = Highlights(terminal)
        self.adapter = ConsoleAdapter(
            app,
            commands=COMMANDS,
            actions=ACTIONS,
            room=Room(
                session="demo",
                locale=plan.locale,
                admins=frozenset({OPERATOR}),
                languages={},
                speaker=OPERATOR,
            ),
            screen=self._screen,
            passing=passing,
            posted=posted,
        )
        self._app = app
        self._passing = passing
        self._plan = plan
        self._console = console
        self._lines = 0

    async def play(self) -> None:
        """Play from the first line to the last."""
        cast = load_cast(self._plan.locale)
        host, guest = cast.host, cast.guest
        self._head("demo-title")
        if not self._plan.live:
            scale = format(self._plan.scale, "g")
            self._tell("demo-simulated", "magenta", scale=scale)
        model = f" model:{self._plan.model}" if self._plan.model else ""
        panel = self._plan.panel
        await self._say(
            host.name, f"/duel new {quoted(cast.theme)} panel:{panel} pace:batch ends:1d"
        )
        for person in (host, guest):
            text, title = quoted(person.text), quoted(person.title)
            await self._say(person.name, f"/duel enter {text} title:{title}")
        for person, writer in zip((host, guest), WRITERS, strict=True):
            await self._say(OPERATOR, f"/grant {PURSE} {person.name}")
            await self._say(person.name, f"/duel invite {writer}{model}")
        await self._until(self._texts_written)
        await self._say(host.name, "/duel close")
        await self._say(guest.name, "press close")
        self._head("demo-judging")
        await self._judge()
        self._head("demo-paid")
        for name in (host.name, guest.name):
            await self._say(name, "/credits")
        await self._say(OPERATOR, "/credits pool")
        await self._prove()

    async def _say(self, speaker: str, text: str) -> None:
        self._lines += 1
        await self.adapter.take(Said(text=text, line=self._lines, speaker=speaker))

    async def _judge(self) -> None:
        """Show the batches until the verdict is posted."""
        duel_id = await self._app.db.read(only_duel)
        since = self._app.clock()
        done = asyncio.Event()

        async def look() -> Progress:
            return await self._app.db.read(lambda c: progress(self._app, c, duel_id, since))

        shown = asyncio.create_task(
            watch(self._console, self._app.texts, self._plan.locale, look, done)
        )
        self._screen.hold()
        try:
            await self._until(self._all_settled)
        finally:
            done.set()
            await shown
        self._screen.release()

    async def _prove(self) -> None:
        """Show what was estimated where that was paid, and the ledger's proof."""
        app, locale = self._app, self._plan.locale
        self._head("demo-ledger")
        if self._plan.live:
            estimated, cost = await app.db.read(lambda c: _costs(app, c))
            self._tell("demo-estimate", "cyan", about=estimated, cost=cost)
        audited = await app.db.read(lambda c: audit(c, app.clock()))
        self._console.print(proof(app.texts, locale, audited))
        if not self._plan.live:
            self._tell("demo-next", "dim")

    async def _until(self, is_so: Callable[[Connection], bool]) -> None:
        """Let time pass until something is so; where all is simulated, not for ever."""
        clock = self._app.clock
        until = clock() + LONGEST

        async def look() -> None:
            while not await self._app.db.read(is_so):
                if not self._plan.live and clock() > until:
                    raise click.ClickException("the demonstration got stuck; please report this")
                await asyncio.sleep(LOOK)

        await while_idle(self._passing, look())

    def _texts_written(self, c: Connection) -> bool:
        left = under_way(self._app, c)
        return not left.writings and not left.messages

    def _all_settled(self, c: Connection) -> bool:
        return not under_way(self._app, c)

    def _head(self, key: str) -> None:
        words = self._app.texts.text(self._plan.locale, key)
        self._console.print()
        self._console.print(Rule(Text(words, style="bold"), align="left", style="dim"))

    def _tell(self, key: str, style: str, **values: object) -> None:
        words = self._app.texts.text(self._plan.locale, key, **values)
        self._console.print(Text(words, style=style))


def only_duel(c: Connection) -> int:
    """Return the id of the one duel that is played."""
    return int(c.execute(select(duels.c.id)).scalar_one())


def _costs(app: App, c: Connection) -> tuple[str, str]:
    """Return what judging was estimated to cost, and what it did, in credits."""
    duel = duel_by_id(c, only_duel(c))
    if duel is None:
        return "?", "?"
    about = estimate_duel(app, c, duel).about
    return amount(about)["credits"], amount(duel_cost(c, duel.id))["credits"]


def own_settings(settings: Settings, plan: Plan) -> Settings:
    """Return the settings with the demonstration's own database, operator and language."""
    return settings.model_copy(
        update={
            "database_url": f"{SQLITE}{plan.folder / DATABASE}",
            "offline_folder": None,
            "operators": frozenset({(PLATFORM, OPERATOR)}),
            "default_locale": plan.locale,
        }
    )


@contextmanager
def _folder(*, keep: bool) -> Iterator[Path]:
    """Give a folder that is thrown away; with real calls it stays, since its batches may."""
    if keep:
        folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
        click.echo(f"if you stop it, plumas chat --data {folder} goes on with it", err=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as name:
        yield Path(name)
